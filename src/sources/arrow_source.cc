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

void check_start(ByteSpan start, const IpcLimits& limits) {
  // Streams of old writers begin with the length of a message; that which text would be is too large.
  if (begins_with_arrow_magic(start) || start.size() < sizeof(uint32_t)) return;
  const auto first = load<uint32_t>(start.data());
  if (first != ipc::kContinuation && first > limits.metadata_bytes)
    throw Error(ErrorCode::corrupt, "this is no Arrow data: it begins neither with " + std::string(ipc::kFileMagic) +
                                        " nor with a message");
}

}  // namespace

ArrowSource::ArrowSource(const std::string& path, Input input, SourceOptions options)
    : TypedSource(input.name()), bytes_total_(input.size()), input_(std::move(input)) {
  open(options, [&](const IpcLimits& limits) {
    const ByteSpan start = input_->peek(ipc::kFileStartBytes);
    const bool is_file = begins_with_arrow_magic(start);
    check_start(start, limits);
    if (is_file && bytes_total_ && path != "-")
      file_.emplace(RandomReader::open(path), limits);
    else
      stream_.emplace([this](std::span<std::byte> into) { return input_->read(into); }, limits, is_file);
  });
}

ArrowSource::ArrowSource(Contents contents, SourceOptions options)
    : TypedSource(contents.name()), bytes_total_(contents.bytes_total()), packed_(std::move(contents)) {
  open(options, [&](const IpcLimits& limits) {
    const ByteSpan start = packed_->peek(ipc::kFileStartBytes);
    const bool is_file = begins_with_arrow_magic(start);
    check_start(start, limits);
    stream_.emplace([this](std::span<std::byte> into) { return packed_->read(into); }, limits, is_file);
  });
}

// `open_messages` makes file_ or stream_.
template <typename OpenMessages>
void ArrowSource::open(const SourceOptions& options, OpenMessages open_messages) {
  const uint64_t budget = options.runtime ? options.runtime->memory_bytes() : RuntimeOptions{}.memory_bytes;
  try {
    open_messages(IpcLimits{.metadata_bytes = budget / kMetadataShare,
                            .body_bytes = budget / kBodyShare,
                            .budget_bytes = budget,
                            .budget = options.runtime ? options.runtime->budget() : nullptr});
    reader_.emplace(
        file_ ? file_->take_schema() : stream_->take_schema(),
        [this] { return file_ ? file_->next() : stream_->next(); },
        IpcReaderLimits{.batch_bytes = budget / kBodyShare + budget / kDictionaryShare,
                        .dictionary_bytes = budget / kDictionaryShare,
                        .shared_bytes = budget / kSharedShare,
                        .part_bytes = budget / kPartShare,
                        .row_bytes = budget / kRowShare},
        /*dictionaries_change=*/!file_, options.runtime ? options.runtime->budget() : nullptr);
  } catch (const Error& error) {
    fail(error);
  }
  refuse_other_schema(options, "Arrow data bring");
}

std::optional<RelationBatch> ArrowSource::next() {
  try {
    std::optional<Batch> batch = reader_->next();
    if (!batch) return std::nullopt;
    return RelationBatch{{}, std::move(*batch)};
  } catch (const Error& error) {
    // The message that was cut off is left out.
    if (input_ ? input_->was_cut_off() : packed_->was_cut_off()) return std::nullopt;
    fail(error);
  }
}

// What the system says, or what is wrong with a container, has the name already; what is wrong with the schema or a
// batch is wrong with the source.
void ArrowSource::fail(const Error& error) const {
  if (!error.place().source.empty()) throw error;
  const ErrorCode code = error.code() == ErrorCode::invalid ? ErrorCode::corrupt : error.code();
  ErrorPlace place = error.place();
  place.source = name();
  throw Error(code, name() + ": " + error.what(), std::move(place), error.hint());
}

}  // namespace sluice
