// The body of one record batch: its nodes and buffers in the order in which the fields of a schema take them.
// (Arrow "Serialization and Interprocess Communication", RecordBatch message, body compression.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "arrow/flat_table.h"
#include "arrow/ipc_batch_slots.h"
#include "base/bytes.h"
#include "codecs/decompress_frame.h"
#include "sluice/column.h"

namespace sluice {

/// Checks whatever it hands out against the body. All members throw Error{corrupt}, without the field's name.
class IpcBody {
 public:
  /// `record_batch` is borrowed. `bytes_max`: what may be allocated for buffers that are compressed or misaligned.
  /// Throws Error{unsupported} for codecs that Arrow does not have.
  IpcBody(const FlatTable& record_batch, std::shared_ptr<const Bytes> body, uint64_t bytes_max);

  int64_t rows() const { return rows_; }
  ipc::FieldNode next_node();
  /// Shares the body where it can. At an address that is a multiple of 8. Throws Error{data} where that would take more
  /// than `bytes_max`.
  Buffer next_buffer();
  /// How many buffers the views of the next column of views point into.
  size_t next_view_buffers();
  /// What buffers were given that do not share the body.
  uint64_t made_bytes() const { return bytes_max_ - bytes_left_; }
  /// Throws when there are nodes, buffers or counts of them that nobody has asked for.
  void finish() const;

 private:
  Buffer copy(ByteSpan bytes);
  Buffer inflate(ByteSpan bytes);
  void charge(uint64_t bytes);

  std::shared_ptr<const Bytes> body_;
  int64_t rows_;
  ByteSpan nodes_;
  ByteSpan buffers_;
  ByteSpan view_buffers_;
  std::optional<FrameCodec> codec_;
  uint64_t bytes_max_;
  uint64_t bytes_left_;
};

}  // namespace sluice
