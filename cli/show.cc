// `sluice show`: the rows of Parquet files, as a table for people or as text and Arrow for programs.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <string>

#include "arguments.h"
#include "output.h"
#include "read_options.h"
#include "row_table.h"
#include "sluice/arrow_ipc.h"
#include "sluice/error.h"
#include "sluice/text_output.h"
#include "sluice/units.h"
#include "terminal.h"
#include "values.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

constexpr int64_t kTerminalRows = 40;
/// Rows that tell how wide the columns of a table become that goes into a file or a pipe.
constexpr size_t kMeasuredRows = 1000;

enum class Form { automatic, table, ndjson, csv, arrow };

struct ShowCall {
  ReadCall read;
  Form form = Form::automatic;
  std::optional<int64_t> limit{};  ///< nothing: what the form of the output asks for
};

Command show_command(ShowCall& call, Session& session) {
  std::vector<Option> options{
      {"Rows", "--columns", "A,B.C", "only these columns, or fields of structs, in this order", "all",
       [&](const std::string& text) { call.read.options.select.columns = columns_value("--columns", text); }},
      where_option(call.read),
      {"Rows", "--limit", "N|all", "so many rows at the most", "40 for a table on a terminal, else all",
       [&](const std::string& text) {
         call.limit = text == "all" ? std::numeric_limits<int64_t>::max() : count_value("--limit", text, 0);
       }},
      {"Output", "--format", "table|ndjson|csv|arrow",
       "table for people; the others for programs (arrow: an IPC stream)", "table on a terminal, else ndjson",
       [&](const std::string& text) {
         call.form = static_cast<Form>(1 + choice_value("--format", text, {"table", "ndjson", "csv", "arrow"}));
       }}};
  for (Option& option : reading_options(call.read)) options.push_back(std::move(option));
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "show",
      .summary =
          "Prints the rows of Parquet files: of one, of a pattern, or of a directory. Only what is asked for is read: "
          "of columns, row groups and pages.",
      .examples = {{"sluice show events.parquet", "a table of the first 40 rows that fits the terminal"},
                   {"sluice show events.parquet --columns id,user.name --where \"at >= '2026-03-01'\"",
                    "two columns of the rows of a time"},
                   {"sluice show events/ --where \"year = 2026 AND amount > 100\" > big.ndjson",
                    "a directory, its partitions as columns, one JSON object a line"},
                   {"sluice show events.parquet --format arrow | consumer", "all rows as an Arrow IPC stream"}},
      .usage = "sluice show PATH [OPTIONS]",
      .options = std::move(options),
      .remarks =
          {"On a terminal long texts are cut, and columns in the middle are left out where there is no room; "
           "numbers never are. Into a file or a pipe everything goes as it is. In NDJSON decimals keep all their "
           "digits, bytes are in hex, and NaN and infinities are strings; in CSV null is empty and the empty "
           "text is \"\". docs/reading.md tells more.",
           "Exit codes: 0 done, also when the reader of a pipe went away; 1 the file or the system failed, and "
           "the rows before that were right; 2 the call was wrong."},
  };
}

/// What takes the rows. False from write(): nobody reads on.
class RowOutput {
 public:
  virtual ~RowOutput() = default;
  virtual bool write(const Batch& batch) = 0;
  virtual void close() {}
};

class TextOutput final : public RowOutput {
 public:
  TextOutput(TextFormat format, const Schema& schema)
      : text_(make_text_writer(format, schema,
                               [this](std::string_view piece) { heard_ = heard_ && write_out(piece); })) {}
  bool write(const Batch& batch) override {
    text_->write(batch);
    return heard_;
  }
  void close() override { text_->close(); }

 private:
  bool heard_ = true;
  std::unique_ptr<TextWriter> text_;
};

class ArrowOutput final : public RowOutput {
 public:
  explicit ArrowOutput(const Schema& schema)
      : writer_(create_stream_sink(STDOUT_FILENO, "standard output"), schema, {.format = ArrowIpcFormat::stream}) {}
  bool write(const Batch& batch) override {
    heard_ = heard_ && unless_gone([&] { writer_.write(batch); });
    return heard_;
  }
  void close() override {
    if (heard_) unless_gone([&] { writer_.close(); });
  }

 private:
  /// False where the reader of the pipe has gone away, which is no failure.
  static bool unless_gone(const std::function<void()>& work) {
    try {
      work();
      return true;
    } catch (const Error&) {
      if (has_reader(STDOUT_FILENO)) throw;
      return false;
    }
  }

