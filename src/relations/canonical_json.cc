// (RFC 8259; the order of keys is that of RFC 8785 for keys of ASCII.)
#include "relations/canonical_json.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "base/json_text.h"

namespace sluice {
namespace {

class Walk {
 public:
  Walk(std::string_view text, std::string& out) : text_(text), out_(out) {}

  /// False where it cannot go on; then anything may have been appended.
  bool run() {
    pass_blanks();
    if (!take_value(0)) return false;
    pass_blanks();
    return at_ == text_.size();
  }

 private:
  /// In `out_`, with what separates it from the one before left out.
  struct Member {
    size_t begin = 0;
    size_t key_end = 0;
    size_t end = 0;
  };

  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  void pass_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take(char c) {
    pass_blanks();
    if (!is_at(c)) return false;
    ++at_;
    pass_blanks();
    return true;
  }

  bool take_value(int depth) {
    if (depth > kCanonicalDepthMax) return false;
    if (is_at('{')) return take_object(depth + 1);
    if (is_at('[')) return take_array(depth + 1);
    return is_at('"') ? take_string() : take_word();
  }

  /// A number, true, false or null.
  bool take_word() {
    const size_t end = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    out_ += word;
    at_ = end;
    return !word.empty();
  }

  bool take_string() {
    const size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return false;
    said_.clear();
    if (!append_json_unescaped(text_.substr(begin, at_++ - begin), said_)) return false;
    append_json_string(said_.view(), out_);
    return true;
  }

  bool take_array(int depth) {
    out_ += '[';
    take('[');
    if (!take(']')) {
      for (bool goes_on = true; goes_on;) {
        if (!take_value(depth)) return false;
        goes_on = take(',');
        if (goes_on) out_ += ',';
      }
      if (!take(']')) return false;
    }
    out_ += ']';
    return true;
  }

  bool take_object(int depth) {
    out_ += '{';
    std::vector<Member> members;
    take('{');
    if (!take('}')) {
      do {
        if (!members.empty()) out_ += ',';
        Member& member = members.emplace_back(Member{.begin = out_.size()});
        if (!is_at('"') || !take_string()) return false;
        member.key_end = out_.size();
        out_ += ':';
        if (!take(':') || !take_value(depth)) return false;
        member.end = out_.size();
      } while (take(','));
      if (!take('}')) return false;
    }
    order(members);
    out_ += '}';
    return true;
  }

  void order(std::vector<Member>& members) {
    const auto key_of = [this](const Member& member) {
      return std::string_view(out_).substr(member.begin, member.key_end - member.begin);
    };
    if (std::ranges::is_sorted(members, {}, key_of)) return;
    const size_t begin = members.front().begin;
    std::ranges::stable_sort(members, {}, key_of);
    std::string ordered;
    for (const Member& member : members) {
      if (!ordered.empty()) ordered += ',';
      ordered.append(out_, member.begin, member.end - member.begin);
    }
    out_.replace(begin, std::string::npos, ordered);
  }

  std::string_view text_;
  std::string& out_;
  size_t at_ = 0;
  Bytes said_;
};

}  // namespace

void append_canonical_json(std::string_view text, std::string& out) {
  const size_t before = out.size();
  if (Walk(text, out).run()) return;
  out.resize(before);
  out += text;
}

}  // namespace sluice
