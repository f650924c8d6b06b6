// What a sink does that has no better way of its own.
#include <algorithm>
#include <memory>

#include "base/bytes.h"
#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/input.h"
#include "storage/scratch_file.h"

namespace sluice {

namespace {

constexpr uint64_t kCopyBytes = 1 << 20;

}  // namespace

inline namespace v0 {

std::unique_ptr<ScratchFile> Sink::open_journal() { return ScratchFile::unnamed(); }

void Sink::read_at(uint64_t, std::span<std::byte>) {
  throw Error(ErrorCode::unsupported, "what was written to " + name() + " cannot be read back", {.source = name()});
}

void Sink::copy_at(uint64_t offset, const RandomReader& file, uint64_t from, uint64_t bytes) {
  Bytes buffer(static_cast<size_t>(std::min(bytes, kCopyBytes)));
  while (bytes > 0) {
    const std::span piece(buffer.data(), static_cast<size_t>(std::min<uint64_t>(bytes, buffer.size())));
    file.read_at(from, piece);
    write_at(offset, piece);
    from += piece.size();
    offset += piece.size();
    bytes -= piece.size();
  }
}

}  // namespace v0
}  // namespace sluice
