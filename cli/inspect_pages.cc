// Pages for people and for machines; see inspect_pages.h.
#include "inspect_pages.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "bounds_cell.h"
#include "output.h"
#include "sluice/units.h"
#include "terminal.h"

namespace sluice::cli {
namespace {

/// Rows of a table at the most; a chunk with more pages gets a table for each so many, and memory has an end.
constexpr size_t kPagesOfTableMax = 4096;

std::string count_text(const std::optional<int64_t>& count) { return count ? format_count(*count) : ""; }
std::string count_text(uint64_t count) { return format_count(static_cast<int64_t>(count)); }

/// "data v1": the program's words say which of the two layouts is meant.
std::string kind_text(const PageLayout& page) {
  if (page.kind == "data") return "data v1";
  return page.kind == "data_v2" ? "data v2" : page.kind;
}

bool is_data(const PageLayout& page) { return page.kind.starts_with("data"); }

std::string rows_cell(const PageLayout& page) {
  if (!page.rows) return "";
  if (*page.rows == 0) return "none";
  const int64_t last = *page.first_row + *page.rows - 1;
  return format_count(*page.first_row) + " " + std::string(signs().ellipsis) + " " + format_count(last);
}

/// How levels are encoded, and how long they are where the header says.
std::string levels_cell(const PageLayout& page) {
  std::string text = page.definition_encoding;
  if (!page.repetition_encoding.empty() && page.repetition_encoding != text)
    text += (text.empty() ? "" : ", ") + page.repetition_encoding;
  if (page.definition_bytes) text += " " + count_text(*page.definition_bytes + page.repetition_bytes.value_or(0));
  return text;
}

std::string checksum_text(Checksum checksum) {
  switch (checksum) {
    case Checksum::absent: return "none";
    case Checksum::right: return "ok";
    case Checksum::wrong: return "wrong";
    case Checksum::unchecked: break;
  }
  return "?";
}

/// Collects the pages of a chunk and writes them as a table that fits the terminal.
class PageTable {
 public:
  PageTable(const ColumnLayout& column, const Palette& palette)
      : palette_(palette), is_number_(has_numbers(column)), width_(terminal_width(STDOUT_FILENO)) {}

  void add(const PageLayout& page) {
    rows_.push_back({is_data(page) ? count_text(data_pages_++) : "", page});
    if (rows_.size() == kPagesOfTableMax) print();
  }
  /// Writes what has been added since the last time. Where there is little room columns that tell least go first.
  void print() {
    if (rows_.empty()) return;
    std::vector<std::string_view> hidden;
    size_t bounds_cells = 0;
    for (const std::string_view next : {"", "levels", "raw", "offset"}) {
      hidden.push_back(next);
      bounds_cells = fitting_bounds(width_, [&](size_t cells) { return table(cells, hidden); });
      if (!width_ || table(bounds_cells, hidden).width() <= *width_) break;
    }
    write_out(table(bounds_cells, hidden).text(width_, palette_));
    rows_.clear();
  }

 private:
  struct Row {
    std::string number;  ///< among the data pages
    PageLayout page;
  };
  struct Figure {
    Table::Column column;
    std::function<std::string(const Row& row)> cell;
  };

  std::vector<Figure> figures(size_t bounds_cells) const {
    using Align = Table::Align;
    return {{{"page", Align::right}, [](const Row& row) { return row.number; }},
            {{"kind", Align::left, 7}, [](const Row& row) { return kind_text(row.page); }},
            {{"rows", Align::left}, [](const Row& row) { return rows_cell(row.page); }},
            {{"values", Align::right}, [](const Row& row) { return format_count(row.page.values); }},
            {{"nulls", Align::right}, [](const Row& row) { return count_text(row.page.nulls); }},
            {{"encoding", Align::left, 10}, [](const Row& row) { return row.page.encoding; }},
            {{"levels", Align::left}, [](const Row& row) { return levels_cell(row.page); }},
            {{"offset", Align::right}, [](const Row& row) { return count_text(row.page.offset); }},
            {{"bytes", Align::right}, [](const Row& row) { return count_text(row.page.bytes); }},
            {{"raw", Align::right}, [](const Row& row) { return count_text(row.page.raw_bytes); }},
            {{"bounds", Align::left},
             [this, bounds_cells](const Row& row) {
               return bounds_cell({row.page.min, row.page.max, false, is_number_}, bounds_cells);
             }},
            {{"crc", Align::left}, [](const Row& row) { return checksum_text(row.page.checksum); }}};
  }

  Table table(size_t bounds_cells, const std::vector<std::string_view>& hidden) const {
    std::vector<Figure> shown = figures(bounds_cells);
    std::erase_if(shown,
                  [&](const Figure& figure) { return std::ranges::find(hidden, figure.column.title) != hidden.end(); });
    std::vector<Table::Column> columns;
    for (const Figure& figure : shown) columns.push_back(figure.column);
    Table table(std::move(columns));
    for (const Row& row : rows_) {
      std::vector<std::string> cells;
      for (const Figure& figure : shown) cells.push_back(figure.cell(row));
      table.add_row(std::move(cells));
    }
    return table;
  }

