// Row-at-a-time input for producers that have no batches: values in, batches to a FileWriter.
//
//   sluice::RowAppender row(writer);
//   row(42, "hello", sluice::null_value);
//   row(43, std::nullopt, 2.5);
//   row.flush();            // rows that are not flushed are not in the file
//   writer.close();
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "sluice/file_writer.h"

namespace sluice {
inline namespace v0 {

struct NullValue {};
inline constexpr NullValue null_value{};

/// One scalar on its way into a column. Text and bytes are borrowed for the call.
class Cell {
 public:
  enum class Kind : uint8_t { null, boolean, signed_integer, unsigned_integer, real, text };
  Cell(NullValue) {}
  Cell(std::nullopt_t) {}
  template <std::same_as<bool> T>
  Cell(T value) : kind_(Kind::boolean), bits_(value) {}
  template <std::signed_integral T>
  Cell(T value) : kind_(Kind::signed_integer), bits_(static_cast<uint64_t>(static_cast<int64_t>(value))) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Cell(T value) : kind_(Kind::unsigned_integer), bits_(value) {}
  template <std::floating_point T>
  Cell(T value) : kind_(Kind::real), real_(value) {}
  Cell(std::string_view text) : kind_(Kind::text), text_(text) {}
  Cell(const std::string& text) : Cell(std::string_view(text)) {}
  Cell(const char* text) : Cell(std::string_view(text)) {}
  template <typename T>
  Cell(const std::optional<T>& value) : Cell(value.value_or(T{})) {
    if (!value) kind_ = Kind::null;
  }

  Kind kind() const { return kind_; }
  bool boolean() const { return bits_ != 0; }
  int64_t signed_integer() const { return static_cast<int64_t>(bits_); }
  uint64_t unsigned_integer() const { return bits_; }
  double real() const { return real_; }
  std::string_view text() const { return text_; }

 private:
  Kind kind_ = Kind::null;
  uint64_t bits_ = 0;
  double real_ = 0;
  std::string_view text_;
};

/// Appends rows to a writer, which must outlive it. Columns of the writer's schema must be scalars (Error{unsupported}
/// names the nested one). Integers go to any integer, float, decimal, date, time, timestamp or duration column that
/// holds them exactly, reals to floats that do, booleans to boolean, text to string, json and enum (valid UTF-8),
/// binary and its like, fixed (of that length), uuid and decimal (in their text form). A row that does not fit throws
/// Error{data} that names column and row, and leaves nothing of itself; the appender goes on.
class RowAppender {
 public:
  explicit RowAppender(FileWriter& writer);
  ~RowAppender();
  RowAppender(RowAppender&&) noexcept;

  /// One row: as many values as the schema has columns (else Error{invalid}).
  template <typename... Values>
  void operator()(const Values&... values) {
    const Cell cells[] = {Cell(values)...};
    append(cells);
  }
  void append(std::span<const Cell> cells);
  /// Hands the rows gathered so far to the writer.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
