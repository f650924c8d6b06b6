#include "sources/csv_fields.h"

#include <algorithm>

#include "sources/record_block.h"

namespace sluice {

// Where nothing is irregular (csv_scan.h), quotes inside come in pairs, one behind the other.
std::optional<std::string_view> CsvFields::unquoted(std::string_view field, Bytes& scratch) const {
  const auto quote = static_cast<char>(quote_);
  if (!is_closed(field)) return std::nullopt;
  const std::string_view content = field.substr(1, field.size() - 2);
  size_t pair = content.find(quote);
  if (pair == std::string_view::npos) return content;
  scratch.clear();
  size_t begin = 0;
  for (; pair != std::string_view::npos; pair = content.find(quote, begin)) {
    scratch.append(content.substr(begin, pair + 1 - begin));
    begin = pair + 2;
  }
  scratch.append(content.substr(begin));
  std::memset(scratch.prepare(kBlockPadding), 0, kBlockPadding);
  return scratch.view();
}

bool CsvFields::is_null_text(std::string_view field) const {
  return std::ranges::find(null_texts_, field) != null_texts_.end();
}

}  // namespace sluice
