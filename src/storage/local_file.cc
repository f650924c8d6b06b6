// A new file on a local disk: written out of sight, renamed into place when it is whole.
// The order that makes it survive a power loss: data, then the name, then the directory that holds the name.
#include <stdio.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/exclusive_rename.h"
#include "storage/part_file.h"
#include "storage/staging.h"

namespace sluice {
namespace {

RunRecord record_of(const std::string& path, const PublishOptions& options) {
  if (options.mode != PublishMode::create && options.mode != PublishMode::overwrite)
    throw Error(ErrorCode::invalid, path + " is one file, and there is no " + std::string(to_string(options.mode)),
                {.source = path}, "name a directory, or overwrite the file");
  return {.kind = RunRecord::Kind::file, .mode = options.mode, .run_id = options.run_id};
}

class FileSink : public Sink {
 public:
  FileSink(const std::string& path, FileSinkOptions options)
      : options_(std::move(options)),
        staging_(path, record_of(path, options_.publish)),
        part_(std::in_place, staging_.directory(), staging_.name(), path, keeps()) {}
  ~FileSink() override {
    if (!part_ || !has_journal_ || !keeps()) return;
    part_.reset();
    staging_.keep();
  }

  const std::string& name() const override { return part_->path(); }
  bool positional() const override { return true; }
  bool readable() const override { return true; }
  bool recoverable() const override { return true; }
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override { part_->write_at(offset, bytes); }
  void read_at(uint64_t offset, std::span<std::byte> into) override { part_->read_at(offset, into); }
  bool begin_copy() override {
    part_->begin_copy();
    return true;
  }
  void end_copy(bool sync) override { part_->end_copy(sync); }
  void release() override { part_->release(); }

  std::unique_ptr<ScratchFile> open_journal() override {
    has_journal_ = true;
    is_name_synced_ = false;
    return part_->open_journal();
  }
  void sync() override {
    part_->sync();
    if (!std::exchange(is_name_synced_, true)) staging_.sync();
  }

  void publish() override {
    if (options_.sync) part_->sync();
    part_->close();
    const int error = give_name();
    if (error == EEXIST && !replaces()) staging_.refuse_arrival();
    if (error != 0) PartFile::fail(name(), error);
    part_->keep();
    has_journal_ = false;
    const bool durable = !options_.sync || uninterrupted([&] { return ::fsync(staging_.parent()); }) == 0;
    const int reason = errno;
    staging_.remove();
    if (!durable) tell_not_durable(staging_.path(), reason);
  }

 private:
  bool replaces() const { return options_.publish.mode == PublishMode::overwrite; }
  bool keeps() const { return options_.publish.on_failure == OnFailure::keep; }
  // An errno, or 0.
  int give_name() {
    const auto& [from, to] = std::pair(part_->part_name(), staging_.name());
    if (!replaces()) return rename_exclusively(staging_.directory(), from, staging_.parent(), to);
    const auto rename = [&] { return ::renameat(staging_.directory(), from.c_str(), staging_.parent(), to.c_str()); };
    return uninterrupted(rename) == 0 ? 0 : errno;
  }

  FileSinkOptions options_;
  Staging staging_;
  std::optional<PartFile> part_;  ///< gone before the staging is left or removed
  bool has_journal_ = false;      ///< so there is something to recover
  bool is_name_synced_ = false;
};

}  // namespace

inline namespace v0 {

std::unique_ptr<Sink> create_file_sink(const std::string& path, FileSinkOptions options) {
  return std::make_unique<FileSink>(path, std::move(options));
}

}  // namespace v0
}  // namespace sluice
