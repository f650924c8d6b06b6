// Record batches as IPC messages: first the body is laid out, then the FlatBuffer that says where everything stands.
// (Arrow "Serialization and Interprocess Communication", RecordBatch message.)
#include "arrow/ipc_batch_write.h"

#include <flatbuffers/flatbuffers.h>

#include <vector>

#include "arrow/ipc_batch_slots.h"
#include "arrow/ipc_slots.h"
#include "base/bits.h"
#include "columns/dictionary_form.h"
#include "columns/widths.h"

namespace sluice {
namespace {

constexpr size_t kAlignment = 8;

void pad(Bytes& out) {
  while (out.size() % kAlignment != 0) out.push_back(0);
}

// The columns of a batch, each before its children, the values before their offset left out.
class BodyWriter {
 public:
  explicit BodyWriter(Bytes& out) : body(out) {}

  void add(const Column& column);

  std::vector<ipc::FieldNode> nodes;
  std::vector<ipc::BufferRange> buffers;
  Bytes& body;

 private:
  void add_bits(const Buffer& bits, int64_t begin, int64_t count);
  void add_bytes(ByteSpan bytes);
  void add_offsets(const Column& column);
  void add_text(const Column& column);
  void add_visible_text(const Column& column);
  void end_buffer(size_t begin);
};

void BodyWriter::add(const Column& column) {
  const TypeKind kind = column.type.kind();
  nodes.push_back({column.length, column.null_count});
  if (kind == TypeKind::null) return;
  if (column.null_count > 0)
    add_bits(column.validity, column.offset, column.length);
  else
    add_bytes({});
  if (kind == TypeKind::boolean) {
    add_bits(column.values, column.offset, column.length);
  } else if (const size_t width = fixed_width(column.type); width > 0 && column.length > 0) {
    add_bytes(column.values.bytes().subspan(static_cast<size_t>(column.offset) * width,
                                            static_cast<size_t>(column.length) * width));
  } else if (width > 0) {
    add_bytes({});
  }
  if (is_text(kind)) {
    add_text(column);
  } else if (has_offsets(kind)) {
    add_offsets(column);
    const int32_t* const offsets = column.offsets_data();
    add(column.children.front().slice(offsets[0], offsets[column.length] - offsets[0]));
  } else {
    for (const Column& child : column.children) add(child);
  }
}

void BodyWriter::add_bits(const Buffer& bits, int64_t begin, int64_t count) {
  const size_t start = body.size();
  const auto bytes = static_cast<size_t>(bytes_of_bits(count));
  if (count > 0) copy_bits(bits.as<uint8_t>(), begin, count, reinterpret_cast<uint8_t*>(body.prepare(bytes)));
  body.advance(bytes);
  end_buffer(start);
}

void BodyWriter::add_bytes(ByteSpan bytes) {
  const size_t start = body.size();
  body.append(bytes);
  end_buffer(start);
}

void BodyWriter::add_offsets(const Column& column) {
  const size_t start = body.size();
  const int32_t* const offsets = column.offsets_data();
  const size_t bytes = (static_cast<size_t>(column.length) + 1) * sizeof(int32_t);
  auto* const out = reinterpret_cast<int32_t*>(body.prepare(bytes));
  for (int64_t i = 0; i <= column.length; ++i) out[i] = offsets[i] - offsets[0];
  body.advance(bytes);
  end_buffer(start);
}

bool has_text_under_nulls(const Column& column) {
  if (column.null_count == 0) return false;
  const int32_t* const offsets = column.offsets_data();
  for (int64_t i = 0; i < column.length; ++i)
    if (offsets[i] != offsets[i + 1] && !column.is_valid(i)) return true;
  return false;
}

void BodyWriter::add_text(const Column& column) {
  if (has_text_under_nulls(column)) return add_visible_text(column);
  add_offsets(column);
  const int32_t* const offsets = column.offsets_data();
  const auto count = static_cast<size_t>(offsets[column.length] - offsets[0]);
  add_bytes(count == 0 ? ByteSpan() : column.values.bytes().subspan(static_cast<size_t>(offsets[0]), count));
}

// What lies under a null is nobody's business, and some readers refuse the batch where it is not UTF-8.
void BodyWriter::add_visible_text(const Column& column) {
  const int32_t* const offsets = column.offsets_data();
  const auto bytes_of = [&](int64_t i) { return column.is_valid(i) ? offsets[i + 1] - offsets[i] : 0; };
  size_t start = body.size();
  int32_t end = 0;
  body.append_value(end);
  for (int64_t i = 0; i < column.length; ++i) body.append_value(end += bytes_of(i));
  end_buffer(start);
  start = body.size();
  for (int64_t i = 0; i < column.length; ++i)
    body.append(column.values.as<std::byte>() + offsets[i], static_cast<size_t>(bytes_of(i)));
  end_buffer(start);
}

void BodyWriter::end_buffer(size_t begin) {
  buffers.push_back({static_cast<int64_t>(begin), static_cast<int64_t>(body.size() - begin)});
  pad(body);
}

flatbuffers::voffset_t at(int slot) {
  return flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(slot));
}

}  // namespace

void encode_record_batch(const Batch& batch, EncodedBatch& out) {
  out.head.clear();
  out.body.clear();
  BodyWriter writer(out.body);
  for (const Column& column : batch.columns()) writer.add(unfold(column));
  flatbuffers::FlatBufferBuilder builder;
  const auto buffers = builder.CreateVectorOfStructs(writer.buffers);
  const auto nodes = builder.CreateVectorOfStructs(writer.nodes);
  const auto record_batch = builder.StartTable();
  builder.AddElement<int64_t>(at(ipc::kBatchLength), batch.rows(), 0);
  builder.AddOffset(at(ipc::kBatchNodes), nodes);
  builder.AddOffset(at(ipc::kBatchBuffers), buffers);
  const flatbuffers::Offset<flatbuffers::Table> header(builder.EndTable(record_batch));
  const auto message = builder.StartTable();
  builder.AddElement<int16_t>(at(ipc::kMessageVersion), ipc::kMetadataV5, 0);
  builder.AddElement<uint8_t>(at(ipc::kMessageHeaderType), static_cast<uint8_t>(ipc::Header::record_batch), 0);
  builder.AddOffset(at(ipc::kMessageHeader), header);
  builder.AddElement<int64_t>(at(ipc::kMessageBodyLength), static_cast<int64_t>(out.body.size()), 0);
  builder.Finish(flatbuffers::Offset<flatbuffers::Table>(builder.EndTable(message)));
  const size_t padded = (builder.GetSize() + kAlignment - 1) / kAlignment * kAlignment;
  out.head.append_value(ipc::kContinuation);
  out.head.append_value(static_cast<int32_t>(padded));
  out.head.append(builder.GetBufferPointer(), builder.GetSize());
  pad(out.head);
}

void append_record_batch(const Batch& batch, Bytes& out) {
  EncodedBatch encoded;
  encode_record_batch(batch, encoded);
  out.append(encoded.head);
  out.append(encoded.body);
}

void append_end_of_stream(Bytes& out) {
  out.append_value(ipc::kContinuation);
  out.append_value(int32_t{0});
}

}  // namespace sluice
