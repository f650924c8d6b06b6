// How a run meets what stands at its destination already, and what it leaves when it fails.
//
//   sluice::DatasetWriter writer("events", schema, {.target = {.mode = sluice::PublishMode::append}});
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {
inline namespace v0 {

enum class PublishMode : uint8_t {
  create,                ///< what exists is refused
  append,                ///< new files beside those that are there; datasets only
  overwrite,             ///< takes the place of what is there, as a whole
  overwrite_partitions,  ///< takes the place of those partitions that get rows; the others stay as they are
};

/// "create", "append", "overwrite", "overwrite-partitions".
std::string_view to_string(PublishMode mode);

enum class OnFailure : uint8_t {
  discard,  ///< nothing is left
  keep,     ///< what was finished stays out of sight, for recover() (sluice/recover.h)
};

/// Of a dataset or a single file. Part of DatasetOptions and FileSinkOptions.
struct PublishOptions {
  PublishMode mode = PublishMode::create;
  OnFailure on_failure = OnFailure::discard;
  /// Names the run: a second run of this id finds what the first one has done (finished_run). 1 to 1,024 bytes of
  /// UTF-8; empty: none. Not with Publish::each.
  std::string run_id{};
  /// Where the file system cannot exchange two directories at once: put up with a moment in which neither is there.
  bool allow_window = false;
};

}  // namespace v0
}  // namespace sluice
