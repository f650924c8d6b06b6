// A file that grows in a staging directory, `<name>.part`, with its journal beside it. What writers of one file and of
// many have in common; giving the file its name is up to them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "storage/descriptor.h"
#include "storage/scratch_file.h"

namespace sluice {

/// Gone without a trace when it is destroyed, unless it was kept. Each call throws Error{io} that names the
/// destination.
class PartFile {
 public:
  /// `directory`: an open one, which must stay so. `path`: of the destination, for messages.
  PartFile(int directory, const std::string& name, std::string path);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  const std::string& part_name() const { return part_name_; }
  const std::string& path() const { return path_; }
  /// By several threads, for ranges that do not overlap.
  void write_at(uint64_t offset, std::span<const std::byte> bytes);
  void read_at(uint64_t offset, std::span<std::byte> into) const;
  /// A named file: what a run that was killed had finished can be told from the two together. Once.
  std::unique_ptr<ScratchFile> open_journal();

  /// Waits until the data are on the device.
  void sync() { sync_file(file_.get(), path_); }
  void close();
  /// The file stays, under this name or another one that it has got; its journal goes. The descriptor, unless closed,
  /// is the caller's.
  Descriptor keep();

  /// `path`: for the message.
  static void sync_file(int descriptor, const std::string& path);
  [[noreturn]] static void fail(const std::string& path, int error);

 private:
  int directory_;
  std::string part_name_;
  std::string journal_name_;
  std::string path_;
  Descriptor file_;
  bool has_journal_ = false;
  bool kept_ = false;
};

}  // namespace sluice
