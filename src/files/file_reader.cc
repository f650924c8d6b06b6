// One file as a dataset of one: its row groups, in their order, through the one scan.
#include "sluice/file_reader.h"

#include "files/file_groups.h"
#include "files/file_shape.h"
#include "files/scan.h"
#include "files/stored_file.h"

namespace sluice {
inline namespace v0 {

struct FileReader::Impl {
  std::shared_ptr<const StoredFile> file;
  ReadOptions options;
  std::vector<std::pair<std::string, std::string>> metadata;

  std::unique_ptr<GroupSource> groups(const ScanPlan& plan) const {
    auto shape = std::make_shared<const FileShape>(*file, plan.read_schema, std::vector<std::optional<Column>>{});
    return std::make_unique<FileGroups>(file, std::move(shape));
  }
};

FileReader::FileReader(const std::string& path, ReadOptions options) {
  auto impl = std::make_shared<Impl>();
  impl->file = StoredFile::open(path, {options.int96, options.invalid_text, options.checksums,
                                       options.runtime ? options.runtime->budget() : nullptr});
  for (const KeyValue& entry : impl->file->metadata().key_value_metadata)
    impl->metadata.emplace_back(entry.key, entry.value.value_or(""));
  impl->options = std::move(options);
  impl_ = std::move(impl);
}

FileReader::~FileReader() = default;
FileReader::FileReader(FileReader&&) noexcept = default;
FileReader& FileReader::operator=(FileReader&&) noexcept = default;

const std::string& FileReader::path() const { return impl_->file->path(); }
const Schema& FileReader::schema() const { return *impl_->file->schema(); }
int64_t FileReader::rows() const { return impl_->file->rows(); }
const std::vector<std::pair<std::string, std::string>>& FileReader::metadata() const { return impl_->metadata; }

std::unique_ptr<ReadStream> FileReader::read() const { return read(impl_->options.select); }

std::unique_ptr<ReadStream> FileReader::read(SelectOptions select) const {
  ScanPlan plan = plan_scan(*impl_->file->schema(), select);
  std::unique_ptr<GroupSource> groups = impl_->groups(plan);
  return scan(std::move(groups), std::move(plan), impl_->options);
}

int64_t FileReader::count(const std::optional<Predicate>& where, ReadCounters* counters) const {
  ScanPlan plan = plan_count(*impl_->file->schema(), where);
  std::unique_ptr<GroupSource> groups = impl_->groups(plan);
  return count_rows(std::move(groups), std::move(plan), impl_->options, counters);
}

}  // namespace v0
}  // namespace sluice
