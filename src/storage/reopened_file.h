// A finished file on a local disk that is written to again before anybody else sees it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sluice/storage.h"
#include "storage/descriptor.h"

namespace sluice {

class ReopenedFile : public Sink {
 public:
  /// Throws Error{io} for what is missing or refuses; Error{conflict} for a file with a second name, which others may
  /// see.
  explicit ReopenedFile(const std::string& path, FileSinkOptions options = {});
  ReopenedFile(const ReopenedFile&) = delete;
  ReopenedFile& operator=(const ReopenedFile&) = delete;
  /// A copy that was begun and not put in place goes.
  ~ReopenedFile() override;

  const std::string& name() const override { return path_; }
  bool positional() const override { return true; }
  bool readable() const override { return true; }
  void write_at(uint64_t offset, std::span<const std::byte> bytes) override;
  void read_at(uint64_t offset, std::span<std::byte> into) override;
  bool begin_copy() override;
  /// finish() puts a copy in place.
  void end_copy(bool /*sync*/) override {}
  /// Leaves the file with its first `bytes` bytes, synced if that was asked for. It has its name already, and nothing
  /// becomes visible that was not.
  void finish(uint64_t bytes);
  /// Error{bug}: it is not for this class to say when.
  void publish() override;

 private:
  [[noreturn]] void fail(int error) const;

  const std::string path_;
  const FileSinkOptions options_;
  Descriptor file_;
  Descriptor before_{};      ///< what is read while there is a copy
  std::string copy_path_{};  ///< empty while there is no copy
};

}  // namespace sluice
