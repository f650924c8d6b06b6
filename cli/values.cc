// Values of options; see values.h.
#include "values.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "sluice/error.h"
#include "sluice/nearest_name.h"
#include "sluice/units.h"

namespace sluice::cli {
namespace {

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// "a, b or c"
std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

template <typename T>
bool read_whole(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// What the library's own parser makes of a text; what is wrong with it is wrong with the call.
template <typename Parse>
auto parsed(std::string_view option, const std::string& text, Parse parse) {
  try {
    return parse(text);
  } catch (const Error& error) {
    throw UsageError(std::string(option) + ": " + error.what(), error.hint());
  }
}

}  // namespace

std::string unknown(std::string_view what, std::string_view found, std::span<const std::string_view> known) {
  std::string text = "no " + std::string(what) + " " + in_quotes(found);
  const std::string_view meant = nearest_name(found, known);
  if (!meant.empty()) text += "; did you mean " + in_quotes(meant) + "?";
  return text;
}

uint64_t size_value(std::string_view option, const std::string& text, uint64_t min) {
  if (const auto bytes = parse_size(text)) {
    if (*bytes >= min) return *bytes;
    throw UsageError(std::string(option) + " " + in_quotes(text) + " is less than " + std::to_string(min));
  }
  const char last = text.empty() ? ' ' : text.back();
  const std::string bare = text.substr(0, text.empty() ? 0 : text.size() - 1);
  const std::string unit(1, last == 'k' ? 'K' : last);
  const auto thousands = parse_size(bare + unit + "B");
  const auto powers = parse_size(bare + unit + "iB");
  if (thousands && powers)
    throw UsageError(std::string(option) + " " + in_quotes(text) + " has two readings",
                     bare + unit + "B = " + std::to_string(*thousands) + " bytes, " + bare + unit +
                         "iB = " + std::to_string(*powers) + " bytes");
  throw UsageError(std::string(option) + " " + in_quotes(text) + " is not a size",
                   "sizes look like 64KiB, 128MiB, 1GB, or bytes in digits");
}

int64_t count_value(std::string_view option, const std::string& text, int64_t min, int64_t max) {
  int64_t count = 0;
  if (!read_whole(text, count) || count < min || count > max) {
    std::string range = "at least " + std::to_string(min);
    if (max != std::numeric_limits<int64_t>::max()) range = std::to_string(min) + " to " + std::to_string(max);
    throw UsageError(std::string(option) + " " + in_quotes(text) + " is not a whole number of " + range);
  }
  return count;
}

size_t choice_value(std::string_view option, const std::string& text, std::initializer_list<std::string_view> choices) {
  const auto found = std::find(choices.begin(), choices.end(), text);
  if (found != choices.end()) return static_cast<size_t>(found - choices.begin());
  const std::span<const std::string_view> words(choices.begin(), choices.size());
  throw UsageError(unknown(std::string(option) + " value", text, words),
                   std::string(option) + " takes " + listed(words));
}

When when_value(std::string_view option, const std::string& text) {
  constexpr When kTimes[] = {When::automatic, When::always, When::never};
  return kTimes[choice_value(option, text, {"auto", "always", "never"})];
}

Compression compression_value(std::string_view option, const std::string& text) {
  const size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  constexpr Codec kCodecs[] = {Codec::zstd, Codec::snappy, Codec::gzip, Codec::brotli, Codec::lz4, Codec::none};
  Compression compression{kCodecs[choice_value(option, name, {"zstd", "snappy", "gzip", "brotli", "lz4", "none"})]};
  if (colon == std::string::npos) return compression;
  const CompressionLevels levels = levels_of(compression.codec);
  if (levels.max == 0)
    throw UsageError(std::string(option) + " " + name + " has no levels", std::string(option) + " " + name);
  const std::string which = std::string(option) + " level of " + name;
  compression.level = static_cast<int>(count_value(which, text.substr(colon + 1), levels.min, levels.max));
  return compression;
}

Profile profile_value(std::string_view option, const std::string& text) {
  constexpr Profile kProfiles[] = {Profile::modern, Profile::compat};
  return kProfiles[choice_value(option, text, {"modern", "compat"})];
}

std::vector<SortColumn> sorted_by_value(std::string_view option, const std::string& text) {
  return parsed(option, text, parse_sorted_by);
}

std::vector<PartitionKey> partition_keys_value(std::string_view option, const std::string& text) {
  return parsed(option, text, parse_partition_keys);
}

std::vector<ColumnPath> columns_value(std::string_view option, const std::string& text) {
  return parsed(option, text, parse_columns);
}

Predicate predicate_value(std::string_view option, const std::string& text) {
  return parsed(option, text, parse_predicate);
}

double percent_value(std::string_view option, const std::string& text) {
  double percent = -1;
  const char* const end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, percent);
  if (!text.ends_with('%') || error != std::errc() || stop != end || !(percent >= 0 && percent <= 100))
    throw UsageError(std::string(option) + " " + in_quotes(text) + " is not a share from 0% to 100%");
  return percent;
}

std::pair<std::string, std::string> pair_value(std::string_view option, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError(std::string(option) + " " + in_quotes(text) + " is not KEY=VALUE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace sluice::cli
