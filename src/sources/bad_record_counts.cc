#include "sources/bad_record_counts.h"

#include <algorithm>
#include <string>
#include <utility>

namespace sluice {
namespace {

void count(BadRecordCounts& counts, BadRecordCounts::Reason reason) {
  counts.total += reason.count;
  auto known = std::ranges::find(counts.reasons, reason.words, &BadRecordCounts::Reason::words);
  if (known == counts.reasons.end() && counts.reasons.size() >= kBadReasonsMax) {
    reason.words = "other";
    known = std::ranges::find(counts.reasons, reason.words, &BadRecordCounts::Reason::words);
  }
  if (known == counts.reasons.end())
    counts.reasons.push_back(std::move(reason));
  else
    known->count += reason.count;
}

}  // namespace

void add(BadRecordCounts& counts, const RecordFault& fault, std::string_view text_name) {
  std::string words = fault.malformed       ? "malformed " + std::string(text_name)
                      : fault.field.empty() ? "other"
                                            : "column " + excerpt(fault.field);
  count(counts, {std::move(words), to_sentence(fault, text_name), 1});
}

void add(BadRecordCounts& counts, const BadRecordCounts& more) {
  for (const BadRecordCounts::Reason& reason : more.reasons) count(counts, reason);
}

}  // namespace sluice
