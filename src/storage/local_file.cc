// A new file on a local disk: written out of sight, renamed into place when it is whole.
// The order that makes it survive a power loss: data, then the name, then the directory that holds the name.
#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/descriptor.h"
#include "storage/exclusive_rename.h"
#include "storage/scratch_file.h"
#include "storage/staging.h"

namespace sluice {
namespace {

class FileSink : public Sink {
 public:
  FileSink(const std::string& path, FileSinkOptions options)
      : path_(path),
        options_(options),
        staging_(path),
        part_name_(staging_.name() + ".part"),
        journal_name_(staging_.name() + ".journal") {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    file_ = Descriptor(uninterrupted([&] { return ::openat(staging_.directory(), part_name_.c_str(), kFlags, 0666); }));
    if (!file_.is_open()) fail(errno);
  }

  ~FileSink() override {
    file_.close();
    if (published_) return;
    ::unlinkat(staging_.directory(), part_name_.c_str(), 0);
    remove_journal();
  }

  const std::string& name() const override { return path_; }
  bool positional() const override { return true; }

  void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
    const Transfer done = write_all_at(file_.get(), offset, bytes);
    if (done.error != 0) fail(done.error);
  }

  // It has a name: what a run that was killed had finished can be told from the two files together.
  std::unique_ptr<ScratchFile> open_journal() override {
    constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor journal(
        uninterrupted([&] { return ::openat(staging_.directory(), journal_name_.c_str(), kFlags, 0666); }));
    if (!journal.is_open()) fail(errno);
    has_journal_ = true;
    return std::make_unique<ScratchFile>(std::move(journal), "the journal of " + path_);
  }

  void publish() override {
    // A failed fsync is final: the system may have dropped the pages, and a second try would report success.
    if (options_.sync && uninterrupted([&] { return ::fsync(file_.get()); }) != 0) fail(errno);
    if (const int error = file_.close(); error != 0) fail(error);
    const int error = rename_exclusively(staging_.directory(), part_name_, staging_.parent(), staging_.name());
    if (error == EEXIST)
      throw Error(ErrorCode::conflict, path_ + " has come into being while it was written; it was left as it is",
                  {.source = path_}, "write to another path, or remove that file first");
    if (error != 0) fail(error);
    published_ = true;
    const bool durable = !options_.sync || uninterrupted([&] { return ::fsync(staging_.parent()); }) == 0;
    const int reason = errno;
    remove_journal();
    staging_.remove();
    if (!durable)
      throw Error(ErrorCode::io,
                  path_ + " is complete and visible, but may not survive a power loss: its directory was not synced: " +
                      system_reason(reason),
                  {.source = path_});
  }

 private:
  [[noreturn]] void fail(int error) const {
    throw Error(ErrorCode::io, "cannot write " + path_ + ": " + system_reason(error), {.source = path_});
  }

  void remove_journal() const {
    if (has_journal_) ::unlinkat(staging_.directory(), journal_name_.c_str(), 0);
  }

  std::string path_;
  FileSinkOptions options_;
  Staging staging_;
  std::string part_name_;
  std::string journal_name_;
  Descriptor file_;
  bool published_ = false;
  bool has_journal_ = false;
};

}  // namespace

inline namespace v0 {

std::unique_ptr<Sink> create_file_sink(const std::string& path, FileSinkOptions options) {
  return std::make_unique<FileSink>(path, options);
}

}  // namespace v0
}  // namespace sluice
