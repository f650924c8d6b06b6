#include "sources/unpacked_source.h"

#include <algorithm>
#include <utility>

#include "sluice/error.h"
#include "sluice/literals.h"
#include "sources/contents.h"

namespace sluice {
namespace {

// A call for each buffer costs nothing beside unpacking it, and it stays in a core's cache.
constexpr size_t kPackedBytes = 256_KiB;
// The .xz file format, section 2.2: padding between streams is a multiple of four bytes.
constexpr uint64_t kXzPaddingUnit = 4;

std::string mebibytes(uint64_t bytes) { return std::to_string((bytes + 1_MiB - 1) / 1_MiB) + "MiB"; }

}  // namespace

UnpackedSource::UnpackedSource(Input input, Container container, uint64_t memory_bytes_max)
    : input_(std::move(input)),
      container_(container),
      memory_bytes_max_(memory_bytes_max),
      unpacker_(make_unpacker(container, memory_bytes_max)),
      buffer_(kPackedBytes) {}

size_t UnpackedSource::read(std::span<std::byte> into) {
  size_t made = 0;
  while (made < into.size() && (is_inside_ || begin_member())) made += unpack(into.subspan(made));
  return made;
}

// False at the end of the source.
bool UnpackedSource::begin_member() {
  skip_padding();
  if (packed_.empty()) return false;
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
  drop(step.taken);
  switch (step.state) {
    case Unpacker::State::more: break;
    case Unpacker::State::member_end: is_inside_ = false; return step.made;
    case Unpacker::State::memory_over: fail_memory();
    case Unpacker::State::damaged:
      fail("is damaged near byte " + std::to_string(offset_) + ": its " + std::string(to_string(container_)) +
           " data cannot be unpacked (" + unpacker_->problem() + ")");
  }
  if (step.taken + step.made == 0)
    fail("ends in the middle of its " + std::string(to_string(container_)) + " data (byte " + std::to_string(offset_) +
         ")");
  return step.made;
}

void UnpackedSource::skip_padding() {
  uint64_t zeros = 0;
  for (fetch(kContainerStartBytes); !packed_.empty() && packed_.front() == std::byte{0}; fetch(kContainerStartBytes)) {
    const auto other =
        std::find_if(packed_.begin(), packed_.end(), [](std::byte byte) { return byte != std::byte{0}; });
    const auto count = static_cast<size_t>(other - packed_.begin());
    zeros += count;
    drop(count);
  }
  if (container_ == Container::xz && zeros % kXzPaddingUnit != 0)
    fail("has " + std::to_string(zeros) + " bytes of padding before byte " + std::to_string(offset_) +
         "; in xz data it comes in units of four bytes");
}

// Makes sure of `count` packed bytes, unless the source ends before.
void UnpackedSource::fetch(size_t count) {
  if (packed_.size() >= count || input_ended_) return;
  const size_t kept = packed_.size();
  std::copy(packed_.begin(), packed_.end(), buffer_.data());  // to the left, if at all
  const size_t room = buffer_.size() - kept;
  const size_t fetched = input_.read({buffer_.data() + kept, room});
  input_ended_ = fetched < room;
  packed_ = ByteSpan(buffer_).first(kept + fetched);
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
              input_.name() + " needs " + mebibytes(needed) + " of memory for unpacking its " +
                  std::string(to_string(container_)) + " data; " + mebibytes(memory_bytes_max_) + " are allowed",
              {.source = input_.name(), .byte = static_cast<int64_t>(offset_)},
              "--memory " + mebibytes(budget_for_unpacking(needed)) + " allows it.");
}

}  // namespace sluice
