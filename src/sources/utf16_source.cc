#include "sources/utf16_source.h"

#include <algorithm>
#include <utility>

#include "base/utf16.h"
#include "sluice/error.h"
#include "sluice/literals.h"

namespace sluice {
namespace {

constexpr size_t kRawBytes = 64_KiB;
constexpr uint64_t kMarkBytes = 2;

}  // namespace

Utf16Source::Utf16Source(Bytes begun, std::unique_ptr<ByteSource> units, std::endian order, std::string name)
    : units_(std::move(units)),
      order_(order),
      name_(std::move(name)),
      raw_(std::move(begun)),
      raw_offset_(kMarkBytes) {}

size_t Utf16Source::read(std::span<std::byte> into) {
  size_t done = 0;
  paused_ = false;
  while (done < into.size() && (text_begin_ < text_.size() || refill())) {
    const size_t count = std::min(into.size() - done, text_.size() - text_begin_);
    std::memcpy(into.data() + done, text_.data() + text_begin_, count);
    text_begin_ += count;
    done += count;
  }
  return done;
}

// False at the end of the text, and when no more of it has come in time.
bool Utf16Source::refill() {
  if (paused_) return false;
  const size_t room = kRawBytes - raw_.size();
  const size_t fetched = units_->read({raw_.prepare(room), room});
  raw_.advance(fetched);
  paused_ = units_->paused();
  if (raw_.empty()) return false;
  text_.resize(kRawBytes / 2 * kUtf8BytesPerUnitMax);
  const Utf16Step step = utf16_to_utf8(raw_, order_, {text_.data(), text_.size()});
  text_.resize(step.made);
  text_begin_ = 0;
  raw_offset_ += step.taken;
  if (step.is_broken) fail("has half a surrogate pair");
  const bool is_end = fetched < room && !paused_ && !units_->was_cut_off();
  if (is_end && step.taken < raw_.size()) fail("ends in the middle of a character");
  std::memmove(raw_.data(), raw_.data() + step.taken, raw_.size() - step.taken);
  raw_.resize(raw_.size() - step.taken);
  return step.made > 0;
}

void Utf16Source::fail(const std::string& what) const {
  throw Error(ErrorCode::data,
              name_ + " is text in UTF-16 that " + what + " (byte " + std::to_string(raw_offset_) + ")",
              {.source = name_, .byte = static_cast<int64_t>(raw_offset_)});
}

}  // namespace sluice
