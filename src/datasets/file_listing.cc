// (Hive's layout of partitions: directories named "key=value", special letters as % and two hexadecimal digits.)
#include "datasets/file_listing.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/digits.h"
#include "base/utf8.h"
#include "sluice/error.h"
#include "storage/descriptor.h"
#include "storage/directory_tree.h"
#include "storage/glob.h"

namespace sluice {
namespace {

constexpr std::string_view kEnding = ".parquet";

using Partition = std::vector<std::pair<std::string, std::optional<std::string>>>;

[[noreturn]] void refuse(const std::string& path, const std::string& problem) {
  throw Error(ErrorCode::data, path + ": " + problem, {path, {}, {}, {}, {}});
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::string decoded(std::string_view text, const std::string& path) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (!low) refuse(path, "a percent sign in the name of a partition stands before two hexadecimal digits");
    if (*high * 16 + *low == 0) refuse(path, "the name of a partition has a NUL in it");
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  if (!is_utf8(out)) refuse(path, "the name of a partition is not UTF-8");
  return out;
}

/// Adds what the name of a directory says, if it says anything.
void add_key(std::string_view name, const std::string& path, Partition& partition) {
  const size_t sign = name.find('=');
  if (sign == std::string_view::npos || sign == 0) return;
  std::string key = decoded(name.substr(0, sign), path);
  const std::string_view value = name.substr(sign + 1);
  for (const auto& known : partition)
    if (known.first == key) refuse(path, "the partition key " + key + " comes twice");
  partition.emplace_back(std::move(key), value == kNullPartition ? std::nullopt : std::optional(decoded(value, path)));
}

bool is_hidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  if (const int error = list_names(directory, names); error != 0)
    throw Error(ErrorCode::io, "cannot list " + directory + ": " + system_reason(error), {directory, {}, {}, {}, {}});
  std::erase_if(names, [](const std::string& name) { return is_hidden(name); });
  std::ranges::sort(names, comes_before);
  return names;
}

class Walk {
 public:
  Walk(bool hive_partitions, std::vector<ListedFile>& files) : hive_partitions_(hive_partitions), files_(files) {}

  void list(const std::string& directory, const struct stat& status, const Partition& partition) {
    const auto is_this = [&](const struct stat& around) {
      return around.st_dev == status.st_dev && around.st_ino == status.st_ino;
    };
    if (std::ranges::any_of(around_, is_this)) return;
    if (around_.size() > kListingDepthMax)
      throw Error(ErrorCode::unsupported,
                  directory + " lies more than " + std::to_string(kListingDepthMax) + " directories deep",
                  {directory, {}, {}, {}, {}});
    around_.push_back(status);
    for (const std::string& name : names_in(directory)) {
      std::string path = directory.ends_with('/') ? directory + name : directory + "/" + name;
      const std::optional<struct stat> below = status_at(path);
      if (below && S_ISDIR(below->st_mode)) {
        Partition inner = partition;
        if (hive_partitions_) add_key(name, path, inner);
        list(path, *below, inner);
      } else if (name.ends_with(kEnding)) {
        // What cannot be read is heard of when it is opened.
        files_.push_back({std::move(path), partition});
      }
    }
    around_.pop_back();
  }

 private:
  bool hive_partitions_;
  std::vector<ListedFile>& files_;
  std::vector<struct stat> around_;  ///< the directories around the one at hand
};

/// The directories that `path`, which a pattern gave, has below those that the pattern names.
Partition keys_of_match(const std::string& path, const std::string& pattern, bool with_last) {
  Partition partition;
  size_t begin = pattern.rfind('/', pattern.find_first_of("*?[\\"));
  begin = begin == std::string::npos ? 0 : begin + 1;
  for (size_t end = 0; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    if (end < path.size() || with_last) add_key(std::string_view(path).substr(begin, end - begin), path, partition);
  }
  return partition;
}

}  // namespace

bool comes_before(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  const auto number_at = [](std::string_view text, size_t& at) {
    const size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    std::string_view digits = text.substr(begin, at - begin);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string_view first = number_at(a, i);
      const std::string_view second = number_at(b, j);
      if (first.size() != second.size()) return first.size() < second.size();
      if (first != second) return first < second;
    } else {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i;
      ++j;
    }
  }
  if (i == a.size() && j == b.size()) return a < b;  // they differ in zeros at most
  return i == a.size();
}

std::vector<ListedFile> list_files(const std::string& path, bool hive_partitions) {
  std::vector<std::string> matches = expand_pattern(path);
  const bool is_pattern = matches.size() != 1 || matches.front() != path;
  if (is_pattern) std::ranges::sort(matches, comes_before);
  std::vector<ListedFile> files;
  for (const std::string& match : matches) {
    const std::optional<struct stat> status = status_at(match);
    const bool is_directory = status && S_ISDIR(status->st_mode);
    Partition partition;
    if (is_pattern && hive_partitions) partition = keys_of_match(match, path, is_directory);
    if (is_directory)
      Walk(hive_partitions, files).list(match, *status, partition);
    else
      files.push_back({match, std::move(partition)});
  }
  if (files.empty())
    throw Error(ErrorCode::io, "no file below " + path + " ends in " + std::string(kEnding), {path, {}, {}, {}, {}});
  check_partition_keys(files);
  return files;
}

std::vector<std::string> files_below(const std::string& directory) {
  const std::optional<struct stat> status = status_at(directory);
  if (!status || !S_ISDIR(status->st_mode)) return {};
  std::vector<ListedFile> files;
  Walk(/*hive_partitions=*/false, files).list(directory, *status, {});
  std::vector<std::string> paths;
  for (ListedFile& file : files) paths.push_back(std::move(file.path));
  return paths;
}

void check_partition_keys(std::span<const ListedFile> files) {
  const auto keys_of = [](const ListedFile& file) {
    std::string keys;
    for (const auto& [key, value] : file.partition) keys += (keys.empty() ? "" : ", ") + key;
    return keys.empty() ? std::string("none") : keys;
  };
  const auto has_same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
  for (const ListedFile& file : files) {
    const ListedFile& first = files.front();
    if (std::ranges::equal(file.partition, first.partition, has_same_key)) continue;
    throw Error(ErrorCode::data,
                first.path + " and " + file.path + " have different partition keys: " + keys_of(first) + " and " +
                    keys_of(file),
                {file.path, {}, {}, {}, {}}, "Read them one by one, or without Hive partitions.");
  }
}

}  // namespace sluice
