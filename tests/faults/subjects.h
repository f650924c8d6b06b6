// Runs that the fault tests of this folder put through every failure: each works in a directory of its own, on one
// thread, and makes or changes a destination there.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sluice::test {

struct Subject {
  std::string name;
  /// Makes what the run needs: sources, what stands at the destination before.
  std::function<void(const std::string& folder)> prepare;
  std::function<void(const std::string& folder)> run;
};

std::vector<Subject> subjects();

/// By path; directories have a path that ends in a slash.
using Contents = std::map<std::string, std::string>;

/// All that can be seen in a folder. What is hidden counts where it is asked for.
Contents contents_of(const std::string& folder, bool hidden);
/// What is missing, should not be there, or is not what it should be.
std::vector<std::string> differences(const Contents& found, const Contents& expected);
/// Whether a run has left the note of what it was publishing.
bool is_pending(const Contents& with_hidden);
/// Completes what a failed run was publishing, by recover(); or by the run made again, where that refuses because
/// nothing of a whole was replaced yet, and all that is visible is still as it was `before`.
void complete_pending(const Subject& subject, const std::string& folder, const Contents& before);
/// Without the bad records, which are published whether a run succeeds or not.
Contents without_rejects(Contents contents);

}  // namespace sluice::test
