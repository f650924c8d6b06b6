// A file that grows in a directory with its journal beside it, as in a staging directory, and what its writer asked of
// it; the two can be kept as they would be found if the writer died now.
#pragma once

#include <fcntl.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sluice/storage.h"
#include "storage/part_file.h"
#include "storage/temporary_directory.h"

namespace sluice::test {

/// The paths of what was left of a file.
struct LeftPaths {
  std::string part;
  std::string journal;
};

/// Copies of `<name>.part` and `<name>.journal`, as far as they are there, under another name.
inline LeftPaths copy_left(const TemporaryDirectory& directory, const std::string& name, const std::string& copy) {
  const auto options = std::filesystem::copy_options::overwrite_existing;
  const LeftPaths left{directory / (copy + ".part"), directory / (copy + ".journal")};
  for (const auto& [from, to] :
       {std::pair(directory / (name + ".part"), left.part), std::pair(directory / (name + ".journal"), left.journal)}) {
    std::filesystem::remove(to);
    if (std::filesystem::exists(from)) std::filesystem::copy_file(from, to, options);
  }
  return left;
}

class PartSink final : public Sink {
 public:
  /// What happened, in order: "journal", "sync", "release".
  using Events = std::vector<std::string>;

  PartSink(const TemporaryDirectory& directory, const std::string& name, std::shared_ptr<Events> events = nullptr)
      : directory_(::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
        part_(directory_.get(), name, directory / name),
        events_(events ? std::move(events) : std::make_shared<Events>()) {}

  const std::string& name() const override { return part_.path(); }
  bool positional() const override { return true; }
  bool readable() const override { return true; }
  bool recoverable() const override { return true; }
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override { part_.write_at(offset, bytes); }
  void read_at(uint64_t offset, std::span<std::byte> into) override { part_.read_at(offset, into); }
  void sync() override { events_->push_back("sync"); }
  void release() override { events_->push_back("release"); }
  std::unique_ptr<ScratchFile> open_journal() override {
    events_->push_back("journal");
    return part_.open_journal();
  }
  void publish() override { part_.keep(); }

 private:
  Descriptor directory_;
  PartFile part_;
  std::shared_ptr<Events> events_;
};

}  // namespace sluice::test
