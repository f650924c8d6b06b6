// A schema prepared for reading: for every column the builder that takes its values, and how its key looks in the
// source. One plan belongs to one reader and so to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "columns/builder.h"
#include "sluice/schema.h"
#include "sources/record_fault.h"
#include "sources/record_format.h"

namespace sluice {

/// A key as it most often stands in the source, with its quotes and without escapes, made for a quick comparison.
class QuotedKey {
 public:
  QuotedKey() = default;
  explicit QuotedKey(std::string_view name);

  /// Whether the key is at `text`, behind which 64 bytes or the key's own length must be readable. False also for
  /// another spelling of the same key: "\u0061".
  bool is_at(const char* text) const {
    if ((load<uint64_t>(text) & masks_[0]) != words_[0]) return false;
    if ((load<uint64_t>(text + 8) & masks_[1]) != words_[1]) return false;
    return rest_.empty() || std::memcmp(text + 16, rest_.data(), rest_.size()) == 0;
  }

 private:
  uint64_t words_[2] = {1, 0};  ///< with a mask of zero: is nowhere
  uint64_t masks_[2] = {0, 0};
  std::string rest_;
};

/// How one value is read.
struct Plan {
  TypeKind kind = TypeKind::null;
  TimeUnit unit = TimeUnit::second;
  bool zoned = false;
  bool nullable = true;
  ColumnBuilder* out = nullptr;
  QuotedKey key;
  uint32_t index = 0;     ///< among the fields of `parent`
  uint32_t required = 0;  ///< of `fields`, those that are not nullable
  const Plan* parent = nullptr;
  const Field* field = nullptr;  ///< null for the root
  std::vector<Plan> fields;      ///< of a struct; the element of a list or map
  double item_bytes = 0;         ///< of a list or map: what an element takes in the columns, be it null (null_bytes)
  std::unordered_map<std::string_view, uint32_t> by_name;

  /// Field of that name, or null.
  Plan* find(std::string_view name) {
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : &fields[found->second];
  }
  /// "user.tags[]".
  std::string path() const;
  /// Of a field that it has not, or has.
  std::string path_of(std::string_view name) const;
};

/// The plan of a record: a struct whose fields fill `builders`, one each. Schema and builders must outlive it.
std::unique_ptr<Plan> make_plan(const Schema& schema, std::vector<ColumnBuilder>& builders);

/// The fault of a field that the struct `object` has not: its name and `value`, the text of it, for which `type` would
/// do. The place is for the caller to fill in.
RecordFault extra_field(const Plan& object, std::string_view name, std::string_view value, const Type& type,
                        const ReadRules& rules);

/// What to type so that `plan` has `type` from the beginning; or, given a `name`, so that the struct `plan` has a field
/// of that name and type too.
std::string schema_hint(const Plan& plan, const Type& type, std::string_view name = {});

}  // namespace sluice
