// Exchange with everything else that speaks Arrow, without a copy: the Arrow C Data and C Stream interfaces.
//
//   sluice::Batch batch = sluice::import_arrow(array, schema);      // takes over both; releases them when done
//   ArrowArrayStream out; sluice::export_arrow(std::move(stream), &out);
//
// The three structs are the ABI that the Arrow specification ("The Arrow C data interface", "The Arrow C stream
// interface") lays down; the guard macros are the ones it asks for, so that other headers may declare them too.
#pragma once

#include <cstdint>
#include <memory>

#include "sluice/batch.h"

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

extern "C" {
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
}
#endif  // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
extern "C" {
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
}
#endif  // ARROW_C_STREAM_INTERFACE

namespace sluice {
inline namespace v0 {

/// The columns of a struct-typed ArrowSchema: large and view variants as plain text and lists, dictionaries as their
/// values. Does not release it. Throws Error{unsupported} that names the field and its format string where a type is
/// not built.
Schema import_arrow_schema(const ArrowSchema& schema);
/// Fills `out`, which the receiver releases.
void export_arrow_schema(const Schema& schema, ArrowSchema* out);

/// One record batch (a struct array). Takes over both structs, also when it throws: their `release` is null afterwards.
/// The array is released when the last buffer of the batch goes. Nothing is copied but what our columns do not have:
/// 64-bit offsets are rewritten, views gathered; of dictionaries the indices are copied (sluice/column.h). Throws
/// Error{invalid} for an array that contradicts its schema: lengths, offsets, missing buffers; Error{unsupported} for
/// text or lists that need 64-bit offsets: smaller batches do not.
Batch import_arrow(ArrowArray* array, ArrowSchema* schema);
/// The same under a known schema, which the array must have, with 32-bit offsets throughout: as export_arrow gives it.
Batch import_arrow(ArrowArray* array, std::shared_ptr<const Schema> schema);
/// Fills `array` and, where it is not null, `schema`; both share the buffers of `batch` until released. Columns in
/// dictionary form become plain.
void export_arrow(const Batch& batch, ArrowArray* array, ArrowSchema* schema);

/// Takes over `stream`; batches arrive as they are asked for. Those that need 64-bit offsets come in parts.
std::unique_ptr<BatchStream> import_arrow(ArrowArrayStream* stream);
/// Fills `out`, which owns `stream`. Errors become errno values with the message in get_last_error.
void export_arrow(std::unique_ptr<BatchStream> stream, ArrowArrayStream* out);

}  // namespace v0
}  // namespace sluice
