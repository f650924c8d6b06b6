// Whether a file is what it says: reads everything and holds each statement of the file against what is there.
//
//   sluice::VerifyReport report = sluice::verify("visits.parquet", {}, [](const sluice::Finding& finding) {
//     std::cerr << finding.words << "\n";
//   });
//   if (report.errors > 0) ...
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sluice/read_options.h"

namespace sluice {
inline namespace v0 {

enum class FindingKind : uint8_t {
  damage,         ///< bytes that are not as they were written: checksum, digest, magic, what cannot be decoded
  contradiction,  ///< the file says one thing and holds another: counts, bounds, indexes, bloom filters
  unwise,         ///< valid, and a burden to readers: pages of 100 MB, thousands of tiny row groups, no statistics
};

/// One thing that is wrong; what is unknown is empty.
struct Finding {
  FindingKind kind = FindingKind::damage;
  std::string check{};  ///< a word for programs, "page_checksum"; docs/verify.md lists them
  std::string file{};
  std::optional<size_t> row_group{};
  std::string column{};  ///< "user.tags[]"
  std::optional<int64_t> page{};
  std::optional<uint64_t> offset{};  ///< in the file
  std::string words{};               ///< a sentence with what was expected and what was found
};

struct VerifyOptions {
  ReadLimits limits{};
  std::shared_ptr<Runtime> runtime{};
};

struct VerifyReport {
  int64_t rows = 0;
  int64_t row_groups = 0;
  int64_t pages = 0;
  uint64_t bytes = 0;
  int64_t errors = 0;  ///< findings of damage and contradictions
  int64_t notes = 0;   ///< findings of what is unwise
};

/// Goes on behind each finding as far as the file lets it. `on_finding` is called on the calling thread, in the order
/// of the file. Throws Error{io}, and Error{unsupported} for an encrypted file; damage is no Error but a finding.
VerifyReport verify(const std::string& path, const VerifyOptions& options,
                    const std::function<void(const Finding&)>& on_finding);

}  // namespace v0
}  // namespace sluice
