// What a sink does that has no better way of its own.
#include <memory>

#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/scratch_file.h"

namespace sluice {

inline namespace v0 {

std::unique_ptr<ScratchFile> Sink::open_journal() { return ScratchFile::unnamed(); }

void Sink::read_at(uint64_t, std::span<std::byte>) {
  throw Error(ErrorCode::unsupported, "what was written to " + name() + " cannot be read back", {.source = name()});
}

}  // namespace v0
}  // namespace sluice
