// Puts the messages of an Arrow stream or file one behind the other. A file is a stream between two magic words, with a
// footer that has the schema again and the place of each record batch.
// (Arrow "Serialization and Interprocess Communication", IPC streaming format, IPC file format.)
#include <string>
#include <utility>
#include <vector>

#include "arrow/ipc_batch_slots.h"
#include "arrow/ipc_batch_write.h"
#include "arrow/ipc_schema.h"
#include "base/bytes.h"
#include "sluice/arrow_ipc.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

namespace {

// The footer says its own length in 31 bits, and FlatBuffers end there too; half of that leaves room for any schema.
constexpr size_t kBatchesMax = (size_t{1} << 30) / sizeof(ipc::Block);
// Bodies up to here are copied behind the description of their batch: cheaper than a second call of the system.
constexpr size_t kCopiedBodyBytesMax = size_t{64} << 10;

}  // namespace

struct ArrowIpcWriter::Impl {
  Impl(std::unique_ptr<Sink> destination, Schema columns, ArrowIpcOptions ipc_options)
      : format(ipc_options.format), schema(std::move(columns)), sink(std::move(destination)), name(sink->name()) {
    write_start();
  }

  void write(const Batch& batch);
  void close();
  void abandon() noexcept { sink.reset(); }

  void write_start();
  void write_batch(const Batch& batch);
  void write_end();
  void put(ByteSpan bytes);
  void check_open() const;

  const ArrowIpcFormat format;
  const Schema schema;
  std::unique_ptr<Sink> sink;  ///< null once closed or abandoned
  const std::string name;
  int64_t rows = 0;
  uint64_t offset = 0;              ///< where the next byte goes
  std::vector<ipc::Block> batches;  ///< of a file
  EncodedBatch encoded;             ///< kept for its memory
};

void ArrowIpcWriter::Impl::check_open() const {
  if (!sink) throw Error(ErrorCode::closed, "the writer of " + name + " is closed");
}

void ArrowIpcWriter::Impl::put(ByteSpan bytes) {
  if (bytes.empty()) return;
  sink->write_at(offset, bytes);
  offset += bytes.size();
}

void ArrowIpcWriter::Impl::write_start() {
  Bytes start;
  if (format == ArrowIpcFormat::file) {
    start.append(ipc::kFileMagic, ipc::kFileMagicBytes);
    while (start.size() < ipc::kFileStartBytes) start.push_back(0);
  }
  start.append(encode_schema_message(schema));
  put(start);
}

void ArrowIpcWriter::Impl::write(const Batch& batch) {
  check_open();
  if (!batch.shared_schema()) return;  // never given anything: no rows of no schema
  try {
    write_batch(batch);
  } catch (...) {
    abandon();  // whoever goes on after this must not get a file that lacks the batch
    throw;
  }
}

void ArrowIpcWriter::Impl::write_batch(const Batch& batch) {
  if (batch.schema() != schema)
    throw Error(ErrorCode::invalid, "a batch of another schema was written to " + name + ": expected \"" +
                                        to_text(schema) + "\", found \"" + to_text(batch.schema()) + "\"");
  if (batch.rows() == 0) return;
  if (format == ArrowIpcFormat::file && batches.size() == kBatchesMax)
    throw Error(ErrorCode::unsupported,
                name + " has " + std::to_string(batches.size()) + " batches, and no footer holds more",
                {.source = name}, "Write larger batches, or the stream format, which has no footer.");
  encode_record_batch(batch, encoded);
  if (format == ArrowIpcFormat::file)
    batches.push_back({static_cast<int64_t>(offset), static_cast<int32_t>(encoded.head.size()), 0,
                       static_cast<int64_t>(encoded.body.size())});
  const bool is_copied = encoded.body.size() <= kCopiedBodyBytesMax;
  if (is_copied) encoded.head.append(encoded.body);
  put(encoded.head);
  if (!is_copied) put(encoded.body);
  rows += batch.rows();
}

void ArrowIpcWriter::Impl::write_end() {
  Bytes end;
  append_end_of_stream(end);
  if (format == ArrowIpcFormat::file) {
    const size_t begin = end.size();
    append_file_footer(schema, batches, end);
    end.append_value(static_cast<int32_t>(end.size() - begin));
    end.append(ipc::kFileMagic, ipc::kFileMagicBytes);
  }
  put(end);
}

void ArrowIpcWriter::Impl::close() {
  check_open();
  try {
    write_end();
    sink->publish();
  } catch (...) {
    abandon();
    throw;
  }
  sink.reset();
}

// --- the public face

ArrowIpcWriter::ArrowIpcWriter(const std::string& path, Schema schema, ArrowIpcOptions options)
    : ArrowIpcWriter(create_file_sink(path, {.sync = options.sync}), std::move(schema), options) {}

ArrowIpcWriter::ArrowIpcWriter(std::unique_ptr<Sink> sink, Schema schema, ArrowIpcOptions options)
    : impl_(std::make_unique<Impl>(std::move(sink), std::move(schema), options)) {}

ArrowIpcWriter::~ArrowIpcWriter() = default;
ArrowIpcWriter::ArrowIpcWriter(ArrowIpcWriter&&) noexcept = default;
ArrowIpcWriter& ArrowIpcWriter::operator=(ArrowIpcWriter&&) noexcept = default;

void ArrowIpcWriter::write(const Batch& batch) { impl_->write(batch); }
void ArrowIpcWriter::close() { impl_->close(); }
void ArrowIpcWriter::abandon() noexcept { impl_->abandon(); }
const Schema& ArrowIpcWriter::schema() const { return impl_->schema; }
int64_t ArrowIpcWriter::rows() const { return impl_->rows; }
uint64_t ArrowIpcWriter::bytes_written() const { return impl_->offset; }

}  // namespace v0
}  // namespace sluice
