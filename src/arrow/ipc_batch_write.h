// Batches as IPC messages: with encode_schema_message before them and the end mark behind them, a stream that any
// reader of Arrow takes. The public door is sluice/arrow_ipc.h. (Arrow "Serialization and Interprocess Communication",
// RecordBatch message, IPC streaming format.)
//
//   Bytes stream = encode_schema_message(schema);
//   for (const Batch& batch : batches) append_record_batch(batch, stream);
//   append_end_of_stream(stream);
#pragma once

#include "base/bytes.h"
#include "sluice/batch.h"

namespace sluice {

/// The two parts of a message. Both have a multiple of 8 bytes.
struct EncodedBatch {
  Bytes head;  ///< continuation, length, FlatBuffer, zeros
  Bytes body;
};

/// The message of `batch`, not compressed, instead of what was in `out`. Only what belongs to its rows is copied.
void encode_record_batch(const Batch& batch, EncodedBatch& out);

/// Appends the same. `out` must hold a multiple of 8 bytes before, and does so afterwards.
void append_record_batch(const Batch& batch, Bytes& out);

void append_end_of_stream(Bytes& out);

}  // namespace sluice
