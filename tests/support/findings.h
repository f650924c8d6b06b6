// What `verify` finds in a file, as lines.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sluice/verify.h"

namespace sluice::test {

inline VerifyOptions verify_options() {
  static const auto kRuntime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  return {.runtime = kRuntime};
}

/// "check: words" of the findings that are notes, or that are not.
inline std::vector<std::string> findings_of(const std::string& path, bool notes, const VerifyOptions& options) {
  std::vector<std::string> found;
  const VerifyReport report = verify(path, options, [&](const Finding& finding) {
    if ((finding.kind == FindingKind::unwise) == notes) found.push_back(finding.check + ": " + finding.words);
  });
  EXPECT_EQ(static_cast<size_t>(notes ? report.notes : report.errors), found.size());
  return found;
}

inline std::vector<std::string> errors_of(const std::string& path, const VerifyOptions& options = verify_options()) {
  return findings_of(path, false, options);
}

inline std::vector<std::string> notes_of(const std::string& path) { return findings_of(path, true, verify_options()); }

/// One finding, which begins so.
inline void expect_one(const std::vector<std::string>& found, const std::string& begin) {
  ASSERT_EQ(found.size(), 1) << testing::PrintToString(found);
  EXPECT_TRUE(found[0].starts_with(begin)) << found[0];
}

}  // namespace sluice::test