  ArrowIpcWriter writer_;
  bool heard_ = true;
};

class TableOutput final : public RowOutput {
 public:
  TableOutput(const Schema& schema, const Session& session)
      : palette_(STDOUT_FILENO, session.color), table_(schema, terminal_width(STDOUT_FILENO)) {}
  bool write(const Batch& batch) override {
    bool heard = true;
    for (int64_t row = 0; row < batch.rows() && heard; ++row) {
      table_.add(batch, row);
      if (table_.rows() == kMeasuredRows) heard = write_out(table_.take_text(palette_));
    }
    return heard;
  }
  void close() override { write_out(table_.take_text(palette_)); }
  const RowTable& table() const { return table_; }

 private:
  Palette palette_;
  RowTable table_;
};

/// How many rows were shown, and what of them was not.
std::string table_words(const DatasetReader& files, const RowTable& table, int64_t shown, bool has_where,
                        bool has_more) {
  std::string text;
  if (has_where)
    text = counted(static_cast<uint64_t>(shown), "row") + (has_more ? ", and there are more" : "");
  else
    text = format_count(shown) + " of " + counted(static_cast<uint64_t>(files.rows()), "row");
  if (table.columns_hidden() > 0) text += ", " + counted(table.columns_hidden(), "column") + " left out";
  if (table.values_cut() > 0) text += ", " + counted(table.values_cut(), "value") + " cut";
  const std::string separator = " " + std::string(signs().separator) + " ";
  if (table.columns_hidden() > 0 || table.values_cut() > 0)
    text += separator + "--columns a,b" + separator + "--format ndjson";
  if (has_more) text += separator + "--limit N";
  return text + "\n";
}

/// Writes at most `limit` rows; how many, and whether there are more.
struct Shown {
  int64_t rows = 0;
  bool has_more = false;
};

Shown write_rows(ReadStream& rows, RowOutput& out, int64_t limit) {
  Shown shown;
  while (const auto next = rows.next()) {
    const Batch& batch = next->batch;
    const int64_t taken = std::min(batch.rows(), limit - shown.rows);
    shown.rows += taken;
    shown.has_more = taken < batch.rows();
    if (taken > 0 && !out.write(taken < batch.rows() ? batch.slice(0, taken) : batch)) break;
    if (shown.has_more) break;
  }
  out.close();
  return shown;
}

Form settled_form(const ShowCall& call, const Session& session) {
  const bool on_terminal = is_terminal(STDOUT_FILENO);
  Form form = call.form;
  if (form == Form::automatic) form = on_terminal && !session.json ? Form::table : Form::ndjson;
  if (form == Form::arrow && on_terminal)
    throw UsageError("Arrow is not for a terminal", "pipe standard output into a program, or into a file");
  return form;
}

int show(ShowCall& call, const Session& session, const std::string& path) {
  const Form form = settled_form(call, session);
  const bool for_people = form == Form::table && is_terminal(STDOUT_FILENO);
  const int64_t limit = call.limit.value_or(for_people ? kTerminalRows : std::numeric_limits<int64_t>::max());
  const bool has_where = call.read.options.select.where.has_value();
  // Without a condition no more rows need be decoded than are shown; with one, few of many may pass.
  if (!has_where) call.read.options.batch_rows = std::clamp<int64_t>(limit, 1, call.read.options.batch_rows);
  const DatasetReader files = open_rows(call.read, path);
  const std::unique_ptr<ReadStream> rows = read_rows(files, call.read.options.select);
  std::unique_ptr<TableOutput> table;
  std::unique_ptr<RowOutput> other;
  if (form == Form::table)
    table = std::make_unique<TableOutput>(rows->schema(), session);
  else if (form == Form::arrow)
    other = std::make_unique<ArrowOutput>(rows->schema());
  else
    other = std::make_unique<TextOutput>(form == Form::csv ? TextFormat::csv : TextFormat::ndjson, rows->schema());
  const Shown shown = write_rows(*rows, table ? *table : *other, limit);
  if (for_people && !session.quiet) {
    const bool has_more = shown.has_more || (!has_where && shown.rows < files.rows());
    write_words(table_words(files, table->table(), shown.rows, has_where, has_more));
  }
  if (call.read.stats) write_words(stats_words(rows->counters()));
  return kDone;
}

}  // namespace

int run_show(Session& session, Arguments arguments) {
  ShowCall call;
  const Command command = show_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  return show(call, session, one_operand(command, *operands, "PATH"));
}

}  // namespace sluice::cli
