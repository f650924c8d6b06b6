// The text form of partition keys: "country, year(at)". Grammar: docs/partitions.md.
#include <array>
#include <utility>

#include "schema/name_text.h"
#include "schema/text_cursor.h"
#include "sluice/partition.h"

namespace sluice {
inline namespace v0 {
namespace {

using Part = PartitionKey::Part;

constexpr std::array<std::pair<std::string_view, Part>, 5> kParts{{{"year", Part::year},
                                                                   {"month", Part::month},
                                                                   {"day", Part::day},
                                                                   {"hour", Part::hour},
                                                                   {"yearmonth", Part::yearmonth}}};

std::string_view word_of(Part part) {
  for (const auto& [word, known] : kParts)
    if (known == part) return word;
  return {};
}

class PartitionKeysParser : private TextCursor {
 public:
  explicit PartitionKeysParser(std::string_view text) : TextCursor(text, "partition keys") {}

  std::vector<PartitionKey> parse() {
    std::vector<PartitionKey> keys;
    do keys.push_back(parse_key());
    while (take(','));
    if (!at_end()) fail_expected("\",\" or the end");
    return keys;
  }

 private:
  /// name | part "(" name ")"
  PartitionKey parse_key() {
    skip_blanks();
    const size_t begin = position_;
    const std::string name = take_name();
    if (!take('(')) return {name};
    for (const auto& [word, part] : kParts) {
      if (name != word) continue;
      PartitionKey key{take_name(), part};
      if (!take(')')) fail_expected("\")\"");
      return key;
    }
    fail(begin, "\"" + name + "\" is no part of a date",
         "There are year(...), month(...), day(...), hour(...) and yearmonth(...).");
  }
};

}  // namespace

std::string PartitionKey::name() const { return part == Part::value ? column : std::string(word_of(part)); }

std::vector<PartitionKey> parse_partition_keys(std::string_view text) { return PartitionKeysParser(text).parse(); }

std::string to_text(const std::vector<PartitionKey>& keys) {
  std::string text;
  for (const PartitionKey& key : keys) {
    if (!text.empty()) text += ", ";
    if (key.part != Part::value) text.append(word_of(key.part)).append("(");
    append_name(key.column, text);
    if (key.part != Part::value) text += ")";
  }
  return text;
}

}  // namespace v0
}  // namespace sluice
