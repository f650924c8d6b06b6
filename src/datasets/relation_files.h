// The relations of a dataset, each in a directory of its own and with files of its own; all of them are visible at
// once. Whoever is written to seldom waits in memory until there is enough for a writer, and hands in its files again
// when others need theirs: so a thousand relations take no more memory and no more handles than a few.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "datasets/files_under_way.h"
#include "sluice/batch.h"
#include "sluice/budget.h"

namespace sluice {

/// The name of a relation's directory: percent-encoded as Hive's are, and cut where it is too long for a file system,
/// with a digest of what was cut.
std::string relation_directory(std::string_view relation);

/// The key of a file's metadata that names the relation whose rows it has.
inline constexpr const char* kRelationKey = "sluice.relation";

struct RelationLimits {
  /// Rows of a relation that wait before it has a writer, in bytes; of all of them together at the most.
  uint64_t waiting_bytes = 0;
  uint64_t all_waiting_bytes = 0;
  /// Row groups under way, of all relations together, as encoded pages before compression.
  uint64_t under_way_bytes = 0;
  /// Relations that have a writer at work.
  size_t open_max = 0;
  /// Where the rows that wait count, if anywhere.
  std::shared_ptr<Budget> budget{};
};

class RelationFiles final : public FilesUnderWay {
 public:
  /// Both are given the relation's name.
  struct Places {
    /// Whether rows of the schema may come to what is there; throws.
    std::function<void(const std::string& relation, const Schema& schema)> check;
    /// Makes the files.
    std::function<std::unique_ptr<FilesUnderWay>(const std::string& relation, const Schema& schema)> open;
  };

  RelationFiles(RelationLimits limits, Places places)
      : limits_(std::move(limits)), places_(std::move(places)), account_(limits_.budget) {}

  /// Rows of a relation; the first ones begin it, and it may be without rows. Their schema may grow as that of files.
  void write(const RelationBatch& rows);

  /// Throws Error{invalid}: rows are of a relation here.
  void write(const Batch& batch) override;
  void extend_schema(const Schema& wider) override;
  void tick() override;
  void flush() override;
  uint64_t bytes_under_way() const override { return under_way_bytes_; }
  void rest() override;
  std::vector<WrittenFile> finish(const std::function<void()>& on_progress) override;
  void abandon() noexcept override;

  /// Of the relation that came first.
  const Schema& schema() const override;
  int64_t rows() const override { return rows_; }
  int64_t durable_rows() const override;
  size_t files_ended() const override;
  uint64_t bytes_written() const override;

 private:
  /// Rows of one schema as bytes (columns/raw_rows.h): a few of them take little more than their values.
  struct Waiting {
    std::shared_ptr<const Schema> schema;
    Bytes bytes{};
    std::vector<std::pair<size_t, int64_t>> pieces{};  ///< where each ends, and its rows
  };
  struct Relation {
    std::string name;
    std::shared_ptr<const Schema> schema;
    std::unique_ptr<FilesUnderWay> files{};  ///< none before there is enough
    std::vector<Waiting> waiting{};
    uint64_t waiting_bytes = 0;
    uint64_t waiting_memory_bytes = 0;  ///< these, and what the allocator gave beyond them
    uint64_t under_way_bytes = 0;       ///< in its row group, when it was looked at last
    bool is_open = false;               ///< has handles and encoders
    uint64_t last_use = 0;
  };

  Relation& begin(const RelationBatch& rows);
  void add_waiting(Relation& relation, const Batch& batch);
  void write_waiting(Relation& relation);
  void open(Relation& relation, const Schema& schema);
  void write_through(Relation& relation, const Batch& batch);
  void count_under_way(Relation& relation);
  void rest(Relation& relation);
  void keep_within_limits();

  const RelationLimits limits_;
  const Places places_;
  std::vector<std::unique_ptr<Relation>> relations_;  ///< in the order in which they came
  std::map<std::string, size_t, std::less<>> numbers_;
  uint64_t waiting_bytes_ = 0;
  Account account_;  ///< of rows that wait
  uint64_t under_way_bytes_ = 0;
  size_t open_count_ = 0;
  uint64_t uses_ = 0;
  int64_t rows_ = 0;
};

}  // namespace sluice
