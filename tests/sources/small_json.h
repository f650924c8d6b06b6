// A small JSON parser for tests, written for obviousness and sharing nothing with the library: the oracle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

struct SmallJson {
  enum Kind { null, boolean, number, text, array, object } kind = null;
  std::string raw;                ///< as it stands in the source
  std::string value;              ///< of a text: unescaped
  std::vector<SmallJson> items;   ///< of an array or an object
  std::vector<std::string> keys;  ///< of an object: one for each item

  const SmallJson* member(std::string_view name) const {
    for (size_t i = 0; i < keys.size(); ++i)
      if (keys[i] == name) return &items[i];
    return nullptr;
  }
};

class SmallJsonParser {
 public:
  /// The one value that `text` holds, blanks around it allowed; nothing if it is not JSON.
  static std::optional<SmallJson> parse(std::string_view text, int depth_max = 64) {
    SmallJsonParser parser(text, depth_max);
    SmallJson json;
    if (!valid_utf8(text) || !parser.value(json, 0)) return std::nullopt;
    parser.blanks();
    if (parser.at_ != text.size()) return std::nullopt;
    return json;
  }

  /// Goes through a text of several values.
  explicit SmallJsonParser(std::string_view text, int depth_max = 64) : text_(text), depth_max_(depth_max) {}

  bool at_end() {
    blanks();
    return at_ == text_.size();
  }
  bool is_at(char c) {
    blanks();
    return peek() == c;
  }
  /// Passes over `c` if it comes next.
  bool take_mark(char c) {
    blanks();
    return take(c);
  }
  /// The value that comes next; nothing if there is none.
  std::optional<SmallJson> next() {
    SmallJson json;
    if (!value(json, 0) || !valid_utf8(json.raw)) return std::nullopt;
    return json;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos) ++at_;
  }
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool digits() {
    const size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > begin;
  }

  bool value(SmallJson& out, int depth) {
    blanks();
    const size_t begin = at_;
    bool good = false;
    switch (peek()) {
      case '{': out.kind = SmallJson::object, good = depth < depth_max_ && object(out, depth + 1); break;
      case '[': out.kind = SmallJson::array, good = depth < depth_max_ && array(out, depth + 1); break;
      case '"': out.kind = SmallJson::text, good = string(out.value); break;
      case 'n': out.kind = SmallJson::null, good = word("null"); break;
      case 't': out.kind = SmallJson::boolean, good = word("true"); break;
      case 'f': out.kind = SmallJson::boolean, good = word("false"); break;
      default: out.kind = SmallJson::number, good = number();
    }
    out.raw = text_.substr(begin, at_ - begin);
    return good;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  bool array(SmallJson& out, int depth) {
    ++at_;
    blanks();
    if (take(']')) return true;
    do {
      if (!value(out.items.emplace_back(), depth)) return false;
      blanks();
    } while (take(','));
    return take(']');
  }

  bool object(SmallJson& out, int depth) {
    ++at_;
    blanks();
    if (take('}')) return true;
    do {
      blanks();
      if (!string(out.keys.emplace_back())) return false;
      blanks();
      if (!take(':') || !value(out.items.emplace_back(), depth)) return false;
      blanks();
    } while (take(','));
    return take('}');
  }

  bool string(std::string& out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
        continue;
      }
      const size_t which = std::string_view("\"\\/bfnrt").find(peek());
      if (which != std::string_view::npos && at_ < text_.size()) {
        out += "\"\\/\b\f\n\r\t"[which];
        ++at_;
      } else if (!code_point(out)) {
        return false;
      }
    }
    return false;
  }

  std::optional<uint32_t> unit() {  // "uXXXX"
    if (!take('u')) return std::nullopt;
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return std::nullopt;
      code = code * 16 + static_cast<uint32_t>(digit);
      ++at_;
    }
    return code;
  }

  bool code_point(std::string& out) {
    std::optional<uint32_t> code = unit();
    if (!code || (*code >= 0xdc00 && *code < 0xe000)) return false;
    if (*code >= 0xd800 && *code < 0xdc00) {
      if (!take('\\')) return false;
      const std::optional<uint32_t> low = unit();
      if (!low || *low < 0xdc00 || *low >= 0xe000) return false;
      code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
    }
    const auto push = [&out](uint32_t byte) { out += static_cast<char>(byte); };
    if (*code < 0x80) {
      push(*code);
    } else if (*code < 0x800) {
      push(0xc0 | *code >> 6), push(0x80 | (*code & 0x3f));
    } else if (*code < 0x10000) {
      push(0xe0 | *code >> 12), push(0x80 | (*code >> 6 & 0x3f)), push(0x80 | (*code & 0x3f));
    } else {
      push(0xf0 | *code >> 18), push(0x80 | (*code >> 12 & 0x3f));
      push(0x80 | (*code >> 6 & 0x3f)), push(0x80 | (*code & 0x3f));
    }
    return true;
  }

  static bool valid_utf8(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
      const auto byte = [&](size_t k) -> uint32_t {
        return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
      };
      const uint32_t first = byte(0);
      const size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
      if (length == 0) return false;
      uint32_t code = length == 1 ? first : first & (0x7fu >> length);
      for (size_t k = 1; k < length; ++k) {
        if (byte(k) >> 6 != 2) return false;
        code = code << 6 | (byte(k) & 0x3f);
      }
      constexpr uint32_t kFirst[] = {0, 0, 0x80, 0x800, 0x10000};
      if (code < kFirst[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
      i += length;
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_max_;
};

}  // namespace sluice::test
