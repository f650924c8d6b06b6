// SIGINT, SIGTERM and SIGHUP as a wish to stop: the run ends at the next report of its progress and leaves nothing. A
// second signal ends the program at once.
#pragma once

namespace sluice::cli {

/// From here to the end of its life the signals are only noted. One at a time, on the thread that reads the source.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// The signal that came, or 0.
  int signal() const;
  /// "SIGINT"
  static const char* name(int signal);
  /// Ends the program by the signal itself, so that shells see it.
  [[noreturn]] static void end_by(int signal);
};

}  // namespace sluice::cli
