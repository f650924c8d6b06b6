// What sources have in common whose data say which columns they have: Arrow, Parquet. Nothing is inferred, and no
// record is bad.
#pragma once

#include <string>
#include <vector>

#include "sluice/error.h"
#include "sluice/write.h"

namespace sluice {

class TypedSource : public RecordStream {
 public:
  const std::string& name() const override { return name_; }
  int64_t extra_values() const override { return 0; }
  bool inferred() const override { return false; }
  const std::vector<InferenceNote>& notes() const override { return no_notes_; }
  const BadRecordCounts& bad_records() const override { return no_bad_records_; }
  std::vector<SchemaChange> changes() const override { return {}; }

 protected:
  explicit TypedSource(std::string name) : name_(std::move(name)) {}

  /// Throws Error{unsupported} where the options ask for other columns. `bringers`: "Arrow data bring".
  void refuse_other_schema(const SourceOptions& options, const std::string& bringers) const {
    if (!options.schema || *options.schema == schema()) return;
    throw Error(ErrorCode::unsupported,
                name_ + " has columns of its own, which are not those declared: " + to_text(schema()),
                {.source = name_}, "Leave the schema out: " + bringers + " theirs.");
  }

 private:
  std::string name_;
  std::vector<InferenceNote> no_notes_;
  BadRecordCounts no_bad_records_;
};

}  // namespace sluice
