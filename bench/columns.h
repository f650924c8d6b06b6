// Columns of bench tables, gathered value by value, through the public headers alone.
//
//   Numbers<int64_t> id;
//   Texts name;
//   id(7), name("Ada");
//   TableColumns table;
//   table.add("id", id.finish(int64())), table.add("name", name.finish());
//   Batch batch = table.finish();
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/batch.h"

namespace sluice::bench {

template <typename T>
Buffer buffer_of(std::vector<T> values) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  const auto bytes = std::as_bytes(std::span(*owner));
  return Buffer(bytes, std::move(owner));
}

/// Bits in Arrow's order.
class Bits {
 public:
  void operator()(bool is_set) {
    if (count_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() = static_cast<uint8_t>(bytes_.back() | (is_set ? 1U << (count_ % 8) : 0U));
    ++count_;
    set_ += is_set ? 1 : 0;
  }
  int64_t count() const { return count_; }
  int64_t unset() const { return count_ - set_; }
  Buffer finish() { return buffer_of(std::move(bytes_)); }

 private:
  std::vector<uint8_t> bytes_;
  int64_t count_ = 0;
  int64_t set_ = 0;
};

/// Which values are there; the beginning of every column.
class Presence {
 public:
  void add(bool is_there) { bits_(is_there); }
  Column finish(Type type) {
    Column column;
    column.type = std::move(type);
    column.length = bits_.count();
    column.null_count = bits_.unset();
    if (column.null_count > 0) column.validity = bits_.finish();
    return column;
  }

 private:
  Bits bits_;
};

template <typename T>
class Numbers {
 public:
  void operator()(T value) {
    values_.push_back(value);
    presence_.add(true);
  }
  void null() {
    values_.push_back(T{});
    presence_.add(false);
  }
  Column finish(Type type) {
    Column column = presence_.finish(std::move(type));
    column.values = buffer_of(std::move(values_));
    return column;
  }

 private:
  std::vector<T> values_;
  Presence presence_;
};

/// Decimals of up to 38 digits, as they lie in memory.
using DecimalWords = std::array<int64_t, 2>;
inline DecimalWords decimal_words(int64_t units) { return {units, units < 0 ? -1 : 0}; }

class Flags {
 public:
  void operator()(bool value) {
    values_(value);
    presence_.add(true);
  }
  void null() {
    values_(false);
    presence_.add(false);
  }
  Column finish() {
    Column column = presence_.finish(boolean());
    column.values = values_.finish();
    return column;
  }

 private:
  Bits values_;
  Presence presence_;
};

/// At most 2 GiB of text.
class Texts {
 public:
  void operator()(std::string_view value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    end_value(true);
  }
  void null() { end_value(false); }
  Column finish(Type type = string()) {
    bytes_.shrink_to_fit();
    Column column = presence_.finish(std::move(type));
    column.offsets = buffer_of(std::move(offsets_));
    column.values = buffer_of(std::move(bytes_));
    return column;
  }

 private:
  void end_value(bool is_there) {
    offsets_.push_back(static_cast<int32_t>(bytes_.size()));
    presence_.add(is_there);
  }

  std::vector<int32_t> offsets_{0};
  std::vector<char> bytes_;
  Presence presence_;
};

/// Lists; their elements are gathered beside them.
class Lists {
 public:
  void operator()(uint32_t items) {
    offsets_.push_back(offsets_.back() + static_cast<int32_t>(items));
    presence_.add(true);
  }
  void null() {
    offsets_.push_back(offsets_.back());
    presence_.add(false);
  }
  Column finish(Column element) {
    Column column = presence_.finish(list(element.type));
    column.offsets = buffer_of(std::move(offsets_));
    column.children.push_back(std::move(element));
    return column;
  }

 private:
  std::vector<int32_t> offsets_{0};
  Presence presence_;
};

/// Named columns of equal length: a batch, or the parts of a struct. All are nullable, as those are that other engines
/// write.
class TableColumns {
 public:
  void add(std::string name, Column column) {
    fields_.push_back({std::move(name), column.type});
    columns_.push_back(std::move(column));
  }
  Batch finish() {
    const int64_t rows = columns_.front().length;
    return Batch(std::make_shared<const Schema>(Schema(std::move(fields_))), std::move(columns_), rows);
  }
  Column finish_struct() {
    Column column;
    column.type = struct_(std::move(fields_));
    column.length = columns_.front().length;
    column.children = std::move(columns_);
    return column;
  }
  /// The same with structs that are not there: their parts are null.
  Column finish_struct(Presence& presence) {
    Column column = presence.finish(struct_(std::move(fields_)));
    column.children = std::move(columns_);
    return column;
  }

 private:
  std::vector<Field> fields_;
  std::vector<Column> columns_;
};

}  // namespace sluice::bench
