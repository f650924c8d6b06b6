// The streaming format from its first byte to its last. (Arrow "Serialization and Interprocess Communication".)
#include "arrow/ipc_stream.h"

#include <algorithm>
#include <string>
#include <utility>

#include "arrow/ipc_batch_slots.h"
#include "sluice/error.h"

namespace sluice {
namespace {

constexpr size_t kSkipBytes = 65'536;

[[noreturn]] void fail(uint64_t at, const std::string& sentence, std::string hint = {}) {
  throw Error(ErrorCode::corrupt, sentence, {.byte = static_cast<int64_t>(at)}, std::move(hint));
}

}  // namespace

IpcStream::IpcStream(ReadBytes source, IpcLimits limits, bool is_file)
    : source_(std::move(source)),
      is_file_(is_file),
      frames_([this](std::span<std::byte> into) { return read(into); }, limits, is_file ? ipc::kFileStartBytes : 0) {
  std::byte start[ipc::kFileStartBytes];
  if (is_file_ && read(start) < sizeof start) fail(0, "the Arrow file ends in its first bytes");
}

size_t IpcStream::read(std::span<std::byte> into) {
  const size_t count = source_(into);
  taken_ += count;
  return count;
}

IpcSchema IpcStream::take_schema() {
  const std::optional<IpcMessage> message = frames_.next();
  if (message && message->header == ipc::Header::schema)
    return read_ipc_schema(message->table(), message->metadata.size());
  if (is_file_)
    throw Error(ErrorCode::unsupported, "the Arrow file has its schema at its end only, which cannot be read from here",
                {}, "Name the file itself instead of piping it.");
  fail(0, message ? "the first Arrow message is no schema" : "there is no Arrow message, not even a schema");
}

std::optional<IpcMessage> IpcStream::next() {
  std::optional<IpcMessage> message = frames_.next();
  if (!message) check_end();
  return message;
}

void IpcStream::check_end() {
  const uint64_t end = frames_.offset();
  if (is_file_ && !frames_.ended())
    fail(end, "the Arrow file breaks off after " + std::to_string(end) + " bytes: its end is missing");
  if (!frames_.ended()) return;
  Bytes skipped(kSkipBytes);
  std::string last;
  while (const size_t count = read({skipped.data(), skipped.size()})) {
    if (!is_file_)
      fail(end, "more bytes follow behind the end of the Arrow stream at byte " + std::to_string(end),
           "Streams cannot be put together by putting one behind the other; write them one by one.");
    last.append(as_text(ByteSpan(skipped).first(count)));
    last.erase(0, last.size() - std::min(last.size(), ipc::kFileMagicBytes));
  }
  if (is_file_ && last != ipc::kFileMagic)
    fail(end, "the Arrow file breaks off in its footer, which begins at byte " + std::to_string(end));
}

}  // namespace sluice
