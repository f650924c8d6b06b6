#include "sources/arrow_source.h"

#include <string>
#include <utility>

#include "arrow/ipc_batch_slots.h"
#include "arrow/ipc_slots.h"
#include "sluice/error.h"
#include "sources/source_format.h"

namespace sluice {
namespace {

// Shares of the budget. The writer may still hold one body while the next one is read, if it is small; of a large one
// rows are copied out, and it is gone by then.
constexpr uint64_t kBodyShare = 2;
constexpr uint64_t kSharedShare = 8;
constexpr uint64_t kMetadataShare = 8;
constexpr uint64_t kDictionaryShare = 6;
constexpr uint64_t kPartShare = 16;
constexpr uint64_t kRowShare = 4;

}  // namespace

ArrowSource::ArrowSource(const Source& source, Input input, SourceOptions options) : input_(std::move(input)) {
  const uint64_t budget = options.runtime ? options.runtime->memory_bytes() : RuntimeOptions{}.memory_bytes;
  try {
    open_messages(
        source, {.metadata_bytes = budget / kMetadataShare, .body_bytes = budget / kBodyShare, .budget_bytes = budget});
    reader_.emplace(
        file_ ? file_->take_schema() : stream_->take_schema(),
        [this] { return file_ ? file_->next() : stream_->next(); },
        IpcReaderLimits{.batch_bytes = budget / kBodyShare + budget / kDictionaryShare,
                        .dictionary_bytes = budget / kDictionaryShare,
                        .shared_bytes = budget / kSharedShare,
                        .part_bytes = budget / kPartShare,
                        .row_bytes = budget / kRowShare},
        /*dictionaries_change=*/!file_);
  } catch (const Error& error) {
    fail(error);
  }
  if (options.schema && !(*options.schema == schema()))
    throw Error(ErrorCode::unsupported,
                input_.name() + " has columns of its own, which are not those declared: " + to_text(schema()),
                {.source = input_.name()}, "Leave the schema out: Arrow data bring theirs.");
}

void ArrowSource::open_messages(const Source& source, IpcLimits limits) {
  const ByteSpan start = input_.peek(ipc::kFileStartBytes);
  const bool is_file = begins_with_arrow_magic(start);
  // Streams of old writers begin with the length of a message; that which text would be is too large.
  if (!is_file && start.size() >= sizeof(uint32_t) && load<uint32_t>(start.data()) != ipc::kContinuation &&
      load<uint32_t>(start.data()) > limits.metadata_bytes)
    throw Error(ErrorCode::corrupt, "this is no Arrow data: it begins neither with " + std::string(ipc::kFileMagic) +
                                        " nor with a message");
  if (is_file && input_.size() && source.path != "-")
    file_.emplace(RandomReader::open(source.path), limits);
  else
    stream_.emplace([this](std::span<std::byte> into) { return input_.read(into); }, limits, is_file);
}

std::optional<RelationBatch> ArrowSource::next() {
  try {
    std::optional<Batch> batch = reader_->next();
    if (!batch) return std::nullopt;
    return RelationBatch{{}, std::move(*batch)};
  } catch (const Error& error) {
    fail(error);
  }
}

// What the system says has the name already; what is wrong with the schema or a batch is wrong with the source.
void ArrowSource::fail(const Error& error) const {
  if (error.code() == ErrorCode::io) throw error;
  const ErrorCode code = error.code() == ErrorCode::invalid ? ErrorCode::corrupt : error.code();
  ErrorPlace place = error.place();
  place.source = input_.name();
  throw Error(code, input_.name() + ": " + error.what(), std::move(place), error.hint());
}

}  // namespace sluice
