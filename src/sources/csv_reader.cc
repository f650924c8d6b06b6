// The loops over the values of a column, and what happens to the records around a bad one.
#include "sources/csv_reader.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "base/calendar.h"
#include "base/powers_of_ten.h"
#include "base/utf8.h"
#include "schema/evolution.h"
#include "sluice/error.h"
#include "sources/csv_digits.h"
#include "sources/csv_faults.h"
#include "sources/padded_text.h"
#include "sources/text_values.h"

namespace sluice {

namespace {

constexpr unsigned kInt64PowerMax = 18;
// Below it an integer divided by an exact power of ten is a double that keeps the decimal number (number_text.cc).
constexpr uint64_t kKeptBelow = uint64_t{1} << 52;

}  // namespace

CsvReader::CsvReader(std::shared_ptr<const Schema> schema, ReadRules rules, std::vector<std::string> null_texts)
    : rules_(rules),
      null_texts_(std::move(null_texts)),
      columns_(std::move(schema), rules.budget),
      root_(&columns_.plan()),
      values_(rules.inferred, rules.inferred || rules.widen, rules.depth_max) {
  for (const Field& field : columns_.schema().fields()) {
    if (!is_csv_type(field.type))
      throw Error(ErrorCode::invalid,
                  "column " + excerpt(field.name) + ": " + to_text(field.type) + " cannot be read from CSV",
                  {.field = field.name}, "As json or string it keeps what stands there.");
    record_bytes_ += static_cast<uint64_t>(null_bytes(field.type));
  }
}

BlockRead CsvReader::read(const RecordBlock& block) {
  BlockRead result;
  block_ = &block;
  if (block.csv != shape_) follow(block.csv);
  part_records_max_ = SIZE_MAX;
  rows_.begin(block);
  bool goes_on = true;
  while (goes_on) {
    const CsvRows::Step step = rows_.next();
    if (step == CsvRows::Step::end) {
      result.end = block.end;
      break;
    }
    if (step == CsvRows::Step::run) {
      goes_on = read_run(rows_.run(), result);
    } else {
      result.end = rows_.behind_bad_record();
      goes_on = refuse(rows_.fault(), rows_.bad_record(), result);
    }
  }
  columns_.finish(result);
  return result;
}

// Finds the columns of a source that looks different from the last one.
void CsvReader::follow(const std::shared_ptr<const CsvShape>& shape) {
  shape_ = shape;
  fields_ = CsvFields(shape->dialect, null_texts_);
  plans_.clear();
  missing_.clear();
  for (const std::string& name : shape->names) plans_.push_back(root_->find(name));
  std::vector<bool> is_there(root_->fields.size());
  for (const Plan* plan : plans_)
    if (plan != nullptr) is_there[plan->index] = true;
  for (Plan& plan : root_->fields)
    if (!is_there[plan.index]) missing_.push_back(&plan);
}

// False when reading ends with it: at a fault, or with a batch that is full of good or bad records.
bool CsvReader::read_run(const CsvRun& run, BlockRead& result) {
  bool goes_on = true;
  for (size_t done = 0; done < run.records;) {
    const size_t count =
        std::min({run.records - done, part_records_max_, static_cast<size_t>(records_that_fit(columns_.bytes()))});
    const CsvRun part = run.part(done, count);
    const size_t good = read_part(part);
    for (size_t i = 0; i < plans_.size(); ++i)
      if (plans_[i] == nullptr) result.extra_values += count_extra(i, part.part(0, good));
    result.records += static_cast<int64_t>(good);
    done += good;
    if (good < count) {
      result.end = run.behind(done);
      goes_on = refuse(std::move(fault_), run.record(done), result);
      ++done;
    } else {
      result.end = run.behind(done - 1);
      if (part_records_max_ <= run.records) part_records_max_ *= 2;
    }
    if (!goes_on || columns_.bytes() >= rules_.batch_bytes_max) return false;
  }
  return true;
}

// True when reading goes on behind the bad record: it does not at a fault, or with a batch's worth of bad records.
bool CsvReader::refuse(RecordFault fault, std::string_view record, BlockRead& result) {
  fault.record = result.records;
  if (fault.late_field && block_->ends_before_late && result.records > 0) {
    result.end = static_cast<size_t>(record.data() - block_->bytes.view().data());
    return false;
  }
  if (!rules_.keep_rejects || fault.late_field) {
    result.fault = std::move(fault);
    return false;
  }
  result.rejects.push_back({std::move(fault), std::string(record)});
  ++result.records;
  part_records_max_ = 1;
  return result.rejects.size() < kRejectsMax;
}

// Texts add more than this counts, but no more than their bytes in the block.
int64_t CsvReader::records_that_fit(uint64_t held) const {
  const uint64_t room = rules_.batch_bytes_max - std::min(held, rules_.batch_bytes_max);
  return static_cast<int64_t>(std::clamp<uint64_t>(room / record_bytes_, 1, INT32_MAX));
}

// Reads the records up to the first bad one, of which nothing stays; returns how many. The fault is then in fault_.
size_t CsvReader::read_part(const CsvRun& part) {
  const int64_t rows_before = columns_.rows();
  size_t good = rows_.is_utf8() ? part.records : utf8_records(part);
  if (!missing_.empty()) good = std::min(good, refuse_missing(part.part(0, good)));
  for (size_t i = 0; i < plans_.size(); ++i) {
    const CsvRun rest = part.part(0, good);
    good = plans_[i] == nullptr ? read_extra(i, rest) : read_column(*plans_[i], i, rest);
  }
  for (Plan* plan : missing_) plan->out->append_nulls(static_cast<int64_t>(good));
  if (good < part.records) {
    columns_.truncate(rows_before + static_cast<int64_t>(good));
    prefer_malformed(part, good);
  }
  return good;
}

// What is broken anywhere in a record comes before what does not fit: inference, too, sees nothing of such a record.
void CsvReader::prefer_malformed(const CsvRun& part, size_t record) {
  if (fault_.malformed) return;
  for (size_t i = 0; i < part.columns; ++i) {
    const std::string_view field = part.field(record, i);
    if (!fields_.is_quoted(field) || fields_.is_closed(field)) continue;
    fault_ = text_behind_quote(*block_, part, record, i);
    return;
  }
}

size_t CsvReader::utf8_records(const CsvRun& part) {
  for (size_t record = 0; record < part.records; ++record)
    for (size_t i = 0; i < part.columns; ++i) {
      const bool is_bytes = plans_[i] != nullptr && plans_[i]->kind == TypeKind::binary;
      if (is_bytes || is_utf8(part.field(record, i))) continue;
      fault_ = broken_utf8(*block_, part, record, i);
      return record;
    }
  return part.records;
}

size_t CsvReader::refuse_missing(const CsvRun& part) {
  const auto required = std::ranges::find_if(missing_, [](const Plan* plan) { return !plan->nullable; });
  if (part.records == 0 || required == missing_.end()) return part.records;
  fault_ = at_field({.field = (*required)->path(), .sentence = "required, but not in the source"}, *block_, part, 0, 0);
  return 0;
}

// A column that the schema has not. Returns how many records may have it.
size_t CsvReader::read_extra(size_t column, const CsvRun& part) {
  if (rules_.extra_fields == ExtraFields::ignore && !rules_.add_late_fields) return part.records;
  for (size_t record = 0; record < part.records; ++record) {
    const std::string_view field = part.field(record, column);
    if ((rules_.inferred || rules_.add_late_fields) && !fields_.is_quoted(field) && fields_.is_null(field)) continue;
    const std::string& name = shape_->names[column];
    fail(extra_field(*root_, name, field, wider_csv_type(TypeKind::null, field), rules_), part, record, column);
    return record;
  }
  return part.records;
}

int64_t CsvReader::count_extra(size_t column, const CsvRun& part) {
  int64_t count = 0;
  for (size_t record = 0; record < part.records; ++record) {
    const std::string_view field = part.field(record, column);
    count += fields_.is_quoted(field) || !fields_.is_null(field);
  }
  return count;
}

size_t CsvReader::read_column(Plan& plan, size_t column, const CsvRun& part) {
  switch (plan.kind) {
    case TypeKind::int8: return read_integers<int8_t>(plan, column, part);
    case TypeKind::int16: return read_integers<int16_t>(plan, column, part);
    case TypeKind::int32: return read_integers<int32_t>(plan, column, part);
    case TypeKind::int64:
    case TypeKind::duration: return read_integers<int64_t>(plan, column, part);
    case TypeKind::uint8: return read_integers<uint8_t>(plan, column, part);
    case TypeKind::uint16: return read_integers<uint16_t>(plan, column, part);
    case TypeKind::uint32: return read_integers<uint32_t>(plan, column, part);
    case TypeKind::uint64: return read_integers<uint64_t>(plan, column, part);
    case TypeKind::float64: return read_doubles(plan, column, part);
    case TypeKind::decimal: return read_decimals(plan, column, part);
    case TypeKind::string:
    case TypeKind::enum_:
    case TypeKind::binary: return read_texts(plan, column, part);
    case TypeKind::boolean:
      return read_each(plan, column, part, [&](std::string_view text) {
        if (text != "true" && text != "false") return false;
        plan.out->append_bool(text[0] == 't');
        return true;
      });
    case TypeKind::date:
      return read_each(plan, column, part, [&](std::string_view text) {
        const std::optional<int32_t> days = parse_date(text);
        if (days) plan.out->append(*days);
        return days.has_value();
      });
    case TypeKind::timestamp:
      return read_each(plan, column, part, [&](std::string_view text) {
        const auto moment = rules_.widen ? parse_moment(text, plan.zoned) : parse_timestamp(text);
        if (!moment || (moment->zone == ZoneMark::utc) != plan.zoned) return false;
        const std::optional<int64_t> ticks = to_ticks(*moment, plan.unit);
        if (ticks) plan.out->append(*ticks);
        return ticks.has_value();
      });
    default: return read_each(plan, column, part, [](std::string_view) { return false; });
  }
}

template <typename T>
size_t CsvReader::read_integers(Plan& plan, size_t column, const CsvRun& part) {
  return read_each(plan, column, part, [&](std::string_view text) {
    const bool is_negative = text.starts_with('-');
    ShortNumber number;
    if (!read_short_number(text.substr(is_negative), number) || number.fraction != 0) return false;
    const auto value = is_negative ? -static_cast<int64_t>(number.digits) : static_cast<int64_t>(number.digits);
    // "-0" is no integer to any reader here.
    if (!std::in_range<T>(value) || (is_negative && value == 0)) return false;
    plan.out->append(static_cast<T>(value));
    return true;
  });
}

size_t CsvReader::read_doubles(Plan& plan, size_t column, const CsvRun& part) {
  return read_each(plan, column, part, [&](std::string_view text) {
    const bool is_negative = text.starts_with('-');
    ShortNumber number;
    if (!read_short_number(text.substr(is_negative), number) || number.digits >= kKeptBelow) return false;
    // Both operands are exact, so the one rounding of IEEE 754 gives the nearest double.
    const double value = static_cast<double>(number.digits) / kExactPowersOfTen[number.fraction];
    plan.out->append(is_negative ? -value : value);
    return true;
  });
}

size_t CsvReader::read_decimals(Plan& plan, size_t column, const CsvRun& part) {
  const auto scale = static_cast<unsigned>(plan.field->type.scale());
  const auto precision = static_cast<unsigned>(plan.field->type.precision());
  const uint64_t bound = kIntegerPowersOfTen[std::min(precision, kInt64PowerMax)];
  return read_each(plan, column, part, [&](std::string_view text) {
    const bool is_negative = text.starts_with('-');
    ShortNumber number;
    if (!read_short_number(text.substr(is_negative), number)) return false;
    if (number.fraction > scale || scale - number.fraction > kInt64PowerMax) return false;
    if (number.fraction > 0 && rules_.inferred) return false;
    const uint64_t power = kIntegerPowersOfTen[scale - number.fraction];
    if (number.digits >= bound / power) return false;
    const auto magnitude = static_cast<int64_t>(number.digits * power);
    const int64_t value = is_negative ? -magnitude : magnitude;
    const int64_t words[4] = {value, value >> 63, value >> 63, value >> 63};
    plan.out->append_fixed(words);
    return true;
  });
}

size_t CsvReader::read_texts(Plan& plan, size_t column, const CsvRun& part) {
  return read_each(plan, column, part, [&](std::string_view text) {
    append_padded(text, plan.out->text_bytes());
    plan.out->end_text();
    return true;
  });
}

// Reads the column's values up to the first bad one; returns how many. `read` appends a value, or refuses one that is
// rare or wrong.
template <typename Read>
size_t CsvReader::read_each(Plan& plan, size_t column, const CsvRun& part, Read read) {
  const bool is_last = column + 1 == part.columns;
  const uint32_t* ends = part.ends + column;
  for (size_t record = 0; record < part.records; ++record, ends += part.columns) {
    const char* const begin = part.text + uint32_t{ends[0] + 1};
    const char* end = part.text + ends[1];
    if (is_last && end > begin && end[-1] == '\r') --end;
    const std::string_view field(begin, end);
    if (field.empty()) {
      if (plan.nullable) {
        plan.out->append_null();
        continue;
      }
    } else if (fields_.is_quoted(field)) {
      const std::optional<std::string_view> text = fields_.unquoted(field, scratch_);
      if (text && read(*text)) continue;
    } else if (!fields_.is_null(field) && read(field)) {
      continue;
    }
    if (!read_special(plan, column, part, record)) return record;
  }
  return part.records;
}

// A value that no loop knows: a null, a rare spelling, or one that does not belong here.
bool CsvReader::read_special(Plan& plan, size_t column, const CsvRun& part, size_t record) {
  std::string_view text = part.field(record, column);
  if (fields_.is_quoted(text)) {
    const std::optional<std::string_view> inside = fields_.unquoted(text, scratch_);
    if (!inside) return fail(text_behind_quote(*block_, part, record, column), part, record, column);
    text = *inside;
  } else if (fields_.is_null(text)) {
    if (!plan.nullable) return fail({.field = plan.path(), .sentence = "required, but null"}, part, record, column);
    plan.out->append_null();
    return true;
  }
  const std::optional<std::string> reason = values_.append(plan, text);
  return !reason || fail(misfit(plan, text, *reason), part, record, column);
}

bool CsvReader::widens(const Plan& plan) const { return rules_.widen && can_widen(plan.field->type, string()); }

RecordFault CsvReader::misfit(const Plan& plan, std::string_view value, std::string reason) const {
  RecordFault fault{.field = plan.path(),
                    .sentence = excerpt(value) + " " + std::move(reason),
                    .late_field = rules_.add_late_fields && (plan.kind == TypeKind::null || widens(plan))};
  if (rules_.inferred) fault.hint = schema_hint(plan, wider_csv_type(plan.kind, value));
  return fault;
}

bool CsvReader::fail(RecordFault fault, const CsvRun& part, size_t record, size_t column) {
  fault_ = at_field(std::move(fault), *block_, part, record, column);
  return false;
}

}  // namespace sluice
