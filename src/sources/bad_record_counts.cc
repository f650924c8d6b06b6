#include "sources/bad_record_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "sluice/error.h"

namespace sluice {

void RecordTally::add(const RecordFault& fault, std::string_view text_name) {
  std::string words = fault.malformed       ? "malformed " + std::string(text_name)
                      : fault.field.empty() ? "other"
                                            : "column " + excerpt(fault.field);
  ++bad_.total;
  const auto find = [this](const std::string& reason) {
    return std::ranges::find(bad_.reasons, reason, &BadRecordCounts::Reason::words);
  };
  auto known = find(words);
  if (known == bad_.reasons.end() && bad_.reasons.size() >= kBadReasonsMax) {
    words = "other";
    known = find(words);
  }
  if (known == bad_.reasons.end())
    bad_.reasons.push_back({std::move(words), to_sentence(fault, text_name), 1});
  else
    ++known->count;
}

void RecordTally::check_share(const std::string& source) const {
  if (bad_.total == 0) return;
  const double percent = 100 * static_cast<double>(bad_.total) / static_cast<double>(records_);
  if (percent <= bad_percent_max_) return;
  throw Error(ErrorCode::data,
              fmt::format("{}: {} of {} records are bad, {:.3g} %, and {:.3g} % are allowed; the first: {}", source,
                          bad_.total, records_, percent, bad_percent_max_, bad_.reasons.front().example),
              {.source = source});
}

}  // namespace sluice
