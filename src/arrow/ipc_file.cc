// The footer of an Arrow file, and the messages that it points at.
// (Arrow "Serialization and Interprocess Communication", IPC file format, File.fbs.)
#include "arrow/ipc_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sluice/error.h"

namespace sluice {
namespace {

// The length of the footer, and the magic again.
constexpr uint64_t kTrailerBytes = sizeof(int32_t) + ipc::kFileMagicBytes;

[[noreturn]] void fail(uint64_t at, const std::string& sentence) {
  throw Error(ErrorCode::corrupt, sentence, {.byte = static_cast<int64_t>(at)});
}

}  // namespace

IpcFile::IpcFile(RandomReader file, IpcLimits limits) : file_(std::move(file)), limits_(limits) { read_footer(); }

void IpcFile::read_footer() {
  const uint64_t size = file_.size();
  if (size < ipc::kFileStartBytes + kTrailerBytes)
    fail(size, "the Arrow file breaks off after " + std::to_string(size) + " bytes");
  std::byte trailer[kTrailerBytes];
  file_.read_at(size - kTrailerBytes, trailer);
  if (as_text(ByteSpan(trailer).last(ipc::kFileMagicBytes)) != ipc::kFileMagic)
    fail(size, "the Arrow file breaks off after " + std::to_string(size) + " bytes: its footer is missing");
  const auto bytes = load<int32_t>(trailer);
  const uint64_t end = size - kTrailerBytes;
  if (bytes <= 0 || static_cast<uint64_t>(bytes) > end - ipc::kFileStartBytes)
    fail(end, "the Arrow file says that its footer has " + std::to_string(bytes) + " bytes, but before it are " +
                  std::to_string(end - ipc::kFileStartBytes));
  if (static_cast<uint64_t>(bytes) > limits_.metadata_bytes)
    throw Error(ErrorCode::data,
                "the Arrow file has a footer of " + std::to_string(bytes) + " bytes, but the memory budget allows " +
                    std::to_string(limits_.metadata_bytes),
                {}, "A larger budget (--memory) allows it.");
  Bytes footer(static_cast<size_t>(bytes));
  const uint64_t begin = end - footer.size();
  file_.read_at(begin, {footer.data(), footer.size()});
  bytes_read_ = kTrailerBytes + footer.size();
  const FlatTable table = FlatTable::root(footer);
  const auto version = table.scalar<int16_t>(ipc::kFooterVersion, 0);
  if (version != ipc::kMetadataV4 && version != ipc::kMetadataV5)
    throw Error(ErrorCode::unsupported, "the Arrow file has a footer of version " + std::to_string(version + 1) +
                                            "; versions 4 and 5 are built");
  const auto schema = table.table(ipc::kFooterSchema);
  if (!schema) fail(begin, "the footer of the Arrow file has no schema");
  schema_ = read_ipc_schema(*schema, footer.size());
  const size_t block = sizeof(ipc::Block);
  add_places(table.values(ipc::kFooterDictionaries, block), ipc::Header::dictionary_batch, begin);
  add_places(table.values(ipc::kFooterBatches, block), ipc::Header::record_batch, begin);
  // Blocks that overlap could make a small file as long as they like.
  uint64_t total = 0;
  for (const Place& place : places_) total += place.bytes;
  if (total > size)
    fail(begin, "the footer of the Arrow file tells of " + std::to_string(total) + " bytes of messages in a file of " +
                    std::to_string(size));
}

// `end`: where the footer begins.
void IpcFile::add_places(ByteSpan blocks, ipc::Header header, uint64_t end) {
  for (; !blocks.empty(); blocks = blocks.subspan(sizeof(ipc::Block))) {
    const auto block = load<ipc::Block>(blocks.data());
    const auto limit = static_cast<int64_t>(end);
    if (block.offset < 0 || block.metadata_bytes < 0 || block.body_bytes < 0 || block.offset > limit ||
        block.metadata_bytes > limit - block.offset || block.body_bytes > limit - block.offset - block.metadata_bytes)
      fail(end, "the footer of the Arrow file points outside of the file: " + std::to_string(block.metadata_bytes) +
                    " and " + std::to_string(block.body_bytes) + " bytes at byte " + std::to_string(block.offset));
    places_.push_back({header, static_cast<uint64_t>(block.offset),
                       static_cast<uint64_t>(block.metadata_bytes) + static_cast<uint64_t>(block.body_bytes)});
  }
}

std::optional<IpcMessage> IpcFile::next() {
  if (next_ == places_.size()) return std::nullopt;
  const Place place = places_[next_++];
  uint64_t at = place.offset;
  const uint64_t end = place.offset + place.bytes;
  const auto read = [&](std::span<std::byte> into) {
    const auto count = static_cast<size_t>(std::min<uint64_t>(into.size(), end - at));
    file_.read_at(at, into.first(count));
    at += count;
    bytes_read_ += count;
    return count;
  };
  std::optional<IpcMessage> message = IpcFrames(read, limits_, place.offset).next();
  if (!message || message->header != place.header)
    fail(place.offset, "the Arrow file has no message at byte " + std::to_string(place.offset) +
                           " of the kind that it should have there");
  return message;
}

}  // namespace sluice
