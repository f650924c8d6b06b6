#include "sources/json_input.h"

#include "base/utf8.h"
#include "sluice/literals.h"
#include "sources/json_extent.h"

namespace sluice {
namespace {

constexpr size_t kAheadBytes = 64_KiB;

}  // namespace

JsonInput::JsonInput(Contents& contents) : contents_(contents) {
  if (as_text(contents_.peek(kByteOrderMark.size())) == kByteOrderMark) {
    read_ahead();
    at_ = kByteOrderMark.size();
  }
}

void JsonInput::take_blanks() {
  for (int c = peek(); c != kEnd && is_json_blank(static_cast<char>(c)); c = peek()) take();
}

bool JsonInput::take_blanks_in_time() {
  for (;;) {
    if (at_ == ahead_.size() && !read_once()) return !paused();
    if (!is_json_blank(static_cast<char>(peek()))) return true;
    take();
  }
}

// False at the end.
bool JsonInput::read_ahead() {
  while (!read_once())
    if (!paused()) return false;
  return true;
}

bool JsonInput::read_once() {
  offset_ += ahead_.size();
  at_ = 0;
  ahead_.resize(kAheadBytes);
  ahead_.resize(contents_.read({ahead_.data(), kAheadBytes}));
  return !ahead_.empty();
}

size_t JsonInput::take_block(Bytes& bytes, size_t from, size_t to) {
  const size_t ready = std::min(ahead_.size() - at_, to - from);
  if (ready > 0) std::memcpy(bytes.data() + from, ahead_.data() + at_, ready);
  at_ += ready;
  from += ready;
  if (from == to) return to;
  // From here on nothing is ahead: what is read now passes by.
  const size_t count = contents_.read({bytes.data() + from, to - from});
  offset_ += ahead_.size() + count;
  ahead_.clear();
  at_ = 0;
  return from + count;
}

// While there is something ahead, all that a block has comes from there.
void JsonInput::give_back(ByteSpan bytes) {
  if (bytes.size() <= at_) {
    at_ -= bytes.size();
    return;
  }
  offset_ -= bytes.size();
  ahead_.append(bytes);
}

}  // namespace sluice
