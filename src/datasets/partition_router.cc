// Values of keys become numbers, numbers of several keys become one, and each such number is a partition.
#include "datasets/partition_router.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/calendar.h"
#include "columns/scalar_text.h"
#include "sluice/error.h"

namespace sluice {
namespace {

using Part = PartitionKey::Part;

constexpr uint32_t kNoPartition = 0xffff'ffff;
constexpr uint32_t kNullCode = 0;
/// Parts beyond int32, of which only a few rows can be: an error when their name is made.
constexpr uint64_t kNoPart = uint64_t{1} << 40;

/// Parts of days, most of which have been asked for before: the calendar takes a dozen divisions.
class DayParts {
 public:
  DayParts(Part part, const Type& type) : part_(part), type_(type) {}

  uint64_t key_of(int64_t value) {
    const int64_t day = value / ticks_ - (value % ticks_ < 0 ? 1 : 0);
    Known& known = known_[static_cast<uint64_t>(day) % known_.size()];
    if (!known.is_there || known.day != day) known = {day, key_of_day(value), true};
    return known.key;
  }

 private:
  struct Known {
    int64_t day = 0;
    uint64_t key = 0;
    bool is_there = false;
  };
  uint64_t key_of_day(int64_t value) const {
    const std::optional<int32_t> part = part_of(part_, type_, value);
    return part ? static_cast<uint32_t>(*part) : kNoPart;
  }

  // Hours are days of an hour here.
  int64_t ticks_of_a_day() const {
    if (type_.kind() == TypeKind::date) return 1;
    return ticks_per_second(type_.unit()) * (part_ == Part::hour ? 3'600 : 86'400);
  }

  const Part part_;
  const Type& type_;
  const int64_t ticks_ = ticks_of_a_day();
  std::array<Known, 1'024> known_{};
};

}  // namespace

PartitionRouter::PartitionRouter(const Schema& schema, PartitionOptions options)
    : options_(std::move(options)), keys_(bind_partition_keys(schema, options_)) {
  for (const BoundPartitionKey& key : keys_) values_.emplace_back(schema[key.column].type);
  parts_.resize(keys_.size());
  pairs_.resize(keys_.size());
  extend_schema(schema);
}

void PartitionRouter::extend_schema(const Schema& wider) {
  file_columns_ = columns_of_files(wider, keys_, options_);
  std::vector<Field> fields;
  for (const size_t column : file_columns_) fields.push_back(wider[column]);
  file_schema_ = Schema(std::move(fields));
  for (const BoundPartitionKey& key : keys_)
    if (key.key.part != Part::value && wider.find(key.field.name))
      throw Error(ErrorCode::data,
                  "a column " + key.field.name + " has come up, which is what " + to_text(std::vector{key.key}) +
                      " is called among the partitions",
                  {.field = key.field.name}, "Rename it, or name all columns (--schema).");
}

std::vector<Column> PartitionRouter::file_columns(const Batch& batch) const {
  std::vector<Column> columns;
  columns.reserve(file_columns_.size());
  for (const size_t column : file_columns_) columns.push_back(batch.column(column));
  return columns;
}

void PartitionRouter::route(const Batch& batch, int64_t first_row, std::span<uint32_t> partitions) {
  number_key(0, batch, partitions);
  codes_.resize(partitions.size());
  for (size_t key = 1; key < keys_.size(); ++key) {
    number_key(key, batch, codes_);
    pairs_[key].number(partitions, codes_, partitions);
  }
  for (size_t row = 0; row < partitions.size(); ++row) {
    const uint32_t code = partitions[row];
    if (code >= partition_of_code_.size()) partition_of_code_.resize(code + 1, kNoPartition);
    uint32_t& partition = partition_of_code_[code];
    const auto at = static_cast<int64_t>(row);
    if (partition == kNoPartition) partition = add_partition(batch, at, first_row + at);
    partitions[row] = partition;
  }
}

void PartitionRouter::number_key(size_t key, const Batch& batch, std::span<uint32_t> codes) {
  const Column& column = batch.column(keys_[key].column);
  if (keys_[key].key.part == Part::value)
    values_[key].number(column, codes);
  else
    number_parts(key, column, codes);
}

void PartitionRouter::number_parts(size_t key, const Column& column, std::span<uint32_t> codes) {
  DayParts parts(keys_[key].key.part, column.type);
  const bool is_date = column.type.kind() == TypeKind::date;
  uint64_t last = 0;
  uint32_t last_code = kNullCode;
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    if (!column.is_valid(row)) {
      codes[i] = kNullCode;
      continue;
    }
    const PlainPlace place = plain_place(column, row);
    const uint64_t part =
        parts.key_of(is_date ? place.column->data<int32_t>()[place.row] : place.column->data<int64_t>()[place.row]);
    if (last_code == kNullCode || part != last) {
      last = part;
      last_code = parts_[key].code_of(part) + 1;
    }
    codes[i] = last_code;
  }
}

uint32_t PartitionRouter::add_partition(const Batch& batch, int64_t row, int64_t row_in_run) {
  if (directories_.size() == kPartitionsMax)
    throw Error(ErrorCode::unsupported,
                "row " + std::to_string(row_in_run) + " would be the first one of partition " +
                    std::to_string(kPartitionsMax + 1) + ", and a run makes at most " + std::to_string(kPartitionsMax),
                {.row = row_in_run}, "Partition by something with fewer values, such as year(...) and month(...).");
  std::string directory;
  for (const BoundPartitionKey& key : keys_) {
    const std::optional<std::string> text = partition_text(key, batch.column(key.column), row, row_in_run);
    const std::string name = partition_directory(key.field.name, text);
    if (name.size() > kPartitionNameBytesMax)
      throw Error(ErrorCode::data,
                  "row " + std::to_string(row_in_run) + ": the value of " + key.key.column + " makes a name of " +
                      std::to_string(name.size()) + " bytes for its partition, and directories have at most " +
                      std::to_string(kPartitionNameBytesMax),
                  {.field = key.key.column, .row = row_in_run});
    directory.append(directory.empty() ? "" : "/").append(name);
  }
  directories_.push_back(std::move(directory));
  return partitions() - 1;
}

uint64_t PartitionRouter::memory_bytes() const {
  uint64_t bytes = partition_of_code_.capacity() * sizeof(uint32_t);
  for (const ValueCodes& values : values_) bytes += values.memory_bytes();
  for (const KeyCodes& parts : parts_) bytes += parts.memory_bytes();
  for (const PairCodes& pairs : pairs_) bytes += pairs.memory_bytes();
  for (const std::string& directory : directories_) bytes += sizeof directory + directory.capacity();
  return bytes;
}

}  // namespace sluice
