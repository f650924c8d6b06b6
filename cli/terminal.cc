// Streams and text for people; see terminal.h.
#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "letters.h"

namespace sluice::cli {
namespace {

struct Range {
  char32_t first, last;
};

/// Letters that terminals draw two columns wide (Unicode, East_Asian_Width W and F, in coarse blocks).
constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},  {0x3400, 0x4dbf},
                           {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xac00, 0xd7a3},  {0xf900, 0xfaff},
                           {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
                           {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
/// Marks that are drawn into the letter before them, and signs without a picture.
constexpr Range kCombining[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f},
                                {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};

template <size_t N>
bool is_in(const Range (&ranges)[N], char32_t letter) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return letter >= range.first && letter <= range.last; });
}

size_t cells_of(const Letter& letter) {
  if (is_in(kCombining, letter.code)) return 0;
  return is_in(kWide, letter.code) ? 2 : 1;
}

/// C0, DEL, C1, and the marks that turn the direction of what follows.
bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void append_escape(const Letter& letter, std::string& out) {
  char text[16];
  const auto code = static_cast<unsigned>(letter.code);
  if (letter.code == '\n')
    out += "\\n";
  else if (letter.code == '\t')
    out += "\\t";
  else
    out.append(text, static_cast<size_t>(
                         std::snprintf(text, sizeof text, letter.valid && code > 0xff ? "\\u{%x}" : "\\x%02x", code)));
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::optional<size_t> terminal_width(int descriptor) {
  winsize size{};
  if (!is_terminal(descriptor)) return std::nullopt;
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

bool speaks_utf8() {
  static const bool answer = [] {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
      const std::string_view locale = environment(name);
      if (locale.empty()) continue;
      std::string lower(locale);
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
    }
    return false;
  }();
  return answer;
}

size_t cells_of(std::string_view text) {
  size_t cells = 0;
  while (!text.empty()) {
    const Letter letter = first_letter(text);
    cells += cells_of(letter);
    text.remove_prefix(letter.bytes);
  }
  return cells;
}

std::string cut_to_cells(std::string_view text, size_t cells_max) {
  if (cells_of(text) <= cells_max) return std::string(text);
  const std::string_view ellipsis = signs().ellipsis;
  const size_t room = cells_max - std::min(cells_max, cells_of(ellipsis));
  size_t cells = 0;
  size_t bytes = 0;
  while (bytes < text.size()) {
    const Letter letter = first_letter(text.substr(bytes));
    if (cells + cells_of(letter) > room) break;
    cells += cells_of(letter);
    bytes += letter.bytes;
  }
  return std::string(text.substr(0, bytes)).append(ellipsis);
}

std::string printable(std::string_view text) {
  const bool utf8 = speaks_utf8();
  std::string out;
  while (!text.empty()) {
    const Letter letter = first_letter(text);
    if (letter.valid && !is_control(letter.code) && (utf8 || letter.code < 0x80))
      out.append(text.substr(0, letter.bytes));
    else
      append_escape(letter, out);
    text.remove_prefix(letter.bytes);
  }
  return out;
}

const Signs& signs() {
  static constexpr Signs kUtf8{"\xe2\x80\xa6", "\xe2\x94\x80", "\xc2\xb7",
                               "\xe2\x86\x92", "\xe2\x94\x81", "\xe2\x95\xb8"};
  static constexpr Signs kAscii{"...", "-", "|", "->", "#", "#"};
  return speaks_utf8() ? kUtf8 : kAscii;
}

Palette::Palette(int descriptor, When when) {
  if (when != When::automatic)
    on_ = when == When::always;
  else if (!environment("NO_COLOR").empty())
    on_ = false;
  else if (const std::string_view force = environment("CLICOLOR_FORCE"); !force.empty() && force != "0")
    on_ = true;
  else
    on_ = environment("TERM") != "dumb" && is_terminal(descriptor);
}

std::string Palette::styled(std::string_view code, std::string_view text) const {
  if (!on_ || text.empty()) return std::string(text);
  return std::string("\033[").append(code).append("m").append(text).append("\033[0m");
}

}  // namespace sluice::cli
