// Tries the delimiters and quotes that may be, and takes the ones that make the records of the sample most alike.
#include "sources/csv_dialect.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/bytes.h"
#include "base/number_text.h"
#include "base/utf8.h"
#include "sluice/error.h"
#include "sources/csv_scan.h"
#include "sources/record_block.h"
#include "sources/record_fault.h"

namespace sluice {
namespace {

constexpr char kDelimiters[] = {',', ';', '\t', '|'};

/// How the records of a sample look in a dialect. Blank lines do not count.
struct Look {
  CsvDialect dialect;
  size_t records = 0;
  size_t like_first = 0;  ///< with as many fields as the first
  size_t columns = 0;     ///< of the first
  bool is_regular = true;

  bool fits_all() const { return is_regular && columns > 1 && like_first == records; }
};

/// `sample` ends with '\n', and kBlockPadding bytes are readable behind it.
Look look_at(std::string_view sample, bool is_whole, const CsvDialect& dialect) {
  Look look{.dialect = dialect};
  CsvIndex index;
  CsvState state = CsvState::field_start;
  index_csv(sample.data(), 0, sample.size(), dialect, state, index);
  look.is_regular = index.irregular.empty();
  // The last line may be cut short.
  const size_t lines = index.lines.size() - (!is_whole && index.lines.size() > 1 ? 1 : 0);
  uint32_t begin = 0;  // of the record in the sample
  uint32_t first = 0;  // of its ends
  for (size_t line = 0; line < lines; ++line) {
    const uint32_t last = index.lines[line];
    const std::string_view text = sample.substr(begin, index.ends[last] - begin);
    const size_t columns = last + 1 - first;
    begin = index.ends[last] + 1;
    first = last + 1;
    if (text.empty() || text == "\r") continue;
    if (look.records++ == 0) look.columns = columns;
    look.like_first += columns == look.columns;
  }
  return look;
}

/// The best of the delimiters that may be, with these quotes.
Look best_look(std::string_view sample, bool is_whole, const CsvOptions& options, CsvDialect dialect) {
  if (options.delimiter != 0) {
    dialect.delimiter = options.delimiter;
    return look_at(sample, is_whole, dialect);
  }
  Look best{.dialect = dialect};
  for (const char delimiter : kDelimiters) {
    if (dialect.has_quotes && delimiter == dialect.quote) continue;
    dialect.delimiter = delimiter;
    const Look look = look_at(sample, is_whole, dialect);
    if (look.columns < 2) continue;
    if (look.like_first > best.like_first || (look.like_first == best.like_first && look.columns > best.columns))
      best = look;
  }
  return best;
}

constexpr std::string_view kMadeUpPrefix = "column_";

std::string made_up_name(size_t column) { return std::string(kMadeUpPrefix) + std::to_string(column + 1); }

bool is_made_up(std::string_view name) {
  if (!name.starts_with(kMadeUpPrefix)) return false;
  const NumberText number = parse_number(name.substr(kMadeUpPrefix.size()));
  return number.kind == NumberKind::int64 && number.int64 > 0;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Gives every column a name of its own.
class Names {
 public:
  explicit Names(const CsvOptions& options, CsvShape& shape) : options_(options), shape_(shape) {}

  void take(std::vector<std::string> header) {
    for (size_t i = 0; i < header.size(); ++i)
      if (!header[i].empty()) refuse_broken(header[i], i), claim(header[i], i);
    for (size_t i = 0; i < header.size(); ++i) shape_.names.push_back(name_of(std::move(header[i]), i));
    note_likeness();
  }

 private:
  static void refuse_broken(const std::string& name, size_t column) {
    if (!is_utf8(name))
      throw Error(ErrorCode::data, "the header's name of column " + std::to_string(column + 1) + " is not UTF-8");
  }

  // The first column of a name has it.
  void claim(const std::string& name, size_t column) {
    const auto [at, is_new] = owners_.emplace(name, column);
    if (is_new || options_.duplicates == DuplicateNames::rename) return;
    throw Error(ErrorCode::data,
                "the header has the name \"" + excerpt(name) + "\" twice, for columns " +
                    std::to_string(at->second + 1) + " and " + std::to_string(column + 1),
                {.field = name}, "--duplicates rename calls the second one \"" + excerpt(name) + "_2\".");
  }

  std::string name_of(std::string name, size_t column) {
    if (!name.empty() && owners_.at(name) == column) return name;
    std::string remark = "column " + std::to_string(column + 1) + " has no name in the header";
    if (name.empty())
      name = made_up_name(column);
    else
      remark = "the header has the name \"" + excerpt(name) + "\" more than once";
    std::string own = name;
    size_t& number = numbers_[name];
    while (!owners_.emplace(own, column).second) own = name + "_" + std::to_string(++number + 1);
    shape_.notes.push_back({own, std::move(remark)});
    return own;
  }

  // What is easily overlooked, and to many readers of tables one and the same name.
  void note_likeness() {
    std::unordered_map<std::string, std::string> seen;
    for (const std::string& name : shape_.names) {
      const auto [at, is_new] = seen.emplace(lower_case(name), name);
      if (!is_new)
        shape_.notes.push_back({name, "differs from the column \"" + excerpt(at->second) + "\" in case only"});
      if (name.front() == ' ' || name.back() == ' ') shape_.notes.push_back({name, "begins or ends with a blank"});
    }
  }

  const CsvOptions& options_;
  CsvShape& shape_;
  std::map<std::string, size_t> owners_;   ///< a tree: no choice of names makes it slow
  std::map<std::string, size_t> numbers_;  ///< how often a name was numbered
};

void refuse_character(const char* what, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80 || c == '\n' || c == '\r')
    throw Error(ErrorCode::invalid, std::string("the ") + what + " of CSV is one ASCII character and no line end");
}

}  // namespace

bool is_delimiter(char c) { return std::ranges::find(kDelimiters, c) != std::end(kDelimiters); }

void check_csv_options(const CsvOptions& options) {
  refuse_character("delimiter", options.delimiter);
  refuse_character("quote", options.quote.value_or('"'));
  if (options.delimiter != 0 && options.delimiter == options.quote.value_or('"'))
    throw Error(ErrorCode::invalid,
                std::string("the delimiter and the quote of CSV are the same character, ") + options.delimiter);
  if (options.record_bytes_max == 0)
    throw Error(ErrorCode::invalid, "records of CSV are limited to 0 bytes; at least 1 must be allowed");
}

CsvDialect guess_dialect(std::string_view sample, bool is_whole, const CsvOptions& options) {
  Bytes padded;
  padded.append(sample);
  if (!sample.ends_with('\n')) padded.push_back('\n');
  const size_t size = padded.size();
  std::memset(padded.prepare(kBlockPadding), 0, kBlockPadding);
  const std::string_view text(padded.view().data(), size);
  CsvDialect dialect{.delimiter = options.quote == ',' ? ';' : ',', .quote = options.quote.value_or('"')};
  dialect.has_quotes = dialect.quote != 0;
  const Look best = best_look(text, is_whole, options, dialect);
  // Single quotes are often part of the text; double ones say that they are not needed.
  const bool may_be_single = !options.quote && options.delimiter != '\'' && sample.find('"') == std::string_view::npos;
  if (!may_be_single || best.fits_all()) return best.dialect;
  dialect.quote = '\'';
  const Look other = best_look(text, is_whole, options, dialect);
  return other.fits_all() ? other.dialect : best.dialect;
}

CsvShape make_shape(const CsvDialect& dialect, std::vector<std::string> first_record, const CsvOptions& options) {
  CsvShape shape{.dialect = dialect, .names = {}, .has_header = true, .notes = {}};
  Names(options, shape).take(std::move(first_record));
  return shape;
}

CsvShape make_shape_by_place(const CsvDialect& dialect, size_t columns, std::span<const std::string> declared) {
  CsvShape shape{.dialect = dialect, .names = {}, .has_header = false, .notes = {}};
  const std::unordered_set<std::string_view> known(declared.begin(), declared.end());
  for (size_t i = 0; i < columns; ++i) {
    std::string made_up = made_up_name(i);
    const bool has_name = i < declared.size() && !is_made_up(declared[i]) && !known.contains(made_up);
    shape.names.push_back(has_name ? declared[i] : std::move(made_up));
  }
  return shape;
}

}  // namespace sluice
