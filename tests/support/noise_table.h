// Tables of any length whose values follow from row and column alone, in shapes that take memory in different ways.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columns/builder.h"
#include "sluice/batch.h"

namespace sluice::test {

/// Numbers that are hard to guess, the same for the same index.
inline uint64_t noise(uint64_t index) {
  index = (index + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
  return (index ^ (index >> 29)) * 0x94D049BB133111EB;
}

/// Up to a thousand bytes.
inline void append_noise_text(ColumnBuilder& builder, uint64_t seed, size_t size) {
  static const std::string kLetters = [] {
    std::string letters;
    for (uint64_t i = 0; letters.size() < 200'000; ++i) letters += std::to_string(noise(i));
    return letters;
  }();
  static_cast<void>(builder.append_text(std::string_view(kLetters).substr(noise(seed) % 199'000, size)));
}

/// In buffers that are no longer than they have to be, as those of other engines are.
inline Column fitted(Column column) {
  for (Buffer* const buffer : {&column.validity, &column.offsets, &column.values}) {
    Bytes exact(buffer->size());
    if (!buffer->empty()) std::memcpy(exact.data(), buffer->bytes().data(), buffer->size());
    *buffer = to_buffer(std::move(exact));
  }
  for (Column& child : column.children) child = fitted(std::move(child));
  return column;
}

struct NoiseTable {
  Schema schema;
  std::function<void(ColumnBuilder& builder, size_t column, int64_t row)> append;

  Batch batch(int64_t first, int64_t rows) const {
    std::vector<Column> columns;
    for (size_t c = 0; c < schema.size(); ++c) {
      ColumnBuilder builder(schema[c].type);
      for (int64_t row = first; row < first + rows; ++row) append(builder, c, row);
      columns.push_back(fitted(builder.finish()));
    }
    return Batch(std::make_shared<const Schema>(schema), std::move(columns), rows);
  }
};

/// One long text, one number that is never the same, names, and columns of few values: dictionaries large and small.
inline NoiseTable skewed_table() {
  std::vector<Field> fields{{"text", string()}, {"number", int64()}, {"name", string()}};
  for (int i = 0; i < 20; ++i) fields.push_back({"small_" + std::to_string(i), int32()});
  return {Schema(std::move(fields)), [](ColumnBuilder& builder, size_t column, int64_t row) {
            const auto seed = static_cast<uint64_t>(row);
            if (column == 0) return append_noise_text(builder, seed, 120);
            if (column == 1) return builder.append(static_cast<int64_t>(noise(seed)));
            if (column == 2) return append_noise_text(builder, noise(seed) % 1'000, 12);
            builder.append(static_cast<int32_t>(noise(seed + column) % (column * 3)));
          }};
}

inline NoiseTable wide_table(size_t columns) {
  std::vector<Field> fields;
  for (size_t i = 0; i < columns; ++i) fields.push_back({"column_number_" + std::to_string(i), float32()});
  return {Schema(std::move(fields)), [](ColumnBuilder& builder, size_t column, int64_t row) {
            builder.append(static_cast<float>(noise(static_cast<uint64_t>(row) * 1'000 + column) % 100'000));
          }};
}

inline NoiseTable nested_table() {
  Schema schema{{"id", int64()}, {"items", list(Field{"item", struct_({{"name", string()}, {"price", float64()}})})}};
  return {std::move(schema), [](ColumnBuilder& builder, size_t column, int64_t row) {
            if (column == 0) return builder.append(row);
            const auto seed = static_cast<uint64_t>(row);
            ColumnBuilder& item = builder.child(0);
            for (uint64_t i = 0; i < seed % 7; ++i) {
              append_noise_text(item.child(0), noise(seed) + i, 10 + i);
              item.child(1).append(static_cast<double>(noise(seed + i)));
              item.append_struct();
            }
            builder.append_list();
          }};
}

}  // namespace sluice::test
