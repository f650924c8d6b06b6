// Many files through the one scan: their footers are read once to know rows and schemas; of many files they are read
// again when their rows come, so that neither memory nor open files grow with the dataset.
#include "sluice/dataset_reader.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <system_error>
#include <utility>

#include "columns/bound_predicate.h"
#include "columns/value_range.h"
#include "datasets/file_listing.h"
#include "datasets/partition_values.h"
#include "datasets/relation_files.h"
#include "files/scan.h"
#include "files/stored_file.h"
#include "runtime/workers.h"
#include "schema/merge.h"
#include "schema/origins.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Files that stay open, and bytes of their footers: in memory these are several times as long.
constexpr size_t kKeptFilesMax = 128;
constexpr uint64_t kKeptFooterBytesMax = uint64_t{8} << 20;
/// Schemas that a new one is compared with before it is merged.
constexpr size_t kComparedSchemasMax = 8;

}  // namespace

/// A file of the dataset, whether it is open or not.
struct KnownFile {
  std::shared_ptr<const StoredFile> open{};
  std::shared_ptr<const Schema> schema;
  size_t row_groups = 0;
  uint64_t bytes = 0;
};

struct Dataset {
  DatasetReadOptions options;
  std::vector<DatasetFile> files{};
  std::vector<KnownFile> known{};  ///< as many
  Schema schema{};
  std::vector<std::string> partitions{};

  std::shared_ptr<const StoredFile> open(size_t index) const;
  std::vector<std::optional<Column>> constants(size_t index, const Schema& wanted) const;
};

namespace {

std::shared_ptr<const StoredFile> open_file(const std::string& path, const ReadOptions& options) {
  return StoredFile::open(path, {options.int96, options.invalid_text, options.checksums,
                                 options.runtime ? options.runtime->budget() : nullptr});
}

}  // namespace

std::shared_ptr<const StoredFile> Dataset::open(size_t index) const {
  if (known[index].open) return known[index].open;
  std::shared_ptr<const StoredFile> file = open_file(files[index].path, options.read);
  if (file->rows() != files[index].rows || !(*file->schema() == *known[index].schema))
    throw Error(ErrorCode::io, file->path() + " has been changed while the dataset was read",
                {file->path(), {}, {}, {}, {}});
  return file;
}

/// What the path of the file says of the columns that are wanted; those that the file has are the file's.
std::vector<std::optional<Column>> Dataset::constants(size_t index, const Schema& wanted) const {
  std::vector<std::optional<Column>> found(wanted.size());
  for (size_t key = 0; key < partitions.size(); ++key) {
    const std::optional<size_t> place = wanted.find(partitions[key]);
    const std::optional<std::string>& text = files[index].partition[key];
    if (place && text && !known[index].schema->find(partitions[key]))
      found[*place] = partition_value(wanted[*place], text, files[index].path);
  }
  return found;
}

// --- opening

namespace {

/// Footers of the files, read ahead on all threads, in order.
class FooterReads {
 public:
  FooterReads(const std::vector<ListedFile>& files, const ReadOptions& options)
      : files_(files), options_(options), workers_(options.runtime->workers()) {}

  std::shared_ptr<const StoredFile> next() {
    const size_t ahead_max = 2 * size_t{workers_.threads()};
    for (; started_ < files_.size() && ahead_.size() < ahead_max; ++started_)
      ahead_.push_back(workers_.start([&path = files_[started_].path, this] { return open_file(path, options_); }));
    std::shared_ptr<const StoredFile> file = ahead_.front().take();
    ahead_.pop_front();
    return file;
  }

 private:
  const std::vector<ListedFile>& files_;
  const ReadOptions& options_;
  Workers& workers_;
  size_t started_ = 0;
  std::deque<Job<std::shared_ptr<const StoredFile>>> ahead_;
};

/// Puts the schemas of the files together, one after the other.
class SchemaGathering {
 public:
  explicit SchemaGathering(SchemaMerge rule) : rule_(rule) {}

  /// The file's schema, shared with files that have an equal one.
  std::shared_ptr<const Schema> add(const StoredFile& file) {
    for (size_t i = seen_.size(); i-- > 0 && i + kComparedSchemasMax >= seen_.size();)
      if (*seen_[i].schema == *file.schema()) return seen_[i].schema;
    if (seen_.empty()) {
      merged_ = *file.schema();
    } else if (rule_ == SchemaMerge::strict) {
      refuse_difference(file);
    } else {
      MergeConflict conflict;
      std::optional<Schema> merged = merged_schema(merged_, *file.schema(), conflict);
      if (!merged) refuse(file, conflict);
      merged_ = std::move(*merged);
    }
    seen_.push_back({file.path(), file.schema()});
    return file.schema();
  }
  const Schema& merged() const { return merged_; }

