// Batches as IPC messages: with encode_schema_message before them and the end mark behind them, a stream that any
// reader of Arrow takes. (Arrow "Serialization and Interprocess Communication", RecordBatch message, IPC streaming
// format.)
//
//   Bytes stream = encode_schema_message(schema);
//   for (const Batch& batch : batches) append_record_batch(batch, stream);
//   append_end_of_stream(stream);
#pragma once

#include "base/bytes.h"
#include "sluice/batch.h"

namespace sluice {

/// Appends the message of `batch`, not compressed. Only what belongs to its rows is copied. `out` must hold a multiple
/// of 8 bytes before, and does so afterwards.
void append_record_batch(const Batch& batch, Bytes& out);

void append_end_of_stream(Bytes& out);

}  // namespace sluice
