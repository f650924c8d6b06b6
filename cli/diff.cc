// `sluice diff`: whether two Parquet files or datasets have the same rows and columns, and where not.
#include "sluice/diff.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "arguments.h"
#include "json_output.h"
#include "output.h"
#include "sluice/dataset_reader.h"
#include "sluice/units.h"
#include "terminal.h"
#include "values.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

/// Of the budget, for each of the two that read ahead; the rest is for what is compared.
constexpr uint64_t kReadingShare = 3;

struct DiffCall {
  RuntimeOptions runtime;
  DiffOptions options;
};

Command diff_command(DiffCall& call, Session& session) {
  std::vector<Option> options{
      {"Output", "--samples", "N", "values of each column that differ are shown so often", "10",
       [&](const std::string& text) {
         call.options.samples = static_cast<int64_t>(count_value("--samples", text, 0, INT64_MAX));
       }},
      {"Running", "--memory", "SIZE", "budget for pages and batches of both", "192MiB",
       [&](const std::string& text) { call.runtime.memory_bytes = size_value("--memory", text); }},
      {"Running", "--threads", "N", "threads that work at once; 0 is one for each core", "0",
       [&](const std::string& text) {
         call.runtime.threads = static_cast<unsigned>(count_value("--threads", text, 0, 1024));
       }}};
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "diff",
      .summary = "Compares two Parquet files, or datasets, row by row in their order: the columns, and every value.",
      .examples = {{"sluice diff a.parquet b.parquet", "columns and rows that differ, with the first ten values each"},
                   {"sluice diff old/ new/ --samples 0", "how many rows differ in each column"},
                   {"sluice diff a.parquet b.parquet --json | jq '.columns[].name'", "for programs"}},
      .usage = "sluice diff A B [OPTIONS]",
      .options = std::move(options),
      .remarks = {"Columns are put together by name. Values are equal when their bytes are: -0 is not 0; null equals "
                  "null, and NaN equals NaN. Columns whose types differ are compared in a type that holds the values "
                  "of both, where there is one. How a file is laid out and compressed does not count.",
                  "Exit codes: 0 the same rows and columns; 1 a difference, or something that cannot be read; 2 the "
                  "call was wrong."},
  };
}

DatasetReader open_side(const std::string& path, const std::shared_ptr<Runtime>& runtime) {
  if (path == "-")
    throw UsageError("Parquet is read from its end, which standard input has not", "name a file instead of -");
  DatasetReadOptions options;
  options.read.runtime = runtime;
  options.read.limits.memory_bytes = runtime->memory_bytes() / kReadingShare;
  return DatasetReader(path, std::move(options));
}

std::string field_text(const Field& field) { return printable(to_text(Schema({field}))); }

/// What differs of a column, a line each.
std::string column_lines(const ColumnDifference& column, const std::string& a, const std::string& b) {
  if (!column.a || !column.b) {
    const bool is_of_a = column.a.has_value();
    return fmt::format("column  only in {}: {}\n", printable(is_of_a ? a : b),
                       field_text(is_of_a ? *column.a : *column.b));
  }
  std::string text;
  if (column.a != column.b) text += fmt::format("column  {} | {}\n", field_text(*column.a), field_text(*column.b));
  if (column.rows > 0)
    text += fmt::format("values  {}: {} {}\n", printable(column.name),
                        counted(static_cast<uint64_t>(column.rows), "row"), column.rows == 1 ? "differs" : "differ");
  for (const ColumnDifference::Sample& sample : column.samples)
    text +=
        fmt::format("          row {}: {} | {}\n", format_count(sample.row), printable(sample.a), printable(sample.b));
  return text;
}

std::string difference_text(const Difference& found, const std::string& a, const std::string& b) {
  std::string text;
  for (const ColumnDifference& column : found.columns) text += column_lines(column, a, b);
  if (!found.same_order) text += "order   columns that both have stand in another order\n";
  if (found.rows_a != found.rows_b)
    text += fmt::format("rows    {} in {} | {} in {}\n", format_count(found.rows_a), printable(a),
                        format_count(found.rows_b), printable(b));
  return text;
}

std::string difference_json(const Difference& found, const std::string& a, const std::string& b) {
  const auto text_of = [](const std::optional<Field>& field) {
    return field ? std::optional(to_text(Schema({*field}))) : std::nullopt;
  };
  JsonWriter json;
  json.begin_object().member("format", "sluice.diff/1").member("a", a).member("b", b);
  json.member("equal", found.equal()).member("rows_a", found.rows_a).member("rows_b", found.rows_b);
  json.member("same_order", found.same_order).key("columns").begin_array();
  for (const ColumnDifference& column : found.columns) {
    json.begin_object().member("name", column.name).member("a", text_of(column.a)).member("b", text_of(column.b));
    json.member("rows", column.rows).key("samples").begin_array();
    for (const ColumnDifference::Sample& sample : column.samples)
      json.begin_object().member("row", sample.row).member("a", sample.a).member("b", sample.b).end_object();
    json.end_array().end_object();
  }
  return json.end_array().end_object().line();
}

}  // namespace

int run_diff(Session& session, Arguments arguments) {
  DiffCall call;
  const Command command = diff_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  if (operands->size() != 2) throw UsageError("sluice diff compares two: A and B", "sluice diff a.parquet b.parquet");
  const std::string& a = (*operands)[0];
  const std::string& b = (*operands)[1];
  const auto runtime = std::make_shared<Runtime>(call.runtime);
  const DatasetReader first = open_side(a, runtime);
  const DatasetReader second = open_side(b, runtime);
  const Difference found = diff(*first.read(), *second.read(), call.options);
  if (session.json) {
    write_out(difference_json(found, a, b));
  } else {
    write_out(difference_text(found, a, b));
    if (found.equal() && !session.quiet)
      write_words(fmt::format("the same {} of {}\n", counted(static_cast<uint64_t>(found.rows_a), "row"),
                              counted(first.schema().size(), "column")));
  }
  return found.equal() ? kDone : kFailed;
}

}  // namespace sluice::cli