 private:
  struct Seen {
    std::string path;  ///< of the first file that has it
    std::shared_ptr<const Schema> schema;
  };

  [[noreturn]] void refuse_difference(const StoredFile& file) const {
    const auto words_at = [](const Schema& schema, size_t index) {
      return index < schema.size() ? to_text(Schema({schema[index]})) : std::string("no more column");
    };
    const Schema& first = *seen_.front().schema;
    const Schema& other = *file.schema();
    size_t i = 0;
    while (i < std::min(first.size(), other.size()) && first[i] == other[i]) ++i;
    throw Error(ErrorCode::data,
                seen_.front().path + " and " + file.path() + " have different columns: the first has " +
                    words_at(first, i) + " where the other has " + words_at(other, i),
                {file.path(), {}, {}, {}, {}});
  }

  /// Names the first file that is to blame. Where three files go together two by two and not all at once, that is none.
  [[noreturn]] void refuse(const StoredFile& file, const MergeConflict& merged) const {
    std::string other = "the files before";
    MergeConflict told = merged;
    for (const Seen& seen : seen_) {
      MergeConflict conflict;
      if (merged_schema(*seen.schema, *file.schema(), conflict)) continue;
      other = seen.path;
      told = conflict;
      break;
    }
    throw Error(ErrorCode::data,
                other + " and " + file.path() + " do not go together: column " + told.column + " is " +
                    to_text(told.a) + " in the first and " + to_text(told.b) + " in the other",
                {file.path(), told.column, {}, {}, {}});
  }

