// `sluice inspect`: what the footer of a Parquet file says, for people by column, for machines by chunk.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "arguments.h"
#include "bounds_cell.h"
#include "column_summary.h"
#include "inspect_pages.h"
#include "json_output.h"
#include "output.h"
#include "parquet_files.h"
#include "sluice/layout.h"
#include "sluice/units.h"
#include "terminal.h"
#include "values.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

struct InspectCall {
  bool pages = false;
  std::vector<std::string> columns;  ///< names as given; empty: all
};

Command inspect_command(InspectCall& call, Session& session) {
  std::vector<Option> options{
      {"Output", "--pages", "", "every page too: reads all headers, and what is in the pages for its checksum", "",
       [&](const std::string&) { call.pages = true; }},
      {"Output", "--column", "NAME", "this column, or all inside the field of that name; may be repeated", "all",
       [&](const std::string& text) { call.columns.push_back(text); }, true}};
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "inspect",
      .summary =
          "Shows what stands where in Parquet files, by their footers alone: columns, encodings, nulls, bounds, "
          "sizes; pages on request.",
      .examples = {{"sluice inspect events.parquet", "a line for each column"},
                   {"sluice inspect events.parquet --pages --column amount", "each page of one column"},
                   {"sluice inspect events.parquet --json", "row groups and column chunks too, for programs"},
                   {"sluice inspect events/ --json | jq '.path, (.columns[] | [.name, .bytes])'",
                    "figures of each file below a directory"}},
      .usage = "sluice inspect PATH... [OPTIONS]",
      .options = std::move(options),
      .remarks =
          {"PATH is a file, or a directory: all that ends in .parquet below it, one after the other; with --json "
           "an object a line for each.",
           "Into a file or a pipe nothing is cut. Bounds are as the file tells them; \"(cut)\" marks texts that "
           "were shortened by the writer."},
  };
}

// --- for people

Bounds bounds_of(const ColumnSummary& column) {
  return {column.min, column.max, (column.min && !column.min_exact) || (column.max && !column.max_exact),
          has_numbers(*column.layout)};
}

Table column_table(const std::vector<ColumnSummary>& columns, size_t bounds_cells) {
  using Align = Table::Align;
  Table table({{"column", Align::left, 16},
               {"type", Align::left, 8},
               {"stored as", Align::left, 10},
               {"nulls", Align::right},
               {"bounds", Align::left},
               {"size", Align::right},
               {"ratio", Align::right}});
  for (const ColumnSummary& column : columns) {
    std::string encodings;
    for (const std::string& encoding : column.encodings) encodings += (encodings.empty() ? "" : ", ") + encoding;
    const double ratio =
        static_cast<double>(column.raw_bytes) / static_cast<double>(std::max<uint64_t>(column.bytes, 1));
    table.add_row({printable(column.layout->name), printable(column.layout->type), encodings,
                   column.nulls ? format_count(*column.nulls) : "?", bounds_cell(bounds_of(column), bounds_cells),
                   format_bytes(column.bytes), column.bytes == 0 ? "" : fmt::format("{:.1f}", ratio)});
  }
  return table;
}

/// Bounds give way first.
std::string table_text(const std::vector<ColumnSummary>& columns, const Palette& palette) {
  const std::optional<size_t> width = terminal_width(STDOUT_FILENO);
  const size_t cells = fitting_bounds(width, [&](size_t bounds_cells) { return column_table(columns, bounds_cells); });
  return column_table(columns, cells).text(width, palette);
}

/// "sluice 0.1.0" of "sluice version 0.1.0"; others go on with "(build ...)".
std::string writer_name(std::string name) {
  name = name.substr(0, name.find(" (build"));
  if (const size_t at = name.find(" version "); at != std::string::npos) name.replace(at, 9, " ");
  return cut_to_cells(printable(name), 40);
}

std::string headline(const FileLayout& file, const Palette& palette) {
  std::vector<std::string> codecs;
  for (const RowGroupLayout& group : file.row_groups)
    for (const ChunkLayout& chunk : group.chunks)
      if (std::ranges::find(codecs, chunk.codec) == codecs.end()) codecs.push_back(chunk.codec);
  std::string text = palette.bold(printable(file.path)) + "  " + format_bytes(file.bytes) + "  " +
                     counted(static_cast<uint64_t>(file.rows), "row") + "  " +
                     counted(file.row_groups.size(), "row group") + "  " + counted(file.columns.size(), "column");
  for (size_t i = 0; i < codecs.size(); ++i) text += (i == 0 ? "  " : ", ") + codecs[i];
  if (!file.created_by.empty()) text += "  by " + writer_name(file.created_by);
  return text + "\n";
}

