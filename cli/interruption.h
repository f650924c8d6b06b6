// SIGINT, SIGTERM and SIGHUP as a wish to stop: whoever waits for input asks for it and ends there, and the run goes on
// to its end or leaves nothing. A second signal ends the program at once.
#pragma once

namespace sluice::cli {

/// From here to the end of the program the signals are only noted: one that comes behind the publishing must not make
/// the exit code say that nothing is there. One in a program.
class Interruption {
 public:
  Interruption();
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
