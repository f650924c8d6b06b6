// Arrow IPC put together by hand, for tests: what our own writer never makes (dictionaries, compression), and
// readers of it.
#pragma once

#include <flatbuffers/flatbuffers.h>
#include <lz4frame.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "arrow/ipc_batch_slots.h"
#include "arrow/ipc_batch_write.h"
#include "arrow/ipc_message.h"
#include "arrow/ipc_reader.h"
#include "arrow/ipc_schema.h"
#include "arrow/ipc_slots.h"
#include "arrow/ipc_stream.h"
#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::test {

inline const IpcLimits kRoomyLimits{.metadata_bytes = 1 << 20, .body_bytes = 1 << 24};
inline constexpr IpcReaderLimits kRoomyReaderLimits{.batch_bytes = 1 << 24,
                                                    .dictionary_bytes = 1 << 22,
                                                    .shared_bytes = 1 << 24,
                                                    .part_bytes = 1 << 22,
                                                    .row_bytes = 1 << 22};

/// Reads from `text`, which must outlive it.
inline ReadBytes read_from(const std::string& text) {
  return [left = std::string_view(text)](std::span<std::byte> into) mutable {
    const size_t count = std::min(into.size(), left.size());
    if (count > 0) std::memcpy(into.data(), left.data(), count);
    left.remove_prefix(count);
    return count;
  };
}

/// A record batch in parts that can be changed before they are put together again.
struct RawBatch {
  int64_t rows = 0;
  std::vector<ipc::FieldNode> nodes{};
  std::vector<std::string> buffers{};
  std::optional<uint8_t> codec{};
  std::vector<int64_t> view_buffers{};
};

template <typename T>
std::vector<T> all_of(ByteSpan values) {
  std::vector<T> all;
  for (; !values.empty(); values = values.subspan(sizeof(T))) all.push_back(load<T>(values.data()));
  return all;
}

inline RawBatch raw_batch(const Batch& batch) {
  Bytes bytes;
  append_record_batch(batch, bytes);
  const std::string text(bytes.view());
  const IpcMessage message = IpcFrames(read_from(text), kRoomyLimits, 0).next().value();
  const FlatTable table = message.table();
  RawBatch raw{.rows = batch.rows()};
  raw.nodes = all_of<ipc::FieldNode>(table.values(ipc::kBatchNodes, sizeof(ipc::FieldNode)));
  for (const auto& range : all_of<ipc::BufferRange>(table.values(ipc::kBatchBuffers, sizeof(ipc::BufferRange))))
    raw.buffers.emplace_back(
        message.body->view().substr(static_cast<size_t>(range.offset), static_cast<size_t>(range.length)));
  return raw;
}

inline RawBatch raw_batch(const Column& column) {
  const auto schema = std::make_shared<const Schema>(Schema{{"values", column.type}});
  return raw_batch(Batch(schema, {column}, column.length));
}

inline std::string as_string(const void* value, size_t size) {
  return std::string(static_cast<const char*>(value), size);
}

inline std::string compressed(uint8_t codec, const std::string& raw) {
  std::string out(ZSTD_compressBound(raw.size()) + LZ4F_compressFrameBound(raw.size(), nullptr), ' ');
  const size_t size = codec == ipc::kZstd ? ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), 1)
                                          : LZ4F_compressFrame(out.data(), out.size(), raw.data(), raw.size(), nullptr);
  const auto declared = static_cast<int64_t>(raw.size());
  return as_string(&declared, sizeof declared) + out.substr(0, size);
}

/// Every buffer compressed; every third one stored as it is, as writers do where it does not pay.
inline RawBatch compress(RawBatch raw, uint8_t codec) {
  constexpr int64_t kStored = -1;
  raw.codec = codec;
  for (size_t i = 0; i < raw.buffers.size(); ++i) {
    std::string& buffer = raw.buffers[i];
    if (buffer.empty()) continue;
    buffer = i % 3 == 2 ? as_string(&kStored, sizeof kStored) + buffer : compressed(codec, buffer);
  }
  return raw;
}

inline flatbuffers::voffset_t slot(int index) { return static_cast<flatbuffers::voffset_t>(4 + 2 * index); }

using FlatOffset = flatbuffers::Offset<flatbuffers::Table>;

class MessageMaker {
 public:
  int16_t version = ipc::kMetadataV5;
  std::optional<int64_t> declared_body{};