/// How many chunks have what `has` says.
size_t count_chunks(const FileLayout& file, bool ChunkLayout::*has) {
  size_t count = 0;
  for (const RowGroupLayout& group : file.row_groups)
    count += static_cast<size_t>(std::ranges::count(group.chunks, true, has));
  return count;
}

/// "column index on every chunk", "no bloom filter".
std::string coverage(const FileLayout& file, const std::string& what, size_t count) {
  const size_t chunks = file.row_groups.size() * file.columns.size();
  if (count == 0) return "no " + what;
  return what + (count == chunks ? " on every chunk" : fmt::format(" on {} of {} chunks", count, chunks));
}

std::vector<std::string> index_remarks(const FileLayout& file) {
  const size_t column_indexes = count_chunks(file, &ChunkLayout::column_index);
  const size_t offset_indexes = count_chunks(file, &ChunkLayout::offset_index);
  const std::string bloom_filters = coverage(file, "bloom filter", count_chunks(file, &ChunkLayout::bloom_filter));
  if (column_indexes == offset_indexes) {
    const char* const both = column_indexes == 0 ? "page index" : "column and offset index";
    return {coverage(file, both, column_indexes), bloom_filters};
  }
  return {coverage(file, "column index", column_indexes), coverage(file, "offset index", offset_indexes),
          bloom_filters};
}

/// "sorted by a, b desc", where row groups say so.
std::optional<std::string> order_remark(const FileLayout& file) {
  const auto sorted = [](const RowGroupLayout& group) { return !group.sorted_by.empty(); };
  const auto first = std::ranges::find_if(file.row_groups, sorted);
  if (first == file.row_groups.end()) return std::nullopt;
  const bool all = std::ranges::all_of(
      file.row_groups, [&](const RowGroupLayout& group) { return group.sorted_by == first->sorted_by; });
  return all ? "sorted by " + printable(to_text(first->sorted_by)) : "row groups sorted in different ways";
}

std::string layout_text(const FileLayout& file, const std::vector<size_t>& columns, const Palette& palette) {
  std::string text = headline(file, palette) + table_text(summarise(file, columns), palette);
  const std::string separator = " " + std::string(signs().separator) + " ";
  const size_t width = terminal_width(STDOUT_FILENO).value_or(SIZE_MAX);
  std::vector<std::string> remarks;
  if (const std::optional<std::string> order = order_remark(file)) remarks.push_back(*order);
  if (!file.row_groups.empty())
    for (std::string& remark : index_remarks(file)) remarks.push_back(std::move(remark));
  remarks.push_back("footer " + format_bytes(file.footer_bytes));
  text += palette.dim(wrapped(remarks, separator, 0, width)) + "\n";
  for (const auto& [key, value] : file.metadata)
    if (key != "ARROW:schema")
      text += cut_to_cells("metadata  " + printable(key) + " = " + printable(value), width) + "\n";
  return text;
}

// --- for machines

void add_counts(JsonWriter& json, std::string_view name, const std::vector<int64_t>& counts) {
  json.key(name).begin_array();
  for (const int64_t count : counts) json.value(count);
  json.end_array();
}

/// All of a chunk but the bracket at its end.
void begin_chunk(JsonWriter& json, const ChunkLayout& chunk, const FileLayout& file) {
  json.begin_object().member("column", file.columns[chunk.column].name).member("encodings", chunk.encodings);
  json.member("codec", chunk.codec).member("values", chunk.values).member("nulls", chunk.nulls);
  json.member("min", chunk.min).member("max", chunk.max);
  json.member("min_exact", chunk.min_exact).member("max_exact", chunk.max_exact);
  json.member("offset", chunk.offset).member("bytes", chunk.bytes).member("raw_bytes", chunk.raw_bytes);
  json.member("pages", chunk.pages).key("index").begin_array();
  if (chunk.column_index) json.value("column");
  if (chunk.offset_index) json.value("offset");
  json.end_array().member("bloom_filter", chunk.bloom_filter).member("bloom_filter_bytes", chunk.bloom_filter_bytes);
  json.member("nans", chunk.nans).member("text_bytes", chunk.text_bytes);
  add_counts(json, "definition_levels", chunk.definition_levels);
  add_counts(json, "repetition_levels", chunk.repetition_levels);
  json.member("reason", chunk.reason.empty() ? std::nullopt : std::optional(chunk.reason));
}

