#include "sources/contents.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sluice/error.h"
#include "sources/ahead_source.h"
#include "sources/unpacked_source.h"
#include "sources/utf16_source.h"

namespace sluice {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kMarkBytesMax = 4;
constexpr size_t kUtf16MarkBytes = 2;
constexpr size_t kLineBytesExpected = 64;

// Text as it is stored. `start` is its beginning.
std::unique_ptr<ByteSource> stored_text(Input input, ByteSpan start) {
  const Container announced = container_of_name(input.name());
  if (announced != Container::none && !start.empty())
    throw Error(
        ErrorCode::data,
        input.name() + " is named like " + std::string(to_string(announced)) + " data, but does not begin like it",
        {.source = input.name(), .byte = 0}, "If it is text as it stands, rename it, or read it from standard input.");
  if (as_text(start).starts_with("PK\x03\x04"))
    throw Error(ErrorCode::unsupported, input.name() + " is a zip archive, which may hold many files; none are read",
                {.source = input.name(), .byte = 0}, "unzip -p writes the text of one to standard output.");
  return std::make_unique<StoredSource>(std::move(input));
}

}  // namespace

Contents Contents::open(const std::string& path, UnpackRules rules, std::function<bool()> is_cut_off) {
  return Contents(Input::open(path, std::move(is_cut_off)), rules);
}

Contents::Contents(Input input, UnpackRules rules) : name_(input.name()), bytes_total_(input.size()) {
  const ByteSpan start = input.peek(kContainerStartBytes);
  const Container container = container_of_bytes(start);
  if (container == Container::none) {
    text_ = stored_text(std::move(input), start);
  } else {
    text_ = std::make_unique<UnpackedSource>(std::move(input), container, rules.memory_bytes_max, rules.budget);
    // A pipe may keep a thread waiting for as long as it likes; a file has a size.
    if (rules.workers != nullptr && bytes_total_) {
      text_ = std::make_unique<AheadSource>(std::move(text_), *rules.workers);
      account_ = Account(rules.budget, AheadSource::kMemoryBytes);
    }
  }
  take_byte_order_mark();
}

void Contents::take_byte_order_mark() {
  const std::string_view start = as_text(peek(kMarkBytesMax));
  const bool is_little = start.starts_with("\xFF\xFE"sv);
  if (start == "\xFF\xFE\x00\x00"sv || start == "\x00\x00\xFE\xFF"sv)
    throw Error(ErrorCode::unsupported, name_ + " is text in UTF-32; UTF-8 and UTF-16 are read",
                {.source = name_, .byte = 0}, "iconv -f UTF-32 -t UTF-8 turns it into UTF-8.");
  if (!is_little && !start.starts_with("\xFE\xFF"sv)) return;
  const auto order = is_little ? std::endian::little : std::endian::big;
  Bytes begun;
  begun.append(start.substr(kUtf16MarkBytes));
  peeked_.clear();
  text_ = std::make_unique<Utf16Source>(std::move(begun), std::move(text_), order, name_);
}

size_t Contents::read(std::span<std::byte> into) {
  const size_t known = std::min(into.size(), peeked_.size() - peeked_begin_);
  if (known > 0) std::memcpy(into.data(), peeked_.data() + peeked_begin_, known);
  peeked_begin_ += known;
  return known < into.size() ? known + text_->read(into.subspan(known)) : known;
}

ByteSpan Contents::peek(size_t count) {
  const size_t known = peeked_.size() - peeked_begin_;
  if (known < count) {
    if (known > 0) std::memmove(peeked_.data(), peeked_.data() + peeked_begin_, known);
    peeked_.resize(known);
    peeked_begin_ = 0;
    peeked_.advance(text_->read({peeked_.prepare(count - known), count - known}));
  }
  return ByteSpan(peeked_).subspan(peeked_begin_, std::min(count, peeked_.size() - peeked_begin_));
}

ByteSpan Contents::peek_line(size_t count) {
  for (size_t size = kLineBytesExpected;; size *= 2) {
    const ByteSpan known = peek(std::min(size, count));
    const std::string_view text = as_text(known);
    const size_t begin = text.find_first_not_of(" \t\r\n");
    const bool has_line = begin != std::string_view::npos && text.find('\n', begin) != std::string_view::npos;
    if (has_line || known.size() < size || size >= count) return known;
  }
}

}  // namespace sluice