  SchemaMerge rule_;
  Schema merged_;
  std::vector<Seen> seen_;  ///< what differs
};

/// Nothing where nobody says it, or not in words that we know.
std::optional<Schema> declared_partitions(const StoredFile& file) {
  const std::string* const text = file.metadata_value(kPartitionSchemaKey);
  if (text == nullptr) return std::nullopt;
  const std::string* const origins = file.metadata_value(kPartitionOriginsKey);
  try {
    const Schema keys = parse_schema(*text);
    return origins == nullptr ? keys : with_origins(keys, *origins);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Rows of different relations make no table: what they have in common are names of columns.
void refuse_other_relation(const StoredFile& first, const StoredFile& file) {
  const std::string* const one = first.metadata_value(kRelationKey);
  const std::string* const other = file.metadata_value(kRelationKey);
  if ((one == nullptr && other == nullptr) || (one != nullptr && other != nullptr && *one == *other)) return;
  const auto words = [](const std::string* relation) {
    return relation == nullptr ? "no relation" : "the relation " + *relation;
  };
  throw Error(ErrorCode::data,
              first.path() + " has rows of " + words(one) + ", and " + file.path() + " of " + words(other),
              {file.path(), {}, {}, {}, {}}, "Name the directory of one relation.");
}

/// With the partition columns that no file has.
Schema with_partitions(const Schema& merged, const Schema& partitions) {
  std::vector<Field> fields = merged.fields();
  for (const Field& field : partitions.fields())
    if (!merged.find(field.name)) fields.push_back(field);
  return Schema(std::move(fields));
}

std::shared_ptr<const Dataset> open_dataset(const std::vector<ListedFile>& listed, DatasetReadOptions options) {
  auto dataset = std::make_shared<Dataset>();
  if (!options.read.runtime) options.read.runtime = std::make_shared<Runtime>();
  dataset->options = std::move(options);
  SchemaGathering schemas(dataset->options.schemas);
  std::optional<Schema> declared;
  std::shared_ptr<const StoredFile> first;
  uint64_t footer_bytes = 0;
  FooterReads footers(listed, dataset->options.read);
  for (const ListedFile& entry : listed) {
    std::shared_ptr<const StoredFile> file = footers.next();
    if (!first) first = file;
    refuse_other_relation(*first, *file);
    DatasetFile& described = dataset->files.emplace_back(DatasetFile{entry.path, file->rows()});
    for (const auto& [key, value] : entry.partition) described.partition.push_back(value);
    if (!declared) declared = declared_partitions(*file);
    KnownFile& known = dataset->known.emplace_back();
    known.schema = schemas.add(*file);
    known.row_groups = file->row_groups();
    known.bytes = file->file().size();
    footer_bytes += file->footer().place.bytes;
    if (dataset->known.size() <= kKeptFilesMax && footer_bytes <= kKeptFooterBytesMax) known.open = std::move(file);
  }
  for (const auto& [key, value] : listed.front().partition) dataset->partitions.push_back(key);
  dataset->schema = with_partitions(schemas.merged(), partition_schema(listed, declared));
  return dataset;
}

// --- reading

/// Whether a row may pass, where only the path tells: columns that no `constants` stand for may be anything.
bool may_match(const BoundPart& part, const Schema& schema, const std::vector<std::optional<ValueRange>>& constants) {
  const auto operand_may = [&](const BoundPart& operand) { return may_match(operand, schema, constants); };
  switch (part.kind) {
    case BoundPart::Kind::all: return std::ranges::all_of(part.operands, operand_may);
    case BoundPart::Kind::any: return std::ranges::any_of(part.operands, operand_may);
    default: break;
  }
  const std::optional<ValueRange>& range = constants[part.steps[0]];
  if (!range || part.steps.size() > 1) return true;
  if (part.kind == BoundPart::Kind::is_null) return range->all_null;
  if (part.kind == BoundPart::Kind::is_there) return !range->all_null;
  return may_pass(part.test, *range);
}

/// Row groups of the files that their paths do not rule out, which stay closed.
class DatasetGroups final : public GroupSource {
 public:
  DatasetGroups(std::shared_ptr<const Dataset> dataset, const ScanPlan& plan, bool prunes)
      : dataset_(std::move(dataset)), schema_(plan.read_schema) {
    if (prunes && plan.where && !dataset_->partitions.empty()) condition_.emplace(*plan.where, *schema_);
    for (size_t i = 0; i < dataset_->files.size(); ++i)
      if (condition_ && is_ruled_out(i))
        count_pruned(i);
      else
        wanted_.push_back(i);
  }

  std::optional<ScanGroup> next() override {
    while (!file_ || group_ == file_->row_groups()) {
      if (next_ == wanted_.size()) return std::nullopt;
      const size_t index = wanted_[next_++];
      file_ = dataset_->open(index);
      shape_ = std::make_shared<const FileShape>(*file_, schema_, dataset_->constants(index, *schema_));
      group_ = 0;
    }
    return ScanGroup{file_, shape_, group_++};
  }

  /// Files that were left out.
  const ReadCounters& pruned() const { return pruned_; }

 private:
  bool is_ruled_out(size_t index) const {
    std::vector<std::optional<Column>> values = dataset_->constants(index, *schema_);
    std::vector<std::optional<ValueRange>> ranges(values.size());
    for (const std::string& key : dataset_->partitions) {
      const std::optional<size_t> place = schema_->find(key);
      if (!place || dataset_->known[index].schema->find(key)) continue;
      std::optional<Column>& value = values[*place];
      ValueRange& range = ranges[*place].emplace();
      range.all_null = range.has_null = !value;
      range.low = range.high = std::move(value);
    }
    return !may_match(condition_->root(), *schema_, ranges);
  }

  void count_pruned(size_t index) {
    const KnownFile& known = dataset_->known[index];
    ++pruned_.files;
    ++pruned_.files_pruned;
    pruned_.row_groups += static_cast<int64_t>(known.row_groups);
    pruned_.row_groups_pruned += static_cast<int64_t>(known.row_groups);
    pruned_.rows += dataset_->files[index].rows;
    pruned_.bytes += known.bytes;
  }

  std::shared_ptr<const Dataset> dataset_;
  std::shared_ptr<const Schema> schema_;
  std::optional<BoundPredicate> condition_{};
  std::vector<size_t> wanted_;
  ReadCounters pruned_;
  size_t next_ = 0;
  std::shared_ptr<const StoredFile> file_;
  std::shared_ptr<const FileShape> shape_;
  size_t group_ = 0;
};

ReadCounters with_pruned(ReadCounters counters, const ReadCounters& pruned) {
  counters.files += pruned.files;
  counters.files_pruned += pruned.files_pruned;
  counters.row_groups += pruned.row_groups;
  counters.row_groups_pruned += pruned.row_groups_pruned;
  counters.rows += pruned.rows;
  counters.bytes += pruned.bytes;
  return counters;
}

/// The scan, which does not know of files that are left out.
class DatasetStream final : public ReadStream {
 public:
  DatasetStream(std::unique_ptr<ReadStream> rows, const ReadCounters& pruned)
      : rows_(std::move(rows)), pruned_(pruned) {}

  const Schema& schema() const override { return rows_->schema(); }
  std::optional<RelationBatch> next() override { return rows_->next(); }
  ReadCounters counters() const override { return with_pruned(rows_->counters(), pruned_); }

 private:
  std::unique_ptr<ReadStream> rows_;
  ReadCounters pruned_;
};

std::vector<ListedFile> list_all(const std::vector<std::string>& paths, bool hive_partitions) {
  if (paths.empty()) throw Error(ErrorCode::invalid, "there is no file to read");
  std::vector<ListedFile> listed;
  for (const std::string& path : paths)
    for (ListedFile& file : list_files(path, hive_partitions)) listed.push_back(std::move(file));
  check_partition_keys(listed);
  return listed;
}

/// Whether somebody has replaced a directory while its files were listed or opened: some are gone, or all were.
bool has_changed(const std::vector<std::string>& paths, const std::vector<ListedFile>& listed) {
  std::error_code ignored;
  if (listed.empty())
    return std::ranges::any_of(paths, [&](const auto& path) { return std::filesystem::is_directory(path, ignored); });
  return std::ranges::any_of(listed, [&](const auto& file) { return !std::filesystem::exists(file.path, ignored); });
}

/// Nothing was delivered yet, so what has been replaced meanwhile is listed again.
std::shared_ptr<const Dataset> open_all(const std::vector<std::string>& paths, const DatasetReadOptions& options) {
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    std::vector<ListedFile> listed;
    try {
      listed = list_all(paths, options.hive_partitions);
      return open_dataset(listed, options);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io || attempt == kAttempts || !has_changed(paths, listed)) throw;
    }
  }
}

}  // namespace

