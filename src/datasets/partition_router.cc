// Values of keys become numbers, numbers of several keys become one, and each such number is a partition.
#include "datasets/partition_router.h"

#include <algorithm>
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

/// Days of some decades, at 16 bytes each.
constexpr size_t kKnownDays = 8'192;

// Hours are days of an hour here.
int64_t ticks_of_a_day(Part part, const Type& type) {
  if (type.kind() == TypeKind::date) return 1;
  return ticks_per_second(type.unit()) * (part == Part::hour ? 3'600 : kSecondsPerDay);
}

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
  parts_[key].days.resize(kKnownDays);
  const Column& plain = column.dictionary ? *column.dictionary : column;
  const int32_t* const positions = column.dictionary ? column.positions_data() : nullptr;
  const int64_t ticks = ticks_of_a_day(keys_[key].key.part, column.type);
  const auto number = [&](const auto* values) {
    for (size_t row = 0; row < codes.size(); ++row) {
      const bool is_there = column.null_count == 0 || column.is_valid(static_cast<int64_t>(row));
      codes[row] =
          is_there ? code_of_part(key, plain.type, values[positions ? positions[row] : row], ticks) : kNullCode;
    }
  };
  if (column.type.kind() == TypeKind::date)
    number(plain.data<int32_t>());
  else
    number(plain.data<int64_t>());
}

uint32_t PartitionRouter::code_of_part(size_t key, const Type& type, int64_t value, int64_t ticks) {
  const int64_t day = ticks == 1 ? value : value / ticks - (value % ticks < 0 ? 1 : 0);
  KnownDay& known = parts_[key].days[static_cast<uint64_t>(day) % kKnownDays];
  if (known.code == kNullCode || known.day != day) {
    const std::optional<int32_t> part = part_of(keys_[key].key.part, type, value);
    known = {day, parts_[key].codes.code_of(part ? static_cast<uint32_t>(*part) : kNoPart) + 1};
  }
  return known.code;
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
  for (const Parts& parts : parts_) bytes += parts.codes.memory_bytes() + parts.days.capacity() * sizeof(KnownDay);
  for (const PairCodes& pairs : pairs_) bytes += pairs.memory_bytes();
  for (const std::string& directory : directories_) bytes += sizeof directory + directory.capacity();
  return bytes;
}

}  // namespace sluice
