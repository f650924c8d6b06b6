// Progress for people: on a terminal one line that is drawn anew at most ten times a second and as wide as it may be;
// elsewhere, if asked for, a plain line a second. Never 100 %: the summary takes its place when all is published.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "session.h"
#include "sluice/progress.h"

namespace sluice::cli {

class ProgressLine {
 public:
  /// `source` is the name in front.
  ProgressLine(std::string source, When when);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const Progress& progress);
  /// Takes the line away.
  void clear();

 private:
  /// Bytes a second over the last two seconds.
  double rate(const Progress& progress);
  std::string drawn(const Progress& progress, double bytes_per_second, size_t width) const;

  const std::string source_;
  const bool on_;
  const bool on_terminal_;
  const double quiet_seconds_;  ///< short runs draw nothing
  double next_ = 0;             ///< seconds of the run before which nothing is drawn
  size_t cells_ = 0;            ///< of the line that stands
  struct Sample {
    double seconds;
    uint64_t bytes;
  };
  std::deque<Sample> samples_;
};

}  // namespace sluice::cli