inline namespace v0 {

struct DatasetReader::Impl {
  std::shared_ptr<const Dataset> dataset;
  int64_t rows = 0;
};

DatasetReader::DatasetReader(const std::string& path, DatasetReadOptions options)
    : DatasetReader(open({path}, std::move(options))) {}

DatasetReader DatasetReader::open(const std::vector<std::string>& paths, DatasetReadOptions options) {
  auto impl = std::make_shared<Impl>();
  impl->dataset = open_all(paths, options);
  for (const DatasetFile& file : impl->dataset->files)
    if (__builtin_add_overflow(impl->rows, file.rows, &impl->rows))
      throw Error(ErrorCode::corrupt, "the files say that they have more rows together than can be counted");
  return DatasetReader(std::move(impl));
}

DatasetReader::~DatasetReader() = default;
DatasetReader::DatasetReader(DatasetReader&&) noexcept = default;
DatasetReader& DatasetReader::operator=(DatasetReader&&) noexcept = default;

const Schema& DatasetReader::schema() const { return impl_->dataset->schema; }
const std::vector<std::string>& DatasetReader::partitions() const { return impl_->dataset->partitions; }
const std::vector<DatasetFile>& DatasetReader::files() const { return impl_->dataset->files; }
int64_t DatasetReader::rows() const { return impl_->rows; }

std::unique_ptr<ReadStream> DatasetReader::read() const { return read(impl_->dataset->options.read.select); }

std::unique_ptr<ReadStream> DatasetReader::read(SelectOptions select) const {
  const ReadOptions& options = impl_->dataset->options.read;
  ScanPlan plan = plan_scan(impl_->dataset->schema, select);
  auto groups = std::make_unique<DatasetGroups>(impl_->dataset, plan, options.prune);
  const ReadCounters pruned = groups->pruned();
  return std::make_unique<DatasetStream>(scan(std::move(groups), std::move(plan), options), pruned);
}

int64_t DatasetReader::count(const std::optional<Predicate>& where, ReadCounters* counters) const {
  if (!where && counters == nullptr) return impl_->rows;
  const ReadOptions& options = impl_->dataset->options.read;
  ScanPlan plan = plan_count(impl_->dataset->schema, where);
  auto groups = std::make_unique<DatasetGroups>(impl_->dataset, plan, options.prune);
  const ReadCounters pruned = groups->pruned();
  const int64_t rows = count_rows(std::move(groups), std::move(plan), options, counters);
  if (counters != nullptr) *counters = with_pruned(*counters, pruned);
  return rows;
}

}  // namespace v0
}  // namespace sluice
