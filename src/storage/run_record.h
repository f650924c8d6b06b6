// The two notes in a staging directory (storage/staging.h), as lines of text, the last of which holds a digest of those
// before it: a note is whole or worthless. Pure: bytes in, structs out.
//
//   sluice run 1                        sluice intent 2
//   destination out                     mode append
//   kind dataset                        directory year=2026
//   mode append                         move year=2026/out-0123456789abcdef-0.parquet
//   run-id nightly-7                    swap year=2026 64769 9175079 64769 9174001 1795293006123456789
//   end 0123456789abcdef                old part-0.parquet 64769 9174002 4711 1795293006 123456789
//                                       end 0123456789abcdef
//
// Names are percent-encoded, so that a line has as many words as it seems to. A swap has device and inode of the staged
// directory, then device, inode and time of change of the directory that it replaces: 0 0 0 for nothing. Behind it
// stand the files below that directory: path from there, device, inode, bytes, and the time of change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/publish_options.h"
#include "storage/replaced_files.h"

namespace sluice {

/// What a run is: written when it begins.
struct RunRecord {
  enum class Kind : uint8_t { file, dataset };

  std::string destination{};  ///< its name, without directories
  Kind kind = Kind::dataset;
  PublishMode mode = PublishMode::create;
  std::string run_id{};  ///< may be empty
};

/// What a run is about to do to its destination: written when all of it is there to be done, and in force from then on.
/// Paths are relative, and stay inside the destination.
struct Intent {
  /// Rename data/<path>.part to <destination>/<path>, replacing nothing.
  struct Move {
    std::string path;
  };
  /// Exchange data/<path> and <destination>/<path>, or rename where the latter is not there. "." is all of it. Done
  /// when what stands at data/<path> is not this inode any more.
  struct Swap {
    std::string path;
    uint64_t device = 0;
    uint64_t inode = 0;
    /// What stands at the destination before; all three 0: nothing.
    uint64_t replaced_device = 0;
    uint64_t replaced_inode = 0;
    int64_t replaced_mtime = 0;  ///< nanoseconds: tells whether somebody has changed the directory since
    KnownFiles old{};            ///< below it: these go, and what else is there then is somebody else's
  };

  PublishMode mode = PublishMode::append;
  /// Where the file system cannot exchange: move away what is there, then rename.
  bool allow_window = false;
  std::vector<std::string> directories{};  ///< to be made in the destination if they are missing, outer ones first
  std::vector<Move> moves{};
  std::vector<Swap> swaps{};
};

/// Relative, without empty parts, "." and "..", and without NUL.
bool stays_inside(std::string_view path);

std::string to_text(const RunRecord& record);
std::string to_text(const Intent& intent);
/// Nothing for what is cut off, damaged, of another version, or names a path that leaves the destination: to_text() of
/// what is returned is `text`, byte by byte.
std::optional<RunRecord> parse_run_record(std::string_view text);
std::optional<Intent> parse_intent(std::string_view text);

}  // namespace sluice
