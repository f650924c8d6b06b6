// Hands every value of a sample to the guess for its column.
#include "sources/csv_inference.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "sources/csv_faults.h"

namespace sluice {

CsvInference::CsvInference(std::vector<std::string> null_texts, bool pass_over_bad)
    : null_texts_(std::move(null_texts)), pass_over_bad_(pass_over_bad), inference_(string()) {}

std::optional<RecordFault> CsvInference::observe(const RecordBlock& block, uint64_t text_end) {
  follow(block.csv);
  rows_.begin(block);
  for (CsvRows::Step step; (step = rows_.next()) != CsvRows::Step::end;) {
    if (step == CsvRows::Step::bad) {
      if (is_behind(rows_.fault().record_byte, text_end)) return std::nullopt;
      if (!pass_over_bad_) {
        RecordFault fault = rows_.fault();
        fault.record = records_;
        return fault;
      }
      ++records_;
      continue;
    }
    const CsvRun& run = rows_.run();
    for (size_t record = 0; record < run.records; ++record) {
      if (is_behind(csv_place(block, run.record(record)), text_end)) return std::nullopt;
      std::optional<RecordFault> fault = observe_record(run, record, block);
      if (fault && !pass_over_bad_) {
        fault->record = records_;
        return fault;
      }
      ++records_;
    }
  }
  return std::nullopt;
}

InferredSchema CsvInference::result() const {
  InferredSchema found = inference_.result();
  found.notes.insert(found.notes.end(), name_notes_.begin(), name_notes_.end());
  return found;
}

// Columns are fields though no record has come yet.
void CsvInference::follow(const std::shared_ptr<const CsvShape>& shape) {
  if (shape == shape_) return;
  shape_ = shape;
  guesses_.clear();
  FieldGuess& root = inference_.begin_record(records_ + 1);
  for (const std::string& name : shape->names) guesses_.push_back(&root.child(name));
  for (const InferenceNote& note : shape->notes) {
    const auto is_same = [&](const InferenceNote& known) {
      return known.field == note.field && known.remark == note.remark;
    };
    if (std::ranges::none_of(name_notes_, is_same)) name_notes_.push_back(note);
  }
}

// Nothing of a record that is broken further on counts.
std::optional<RecordFault> CsvInference::observe_record(const CsvRun& run, size_t record, const RecordBlock& block) {
  if (std::optional<RecordFault> fault = find_fault(run, record, block)) return fault;
  const CsvFields fields(shape_->dialect, null_texts_);
  inference_.begin_record(records_ + 1);
  for (size_t i = 0; i < run.columns; ++i) {
    const std::string_view field = run.field(record, i);
    if (fields.is_quoted(field))
      observe_value(*guesses_[i], *fields.unquoted(field, scratch_));
    else if (fields.is_null(field))
      guesses_[i]->observe_null();
    else
      observe_value(*guesses_[i], field);
  }
  return std::nullopt;
}

std::optional<RecordFault> CsvInference::find_fault(const CsvRun& run, size_t record, const RecordBlock& block) {
  const CsvFields fields(shape_->dialect, null_texts_);
  for (size_t i = 0; i < run.columns; ++i) {
    const std::string_view field = run.field(record, i);
    if (!rows_.is_utf8() && !is_utf8(field)) return broken_utf8(block, run, record, i);
    if (fields.is_quoted(field) && !fields.is_closed(field)) return text_behind_quote(block, run, record, i);
  }
  return std::nullopt;
}

void CsvInference::observe_value(FieldGuess& guess, std::string_view value) {
  if (value == "true" || value == "false") return guess.observe_boolean();
  // Most text is told from a number by its first byte.
  const bool may_be_number = !value.empty() && (value[0] == '-' || static_cast<unsigned char>(value[0] - '0') <= 9);
  if (may_be_number) {
    const NumberText number = parse_number(value);
    if (number.kind != NumberKind::invalid) return guess.observe_number(number);
  }
  guess.observe_string(value);
}

}  // namespace sluice
