// What the tests of sources share: text as a file, and all that a stream delivers as lines of text.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/float16.h"
#include "base/uuid_text.h"
#include "columns/widths.h"
#include "sluice/error.h"
#include "sluice/runtime.h"
#include "sluice/write.h"
#include "sources/ndjson_format.h"
#include "sources/record_source.h"

namespace sluice::test {

/// A file that holds `text` as long as this lives.
class TextFile {
 public:
  explicit TextFile(std::string_view text) : path_("/tmp/sluice_source_XXXXXX") {
    const int file = ::mkstemp(path_.data());
    while (!text.empty()) {
      const ssize_t count = ::write(file, text.data(), text.size());
      if (count <= 0) break;
      text.remove_prefix(static_cast<size_t>(count));
    }
    ::close(file);
  }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  ~TextFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The shortest text that gives the double back; the same for the oracle and for what was read.
inline std::string double_text(double value) {
  char text[40];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// A value as text: null, numbers, 'text', [..], {name:..}. Independent of how the column is stored.
inline std::string value_text(const Column& column, int64_t index) {
  if (!column.is_valid(index)) return "null";
  const int64_t at = column.offset + index;
  switch (column.type.kind()) {
    case TypeKind::boolean: return (column.values.as<uint8_t>()[at / 8] >> (at % 8) & 1) != 0 ? "true" : "false";
    case TypeKind::int8: return std::to_string(column.data<int8_t>()[index]);
    case TypeKind::uint8: return std::to_string(column.data<uint8_t>()[index]);
    case TypeKind::int16: return std::to_string(column.data<int16_t>()[index]);
    case TypeKind::uint16: return std::to_string(column.data<uint16_t>()[index]);
    case TypeKind::int32:
    case TypeKind::date: return std::to_string(column.data<int32_t>()[index]);
    case TypeKind::uint32: return std::to_string(column.data<uint32_t>()[index]);
    case TypeKind::int64:
    case TypeKind::timestamp: return std::to_string(column.data<int64_t>()[index]);
    case TypeKind::uint64: return std::to_string(column.data<uint64_t>()[index]);
    case TypeKind::float32: return double_text(column.data<float>()[index]);
    case TypeKind::float64: return double_text(column.data<double>()[index]);
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::geometry:
    case TypeKind::geography: {
      const int32_t* offsets = column.offsets_data() + index;
      return "'" + std::string(column.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])) +
             "'";
    }
    case TypeKind::float16: return double_text(from_float16(column.data<uint16_t>()[index]));
    case TypeKind::time:
      if (column.type.unit() <= TimeUnit::millisecond) return std::to_string(column.data<int32_t>()[index]);
      return std::to_string(column.data<int64_t>()[index]);
    case TypeKind::duration: return std::to_string(column.data<int64_t>()[index]);
    case TypeKind::decimal:
    case TypeKind::fixed:
    case TypeKind::uuid: {
      const size_t width = fixed_width(column.type);
      const char* value = column.values.as<char>() + static_cast<size_t>(at) * width;
      std::string text;
      if (column.type.kind() == TypeKind::decimal)
        append_decimal(from_little_endian(value, width), column.type.scale(), text);
      else
        append_hex({value, width}, text);
      return text;
    }
    case TypeKind::fixed_list: {
      std::string text = "[";
      for (int64_t i = 0; i < column.type.size(); ++i)
        text += (i > 0 ? "," : "") + value_text(column.children[0], index * column.type.size() + i);
      return text + "]";
    }
    case TypeKind::map:
    case TypeKind::list: {
      std::string text = "[";
      for (int32_t i = column.offsets_data()[index]; i < column.offsets_data()[index + 1]; ++i)
        text += (text.size() > 1 ? "," : "") + value_text(column.children[0], i);
      return text + "]";
    }
    case TypeKind::struct_: {
      std::string text = "{";
      for (size_t i = 0; i < column.children.size(); ++i)
        text += (i > 0 ? "," : "") + column.type.children()[i].name + ":" + value_text(column.children[i], index);
      return text + "}";
    }
    case TypeKind::null: break;
  }
  return "null";
}

/// All that came of a source.
struct Delivered {
  Schema schema;
  std::vector<std::string> rows;  ///< "{a:1,b:null}"
  std::vector<InferenceNote> notes;
  uint64_t bytes_read = 0;
  int64_t extra_values = 0;
  std::optional<Error> error;
  BadRecordCounts bad_records;
};

struct Reading {
  SourceOptions options{};
  uint64_t block_bytes = kBlockBytes;
  unsigned threads = 1;
  uint64_t memory_bytes = 192_MiB;
};

inline std::string row_text(const Batch& batch, int64_t row) {
  std::string text = "{";
  for (size_t i = 0; i < batch.columns().size(); ++i)
    text += (i > 0 ? "," : "") + batch.schema()[i].name + ":" + value_text(batch.column(i), row);
  return text + "}";
}

/// NDJSON, in blocks of any size.
inline std::unique_ptr<RecordSource> open_blocks(const std::string& path, SourceOptions options, uint64_t block_bytes) {
  std::vector<SourceText> sources;
  sources.push_back({path, std::nullopt});
  auto format = std::make_unique<NdjsonFormat>(options.depth_max);
  return std::make_unique<RecordSource>(std::move(sources), std::move(format), std::move(options), block_bytes);
}

inline Delivered deliver_file(const std::string& path, Reading reading = {}) {
  Delivered all;
  reading.options.runtime =
      std::make_shared<Runtime>(RuntimeOptions{.threads = reading.threads, .memory_bytes = reading.memory_bytes});
  try {
    const auto source = open_blocks(path, reading.options, reading.block_bytes);
    RecordStream& stream = *source;
    all.schema = stream.schema();
    all.notes = stream.notes();
    while (const auto next = stream.next()) {
      for (int64_t row = 0; row < next->batch.rows(); ++row) all.rows.push_back(row_text(next->batch, row));
      all.bytes_read = stream.bytes_read();
    }
    all.bytes_read = stream.bytes_read();
    all.extra_values = stream.extra_values();
    all.schema = stream.schema();
    all.notes = stream.notes();
    all.bad_records = stream.bad_records();
  } catch (const Error& error) {
    all.error = error;
  }
  return all;
}

inline Delivered deliver(std::string_view text, Reading reading = {}) {
  const TextFile file(text);
  return deliver_file(file.path(), std::move(reading));
}

/// Reads by a declared schema.
inline Delivered deliver_as(std::string_view schema, std::string_view text, Reading reading = {}) {
  reading.options.schema = parse_schema(schema);
  return deliver(text, std::move(reading));
}

}  // namespace sluice::test
