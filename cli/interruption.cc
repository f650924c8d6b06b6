// Signals; see interruption.h.
#include "interruption.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace sluice::cli {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// A handler reaches nothing but these; all are lock-free, and written before the handler is there.
std::atomic<int> noted = 0;
std::atomic<int> empty_input = -1;
pthread_t reading_thread;

/// A thread that waits for standard input would not look at anything: input ends for it here, and a second signal,
/// which does nothing, makes the call return that waits now. What was read so far is not taken for a whole source,
/// because the run asks whether to go on before it publishes.
void note(int signal) {
  const int error = errno;
  noted = signal;
  if (empty_input >= 0) ::dup2(empty_input, STDIN_FILENO);
  ::pthread_kill(reading_thread, SIGUSR1);
  errno = error;
}

void set_handler(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
  noted = 0;
  reading_thread = ::pthread_self();
  empty_input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  set_handler(
      SIGUSR1, [](int) {}, 0);
  for (const int signal : kSignals) {
    struct sigaction before {};
    // Whoever started us with nohup wants the signal to be ignored.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    set_handler(signal, note, static_cast<int>(SA_RESETHAND));
  }
}

Interruption::~Interruption() {
  for (const int signal : kSignals) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == note) set_handler(signal, SIG_DFL, 0);
  }
  set_handler(SIGUSR1, SIG_DFL, 0);
  if (empty_input >= 0) ::close(empty_input.exchange(-1));
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
