// The text form of sort orders: "day desc, user.name nulls first". Grammar: docs/schema_text.md.
#include "sluice/sort_column.h"

#include "schema/leaves.h"
#include "schema/text_cursor.h"

namespace sluice {
inline namespace v0 {
namespace {

class SortedByParser : private TextCursor {
 public:
  explicit SortedByParser(std::string_view text) : TextCursor(text, "sort order") {}

  std::vector<SortColumn> parse() {
    std::vector<SortColumn> columns;
    do columns.push_back(parse_column());
    while (take(','));
    if (!at_end()) fail_expected("\",\", \"asc\", \"desc\", \"nulls first\", \"nulls last\" or the end");
    return columns;
  }

 private:
  /// name {"." name} ["asc" | "desc"] ["nulls" ("first" | "last")]
  SortColumn parse_column() {
    SortColumn column;
    column.column = take_name();
    while (take('.')) column.column = child_name(column.column, take_name());
    if (!take_word("asc")) column.descending = take_word("desc");
    if (take_word("nulls")) {
      column.nulls_first = take_word("first");
      if (!column.nulls_first && !take_word("last")) fail_expected("\"first\" or \"last\" after \"nulls\"");
    }
    return column;
  }
};

}  // namespace

std::vector<SortColumn> parse_sorted_by(std::string_view text) { return SortedByParser(text).parse(); }

std::string to_text(const std::vector<SortColumn>& columns) {
  std::string text;
  for (const SortColumn& column : columns) {
    text.append(text.empty() ? "" : ", ").append(column.column);
    if (column.descending) text += " desc";
    if (column.nulls_first) text += " nulls first";
  }
  return text;
}

}  // namespace v0
}  // namespace sluice
