// Rows of single values become batches. Every value is checked against its column: none is rounded, cut or wrapped.
#include "sluice/row_appender.h"

#include <cmath>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/float16.h"
#include "base/json_grammar.h"
#include "base/number_text.h"
#include "base/utf8.h"
#include "base/uuid_text.h"
#include "columns/builder.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

namespace {

// A batch costs some microseconds to hand over; a megabyte of rows is worth that and is small beside any budget.
constexpr size_t kBatchBytes = 1_MiB;
constexpr int64_t kBatchRows = 8'192;

template <typename T>
bool append_if(ColumnBuilder& builder, const std::optional<T>& value) {
  if (value) builder.append<T>(*value);
  return value.has_value();
}

// Any integer or float column, from an integer: `narrow` gives nothing when it would have to change the value.
template <typename T>
bool append_integer(ColumnBuilder& builder, const Cell& cell) {
  return append_if(builder, cell.kind() == Cell::Kind::signed_integer ? narrow<T>(cell.signed_integer())
                                                                      : narrow<T>(cell.unsigned_integer()));
}

template <typename T>
bool append_float(ColumnBuilder& builder, const Cell& cell) {
  if (cell.kind() != Cell::Kind::real) return append_integer<T>(builder, cell);
  const auto value = static_cast<T>(cell.real());
  const bool is_same = static_cast<double>(value) == cell.real() || std::isnan(cell.real());
  return append_if(builder, is_same ? std::optional(value) : std::nullopt);
}

bool append_float16(ColumnBuilder& builder, const Cell& cell) {
  const auto integer = cell.kind() == Cell::Kind::signed_integer ? narrow<double>(cell.signed_integer())
                                                                 : narrow<double>(cell.unsigned_integer());
  const double value = cell.kind() == Cell::Kind::real ? cell.real() : integer.value_or(HUGE_VAL);
  const uint16_t bits = to_float16(static_cast<float>(value));
  const bool is_same = static_cast<double>(from_float16(bits)) == value || std::isnan(value);
  if (cell.kind() != Cell::Kind::real && std::isinf(value)) return false;
  return append_if(builder, is_same ? std::optional(bits) : std::nullopt);
}

bool append_decimal(ColumnBuilder& builder, std::string_view text) {
  const DecimalText decimal = parse_decimal(text, builder.type().precision(), builder.type().scale());
  if (decimal.fault != DecimalFault::none) return false;
  builder.append_fixed(decimal.value.words.data());
  return true;
}

bool append_numeric(ColumnBuilder& builder, const Cell& cell) {
  const TypeKind kind = builder.type().kind();
  if (kind == TypeKind::float16) return append_float16(builder, cell);
  if (kind == TypeKind::float64) return append_float<double>(builder, cell);
  if (kind == TypeKind::float32) return append_float<float>(builder, cell);
  if (cell.kind() == Cell::Kind::real) return false;
  switch (kind) {
    case TypeKind::int8: return append_integer<int8_t>(builder, cell);
    case TypeKind::int16: return append_integer<int16_t>(builder, cell);
    case TypeKind::int32:
    case TypeKind::date: return append_integer<int32_t>(builder, cell);
    case TypeKind::time:
      if (builder.type().unit() <= TimeUnit::millisecond) return append_integer<int32_t>(builder, cell);
      return append_integer<int64_t>(builder, cell);
    case TypeKind::int64:
    case TypeKind::timestamp:
    case TypeKind::duration: return append_integer<int64_t>(builder, cell);
    case TypeKind::decimal:
      return append_decimal(builder, cell.kind() == Cell::Kind::signed_integer
                                         ? std::to_string(cell.signed_integer())
                                         : std::to_string(cell.unsigned_integer()));
    case TypeKind::uint8: return append_integer<uint8_t>(builder, cell);
    case TypeKind::uint16: return append_integer<uint16_t>(builder, cell);
    case TypeKind::uint32: return append_integer<uint32_t>(builder, cell);
    case TypeKind::uint64: return append_integer<uint64_t>(builder, cell);
    default: return false;
  }
}

bool append_text(ColumnBuilder& builder, const Cell& cell) {
  const Type& type = builder.type();
  if (type.kind() == TypeKind::decimal) return append_decimal(builder, cell.text());
  if (type.kind() == TypeKind::uuid) {
    const auto bytes = parse_uuid(cell.text());
    if (bytes) builder.append_fixed(bytes->data());
    return bytes.has_value();
  }
  if (type.kind() == TypeKind::fixed) {
    if (cell.text().size() != static_cast<size_t>(type.size())) return false;
    builder.append_fixed(cell.text().data());
    return true;
  }
  if (!is_text(type.kind()) || (is_utf8_text(type.kind()) && !is_utf8(cell.text()))) return false;
  if (type.kind() == TypeKind::json)
    return !JsonGrammar().find_fault(cell.text()) && builder.append_checked_json(cell.text());
  return builder.append_text(cell.text());
}

bool append_cell(ColumnBuilder& builder, bool nullable, const Cell& cell) {
  switch (cell.kind()) {
    case Cell::Kind::null:
      if (nullable) builder.append_null();
      return nullable;
    case Cell::Kind::boolean:
      if (builder.type().kind() != TypeKind::boolean) return false;
      builder.append_bool(cell.boolean());
      return true;
    case Cell::Kind::text: return append_text(builder, cell);
    case Cell::Kind::signed_integer:
    case Cell::Kind::unsigned_integer:
    case Cell::Kind::real: break;
  }
  return append_numeric(builder, cell);
}

std::string describe(const Cell& cell) {
  switch (cell.kind()) {
    case Cell::Kind::null: return "null";
    case Cell::Kind::boolean: return cell.boolean() ? "true" : "false";
    case Cell::Kind::signed_integer: return std::to_string(cell.signed_integer());
    case Cell::Kind::unsigned_integer: return std::to_string(cell.unsigned_integer());
    case Cell::Kind::real: {
      std::string text;
      append_number(cell.real(), text);
      return text;
    }
    case Cell::Kind::text: break;
  }
  if (!is_utf8(cell.text())) return "text that is not UTF-8";
  return "\"" + std::string(utf8_prefix(cell.text(), 60)) + "\"";
}

}  // namespace

