#include "storage/run_record.h"

#include <charconv>
#include <concepts>
#include <iterator>
#include <span>

#include "base/digest.h"
#include "base/percent_text.h"

namespace sluice {
namespace {

constexpr std::string_view kRunTitle = "sluice run 1";
constexpr std::string_view kIntentTitle = "sluice intent 2";
constexpr std::string_view kEnd = "end ";
constexpr PublishMode kModes[] = {PublishMode::create, PublishMode::append, PublishMode::overwrite,
                                  PublishMode::overwrite_partitions};

std::string encoded(std::string_view name) { return percent_encoded(name, "_-.~/="); }

std::string text_of(const FileStamp& stamp) {
  std::string text = std::to_string(stamp.device) + " " + std::to_string(stamp.inode);
  for (const int64_t number : {stamp.bytes, stamp.seconds, stamp.nanoseconds}) text += " " + std::to_string(number);
  return text;
}

void add_line(std::string& text, std::string_view key, std::string_view value) {
  text.append(key).append(" ").append(value).append("\n");
}

std::string with_end(std::string text) {
  const std::string digest = digest_text(digest_of(as_bytes(text)));
  return text.append(kEnd).append(digest).append("\n");
}

/// What stands before the line with the digest, if that is right.
std::optional<std::string_view> without_end(std::string_view text) {
  constexpr size_t kEndBytes = kEnd.size() + kDigestDigits + 1;
  if (text.size() < kEndBytes) return std::nullopt;
  const std::string_view body = text.substr(0, text.size() - kEndBytes);
  if (with_end(std::string(body)) != text) return std::nullopt;
  return body;
}

/// Cuts off and returns what stands before the first `separator`, or all.
std::string_view next_word(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

template <std::integral T>
bool read_number(std::string_view& line, T& number) {
  const std::string_view word = next_word(line, ' ');
  const char* const end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, number);
  return read.ec == std::errc() && read.ptr == end;
}

bool read_name(std::string_view word, std::string& name) {
  std::optional<std::string> decoded = percent_decoded(word);
  if (decoded) name = std::move(*decoded);
  return decoded.has_value();
}

bool read_path(std::string_view word, std::string& path) { return read_name(word, path) && stays_inside(path); }

bool read_mode(std::string_view word, PublishMode& mode) {
  for (const PublishMode known : kModes)
    if (to_string(known) == word) {
      mode = known;
      return true;
    }
  return false;
}

bool read_swap(std::string_view line, Intent::Swap& swap) {
  if (!read_name(next_word(line, ' '), swap.path) || (swap.path != "." && !stays_inside(swap.path))) return false;
  return read_number(line, swap.device) && read_number(line, swap.inode) && read_number(line, swap.replaced_device) &&
         read_number(line, swap.replaced_inode) && read_number(line, swap.replaced_mtime);
}

bool read_old(std::string_view line, Intent& intent) {
  std::string path;
  FileStamp stamp;
  const bool is_whole = !intent.swaps.empty() && read_path(next_word(line, ' '), path) &&
                        read_number(line, stamp.device) && read_number(line, stamp.inode) &&
                        read_number(line, stamp.bytes) && read_number(line, stamp.seconds) &&
                        read_number(line, stamp.nanoseconds);
  return is_whole && intent.swaps.back().old.emplace(std::move(path), stamp).second;
}

bool read_line(std::string_view line, RunRecord& record) {
  const std::string_view key = next_word(line, ' ');
  if (key == "destination") return read_path(line, record.destination) && record.destination.find('/') == line.npos;
  if (key == "mode") return read_mode(line, record.mode);
  if (key == "run-id") return read_name(line, record.run_id);
  record.kind = line == "file" ? RunRecord::Kind::file : RunRecord::Kind::dataset;
  return key == "kind";
}

bool read_line(std::string_view line, Intent& intent) {
  const std::string_view key = next_word(line, ' ');
  if (key == "mode") return read_mode(line, intent.mode);
  if (key == "directory") return read_path(line, intent.directories.emplace_back());
  if (key == "move") return read_path(line, intent.moves.emplace_back().path);
  if (key == "swap") return read_swap(line, intent.swaps.emplace_back());
  if (key == "old") return read_old(line, intent);
  intent.allow_window = true;
  return key == "window";
}

// What is read in any order, with gaps or repetitions is caught by writing it again.
template <typename Note>
std::optional<Note> parse(std::string_view text, std::string_view title) {
  std::optional<std::string_view> body = without_end(text);
  if (!body || next_word(*body, '\n') != title) return std::nullopt;
  Note note;
  while (!body->empty())
    if (!read_line(next_word(*body, '\n'), note)) return std::nullopt;
  if (to_text(note) != text) return std::nullopt;
  return note;
}

}  // namespace

bool stays_inside(std::string_view path) {
  if (path.empty() || path.back() == '/' || path.find('\0') != std::string_view::npos) return false;
  while (!path.empty()) {
    const std::string_view part = next_word(path, '/');
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

std::string to_text(const RunRecord& record) {
  std::string text = std::string(kRunTitle) + "\n";
  add_line(text, "destination", encoded(record.destination));
  add_line(text, "kind", record.kind == RunRecord::Kind::file ? "file" : "dataset");
  add_line(text, "mode", to_string(record.mode));
  if (!record.run_id.empty()) add_line(text, "run-id", encoded(record.run_id));
  return with_end(std::move(text));
}

std::string to_text(const Intent& intent) {
  std::string text = std::string(kIntentTitle) + "\n";
  add_line(text, "mode", to_string(intent.mode));
  if (intent.allow_window) add_line(text, "window", "allowed");
  for (const std::string& directory : intent.directories) add_line(text, "directory", encoded(directory));
  for (const Intent::Move& move : intent.moves) add_line(text, "move", encoded(move.path));
  for (const Intent::Swap& swap : intent.swaps) {
    std::string value = encoded(swap.path);
    for (const uint64_t number : {swap.device, swap.inode, swap.replaced_device, swap.replaced_inode})
      value += " " + std::to_string(number);
    add_line(text, "swap", value + " " + std::to_string(swap.replaced_mtime));
    for (const auto& [path, stamp] : swap.old) add_line(text, "old", encoded(path) + " " + text_of(stamp));
  }
  return with_end(std::move(text));
}

std::optional<RunRecord> parse_run_record(std::string_view text) { return parse<RunRecord>(text, kRunTitle); }

std::optional<Intent> parse_intent(std::string_view text) { return parse<Intent>(text, kIntentTitle); }

}  // namespace sluice