  const Palette& palette_;
  const bool is_number_;
  const std::optional<size_t> width_;
  size_t data_pages_ = 0;
  std::vector<Row> rows_;
};

/// "row group 0, amount float64, zstd, 53 pages, 5.2 MiB, 1.5 : 1", and why it is stored so where the file says.
std::string chunk_headline(const FileLayout& file, size_t row_group, size_t column, const Palette& palette) {
  const ChunkLayout& chunk = file.row_groups[row_group].chunks[column];
  const ColumnLayout& leaf = file.columns[column];
  const std::string separator = " " + std::string(signs().separator) + " ";
  const size_t width = terminal_width(STDOUT_FILENO).value_or(SIZE_MAX);
  std::vector<std::string> facts{"row group " + std::to_string(row_group),
                                 cut_to_cells(printable(leaf.name + " " + leaf.type), width), chunk.codec};
  if (chunk.pages > 0) facts.push_back(counted(static_cast<uint64_t>(chunk.pages), "data page"));
  facts.push_back(format_bytes(chunk.bytes));
  if (chunk.bytes > 0)
    facts.push_back(fmt::format("{:.1f} : 1", static_cast<double>(chunk.raw_bytes) / static_cast<double>(chunk.bytes)));
  if (chunk.bloom_filter)
    facts.push_back("bloom filter" +
                    (chunk.bloom_filter_bytes ? " " + format_bytes(*chunk.bloom_filter_bytes) : std::string()));
  std::string text = "\n" + palette.bold(wrapped(facts, separator, 0, width)) + "\n";
  if (!chunk.reason.empty()) text += palette.dim(cut_to_cells("chosen  " + printable(chunk.reason), width)) + "\n";
  return text;
}

/// What the checksums of all pages came to.
struct ChecksumCount {
  size_t pages = 0;
  size_t right = 0;
  size_t wrong = 0;

  std::string text() const {
    const std::string all = counted(pages, "page") + " " + std::string(signs().separator) + " ";
    if (wrong > 0) return all + "checksum wrong on " + count_text(wrong) + " of them";
    if (right == 0) return all + "no checksums";
    return all + "checksum right on " + (right == pages ? "every page" : count_text(right) + " of them");
  }
};

const char* checksum_word(Checksum checksum) {
  switch (checksum) {
    case Checksum::right: return "right";
    case Checksum::wrong: return "wrong";
    case Checksum::absent:
    case Checksum::unchecked: break;
  }
  return "absent";
}

void add_page(JsonWriter& json, const PageLayout& page) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  json.begin_object().member("kind", page.kind).member("encoding", text_or_null(page.encoding));
  json.member("offset", page.offset).member("bytes", page.bytes).member("raw_bytes", page.raw_bytes);
  json.member("header_bytes", page.header_bytes).member("values", page.values);
  json.member("first_row", page.first_row).member("rows", page.rows).member("nulls", page.nulls);
  json.member("min", page.min).member("max", page.max);
  json.member("definition_encoding", text_or_null(page.definition_encoding));
  json.member("repetition_encoding", text_or_null(page.repetition_encoding));
  json.member("definition_bytes", page.definition_bytes).member("repetition_bytes", page.repetition_bytes);
  json.member("checksum", checksum_word(page.checksum)).end_object();
}

}  // namespace

void print_pages(const FilePages& pages, const std::vector<size_t>& columns, const Session& session) {
  const Palette palette(STDOUT_FILENO, session.color);
  const FileLayout& file = pages.layout();
  ChecksumCount checksums;
  for (size_t group = 0; group < file.row_groups.size(); ++group) {
    for (const size_t column : columns) {
      write_out(chunk_headline(file, group, column, palette));
      PageTable table(file.columns[column], palette);
      const auto on_page = [&](const PageLayout& page) {
        ++checksums.pages;
        checksums.right += page.checksum == Checksum::right;
        checksums.wrong += page.checksum == Checksum::wrong;
        table.add(page);
      };
      try {
        pages.read(group, column, on_page);
      } catch (...) {
        table.print();
        throw;
      }
      table.print();
    }
  }
  write_out("\n" + palette.dim(checksums.text()) + "\n");
}

void check_pages(const FilePages& pages, const std::vector<size_t>& columns) {
  for (size_t group = 0; group < pages.layout().row_groups.size(); ++group)
    for (const size_t column : columns)
      pages.read(
          group, column, [](const PageLayout&) {}, false);
}

void add_pages(JsonWriter& json, const FilePages& pages, size_t row_group, size_t column) {
  json.key("page_list").begin_array();
  pages.read(row_group, column, [&](const PageLayout& page) { add_page(json, page); });
  json.end_array();
}

}  // namespace sluice::cli
