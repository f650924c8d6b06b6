// Batches as text: NDJSON and CSV for programs, single values for people.
//
//   auto out = sluice::make_text_writer(sluice::TextFormat::ndjson, schema, [](std::string_view text) { put(text); });
//   while (auto next = rows->next()) out->write(next->batch);
//   out->close();
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/batch.h"

namespace sluice {
inline namespace v0 {

enum class TextFormat : uint8_t {
  ndjson,  ///< one object a row; what `sluice write` reads back as the same values under the same schema
  csv,     ///< RFC 4180 with a header; null is empty, the empty text is ""; what is nested is JSON
};

/// Not thread-safe.
class TextWriter {
 public:
  virtual ~TextWriter() = default;
  /// Hands the text of the rows to the sink, in pieces of about 64 KiB. Requires batches of the schema.
  virtual void write(const Batch& batch) = 0;
  /// Hands over what is left.
  virtual void close() = 0;
};

/// `put` takes a piece of text, and may throw.
std::unique_ptr<TextWriter> make_text_writer(TextFormat format, const Schema& schema,
                                             std::function<void(std::string_view)> put);

/// Appends a value as people read it: "null", "12.50", "2024-02-29T12:30:00.5Z", texts as they are, bytes in hex,
/// {name: "Ada", tags: ["a", "b"]}. Stops, with an ellipsis, soon after `bytes_max` bytes. Requires a row of the
/// column.
void append_value_text(const Column& column, int64_t row, size_t bytes_max, std::string& out);

}  // namespace v0
}  // namespace sluice
