// Sizes, counts and times as people read and write them: "128MiB" in, "1.9 GiB", "12,345" and "7.8 s" out. The `sluice`
// program speaks in these forms; programs around it may do so too.
//
//   std::optional<uint64_t> bytes = sluice::parse_size("64MiB");   // 67108864
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {
inline namespace v0 {

/// Bytes in "4096", "4096B", "64KiB", "1.5GiB" (powers of 1024) or "1kB", "1GB" (powers of 1000; "KB" too). A fraction
/// of at most 18 digits is fine where whole bytes come of it. Nothing for other text, a bare letter ("128M" has two
/// readings), blanks, signs, or more than 2^64 - 1 bytes.
std::optional<uint64_t> parse_size(std::string_view text);

/// "0 B", "1.9 GiB", "512 MiB": units of 1024, one decimal below 100, none in plain bytes.
std::string format_bytes(uint64_t bytes);

/// Grouped by "," from 10,000 on: "9999", "10,000", "-1,234,567".
std::string format_count(int64_t count);

/// How long something took: "0.3 s", "7.8 s"; from 100 seconds on as a clock. Negative counts as zero.
std::string format_duration(double seconds);

/// A clock: "0:03", "12:07", "1:02:07". Negative counts as zero; whole seconds, the fraction dropped.
std::string format_clock(double seconds);

}  // namespace v0
}  // namespace sluice
