// A file that grows in a staging directory, `<name>.part`, with its journal beside it. What writers of one file and of
// many have in common; giving the file its name is up to them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "storage/descriptor.h"
#include "storage/input.h"
#include "storage/scratch_file.h"

namespace sluice {

/// A copy is named like the file, `.part` and all, with this behind it: to those who look for what runs have left it is
/// one of a run's notes.
inline constexpr const char* kCopyEnding = ".copy.journal";

/// Gone without a trace when it is destroyed, unless it was kept. Each call throws Error{io} that names the
/// destination.
class PartFile {
 public:
  /// `directory`: an open one, which must stay so; `name` is relative to it. `path`: of the destination, for messages.
  /// `is_left`: it stays with its journal when it is destroyed, for recover().
  PartFile(int directory, const std::string& name, std::string path, bool is_left = false);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  const std::string& part_name() const { return part_name_; }
  const std::string& path() const { return path_; }
  /// By several threads, for ranges that do not overlap.
  void write_at(uint64_t offset, std::span<const std::byte> bytes);
  void read_at(uint64_t offset, std::span<std::byte> into) const;
  /// From here on a new file beside this one is written, whose name tells nobody to take it for a file of the run; what
  /// is read is what this one has.
  void begin_copy();
  /// The new file, if there is one, takes the place of the file.
  void end_copy(bool sync);
  /// A named file: what a run that was killed had finished can be told from the two together. Once.
  std::unique_ptr<ScratchFile> open_journal();

  /// Waits until the data are on the device.
  void sync() { sync_file(handle(), path_); }
  void close();
  /// Gives up the descriptor until it is needed again; no other call may be under way.
  void release() { close(); }
  /// Takes the journal away, before what holds it becomes visible. Throws Error{io}.
  void remove_journal();
  /// The file stays, under this name or another one that it has got; its journal goes. The descriptor, unless it is
  /// closed or was released, is the caller's.
  Descriptor keep();

  /// `path`: for the message.
  static void sync_file(int descriptor, const std::string& path);
  [[noreturn]] static void fail(const std::string& path, int error);

 private:
  int handle() const;

  int directory_;
  std::string part_name_;
  std::string journal_name_;
  std::string copy_name_;
  std::string path_;
  mutable std::mutex opening_;
  mutable Descriptor file_;
  Descriptor before_;  ///< what is read while there is a copy
  bool has_journal_ = false;
  bool has_copy_ = false;
  bool is_left_;
  bool kept_ = false;
};

}  // namespace sluice
