#include "sources/unpacked_source.h"

#include <algorithm>
#include <utility>

#include "base/size_text.h"
#include "sluice/error.h"
#include "sluice/literals.h"
#include "sources/contents.h"

namespace sluice {
namespace {

// A call for each buffer costs nothing beside unpacking it, and it stays in a core's cache.
constexpr size_t kPackedBytes = 256_KiB;
// The .xz file format, section 2.2: padding between streams is a multiple of four bytes.
constexpr uint64_t kXzPaddingUnit = 4;

}  // namespace

UnpackedSource::UnpackedSource(Input input, Container container, uint64_t memory_bytes_max,
                               std::shared_ptr<Budget> budget)
    : input_(std::move(input)),
      container_(container),
      memory_bytes_max_(memory_bytes_max),
      unpacker_(make_unpacker(container, memory_bytes_max)),
      buffer_(kPackedBytes),
      account_(std::move(budget)) {}

size_t UnpackedSource::read(std::span<std::byte> into) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = patience_ && !input_.size() ? std::optional(Clock::now() + *patience_) : std::nullopt;
  size_t made = 0;
  paused_ = false;
  while (made < into.size() && (is_inside_ || begin_member())) {
    const size_t more = unpack(into.subspan(made));
    made += more;
    paused_ = paused_ || (deadline && Clock::now() >= *deadline);  // little by little takes time, too
    if (paused_ || (more == 0 && is_at_cut())) break;
  }
  return made;
}

// What was cut off ends anywhere.
bool UnpackedSource::is_at_cut() const { return packed_.empty() && input_ended_ && input_.was_cut_off(); }

// False at the end of the source, and when nothing has come in time.
bool UnpackedSource::begin_member() {
  skip_padding();
  if (paused_ || packed_.empty() || (packed_.size() < kContainerStartBytes && input_.was_cut_off())) return false;
  if (container_of_bytes(packed_) != container_)
    fail("has bytes behind the end of its " + std::string(to_string(container_)) +
         " data that belong to nothing, from byte " + std::to_string(offset_) + " on");
  unpacker_->begin();
  is_inside_ = true;
  return true;
}

size_t UnpackedSource::unpack(std::span<std::byte> into) {
  if (packed_.empty()) fetch(1);
  const Unpacker::Step step = unpacker_->step(packed_, into);
  account_.set(buffer_.capacity() + unpacker_->memory_bytes());
  drop(step.taken);
  switch (step.state) {
    case Unpacker::State::more: break;
    case Unpacker::State::member_end: is_inside_ = false; return step.made;
    case Unpacker::State::memory_over: fail_memory();
    case Unpacker::State::damaged:
      fail("is damaged near byte " + std::to_string(offset_) + ": its " + std::string(to_string(container_)) +
           " data cannot be unpacked (" + unpacker_->problem() + ")");
  }
  if (step.taken + step.made == 0 && !paused_ && !is_at_cut())
    fail("ends in the middle of its " + std::string(to_string(container_)) + " data (byte " + std::to_string(offset_) +
         ")");
  return step.made;
}

void UnpackedSource::skip_padding() {
  for (fetch(kContainerStartBytes); !packed_.empty() && packed_.front() == std::byte{0}; fetch(kContainerStartBytes)) {
    const auto other =
        std::find_if(packed_.begin(), packed_.end(), [](std::byte byte) { return byte != std::byte{0}; });
    const auto count = static_cast<size_t>(other - packed_.begin());
    padding_ += count;
    drop(count);
  }
  if (paused_) return;
  if (container_ == Container::xz && padding_ % kXzPaddingUnit != 0)
    fail("has " + std::to_string(padding_) + " bytes of padding before byte " + std::to_string(offset_) +
         "; in xz data it comes in units of four bytes");
  padding_ = 0;
}

// Makes sure of `count` packed bytes, unless the source ends before, or keeps us waiting. A pipe gives what it has.
void UnpackedSource::fetch(size_t count) {
  while (packed_.size() < count && !input_ended_ && !paused_) {
    const size_t kept = packed_.size();
    std::copy(packed_.begin(), packed_.end(), buffer_.data());  // to the left, if at all
    const size_t fetched = input_.read_some({buffer_.data() + kept, buffer_.size() - kept});
    paused_ = input_.paused();
    input_ended_ = fetched == 0 && !paused_;
    packed_ = ByteSpan(buffer_).first(kept + fetched);
  }
}

void UnpackedSource::drop(size_t count) {
  packed_ = packed_.subspan(count);
  offset_ += count;
}

void UnpackedSource::fail(const std::string& what) const {
  throw Error(ErrorCode::corrupt, input_.name() + " " + what,
              {.source = input_.name(), .byte = static_cast<int64_t>(offset_)});
}

void UnpackedSource::fail_memory() const {
  const uint64_t needed = unpacker_->memory_needed();
  throw Error(ErrorCode::data,
              input_.name() + " needs " + whole_mebibytes(needed) + " of memory for unpacking its " +
                  std::string(to_string(container_)) + " data; " + whole_mebibytes(memory_bytes_max_) + " are allowed",
              {.source = input_.name(), .byte = static_cast<int64_t>(offset_)},
              "--memory " + whole_mebibytes(budget_for_unpacking(needed)) + " allows it.");
}

}  // namespace sluice
