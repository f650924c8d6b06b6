// Nodes and buffers, checked; buffers decompressed one by one.
// (Arrow "Serialization and Interprocess Communication", RecordBatch message, body compression.)
#include "arrow/ipc_body.h"

#include <string>
#include <utility>

#include "arrow/ipc_fault.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// What our loops rely on; Arrow asks for 8 or 64.
constexpr uintptr_t kBufferAlignment = 8;
// Before a compressed buffer stands the size of what comes out of it, or this: the rest is not compressed.
constexpr int64_t kNotCompressed = -1;

template <typename T>
std::optional<T> take(ByteSpan& values) {
  if (values.empty()) return std::nullopt;
  const T value = load<T>(values.data());
  values = values.subspan(sizeof(T));
  return value;
}

std::optional<FrameCodec> codec_of(const FlatTable& record_batch) {
  const auto compression = record_batch.table(ipc::kBatchCompression);
  if (!compression) return std::nullopt;
  const auto codec = compression->scalar<uint8_t>(ipc::kCompressionCodec, ipc::kLz4Frame);
  const auto method = compression->scalar<uint8_t>(ipc::kCompressionMethod, 0);
  if (method != 0 || codec > ipc::kZstd)
    throw Error(ErrorCode::unsupported, "is compressed by codec " + std::to_string(codec) + " and method " +
                                            std::to_string(method) + ", which Arrow had not when this was built");
  return codec == ipc::kZstd ? FrameCodec::zstd : FrameCodec::lz4;
}

}  // namespace

IpcBody::IpcBody(const FlatTable& record_batch, std::shared_ptr<const Bytes> body, uint64_t bytes_max)
    : body_(std::move(body)),
      rows_(record_batch.scalar<int64_t>(ipc::kBatchLength, 0)),
      nodes_(record_batch.values(ipc::kBatchNodes, sizeof(ipc::FieldNode))),
      buffers_(record_batch.values(ipc::kBatchBuffers, sizeof(ipc::BufferRange))),
      view_buffers_(record_batch.values(ipc::kBatchViewBuffers, sizeof(int64_t))),
      codec_(codec_of(record_batch)),
      bytes_max_(bytes_max),
      bytes_left_(bytes_max) {}

ipc::FieldNode IpcBody::next_node() {
  const auto node = take<ipc::FieldNode>(nodes_);
  if (!node) fail_ipc("has no node: the message has fewer than its schema needs");
  return *node;
}

Buffer IpcBody::next_buffer() {
  const auto range = take<ipc::BufferRange>(buffers_);
  if (!range) fail_ipc("lacks a buffer: the message has fewer than its schema needs");
  const auto size = static_cast<int64_t>(body_->size());
  if (range->length < 0 || range->offset < 0 || range->offset > size || range->length > size - range->offset)
    fail_ipc("has a buffer of " + std::to_string(range->length) + " bytes at byte " + std::to_string(range->offset) +
             " of a body of " + std::to_string(size));
  if (range->length == 0) return {};
  const ByteSpan bytes =
      ByteSpan(*body_).subspan(static_cast<size_t>(range->offset), static_cast<size_t>(range->length));
  if (codec_) return inflate(bytes);
  if (reinterpret_cast<uintptr_t>(bytes.data()) % kBufferAlignment != 0) return copy(bytes);
  return Buffer(bytes, body_);
}

size_t IpcBody::next_view_buffers() {
  const auto count = take<int64_t>(view_buffers_);
  if (!count) fail_ipc("has views, but the message does not say into how many buffers they point");
  const size_t left = buffers_.size() / sizeof(ipc::BufferRange);
  if (*count < 0 || static_cast<uint64_t>(*count) > left)
    fail_ipc("has views into " + std::to_string(*count) + " buffers where the message has " + std::to_string(left) +
             " left");
  return static_cast<size_t>(*count);
}

void IpcBody::finish() const {
  if (!nodes_.empty()) fail_ipc("has " + std::to_string(nodes_.size() / sizeof(ipc::FieldNode)) + " nodes too many");
  if (!buffers_.empty())
    fail_ipc("has " + std::to_string(buffers_.size() / sizeof(ipc::BufferRange)) + " buffers too many");
  if (!view_buffers_.empty()) fail_ipc("counts the buffers of more columns of views than its schema has");
}

Buffer IpcBody::copy(ByteSpan bytes) {
  charge(bytes.size());
  auto owner = std::make_shared<Bytes>();
  owner->append(bytes);
  const ByteSpan view = *owner;
  return Buffer(view, std::move(owner));
}

Buffer IpcBody::inflate(ByteSpan bytes) {
  if (bytes.size() < sizeof(int64_t))
    fail_ipc("has a compressed buffer of only " + std::to_string(bytes.size()) + " bytes");
  const auto size = load<int64_t>(bytes.data());
  const ByteSpan frames = bytes.subspan(sizeof(int64_t));
  if (size == kNotCompressed) {
    if (reinterpret_cast<uintptr_t>(frames.data()) % kBufferAlignment != 0) return copy(frames);
    return Buffer(frames, body_);
  }
  if (size < 0) fail_ipc("has a compressed buffer of a negative size: " + std::to_string(size));
  if (size == 0) return {};
  charge(static_cast<uint64_t>(size));
  auto owner = std::make_shared<Bytes>(static_cast<size_t>(size));
  if (!decompress_frames(*codec_, frames, {owner->data(), owner->size()}))
    fail_ipc("has a buffer that does not decompress to the " + std::to_string(size) + " bytes that it says");
  const ByteSpan view = *owner;
  return Buffer(view, std::move(owner));
}

void IpcBody::charge(uint64_t bytes) {
  if (bytes > bytes_left_)
    throw Error(ErrorCode::data,
                "unfolds to more than the " + std::to_string(bytes_max_) +
                    " bytes that the memory budget leaves to one record batch",
                {}, "A larger budget (--memory) allows larger record batches; so does writing smaller ones.");
  bytes_left_ -= bytes;
}

}  // namespace sluice