void add_order(JsonWriter& json, const std::vector<SortColumn>& columns) {
  json.key("sorted_by").begin_array();
  for (const SortColumn& column : columns) {
    json.begin_object().member("column", column.column).member("descending", column.descending);
    json.member("nulls_first", column.nulls_first).end_object();
  }
  json.end_array();
}

void add_column(JsonWriter& json, const ColumnSummary& column) {
  json.begin_object().member("name", column.layout->name).member("path", column.layout->path);
  json.member("type", column.layout->type).member("physical_type", column.layout->physical_type);
  json.member("definition_level_max", column.layout->definition_level_max);
  json.member("repetition_level_max", column.layout->repetition_level_max);
  json.member("encodings", column.encodings).member("codecs", column.codecs);
  json.member("values", column.values).member("nulls", column.nulls).member("min", column.min);
  json.member("max", column.max).member("min_exact", column.min_exact).member("max_exact", column.max_exact);
  json.member("bytes", column.bytes).member("raw_bytes", column.raw_bytes).end_object();
}

/// In pieces, chunk by chunk where pages are told.
void print_json(const FilePages& pages, const std::vector<size_t>& columns, bool with_pages) {
  const FileLayout& file = pages.layout();
  if (with_pages) check_pages(pages, columns);
  JsonWriter json;
  json.begin_object().member("format", "sluice.inspect/1").member("path", file.path).member("bytes", file.bytes);
  json.member("rows", file.rows).member("created_by", file.created_by).member("version", file.version);
  json.member("footer_bytes", file.footer_bytes).member("schema", to_text(file.schema));
  json.key("metadata").begin_array();
  for (const auto& [key, value] : file.metadata)
    json.begin_object().member("key", key).member("value", value).end_object();
  json.end_array().key("columns").begin_array();
  for (const ColumnSummary& column : summarise(file, columns)) add_column(json, column);
  json.end_array().key("row_groups").begin_array();
  for (size_t group = 0; group < file.row_groups.size(); ++group) {
    const RowGroupLayout& facts = file.row_groups[group];
    json.begin_object().member("rows", facts.rows).member("bytes", facts.bytes).member("raw_bytes", facts.raw_bytes);
    add_order(json, facts.sorted_by);
    json.key("chunks").begin_array();
    for (const size_t column : columns) {
      begin_chunk(json, facts.chunks[column], file);
      if (with_pages) {
        add_pages(json, pages, group, column);
        write_out(json.take());
      }
      json.end_object();
    }
    json.end_array().end_object();
  }
  write_out(json.end_array().end_object().line());
}

// --- the call

bool is_inside(const std::string& leaf, const std::string& field) {
  return leaf == field || leaf.starts_with(field + ".") || leaf.starts_with(field + "[]");
}

/// Indexes of the columns that were asked for, in the order of the file.
std::vector<size_t> chosen_columns(const FileLayout& file, const std::vector<std::string>& names) {
  std::vector<bool> chosen(file.columns.size(), names.empty());
  for (const std::string& name : names) {
    bool found = false;
    for (size_t i = 0; i < file.columns.size(); ++i) {
      if (!is_inside(file.columns[i].name, name)) continue;
      chosen[i] = found = true;
    }
    if (found) continue;
    std::vector<std::string_view> known;
    for (const ColumnLayout& column : file.columns) known.push_back(column.name);
    throw UsageError(unknown("column", name, known) + " in " + file.path, "sluice schema " + file.path + " shows all.");
  }
  std::vector<size_t> indexes;
  for (size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) indexes.push_back(i);
  return indexes;
}

void inspect(const std::string& path, const InspectCall& call, const Session& session) {
  const FilePages pages(path);
  const FileLayout& file = pages.layout();
  const std::vector<size_t> columns = chosen_columns(file, call.columns);
  if (session.json) return print_json(pages, columns, call.pages);
  const Palette palette(STDOUT_FILENO, session.color);
  if (!call.pages) {
    write_out(layout_text(file, columns, palette));
    return;
  }
  write_out(headline(file, palette));
  print_pages(pages, columns, session);
}

}  // namespace

int run_inspect(Session& session, Arguments arguments) {
  InspectCall call;
  const Command command = inspect_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  if (operands->empty()) throw UsageError("sluice inspect needs a PATH", "sluice inspect --help shows what it takes.");
  const std::vector<std::string> files = parquet_files(*operands);
  for (const std::string& path : files) {
    if (path != files.front() && !session.json && !write_out("\n")) break;
    inspect(path, call, session);
  }
  return kDone;
}

}  // namespace sluice::cli
