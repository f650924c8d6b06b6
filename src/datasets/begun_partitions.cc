#include "datasets/begun_partitions.h"

#include <utility>

#include "datasets/written_memory.h"
#include "schema/leaves.h"

namespace sluice {
namespace {

/// What a file that rests holds, about: its own part, and that of each column.
constexpr uint64_t kRestingBytes = 6 << 10;
constexpr uint64_t kRestingColumnBytes = 1 << 10;

uint64_t resting_bytes(const Schema& schema) { return kRestingBytes + leaves_of(schema).size() * kRestingColumnBytes; }

}  // namespace

BegunPartitions::BegunPartitions(Open open, uint64_t resting_bytes_max, std::shared_ptr<Budget> budget)
    : open_(std::move(open)), resting_bytes_max_(resting_bytes_max), account_(std::move(budget)) {}

FileSequence& BegunPartitions::awake(uint32_t partition, const std::shared_ptr<const Schema>& schema) {
  if (schema_ != schema) {
    schema_ = schema;
    resting_bytes_ = resting_bytes(*schema);
  }
  auto& [number, begun] = *partitions_.try_emplace(partition).first;
  if (!begun.files) {
    begun.files = open_(number);
    if (!begun.ended.empty()) begun.files->go_on_behind(std::exchange(begun.ended, {}), *begun.ended_schema);
  } else if (!(begun.files->schema() == *schema)) {
    begun.files->extend_schema(*schema);
  }
  resting_.erase({begun.last_flush, partition});
  begun.last_flush = flush_;
  return *begun.files;
}

void BegunPartitions::rest(uint32_t partition) {
  Partition& begun = partitions_.at(partition);
  begun.files->rest();
  count(begun, {begun.files->durable_rows(), begun.files->files_ended(), begun.files->bytes_written()});
  resting_.emplace(flush_, partition);
  while (resting_.size() * resting_bytes_ > resting_bytes_max_) end_one(partition);
  count_memory();
}

void BegunPartitions::count_memory() { account_.set(resting_.size() * resting_bytes_ + ended_bytes_); }

/// Rows come again for those that had some now, as it seems, and so others are ended before them; and among them the
/// newest, as each flush would end all of them if it were the oldest.
void BegunPartitions::end_one(uint32_t newest) {
  const auto oldest = resting_.begin();
  const auto of_newest = resting_.find({flush_, newest});
  const auto chosen = oldest->first < flush_ || of_newest == resting_.end() ? *oldest : *of_newest;
  resting_.erase(chosen);
  Partition& begun = partitions_.at(chosen.second);
  end_files(begun, [] {});
  Totals now{0, begun.ended.size(), 0};
  for (const WrittenFile& file : begun.ended) {
    now.durable_rows += file.rows;
    now.bytes_written += file.bytes;
  }
  count(begun, now);
}

void BegunPartitions::end_files(Partition& begun, const std::function<void()>& on_progress) {
  begun.ended_schema = schema_;
  if (!(begun.files->schema() == *schema_)) begun.ended_schema = std::make_shared<const Schema>(begun.files->schema());
  begun.ended = begun.files->finish(on_progress);
  begun.files.reset();
  uint64_t bytes = 0;
  for (const WrittenFile& file : begun.ended) bytes += memory_of(file);
  ended_bytes_ += bytes - std::exchange(begun.ended_bytes, bytes);
}

void BegunPartitions::count(Partition& begun, Totals now) {
  totals_.durable_rows += now.durable_rows - begun.totals.durable_rows;
  totals_.files_ended += now.files_ended - begun.totals.files_ended;
  totals_.bytes_written += now.bytes_written - begun.totals.bytes_written;
  begun.totals = now;
}

std::vector<WrittenFile> BegunPartitions::finish(uint32_t partition, const std::shared_ptr<const Schema>& schema,
                                                 const std::function<void()>& on_progress) {
  Partition& begun = partitions_.at(partition);
  if (begun.files || !(*begun.ended_schema == *schema)) {
    awake(partition, schema);
    end_files(begun, on_progress);
  }
  std::vector<WrittenFile> files = std::move(begun.ended);
  count(begun, {});
  ended_bytes_ -= begun.ended_bytes;
  partitions_.erase(partition);
  count_memory();
  return files;
}

void BegunPartitions::abandon() noexcept {
  for (auto& [partition, begun] : partitions_)
    if (begun.files) begun.files->abandon();
}

}  // namespace sluice
