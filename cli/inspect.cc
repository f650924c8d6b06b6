// `sluice inspect`: what the footer of a Parquet file says, for people by column, for machines by chunk.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "arguments.h"
#include "column_summary.h"
#include "json_output.h"
#include "output.h"
#include "sluice/layout.h"
#include "sluice/units.h"
#include "terminal.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

Command inspect_command(Session& session) {
  return {
      .name = "inspect",
      .summary =
          "Shows what stands where in a Parquet file, by its footer alone: columns, encodings, nulls, bounds, "
          "sizes.",
      .examples = {{"sluice inspect events.parquet", "a line for each column"},
                   {"sluice inspect events.parquet --json", "row groups and column chunks too, for programs"},
                   {"sluice inspect events.parquet --json | jq '.columns[] | [.name, .bytes]'", "one figure of it"}},
      .usage = "sluice inspect PATH [OPTIONS]",
      .options = common_options(session),
      .remarks = {"Into a file or a pipe nothing is cut. Bounds are as the file tells them; \"(cut)\" marks texts that "
                  "were shortened by the writer."},
  };
}

// --- for people

/// A bound as a cell: text that could be taken for something else is quoted.
std::string shown(const std::string& bound, const ColumnSummary& column) {
  const bool is_text = !column.is_number();
  const bool plain = !is_text || (!bound.empty() && bound != "null" && bound.front() != ' ' && bound.back() != ' ');
  return plain ? printable(bound) : "\"" + printable(bound) + "\"";
}

/// "min ... max" in at most `cells_max` columns: texts are cut one by one, numbers and dates never.
std::string bounds_cell(const ColumnSummary& column, size_t cells_max) {
  if (!column.min && !column.max) return "";
  const std::string ellipsis(signs().ellipsis);
  std::string min = column.min ? shown(*column.min, column) : "?";
  std::string max = column.max ? shown(*column.max, column) : "?";
  const std::string mark = (column.min && !column.min_exact) || (column.max && !column.max_exact) ? " (cut)" : "";
  const std::string between = " " + ellipsis + " ";
  if (cells_of(min + between + max + mark) <= cells_max) return min + between + max + mark;
  if (column.is_number()) return ellipsis;
  const size_t room = cells_max - std::min(cells_max, cells_of(between + mark));
  const size_t of_max = std::min(cells_of(max), std::max(room / 2, room - std::min(room, cells_of(min))));
  return cut_to_cells(min, room - of_max) + between + cut_to_cells(max, of_max) + mark;
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
                   column.nulls ? format_count(*column.nulls) : "?", bounds_cell(column, bounds_cells),
                   format_bytes(column.bytes), column.bytes == 0 ? "" : fmt::format("{:.1f}", ratio)});
  }
  return table;
}

/// Bounds give way first.
std::string table_text(const std::vector<ColumnSummary>& columns, const Palette& palette) {
  constexpr size_t kBoundsCellsMax = 60;
  constexpr size_t kBoundsCellsMin = 7;
  const std::optional<size_t> width = terminal_width(STDOUT_FILENO);
  if (!width) return column_table(columns, SIZE_MAX).text(std::nullopt, palette);
  size_t cells = kBoundsCellsMax;
  while (cells > kBoundsCellsMin && column_table(columns, cells).width() > *width) --cells;
  return column_table(columns, cells).text(width, palette);
}

/// "sluice 0.1.0" of "sluice version 0.1.0"; others go on with "(build ...)".
std::string writer_name(std::string name) {
  name = name.substr(0, name.find(" (build"));
  if (const size_t at = name.find(" version "); at != std::string::npos) name.replace(at, 9, " ");
  return cut_to_cells(printable(name), 40);
}

std::string counted(size_t count, const char* one) {
  return format_count(static_cast<int64_t>(count)) + " " + one + (count == 1 ? "" : "s");
}

std::string headline(const FileLayout& file, const Palette& palette) {
  std::vector<std::string> codecs;
  for (const RowGroupLayout& group : file.row_groups)
    for (const ChunkLayout& chunk : group.chunks)
      if (std::ranges::find(codecs, chunk.codec) == codecs.end()) codecs.push_back(chunk.codec);
  std::string text = palette.bold(printable(file.path)) + "  " + format_bytes(file.bytes) + "  " +
                     counted(static_cast<size_t>(file.rows), "row") + "  " +
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

std::string layout_text(const FileLayout& file, const Session& session) {
  const Palette palette(STDOUT_FILENO, session.color);
  std::string text = headline(file, palette) + table_text(summarise(file), palette);
  const std::string separator = " " + std::string(signs().separator) + " ";
  const size_t width = terminal_width(STDOUT_FILENO).value_or(SIZE_MAX);
  std::vector<std::string> remarks;
  if (!file.row_groups.empty()) remarks = index_remarks(file);
  remarks.push_back("footer " + format_bytes(file.footer_bytes));
  text += palette.dim(wrapped(remarks, separator, 0, width)) + "\n";
  for (const auto& [key, value] : file.metadata)
    if (key != "ARROW:schema")
      text += cut_to_cells("metadata  " + printable(key) + " = " + printable(value), width) + "\n";
  return text;
}

// --- for machines

void add_chunk(JsonWriter& json, const ChunkLayout& chunk, const FileLayout& file) {
  json.begin_object().member("column", file.columns[chunk.column].name).member("encodings", chunk.encodings);
  json.member("codec", chunk.codec).member("values", chunk.values).member("nulls", chunk.nulls);
  json.member("min", chunk.min).member("max", chunk.max);
  json.member("min_exact", chunk.min_exact).member("max_exact", chunk.max_exact);
  json.member("offset", chunk.offset).member("bytes", chunk.bytes).member("raw_bytes", chunk.raw_bytes);
  json.member("pages", chunk.pages).key("index").begin_array();
  if (chunk.column_index) json.value("column");
  if (chunk.offset_index) json.value("offset");
  json.end_array().member("bloom_filter", chunk.bloom_filter).end_object();
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

std::string layout_json(const FileLayout& file) {
  JsonWriter json;
  json.begin_object().member("format", "sluice.inspect/1").member("path", file.path).member("bytes", file.bytes);
  json.member("rows", file.rows).member("created_by", file.created_by).member("version", file.version);
  json.member("footer_bytes", file.footer_bytes).member("schema", to_text(file.schema));
  json.key("metadata").begin_array();
  for (const auto& [key, value] : file.metadata)
    json.begin_object().member("key", key).member("value", value).end_object();
  json.end_array().key("columns").begin_array();
  for (const ColumnSummary& column : summarise(file)) add_column(json, column);
  json.end_array().key("row_groups").begin_array();
  for (const RowGroupLayout& group : file.row_groups) {
    json.begin_object().member("rows", group.rows).member("bytes", group.bytes).member("raw_bytes", group.raw_bytes);
    json.key("chunks").begin_array();
    for (const ChunkLayout& chunk : group.chunks) add_chunk(json, chunk, file);
    json.end_array().end_object();
  }
  return json.end_array().end_object().line();
}

}  // namespace

int run_inspect(Session& session, Arguments arguments) {
  const Command command = inspect_command(session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  const FileLayout file = read_layout(one_operand(command, *operands, "PATH"));
  write_out(session.json ? layout_json(file) : layout_text(file, session));
  return kDone;
}

}  // namespace sluice::cli
