// How far a run has come; handed to the caller's callback at most ten times a second, on the calling thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace sluice {
inline namespace v0 {

enum class ProgressPhase {
  inferring,  ///< reading the sample
  writing,
  finishing,  ///< the source is at its end; the last rows, the footer and the publishing remain
};

struct Progress {
  ProgressPhase phase = ProgressPhase::writing;
  int64_t rows = 0;                       ///< taken from the source
  uint64_t bytes_read = 0;                ///< of the source
  std::optional<uint64_t> bytes_total{};  ///< size of the source, where it is known
  uint64_t bytes_written = 0;             ///< to the destination
  double seconds = 0;                     ///< since the run began
};

/// Return false to cancel: the run ends with Error{cancelled} and leaves nothing.
using ProgressCallback = std::function<bool(const Progress&)>;

}  // namespace v0
}  // namespace sluice