struct RowAppender::Impl {
  FileWriter* writer;
  std::shared_ptr<const Schema> schema;
  std::vector<ColumnBuilder> builders;
  int64_t rows = 0;  ///< gathered
  int64_t rows_flushed = 0;
  size_t row_bytes = 0;  ///< of one row, but for its text: nulls have their width too
  size_t bytes = 0;      ///< gathered, about

  [[noreturn]] void refuse(size_t column, const Cell& cell);
};

// The values of the row before `column` are in their builders already: they go.
void RowAppender::Impl::refuse(size_t column, const Cell& cell) {
  for (ColumnBuilder& builder : builders) builder.truncate(rows);
  const Field& field = (*schema)[column];
  const int64_t row = rows_flushed + rows;
  throw Error(ErrorCode::data,
              "row " + std::to_string(row) + ": column " + field.name + ": " + describe(cell) + " is not a " +
                  to_text(field.type) + (field.nullable ? "" : " not null"),
              {.source = {}, .field = field.name, .record = {}, .byte = {}, .row = row});
}

RowAppender::RowAppender(FileWriter& writer)
    : impl_(std::make_unique<Impl>(Impl{&writer, std::make_shared<const Schema>(writer.schema()), {}, 0, 0, 0, 0})) {
  for (const Field& field : impl_->schema->fields()) {
    if (field.type.is_nested())
      throw Error(
          ErrorCode::unsupported,
          "column " + field.name + " is a " + to_text(field.type) + ": rows are appended to scalar columns only",
          {.source = {}, .field = field.name, .record = {}, .byte = {}, .row = {}},
          "Write batches for nested columns.");
    impl_->builders.emplace_back(field.type);
    impl_->row_bytes += fixed_width(field.type) + (has_offsets(field.type.kind()) ? sizeof(int32_t) : 0);
  }
}

RowAppender::~RowAppender() = default;
RowAppender::RowAppender(RowAppender&&) noexcept = default;

void RowAppender::append(std::span<const Cell> cells) {
  Impl& to = *impl_;
  if (cells.size() != to.builders.size())
    throw Error(ErrorCode::invalid, "a row of " + std::to_string(cells.size()) +
                                        " values was appended to a schema of " + std::to_string(to.builders.size()) +
                                        " columns");
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!append_cell(to.builders[i], (*to.schema)[i].nullable, cells[i])) to.refuse(i, cells[i]);
    to.bytes += cells[i].text().size();
  }
  ++to.rows;
  to.bytes += to.row_bytes;
  if (to.rows == kBatchRows || to.bytes >= kBatchBytes) flush();
}

void RowAppender::flush() {
  Impl& from = *impl_;
  if (from.rows == 0) return;
  std::vector<Column> columns;
  for (ColumnBuilder& builder : from.builders) columns.push_back(builder.finish());
  const int64_t rows = std::exchange(from.rows, 0);
  from.rows_flushed += rows;
  from.bytes = 0;
  from.writer->write(Batch(from.schema, std::move(columns), rows));
}

}  // namespace v0
}  // namespace sluice
