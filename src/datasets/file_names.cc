// (No specification: the names are our own, and sorted as comes_before sorts.)
#include "datasets/file_names.h"

#include <algorithm>

#include "base/digest.h"
#include "base/digits.h"
#include "datasets/file_listing.h"
#include "sluice/error.h"

namespace sluice {
namespace {

constexpr std::string_view kFileEnding = ".parquet";
constexpr size_t kRunDigits = 16;
// With run and number behind it and ".parquet.part", the name of a file stays below the 255 bytes that systems allow.
constexpr size_t kPrefixBytesMax = 200;
/// Before the run that wrote a file anew.
constexpr std::string_view kRewrittenBy = "-r";
constexpr size_t kRewrittenBytes = kRewrittenBy.size() + kRunDigits;
// The same for the names of others, which may be as long as systems allow.
constexpr size_t kRewrittenStemBytesMax = 220;

bool is_run_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

/// "events-0" of "events-0-r0123456789abcdef".
std::string_view without_rewriting(std::string_view stem) {
  if (stem.size() <= kRewrittenBytes) return stem;
  const std::string_view end = stem.substr(stem.size() - kRewrittenBytes);
  if (!end.starts_with(kRewrittenBy) || !std::ranges::all_of(end.substr(kRewrittenBy.size()), is_run_digit))
    return stem;
  return stem.substr(0, stem.size() - kRewrittenBytes);
}

}  // namespace

// Engines pass over files that begin with a dot or an underscore.
std::string dataset_file_prefix(const std::string& asked, std::string_view path) {
  const std::string_view directory = path.substr(0, path.find_last_not_of('/') + 1);
  const std::string prefix = asked.empty() ? std::string(directory.substr(directory.rfind('/') + 1)) : asked;
  const bool is_name = prefix.find('/') == std::string::npos && prefix.find('\0') == std::string::npos;
  if (!prefix.empty() && prefix.size() <= kPrefixBytesMax && is_name && prefix[0] != '.' && prefix[0] != '_')
    return prefix;
  throw Error(ErrorCode::invalid,
              "files cannot be named \"" + prefix + "-0.parquet\": a prefix has 1 to " +
                  std::to_string(kPrefixBytesMax) +
                  " bytes, no slash, and does not begin with a dot or an underscore, as readers pass over such files",
              {}, "give another one (file_prefix)");
}

std::string dataset_file_name(std::string_view directory, std::string_view prefix, std::string_view run,
                              size_t number) {
  std::string name(directory);
  if (!name.empty()) name += '/';
  name.append(prefix).append("-");
  if (!run.empty()) name.append(run).append("-");
  return name.append(std::to_string(number)).append(kFileEnding);
}

// A name that is cut stays apart from others by a digest.
std::string rewritten_file_name(std::string_view name, std::string_view run) {
  const size_t begin = name.rfind('/') + 1;
  std::string_view stem = name.substr(begin);
  if (stem.ends_with(kFileEnding)) stem.remove_suffix(kFileEnding.size());
  std::string kept(without_rewriting(stem));
  if (kept.size() > kRewrittenStemBytesMax) {
    const std::string digest = "-" + digest_text(digest_of(as_bytes(stem)));
    kept = kept.substr(0, kRewrittenStemBytesMax - digest.size()) + digest;
  }
  return std::string(name.substr(0, begin)).append(kept).append(kRewrittenBy).append(run).append(kFileEnding);
}

std::optional<std::string> run_of_file_name(std::string_view name) {
  if (!name.ends_with(kFileEnding)) return std::nullopt;
  name.remove_suffix(kFileEnding.size());
  name = without_rewriting(name);
  const size_t number = name.rfind('-');
  if (number == std::string_view::npos || number + 1 == name.size()) return std::nullopt;
  if (!std::ranges::all_of(name.substr(number + 1), is_digit)) return std::nullopt;
  name = name.substr(0, number);
  if (name.size() < kRunDigits + 2 || name[name.size() - kRunDigits - 1] != '-') return std::nullopt;
  const std::string_view run = name.substr(name.size() - kRunDigits);
  if (!std::ranges::all_of(run, is_run_digit)) return std::nullopt;
  return std::string(run);
}

bool directory_comes_before(std::string_view a, std::string_view b) {
  const auto take_name = [](std::string_view& path) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    return name;
  };
  while (!a.empty() && !b.empty()) {
    const std::string_view first = take_name(a);
    const std::string_view second = take_name(b);
    if (first != second) return comes_before(first, second);
  }
  return a.empty() && !b.empty();
}

}  // namespace sluice