  std::string record_batch(const RawBatch& raw) {
    const FlatOffset header = batch_table(raw);
    return finish(static_cast<uint8_t>(ipc::Header::record_batch), header);
  }
  std::string dictionary(int64_t id, const RawBatch& raw, bool is_delta = false) {
    const FlatOffset data = batch_table(raw);
    const auto start = out_.StartTable();
    out_.AddElement<int64_t>(slot(ipc::kDictionaryBatchId), id, 0);
    out_.AddOffset(slot(ipc::kDictionaryBatchData), data);
    out_.AddElement<uint8_t>(slot(ipc::kDictionaryBatchIsDelta), is_delta, 0);
    return finish(static_cast<uint8_t>(ipc::Header::dictionary_batch), FlatOffset(out_.EndTable(start)));
  }
  /// A header without anything in it.
  std::string empty(uint8_t header) {
    const auto start = out_.StartTable();
    return finish(header, FlatOffset(out_.EndTable(start)));
  }
  /// One column of text that comes by a dictionary.
  std::string dictionary_schema(int64_t id, int32_t index_bits = 32, bool in_list = false) {
    const FlatOffset schema = schema_table(out_, id, index_bits, in_list);
    return finish(static_cast<uint8_t>(ipc::Header::schema), schema);
  }

  static FlatOffset schema_table(flatbuffers::FlatBufferBuilder& out, int64_t id, int32_t index_bits, bool in_list) {
    FlatOffset field = text_field(out, in_list ? "item" : "values", id, index_bits);
    if (in_list) {
      const auto children = out.CreateVector(&field, 1);
      field = make_field(out, "values", ipc::TypeId::list, {}, children);
    }
    const auto fields = out.CreateVector(&field, 1);
    const auto start = out.StartTable();
    out.AddOffset(slot(ipc::kSchemaFields), fields);
    return FlatOffset(out.EndTable(start));
  }

 private:
  static FlatOffset make_field(flatbuffers::FlatBufferBuilder& out, const char* name, ipc::TypeId type,
                               FlatOffset dictionary, flatbuffers::Offset<flatbuffers::Vector<FlatOffset>> children) {
    const FlatOffset type_table(out.EndTable(out.StartTable()));
    const auto text = out.CreateString(name);
    const auto start = out.StartTable();
    out.AddOffset(slot(ipc::kFieldName), text);
    out.AddElement<uint8_t>(slot(ipc::kFieldNullable), 1, 0);
    out.AddElement<uint8_t>(slot(ipc::kFieldTypeId), static_cast<uint8_t>(type), 0);
    out.AddOffset(slot(ipc::kFieldType), type_table);
    out.AddOffset(slot(ipc::kFieldDictionary), dictionary);
    out.AddOffset(slot(ipc::kFieldChildren), children);
    return FlatOffset(out.EndTable(start));
  }
  static FlatOffset text_field(flatbuffers::FlatBufferBuilder& out, const char* name, int64_t id, int32_t index_bits) {
    const auto index_start = out.StartTable();
    out.AddElement<int32_t>(slot(ipc::kIntBitWidth), index_bits, 0);
    out.AddElement<uint8_t>(slot(ipc::kIntIsSigned), 1, 0);
    const FlatOffset index(out.EndTable(index_start));
    const auto start = out.StartTable();
    out.AddElement<int64_t>(slot(ipc::kDictionaryId), id, 0);
    out.AddOffset(slot(ipc::kDictionaryIndexType), index);
    const FlatOffset dictionary(out.EndTable(start));
    return make_field(out, name, ipc::TypeId::utf8, dictionary, {});
  }

