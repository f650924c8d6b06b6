// Names of staging directories: `.<name>.sluice-<run>` beside a destination, or `<name>/.sluice-<run>` inside of one; a
// run is 16 hexadecimal digits. Both are paths from the directory that the destination stands in.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

inline constexpr size_t kRunDigits = 16;

inline std::string staging_prefix(std::string_view destination) { return "." + std::string(destination) + ".sluice-"; }

/// Of one that stands inside of its destination.
inline constexpr std::string_view kInnerPrefix = ".sluice-";

/// In a staging directory: what others have put into what was replaced, and nothing removes.
inline constexpr std::string_view kArrivalsName = "arrivals";

/// In a staging directory, with a number behind it: what was moved away where names cannot be exchanged.
inline constexpr std::string_view kOldPrefix = "old-";

inline bool is_run(std::string_view text) {
  return text.size() == kRunDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Of this destination.
inline bool is_staging_of(std::string_view entry, std::string_view prefix) {
  return entry.starts_with(prefix) && is_run(entry.substr(prefix.size()));
}

/// Of any, or inside of one.
inline bool is_staging_name(std::string_view entry) {
  if (entry.size() < kInnerPrefix.size() + kRunDigits || entry[0] != '.') return false;
  const std::string_view end = entry.substr(entry.size() - kInnerPrefix.size() - kRunDigits);
  return end.starts_with(kInnerPrefix) && is_run(end.substr(kInnerPrefix.size()));
}

}  // namespace sluice
