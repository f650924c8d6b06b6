// A new file on a local disk: written out of sight, renamed into place when it is whole.
// The order that makes it survive a power loss: data, then the name, then the directory that holds the name.
#include <stdio.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "sluice/storage.h"
#include "storage/exclusive_rename.h"
#include "storage/part_file.h"
#include "storage/staging.h"

namespace sluice {
namespace {

class FileSink : public Sink {
 public:
  FileSink(const std::string& path, FileSinkOptions options)
      : options_(options),
        staging_(path, options.replace ? Existing::allowed : Existing::refused),
        part_(staging_.directory(), staging_.name(), path) {}

  const std::string& name() const override { return part_.path(); }
  bool positional() const override { return true; }
  bool readable() const override { return true; }
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override { part_.write_at(offset, bytes); }
  void read_at(uint64_t offset, std::span<std::byte> into) override { part_.read_at(offset, into); }
  std::unique_ptr<ScratchFile> open_journal() override { return part_.open_journal(); }

  void publish() override {
    if (options_.sync) part_.sync();
    part_.close();
    const int error = give_name();
    if (error == EEXIST && !options_.replace) staging_.refuse_arrival();
    if (error != 0) PartFile::fail(name(), error);
    part_.keep();
    const bool durable = !options_.sync || uninterrupted([&] { return ::fsync(staging_.parent()); }) == 0;
    const int reason = errno;
    staging_.remove();
    if (!durable) staging_.tell_not_durable(reason);
  }

 private:
  // An errno, or 0.
  int give_name() {
    const auto& [from, to] = std::pair(part_.part_name(), staging_.name());
    if (!options_.replace) return rename_exclusively(staging_.directory(), from, staging_.parent(), to);
    const auto rename = [&] { return ::renameat(staging_.directory(), from.c_str(), staging_.parent(), to.c_str()); };
    return uninterrupted(rename) == 0 ? 0 : errno;
  }

  FileSinkOptions options_;
  Staging staging_;
  PartFile part_;
};

}  // namespace

inline namespace v0 {

std::unique_ptr<Sink> create_file_sink(const std::string& path, FileSinkOptions options) {
  return std::make_unique<FileSink>(path, options);
}

}  // namespace v0
}  // namespace sluice
