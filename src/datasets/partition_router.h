// Tells of each row which partition it belongs to. Partitions are numbered as they come; each has a directory, of which
// the name is made, and checked, when its first row comes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "columns/value_codes.h"
#include "datasets/partition_names.h"
#include "sluice/batch.h"
#include "sluice/partition.h"

namespace sluice {

/// Partitions of one run at the most.
inline constexpr uint32_t kPartitionsMax = 1'000'000;

/// Not thread-safe.
class PartitionRouter {
 public:
  /// Throws as bind_partition_keys does.
  PartitionRouter(const Schema& schema, PartitionOptions options);

  /// Names and types of the keys, for kPartitionSchemaKey.
  Schema key_schema() const { return partition_key_schema(keys_); }
  /// What stays in the files.
  const Schema& file_schema() const { return file_schema_; }
  /// The columns of the files.
  std::vector<Column> file_columns(const Batch& batch) const;
  /// The partition of each row, into as many as the batch has rows. `first_row`: of the batch in the run, for messages.
  /// Throws Error{data} for values that make no name (partition_text), and for a name that is too long;
  /// Error{unsupported} for more than kPartitionsMax partitions.
  void route(const Batch& batch, int64_t first_row, std::span<uint32_t> partitions);
  /// How many there are so far.
  uint32_t partitions() const { return static_cast<uint32_t>(directories_.size()); }
  /// "year=2026/month=01".
  const std::string& directory(uint32_t partition) const { return directories_[partition]; }
  /// Batches have this schema from here on: the one before with more columns, which are never keys.
  void extend_schema(const Schema& wider);
  uint64_t memory_bytes() const;

 private:
  /// A day, or an hour, and the code of its part; 0 as long as there is none.
  struct KnownDay {
    int64_t day = 0;
    uint32_t code = 0;
  };
  /// Of a key that is a part of dates or timestamps: most days have been asked for before, and the calendar takes a
  /// dozen divisions.
  struct Parts {
    KeyCodes codes;
    std::vector<KnownDay> days;  ///< each at its number modulo how many there are; made for the first batch
  };
  void number_key(size_t key, const Batch& batch, std::span<uint32_t> codes);
  void number_parts(size_t key, const Column& column, std::span<uint32_t> codes);
  uint32_t code_of_part(size_t key, const Type& type, int64_t value, int64_t ticks);
  uint32_t add_partition(const Batch& batch, int64_t row, int64_t row_in_run);

  PartitionOptions options_;
  std::vector<BoundPartitionKey> keys_;
  std::vector<size_t> file_columns_;  ///< positions in the schema
  Schema file_schema_;
  std::vector<ValueCodes> values_;  ///< of each key; of those that are parts not used
  std::vector<Parts> parts_;        ///< of each key that is a part
  std::vector<PairCodes> pairs_;    ///< of each key but the first, with those before it
  std::vector<uint32_t> codes_;     ///< of the key at hand
  std::vector<uint32_t> partition_of_code_;
  std::vector<std::string> directories_;
};

}  // namespace sluice
