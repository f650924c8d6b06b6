// What holds for one call of the program whatever its verb, and the one kind of failure that is the caller's own.
#pragma once

#include <stdexcept>
#include <string>

namespace sluice::cli {

enum class When { automatic, always, never };

/// Filled from the options that every verb has.
struct Session {
  When color = When::automatic;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

enum ExitCode : int { kDone = 0, kFailed = 1, kWrongCall = 2 };

/// The call was wrong: exit code 2. `hint` says what would be right.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& sentence, std::string hint = {})
      : std::runtime_error(sentence), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

}  // namespace sluice::cli
