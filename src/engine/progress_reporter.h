// Hands progress to a caller's callback, not too often, and turns its "no" into an Error.
#pragma once

#include <chrono>
#include <utility>

#include "sluice/error.h"
#include "sluice/progress.h"

namespace sluice {

class ProgressReporter {
 public:
  explicit ProgressReporter(ProgressCallback callback) : callback_(std::move(callback)) {}

  /// Calls back when a tenth of a second has passed or the phase is new. Throws Error{cancelled} if the caller wants to
  /// stop.
  void report(Progress progress) {
    if (!callback_) return;
    const auto now = Clock::now();
    if (reported_ && progress.phase == phase_ && now - last_ < kInterval) return;
    reported_ = true;
    last_ = now;
    phase_ = progress.phase;
    progress.seconds = std::chrono::duration<double>(now - begin_).count();
    if (!callback_(progress)) throw Error(ErrorCode::cancelled, "the run was cancelled");
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kInterval = std::chrono::milliseconds(100);

  ProgressCallback callback_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point last_;
  ProgressPhase phase_ = ProgressPhase::inferring;
  bool reported_ = false;
};

}  // namespace sluice
