// Framing, for bytes that may be malformed on purpose.
// (Arrow "Serialization and Interprocess Communication", encapsulated message format, IPC streaming format.)
#include "arrow/ipc_message.h"

#include <algorithm>
#include <string>
#include <utility>

#include "arrow/ipc_batch_slots.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// The first step of reading, which later ones double: what is allocated is at most twice what has arrived, or this.
constexpr uint64_t kStepBytes = uint64_t{1} << 20;

[[noreturn]] void fail(ErrorCode code, uint64_t at, const std::string& problem, std::string hint = {}) {
  throw Error(code, "the Arrow message at byte " + std::to_string(at) + " " + problem,
              {.byte = static_cast<int64_t>(at)}, std::move(hint));
}

[[noreturn]] void refuse_size(uint64_t at, const std::string& what, uint64_t size, uint64_t limit, uint64_t budget) {
  const std::string of_budget = budget > 0 ? " of " + std::to_string(budget) : "";
  fail(ErrorCode::data, at,
       "has " + std::to_string(size) + " bytes of " + what + ", but the memory budget" + of_budget + " allows " +
           std::to_string(limit),
       "A larger budget (--memory) allows larger record batches; so does writing smaller ones.");
}

struct CountedBody {
  Bytes bytes;
  Account account;
};

}  // namespace

FlatTable IpcMessage::table() const {
  const auto table = FlatTable::root(metadata).table(ipc::kMessageHeader);
  if (!table) fail(ErrorCode::corrupt, offset, "has no header");
  return *table;
}

IpcFrames::IpcFrames(ReadBytes read, IpcLimits limits, uint64_t offset)
    : read_(std::move(read)), limits_(limits), offset_(offset) {}

std::optional<IpcMessage> IpcFrames::next() {
  IpcMessage message;
  message.offset = offset_;
  const std::optional<uint32_t> size = read_size();
  if (!size) return std::nullopt;
  if (*size == 0) {
    ended_ = true;
    return std::nullopt;
  }
  read_head(message, *size);
  const FlatTable table = FlatTable::root(message.metadata);
  const auto body_bytes = table.scalar<int64_t>(ipc::kMessageBodyLength, 0);
  if (body_bytes < 0) fail(ErrorCode::corrupt, message.offset, "has a body of negative length");
  if (static_cast<uint64_t>(body_bytes) > limits_.body_bytes)
    refuse_size(message.offset, "body", static_cast<uint64_t>(body_bytes), limits_.body_bytes, limits_.budget_bytes);
  const auto counted = std::make_shared<CountedBody>();
  const std::shared_ptr<Bytes> body(counted, &counted->bytes);
  if (!read_into(*body, static_cast<uint64_t>(body_bytes)))
    fail(ErrorCode::corrupt, message.offset,
         "breaks off: " + std::to_string(body->size()) + " of the " + std::to_string(body_bytes) +
             " bytes of its body are there");
  counted->account = Account(limits_.budget, body->capacity());
  message.body = body;
  return message;
}

// The size of the FlatBuffer, 0 for the end mark; nothing when there are no more bytes.
std::optional<uint32_t> IpcFrames::read_size() {
  const uint64_t begin = offset_;
  Bytes word;
  if (!read_into(word, sizeof(uint32_t))) {
    if (word.empty()) return std::nullopt;
    fail(ErrorCode::corrupt, begin, "breaks off in its first bytes");
  }
  uint32_t size = load<uint32_t>(word.data());
  if (size == ipc::kContinuation) {  // writers before 2019 left it out
    word.clear();
    if (!read_into(word, sizeof(uint32_t))) fail(ErrorCode::corrupt, begin, "breaks off in its first bytes");
    size = load<uint32_t>(word.data());
  }
  if (size > INT32_MAX) fail(ErrorCode::corrupt, begin, "has metadata of negative length");
  return size;
}

void IpcFrames::read_head(IpcMessage& message, uint32_t size) {
  if (size > limits_.metadata_bytes)
    refuse_size(message.offset, "metadata", size, limits_.metadata_bytes, limits_.budget_bytes);
  if (!read_into(message.metadata, size))
    fail(ErrorCode::corrupt, message.offset,
         "breaks off: " + std::to_string(message.metadata.size()) + " of the " + std::to_string(size) +
             " bytes of its metadata are there");
  const FlatTable table = FlatTable::root(message.metadata);
  const auto version = table.scalar<int16_t>(ipc::kMessageVersion, 0);
  if (version != ipc::kMetadataV4 && version != ipc::kMetadataV5)
    fail(ErrorCode::unsupported, message.offset,
         "has metadata of version " + std::to_string(version + 1) + "; versions 4 and 5 are built");
  const auto header = table.scalar<uint8_t>(ipc::kMessageHeaderType, 0);
  if (header < static_cast<uint8_t>(ipc::Header::schema) || header > static_cast<uint8_t>(ipc::Header::record_batch))
    fail(ErrorCode::unsupported, message.offset,
         "is neither a schema, a dictionary nor a record batch, but of kind " + std::to_string(header));
  message.header = static_cast<ipc::Header>(header);
}

// False when the source ends before; then `out` has what there was.
bool IpcFrames::read_into(Bytes& out, uint64_t size) {
  while (out.size() < size) {
    const auto step = static_cast<size_t>(std::min(size - out.size(), std::max<uint64_t>(kStepBytes, out.size())));
    const size_t count = read_({out.prepare(step), step});
    out.advance(count);
    offset_ += count;
    if (count < step) return false;
  }
  return true;
}

}  // namespace sluice
