// Values of a record that take more than a look at digits: decimals, halves, dates and times, and what is kept as the
// JSON that it is.
#include <cmath>
#include <optional>
#include <string>

#include "base/calendar.h"
#include "base/digits.h"
#include "base/float16.h"
#include "base/number_text.h"
#include "sources/record_reader.h"
#include "sources/text_values.h"

namespace sluice {

// What has a text form of its own, or none.
Token RecordReader::read_as_text(Plan& plan, Token token, int depth) {
  const auto fault = append_text_value(*plan.out, walk_.unescaped(token));
  if (fault) misfit(plan, token, depth, *fault);
  return token + 1;
}

// A number or a string with one in it: many systems put decimals into strings, so that no reader rounds them.
Token RecordReader::read_decimal(Plan& plan, Token token, int depth) {
  const char c = walk_.at(token);
  if (c == '"') return read_as_text(plan, token, depth);
  if (c != '-' && !is_digit(c)) return read_other(plan, token, depth);
  const NumberText number = walk_.number(token);
  // In a sample that had integers alone, "1.0" is another kind of number.
  const bool fits = number.kind != NumberKind::invalid && (!rules_.inferred || number.kind != NumberKind::real);
  const auto fault = fits ? append_text_value(*plan.out, walk_.scalar(token)) : not_a(plan.field->type);
  if (fault) misfit(plan, token, depth, *fault);
  return token + 1;
}

// What is too small becomes a zero of its sign, as it does in other floats.
Token RecordReader::read_float16(Plan& plan, Token token, int depth) {
  const char c = walk_.at(token);
  if (c != '-' && !is_digit(c)) return read_other(plan, token, depth);
  if (walk_.number(token).kind == NumberKind::invalid) misfit(plan, token, depth);
  const uint16_t bits = nearest_float16(walk_.scalar(token));
  if (std::isinf(from_float16(bits))) misfit(plan, token, depth, "is out of the range of " + to_text(plan.field->type));
  plan.out->append(bits);
  return token + 1;
}

Token RecordReader::read_json(Plan& plan, Token token, int depth) {
  const Token behind = walk_.skip(token, depth);
  if (walk_.is_null(token)) return read_other(plan, token, depth);
  plan.out->text_bytes().append(walk_.text(token, behind));
  plan.out->end_text();
  return behind;
}

Token RecordReader::read_date(Plan& plan, Token token) {
  const std::optional<int32_t> days = parse_date(walk_.unescaped(token));
  if (!days) misfit(plan, token, 0);
  plan.out->append(*days);
  return token + 1;
}

Token RecordReader::read_timestamp(Plan& plan, Token token) {
  const std::optional<TimestampText> moment = parse_timestamp(walk_.unescaped(token));
  if (!moment) misfit(plan, token, 0);
  const bool has_zone = moment->zone == ZoneMark::utc;
  if (has_zone != plan.zoned)
    misfit(plan, token, 0,
           plan.zoned ? "has no \"Z\" at its end, which " + to_text(plan.field->type) + " needs"
                      : "has a \"Z\" at its end, which " + to_text(plan.field->type) + " does not keep");
  const std::optional<int64_t> ticks = to_ticks(*moment, plan.unit);
  if (!ticks)
    misfit(
        plan, token, 0,
        (is_finer_than(*moment, plan.unit) ? "is finer than " : "is out of the range of ") + to_text(plan.field->type));
  plan.out->append(*ticks);
  return token + 1;
}

}  // namespace sluice
