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
  if (std::isinf(from_float16(bits))) misfit(plan, token, depth, out_of_range(plan.field->type));
  plan.out->append(bits);
  return token + 1;
}

Token RecordReader::read_json(Plan& plan, Token token, int depth) {
  const Token behind = walk_.skip(token, depth);
  if (walk_.is_null(token)) return read_other(plan, token, depth);
  // To skip it was to check it.
  if (!plan.out->append_checked_json(walk_.text(token, behind)))
    misfit(plan, token, depth, "does not fit into one batch");
  return behind;
}

Token RecordReader::read_date(Plan& plan, Token token) {
  const std::optional<int32_t> days = parse_date(walk_.unescaped(token));
  if (!days) misfit(plan, token, 0);
  plan.out->append(*days);
  return token + 1;
}

Token RecordReader::read_timestamp(Plan& plan, Token token) {
  const std::string_view text = walk_.unescaped(token);
  const std::optional<TimestampText> moment = rules_.widen ? parse_moment(text, plan.zoned) : parse_timestamp(text);
  if (moment && (moment->zone == ZoneMark::utc) == plan.zoned)
    if (const std::optional<int64_t> ticks = to_ticks(*moment, plan.unit)) {
      plan.out->append(*ticks);
      return token + 1;
    }
  return read_as_text(plan, token, 0);  // which says what is wrong with it
}

}  // namespace sluice
