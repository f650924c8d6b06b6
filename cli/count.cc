// `sluice count`: how many rows Parquet files have, or how many of them fulfil a condition.
#include <string>

#include "arguments.h"
#include "json_output.h"
#include "output.h"
#include "read_options.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

Command count_command(ReadCall& call, Session& session) {
  std::vector<Option> options{where_option(call)};
  for (Option& option : reading_options(call)) options.push_back(std::move(option));
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "count",
      .summary = "Prints how many rows Parquet files have, or how many of them fulfil a condition.",
      .examples = {{"sluice count events.parquet", "from the footer alone; also of a pattern, or a directory"},
                   {"sluice count events.parquet --where \"country = 'DE' AND amount > 100\"",
                    "reads these two columns, where statistics leave it open"},
                   {"sluice count events.parquet --where 'id = 17' --stats --json", "with what it took, for programs"}},
      .usage = "sluice count PATH [OPTIONS]",
      .options = std::move(options),
      .remarks = {"A condition asks for columns by their names; docs/where.md has its grammar, and what holds for null "
                  "and NaN. Where bounds prove it for a whole row group, nothing of it is read.",
                  "Exit codes: 0 done; 1 the file or the system failed; 2 the call was wrong."},
  };
}

}  // namespace

int run_count(Session& session, Arguments arguments) {
  ReadCall call;
  const Command command = count_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  const std::string path = one_operand(command, *operands, "PATH");
  const DatasetReader files = open_rows(call, path);
  ReadCounters counters;
  int64_t rows = 0;
  with_usage_errors([&] { rows = files.count(call.options.select.where, &counters); });
  if (session.json) {
    JsonWriter json;
    json.begin_object().member("format", "sluice.count/1").member("path", path).member("rows", rows);
    if (call.stats) add_stats(json, counters);
    write_out(json.end_object().line());
    return kDone;
  }
  write_out(std::to_string(rows) + "\n");
  if (call.stats) write_words(stats_words(counters));
  return kDone;
}

}  // namespace sluice::cli
