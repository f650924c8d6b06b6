// Hands every value of a sample to the guess for its field.
#include "sources/record_inference.h"

namespace sluice {

std::optional<RecordFault> RecordInference::observe(const RecordBlock& block, uint64_t text_end) {
  std::string_view text = block.text();
  while (!text.empty()) {
    try {
      const auto read = [this](Token token) {
        if (pass_over_bad_) {  // nothing of a record that is broken further on may count
          walk_.skip(token, 0);
          walk_.rewind(token);
        }
        return observe_object(inference_.begin_record(records_ + walk_.records() + 1), token, 1);
      };
      walk_.each_record(block, text, read, text_end);
      text = {};
    } catch (const RecordFault& found) {
      if (!pass_over_bad_) {
        RecordFault fault = found;
        fault.record += records_;
        records_ += walk_.records();
        return fault;
      }
      ++records_;
      text.remove_prefix(static_cast<size_t>(walk_.behind_failed_record() - text.data()));
    }
    records_ += walk_.records();
  }
  return std::nullopt;
}

Token RecordInference::observe_object(FieldGuess& guess, Token token, int depth) {
  walk_.enter(token, depth);
  if (walk_.at(++token) == '}') return token + 1;
  do {
    if (walk_.at(token) != '"') walk_.malformed(token, "expected a key in double quotes");
    FieldGuess& field = guess.child(walk_.unescaped(token));
    token = observe_value(field, walk_.behind_key(token), depth);
  } while (walk_.has_more(token, '}'));
  return token;
}

Token RecordInference::observe_array(FieldGuess& guess, Token token, int depth) {
  walk_.enter(token, depth);
  if (walk_.at(++token) == ']') return token + 1;
  FieldGuess& element = guess.element();
  do token = observe_value(element, token, depth);
  while (walk_.has_more(token, ']'));
  return token;
}

Token RecordInference::observe_value(FieldGuess& guess, Token token, int depth) {
  switch (walk_.at(token)) {
    case '{':
      if (!guess.observe_object()) break;
      return observe_object(guess, token, depth + 1);
    case '[':
      if (!guess.observe_array()) break;
      return observe_array(guess, token, depth + 1);
    case '"': guess.observe_string(walk_.unescaped(token)); return token + 1;
    case 't':
    case 'f':
      if (walk_.is_true(token) || walk_.is_false(token)) guess.observe_boolean();
      break;
    case 'n':
      if (walk_.is_null(token)) guess.observe_null();
      break;
    default: {
      const NumberText number = walk_.number(token);
      if (number.kind == NumberKind::invalid) break;
      guess.observe_number(number);
      return token + 1;
    }
  }
  return walk_.skip(token, depth);  // throws for what is no value
}

}  // namespace sluice
