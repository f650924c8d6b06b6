// The system calls by which this program touches files, each of which can be made to fail at its turn. They are defined
// in failing_calls.cc and take the place of the C library's in the whole program. One thread at a time.
#pragma once

#include <cstddef>
#include <string>

namespace sluice::test {

struct CallFault {
  /// Which call fails, counted from 1 over all kinds; 0: none, they are only counted.
  size_t at = 0;
  int error = 0;
  /// All later ones fail as well.
  bool forever = false;
  /// The process ends instead, as by kill -9.
  bool kills = false;
  /// Reads and writes move a part of what they are asked for, and every second one is interrupted before it does.
  bool in_pieces = false;
};

/// Arms a fault as long as it lives.
class FailingCalls {
 public:
  explicit FailingCalls(CallFault fault);
  FailingCalls(const FailingCalls&) = delete;
  FailingCalls& operator=(const FailingCalls&) = delete;
  ~FailingCalls();

  /// Calls so far.
  size_t calls() const;
  /// The first one that failed: "renameat2"; empty while none did.
  std::string failed() const;
  /// Whether it is one without which what was begun cannot be taken away.
  bool removal_failed() const;
};

}  // namespace sluice::test