  FlatOffset batch_table(const RawBatch& raw) {
    std::vector<ipc::BufferRange> ranges;
    for (const std::string& buffer : raw.buffers) {
      ranges.push_back({static_cast<int64_t>(body_.size()), static_cast<int64_t>(buffer.size())});
      body_ += buffer;
      body_.resize((body_.size() + 7) / 8 * 8);
    }
    FlatOffset compression;
    if (raw.codec) {
      const auto start = out_.StartTable();
      out_.AddElement<uint8_t>(slot(ipc::kCompressionCodec), *raw.codec, 0);
      compression = FlatOffset(out_.EndTable(start));
    }
    const auto buffers = out_.CreateVectorOfStructs(ranges);
    const auto nodes = out_.CreateVectorOfStructs(raw.nodes);
    const auto view_buffers = out_.CreateVector(raw.view_buffers);
    const auto start = out_.StartTable();
    out_.AddElement<int64_t>(slot(ipc::kBatchLength), raw.rows, 0);
    out_.AddOffset(slot(ipc::kBatchNodes), nodes);
    out_.AddOffset(slot(ipc::kBatchBuffers), buffers);
    out_.AddOffset(slot(ipc::kBatchCompression), compression);
    if (!raw.view_buffers.empty()) out_.AddOffset(slot(ipc::kBatchViewBuffers), view_buffers);
    return FlatOffset(out_.EndTable(start));
  }
  std::string finish(uint8_t header, FlatOffset table) {
    const auto start = out_.StartTable();
    out_.AddElement<int16_t>(slot(ipc::kMessageVersion), version, 0);
    out_.AddElement<uint8_t>(slot(ipc::kMessageHeaderType), header, 0);
    out_.AddOffset(slot(ipc::kMessageHeader), table);
    out_.AddElement<int64_t>(slot(ipc::kMessageBodyLength), declared_body.value_or(static_cast<int64_t>(body_.size())),
                             0);
    out_.Finish(FlatOffset(out_.EndTable(start)));
    std::string metadata = as_string(out_.GetBufferPointer(), out_.GetSize());
    metadata.resize((metadata.size() + 7) / 8 * 8);
    const uint32_t prefix[] = {ipc::kContinuation, static_cast<uint32_t>(metadata.size())};
    return as_string(prefix, sizeof prefix) + metadata + body_;
  }

  flatbuffers::FlatBufferBuilder out_;
  std::string body_;
};

inline const std::string& end_of_stream() {
  static const std::string mark = [] {
    Bytes bytes;
    append_end_of_stream(bytes);
    return std::string(bytes.view());
  }();
  return mark;
}

/// A file of one dictionary column, whose messages stand in the order given.
struct FileMessage {
  bool is_dictionary = false;
  std::string bytes;
};

inline std::string arrow_file(const std::vector<FileMessage>& messages, int64_t dictionary_id) {
  std::string file("ARROW1\0\0", 8);
  std::vector<ipc::Block> dictionaries;
  std::vector<ipc::Block> batches;
  for (const FileMessage& message : messages) {
    const auto metadata = static_cast<int32_t>(load<uint32_t>(message.bytes.data() + 4)) + 8;
    (message.is_dictionary ? dictionaries : batches)
        .push_back(
            {static_cast<int64_t>(file.size()), metadata, 0, static_cast<int64_t>(message.bytes.size()) - metadata});
    file += message.bytes;
  }
  file += end_of_stream();
  flatbuffers::FlatBufferBuilder out;
  const FlatOffset schema = MessageMaker::schema_table(out, dictionary_id, 32, false);
  const auto dictionary_blocks = out.CreateVectorOfStructs(dictionaries);
  const auto batch_blocks = out.CreateVectorOfStructs(batches);
  const auto start = out.StartTable();
  out.AddElement<int16_t>(slot(ipc::kFooterVersion), ipc::kMetadataV5, 0);
  out.AddOffset(slot(ipc::kFooterSchema), schema);
  out.AddOffset(slot(ipc::kFooterDictionaries), dictionary_blocks);
  out.AddOffset(slot(ipc::kFooterBatches), batch_blocks);
  out.Finish(FlatOffset(out.EndTable(start)));
  const auto size = static_cast<int32_t>(out.GetSize());
  return file + as_string(out.GetBufferPointer(), out.GetSize()) + as_string(&size, sizeof size) + "ARROW1";
}

/// All batches of a stream; throws what the readers throw.
inline std::vector<Batch> read_stream(const std::string& text, IpcReaderLimits limits = kRoomyReaderLimits,
                                      std::shared_ptr<Budget> budget = nullptr) {
  IpcStream stream(read_from(text), kRoomyLimits, false);
  IpcReader reader(
      stream.take_schema(), [&] { return stream.next(); }, limits, true, std::move(budget));
  std::vector<Batch> batches;
  while (std::optional<Batch> batch = reader.next()) batches.push_back(std::move(*batch));
  return batches;
}

/// Each column's values as text, batch after batch.
inline std::vector<std::vector<std::string>> show_batches(const std::vector<Batch>& batches) {
  std::vector<std::vector<std::string>> columns;
  for (const Batch& batch : batches) {
    columns.resize(batch.columns().size());
    for (size_t i = 0; i < columns.size(); ++i)
      for (std::string& value : show_all(batch.column(i))) columns[i].push_back(std::move(value));
  }
  return columns;
}

/// The message of the Error that `call` throws; empty if it throws none.
template <typename Call>
std::string sentence_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace sluice::test
