// The reader's way through one record: objects and arrays by the plan, then one switch for each value. Values that take
// more than a look at digits are read in record_values.cc; what fits nowhere is worded in record_misfits.cc.
#include "sources/record_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <compare>
#include <numeric>
#include <span>
#include <string>

#include "base/digits.h"
#include "base/number_text.h"
#include "sources/text_values.h"

namespace sluice {

namespace {

// Integers of so many digits need no check for overflow of 64 bits.
constexpr ptrdiff_t kPlainDigitsMax = 18;

double widest_null_bytes(std::span<const Field> fields) {
  double widest = 0;
  for (const Field& field : fields)
    widest = std::max({widest, null_bytes(field.type), widest_null_bytes(field.type.children())});
  return widest;
}

// Bytes in the columns for a byte of text, at most. The shortest value has two bytes with what follows it, and adds a
// null of its type (an object: a null of each field that it has not); text adds itself.
double unfolding_max(const Schema& schema) {
  double record = 0;
  for (const Field& field : schema.fields()) record += null_bytes(field.type);
  return std::max(record, widest_null_bytes(schema.fields())) / 2 + 1;
}

}  // namespace

RecordReader::RecordReader(std::shared_ptr<const Schema> schema, ReadRules rules, RecordLayout layout)
    : rules_(rules),
      columns_(std::move(schema), rules.budget),
      root_(&columns_.plan()),
      unfolding_max_(unfolding_max(columns_.schema())),
      walk_(rules.depth_max, layout) {}

BlockRead RecordReader::read(const RecordBlock& block) {
  BlockRead result;
  extra_values_ = 0;
  begun_at_ = nullptr;
  rows_ = 0;
  is_torn_ = false;
  columns_.begin();
  const std::string_view text = block.text();
  text_end_ = text.data() + text.size();
  check_bytes(text.data());
  std::string_view rest = text;
  while (!rest.empty() && !result.fault) {
    const int64_t good_before = rows_;
    try {
      const char* const end = walk_.each_record(block, rest, [this](Token token) { return read_record(token); });
      result.records += walk_.records();
      result.end = static_cast<size_t>(end - block.bytes.view().data());
      break;
    } catch (const RecordFault& found) {
      RecordFault fault = found;
      fault.record += result.records;
      result.records += walk_.records();
      if (fault.late_field && block.ends_before_late && result.records > 0) {
        take_back(good_before + walk_.records());
        result.end = static_cast<size_t>(fault.record_byte - block.offset);
        break;
      }
      if (!rules_.keep_rejects || fault.late_field) {
        result.fault = std::move(fault);
        break;
      }
      take_back(good_before + walk_.records());
      result.rejects.push_back({std::move(fault), std::string(walk_.failed_record())});
      ++result.records;
      const char* const behind = walk_.behind_failed_record();
      rest.remove_prefix(static_cast<size_t>(behind - rest.data()));
      result.end = static_cast<size_t>(behind - block.bytes.view().data());
      if (result.rejects.size() == kRejectsMax) break;
    }
  }
  result.extra_values = extra_values_;
  if (!result.fault) columns_.fill(rows_);
  columns_.finish(result);
  return result;
}

// Leaves the first `rows` records. Most bad ones have left nothing, and to ask a thousand columns for it takes time.
void RecordReader::take_back(int64_t rows) {
  if (!is_torn_ && rows_ == rows) return;
  columns_.truncate(rows);
  extra_values_ = extra_values_before_;
  rows_ = rows;
  is_torn_ = false;
}

// A record that is broken may come twice: the second time alone, so that it tells what is wrong with it.
Token RecordReader::read_record(Token token) {
  if (is_torn_) columns_.truncate(rows_);
  is_torn_ = true;
  record_ = token;
  unfolded_bytes_ = 0;
  if (walk_.block_at(token) == begun_at_) extra_values_ = extra_values_before_;
  begun_at_ = walk_.block_at(token);
  extra_values_before_ = extra_values_;
  const Token behind = read_object(*root_, rows_, token, 1);
  is_torn_ = false;
  ++rows_;
  if (walk_.block_at(behind) >= check_at_) check_bytes(walk_.block_at(behind));
  return behind;
}

// Ends the batch if it is full. To count what the columns hold after every record would take time: how much text it
// takes at least to fill them tells when to count again.
void RecordReader::check_bytes(const char* place) {
  check_at_ = place;
  columns_.fill(rows_);
  const uint64_t held = columns_.bytes();
  if (held >= rules_.batch_bytes_max) return walk_.stop();
  const double text = static_cast<double>(rules_.batch_bytes_max - held) / unfolding_max_;
  const ptrdiff_t rest = text_end_ - place;
  check_at_ = text < static_cast<double>(rest) ? place + static_cast<ptrdiff_t>(text) : text_end_;
}

// Fields mostly come in the order of the schema, so the one behind the last is tried before any search. `at`: how many
// values the columns of these fields have, or would have, had no object left one out.
Token RecordReader::read_object(Plan& plan, int64_t at, Token token, int depth) {
  walk_.enter(token, depth);
  Plan* const fields = plan.fields.data();
  const size_t count = plan.fields.size();
  size_t required = 0;
  size_t next = 0;
  ++token;
  if (walk_.at(token) == '}') {
    ++token;
  } else {
    do {
      const Token key = token;
      Plan* const field =
          next < count && fields[next].key.is_at(walk_.text_at(key)) ? &fields[next] : find_field(plan, key);
      token = walk_.behind_key(key);
      if (field == nullptr) {
        token = read_extra(plan, key, token, depth);
        continue;
      }
      begin_value(*field, at, key);
      next = field->index + size_t{1};
      required += field->nullable ? 0 : 1;
      token = read_value(*field, token, depth);
    } while (walk_.has_more(token, '}'));
  }
  if (required != plan.required) refuse_missing(plan, at, token - 1);
  return token;
}

Plan* RecordReader::find_field(Plan& plan, Token key) {
  if (walk_.at(key) != '"') walk_.malformed(key, "expected a key in double quotes");
  return plan.find(walk_.unescaped(key));
}

// Objects mostly lack many of the fields that others have. Their nulls are appended at once: when the next object has
// the field, or the batch ends.
inline void RecordReader::begin_value(Plan& field, int64_t at, Token key) {
  const int64_t lacking = at - field.out->length();
  if (lacking == 0) return;
  if (lacking < 0) walk_.fail(key, {.field = field.path(), .sentence = "the key stands twice in one object"});
  field.out->append_nulls(lacking);
}

void RecordReader::refuse_missing(const Plan& plan, int64_t at, Token close) {
  const auto is_missing = [at](const Plan& field) { return !field.nullable && field.out->length() <= at; };
  const Plan& field = *std::ranges::find_if(plan.fields, is_missing);
  walk_.fail(close, {.field = field.path(), .sentence = "required, but missing"});
}

inline Token RecordReader::read_value(Plan& plan, Token token, int depth) {
  switch (plan.kind) {
    case TypeKind::boolean: return read_boolean(plan, token, depth);
    case TypeKind::int8: return read_number<int8_t>(plan, token, depth);
    case TypeKind::int16: return read_number<int16_t>(plan, token, depth);
    case TypeKind::int32: return read_number<int32_t>(plan, token, depth);
    case TypeKind::int64:
    case TypeKind::duration: return read_number<int64_t>(plan, token, depth);
    case TypeKind::uint8: return read_number<uint8_t>(plan, token, depth);
    case TypeKind::uint16: return read_number<uint16_t>(plan, token, depth);
    case TypeKind::uint32: return read_number<uint32_t>(plan, token, depth);
    case TypeKind::uint64: return read_number<uint64_t>(plan, token, depth);
    case TypeKind::float16: return read_float16(plan, token, depth);
    case TypeKind::float32: return read_real<float>(plan, token, depth);
    case TypeKind::float64: return read_real<double>(plan, token, depth);
    case TypeKind::decimal: return read_decimal(plan, token, depth);
    case TypeKind::time:
    case TypeKind::uuid:
    case TypeKind::fixed:
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography:
      if (walk_.at(token) == '"') return read_as_text(plan, token, depth);
      break;
    case TypeKind::string:
    case TypeKind::enum_:
    case TypeKind::binary:
      if (walk_.at(token) == '"') return read_text(plan, token);
      break;
    case TypeKind::date:
      if (walk_.at(token) == '"') return read_date(plan, token);
      break;
    case TypeKind::timestamp:
      if (walk_.at(token) == '"') return read_timestamp(plan, token);
      break;
    case TypeKind::json: return read_json(plan, token, depth);
    case TypeKind::list:
    case TypeKind::fixed_list:
      if (walk_.at(token) == '[') return read_list(plan, token, depth + 1);
      break;
    case TypeKind::map:
      if (walk_.at(token) == '{') return read_map(plan, token, depth + 1);
      break;
    case TypeKind::struct_:
      if (walk_.at(token) == '{') {
        token = read_object(plan, plan.out->length(), token, depth + 1);
        plan.out->append_struct();
        return token;
      }
      break;
    case TypeKind::null: break;
  }
  return read_other(plan, token, depth);
}

// Before the item is read: two bytes of text, "{}", may ask for nulls in thousands of columns. These are appended late
// (see begin_value), so that nothing has been allocated for them yet.
inline void RecordReader::add_item(const Plan& list, Token token) {
  unfolded_bytes_ += list.item_bytes;
  if (unfolded_bytes_ > rules_.unfolded_bytes_max) refuse_item(list, token);
}

void RecordReader::refuse_item(const Plan& list, Token token) {
  const auto bytes = std::to_string(static_cast<uint64_t>(rules_.unfolded_bytes_max));
  walk_.fail(token, {.field = list.path(),
                     .sentence = "the record unfolds to more than " + bytes + " bytes" + rules_.unfolded_reason,
                     .hint = rules_.unfolded_hint});
}

Token RecordReader::read_list(Plan& plan, Token token, int depth) {
  walk_.enter(token, depth);
  const Token begin = token;
  const int64_t items_before = plan.fields[0].out->length();
  ++token;
  if (walk_.at(token) == ']') {
    ++token;
  } else {
    do {
      add_item(plan, token);
      token = read_value(plan.fields[0], token, depth);
    } while (walk_.has_more(token, ']'));
  }
  if (plan.kind == TypeKind::list) {
    plan.out->append_list();
    return token;
  }
  const int64_t items = plan.fields[0].out->length() - items_before;
  if (items != plan.field->type.size())
    walk_.fail(begin, {.field = plan.path(),
                       .sentence = excerpt(walk_.text(begin, token)) + " has " + std::to_string(items) +
                                   " elements, expected " + std::to_string(plan.field->type.size())});
  plan.out->append_struct();
  return token;
}

// An object whose keys are data: they are read from their text.
Token RecordReader::read_map(Plan& plan, Token token, int depth) {
  walk_.enter(token, depth);
  const Token begin = token;
  Plan& entry = plan.fields[0];
  ColumnBuilder& keys = *entry.fields[0].out;
  const int64_t first_key = keys.length();
  ++token;
  if (walk_.at(token) == '}') {
    ++token;
  } else {
    do {
      if (walk_.at(token) != '"') walk_.malformed(token, "expected a key in double quotes");
      const std::string_view key = walk_.unescaped(token);
      if (const auto fault = append_text_value(keys, key))
        walk_.fail(token, {.field = entry.fields[0].path(), .sentence = excerpt(key) + " " + *fault});
      add_item(plan, token);
      token = read_value(entry.fields[1], walk_.behind_key(token), depth);
      entry.out->append_struct();
    } while (walk_.has_more(token, '}'));
  }
  if (const int64_t twin = keys.length() - first_key < 2 ? -1 : repeated_key(keys, first_key); twin >= 0)
    refuse_repeated_key(plan, begin, twin - first_key, depth);
  plan.out->append_list();
  return token;
}

// Keys are compared as what they mean: "1" and "1.0" are one decimal. Returns the first that stands before, or -1.
int64_t RecordReader::repeated_key(const ColumnBuilder& keys, int64_t first) {
  key_order_.resize(static_cast<size_t>(keys.length() - first));
  std::iota(key_order_.begin(), key_order_.end(), first);
  const auto value_of = [&keys](int64_t key) { return keys.value_bytes(key); };
  std::ranges::sort(key_order_, [&](int64_t a, int64_t b) {
    const auto order = value_of(a) <=> value_of(b);
    return order != 0 ? order < 0 : a < b;
  });
  int64_t twin = -1;
  for (size_t i = 1; i < key_order_.size(); ++i)
    if (value_of(key_order_[i]) == value_of(key_order_[i - 1]) && (twin < 0 || key_order_[i] < twin))
      twin = key_order_[i];
  return twin;
}

// Goes through the map a second time, up to the key that stands before.
void RecordReader::refuse_repeated_key(const Plan& plan, Token begin, int64_t twin, int depth) {
  walk_.rewind(begin);
  Token key = begin + 1;
  for (int64_t i = 0; i < twin; ++i) key = walk_.skip(walk_.behind_key(key), depth) + 1;
  walk_.fail(
      key, {.field = plan.path(), .sentence = "the key " + excerpt(walk_.unescaped(key)) + " stands twice in one map"});
}

// A null, or what does not belong here.
Token RecordReader::read_other(Plan& plan, Token token, int depth) {
  if (!walk_.is_null(token)) misfit(plan, token, depth);
  if (!plan.nullable) walk_.fail(token, {.field = plan.path(), .sentence = "required, but null"});
  plan.out->append_null();
  return token + 1;
}

template <typename T>
Token RecordReader::read_number(Plan& plan, Token token, int depth) {
  const char* p = walk_.text_at(token);
  const bool negative = *p == '-';
  p += negative;
  const char* const digits = p;
  uint64_t magnitude = 0;
  for (; is_digit(*p); ++p) magnitude = magnitude * 10 + digit_value(*p);
  // What this leaves out: no digits, "-0" and leading zeros, long ones, anything but an integer.
  const bool is_plain =
      p > digits && p - digits <= kPlainDigitsMax && (*digits != '0' || (p == digits + 1 && !negative));
  if (!is_plain || !ends_scalar(*p)) return read_long_integer<T>(plan, token, depth);
  const auto value = negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
  if (!std::in_range<T>(value)) misfit(plan, token, depth, out_of_range(plan.field->type));
  plan.out->append(static_cast<T>(value));
  return token + 1;
}

template <typename T>
Token RecordReader::read_long_integer(Plan& plan, Token token, int depth) {
  const char c = walk_.at(token);
  if (c != '-' && !is_digit(c)) return read_other(plan, token, depth);
  const NumberText number = walk_.number(token);
  std::optional<T> value;
  if (number.kind == NumberKind::int64) value = narrow<T>(number.int64);
  if (number.kind == NumberKind::uint64) value = narrow<T>(number.uint64);
  if (!value) {
    const bool is_integer_text = number.kind != NumberKind::invalid && number.kind != NumberKind::real;
    misfit(plan, token, depth, is_integer_text ? out_of_range(plan.field->type) : std::string());
  }
  plan.out->append(*value);
  return token + 1;
}

template <typename T>
Token RecordReader::read_real(Plan& plan, Token token, int depth) {
  if constexpr (std::is_same_v<T, double>) {
    const ShortReal number = parse_short_real(walk_.text_at(token));
    if (number.end != nullptr && ends_scalar(*number.end)) {
      plan.out->append(number.value);
      return token + 1;
    }
  }
  const char c = walk_.at(token);
  if (c != '-' && !is_digit(c)) return read_other(plan, token, depth);
  const NumberText number = walk_.number(token);
  double value = number.real;
  bool exact = number.exact;
  switch (number.kind) {
    case NumberKind::invalid: misfit(plan, token, depth);
    case NumberKind::int64:
      value = static_cast<double>(number.int64);
      exact = is_exact_in<double>(number.int64);
      break;
    case NumberKind::uint64:
      value = static_cast<double>(number.uint64);
      exact = is_exact_in<double>(number.uint64);
      break;
    case NumberKind::big_integer:
    case NumberKind::real: break;
  }
  if ((rules_.inferred || rules_.widen) && !exact)
    misfit(plan, token, depth, "would be changed by a " + to_text(plan.field->type));
  std::optional<T> narrowed = narrow<T>(value);
  if constexpr (std::is_same_v<T, float>) {
    // Rounding twice, to a double and then to a float, does not always give the nearest float.
    const std::string_view text = walk_.scalar(token);
    float nearest = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), nearest).ec == std::errc()) narrowed = nearest;
  }
  if (!narrowed || std::isinf(*narrowed)) misfit(plan, token, depth, out_of_range(plan.field->type));
  plan.out->append(*narrowed);
  return token + 1;
}

Token RecordReader::read_boolean(Plan& plan, Token token, int depth) {
  const bool value = walk_.is_true(token);
  if (!value && !walk_.is_false(token)) return read_other(plan, token, depth);
  plan.out->append_bool(value);
  return token + 1;
}

Token RecordReader::read_text(Plan& plan, Token token) {
  walk_.append_string(token, plan.out->text_bytes());
  plan.out->end_text();
  return token + 1;
}

}  // namespace sluice
