// Signals; see interruption.h.
#include "interruption.h"

#include <atomic>
#include <csignal>
#include <cstdlib>

namespace sluice::cli {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// All that a handler reaches. Lock-free, and written before the handler is there.
std::atomic<int> noted = 0;

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(signal, &action, nullptr);
}

// The next one ends the program, whichever of them it is.
void note(int signal) {
  noted = signal;
  for (const int other : kSignals) {
    struct sigaction before {};
    if (::sigaction(other, nullptr, &before) == 0 && before.sa_handler == note) set_handler(other, SIG_DFL);
  }
}

}  // namespace

Interruption::Interruption() {
  noted = 0;
  for (const int signal : kSignals) {
    struct sigaction before {};
    // Whoever started us with nohup wants the signal to be ignored.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    set_handler(signal, note);
  }
}

int Interruption::signal() const { return noted; }

const char* Interruption::name(int signal) {
  switch (signal) {
    case SIGINT: return "SIGINT";
    case SIGTERM: return "SIGTERM";
    case SIGHUP: return "SIGHUP";
    default: return "signal";
  }
}

void Interruption::end_by(int signal) {
  set_handler(signal, SIG_DFL);
  ::raise(signal);
  std::_Exit(128 + signal);
}

}  // namespace sluice::cli
