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

void note(int signal) { noted = signal; }

void set_handler(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
  noted = 0;
  for (const int signal : kSignals) {
    struct sigaction before {};
    // Whoever started us with nohup wants the signal to be ignored.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    set_handler(signal, note, static_cast<int>(SA_RESETHAND));
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
  set_handler(signal, SIG_DFL, 0);
  ::raise(signal);
  std::_Exit(128 + signal);
}

}  // namespace sluice::cli
