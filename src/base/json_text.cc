// JSON strings; see json_text.h.
#include "base/json_text.h"

#include <algorithm>
#include <optional>

#include "base/utf8.h"

namespace sluice {
namespace {

constexpr char32_t kHighSurrogateFirst = 0xD800;
constexpr char32_t kLowSurrogateFirst = 0xDC00;
constexpr char32_t kLowSurrogateLast = 0xDFFF;

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escape(char c, std::string& out) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

/// The meaning of a one-letter escape; 0 for none (no such escape means NUL).
char unescaped(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/': return letter;
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'f': return '\f';
    default: return 0;
  }
}

/// Takes four hex digits from the front.
std::optional<char32_t> take_hex4(std::string_view& text) {
  if (text.size() < 4) return std::nullopt;
  char32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<char32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<char32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  text.remove_prefix(4);
  return value;
}

/// Takes what follows "\u", both halves of a surrogate pair, from the front.
std::optional<char32_t> take_code_point(std::string_view& text) {
  const std::optional<char32_t> unit = take_hex4(text);
  if (!unit || *unit < kHighSurrogateFirst || *unit > kLowSurrogateLast) return unit;
  if (*unit >= kLowSurrogateFirst || !text.starts_with("\\u")) return std::nullopt;
  text.remove_prefix(2);
  const std::optional<char32_t> low = take_hex4(text);
  if (!low || *low < kLowSurrogateFirst || *low > kLowSurrogateLast) return std::nullopt;
  return 0x10000 + ((*unit - kHighSurrogateFirst) << 10) + (*low - kLowSurrogateFirst);
}

/// Takes one escape, whose backslash is gone, from the front.
bool append_unescaped_one(std::string_view& text, Bytes& out) {
  if (text.empty()) return false;
  const char letter = text[0];
  text.remove_prefix(1);
  if (letter != 'u') {
    const char meaning = unescaped(letter);
    if (meaning == 0) return false;
    out.push_back(static_cast<uint8_t>(meaning));
    return true;
  }
  const std::optional<char32_t> code_point = take_code_point(text);
  if (!code_point) return false;
  char encoded[4];
  out.append(encoded, encode_utf8(*code_point, encoded));
  return true;
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text, begin, i - begin);
    append_escape(text[i], out);
    begin = i + 1;
  }
  out.append(text, begin, text.size() - begin);
  out += '"';
}

bool append_json_unescaped(std::string_view content, Bytes& out) {
  const size_t size_before = out.size();
  while (true) {
    const size_t plain = std::min(content.find('\\'), content.size());
    out.append(content.substr(0, plain));
    content.remove_prefix(plain);
    if (content.empty()) return true;
    content.remove_prefix(1);
    if (!append_unescaped_one(content, out)) {
      out.resize(size_before);
      return false;
    }
  }
}

}  // namespace sluice
