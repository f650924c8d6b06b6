// Runs that were cut off; see left_runs.h.
#include "left_runs.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "output.h"
#include "sluice/units.h"
#include "terminal.h"

namespace sluice::cli {
namespace {

/// "12 s", "3 h", "9 d".
std::string age(int64_t begun) {
  const int64_t seconds = std::max<int64_t>(static_cast<int64_t>(std::time(nullptr)) - begun, 0);
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86400) + " d";
}

std::string state(const LeftRun& run) {
  if (run.is_alive) return "at work";
  return run.is_pending ? "publishing" : "dead";
}

}  // namespace

std::string left_runs_table(const std::vector<LeftRun>& runs, const Session& session) {
  using Align = Table::Align;
  Table table({{"left over", Align::left},
               {"mode", Align::left},
               {"state", Align::left},
               {"files", Align::right},
               {"rows", Align::right},
               {"bytes", Align::right},
               {"age", Align::right}});
  for (const LeftRun& run : runs)
    table.add_row({printable(run.staging), std::string(to_string(run.mode)), state(run),
                   format_count(static_cast<int64_t>(run.files)), format_count(run.rows), format_bytes(run.bytes),
                   age(run.begun)});
  return table.text(std::nullopt, Palette(STDERR_FILENO, session.color));
}

void add_left_runs(const std::vector<LeftRun>& runs, JsonWriter& json) {
  json.key("runs").begin_array();
  for (const LeftRun& run : runs) {
    json.begin_object().member("staging", run.staging).member("destination", run.destination);
    json.member("mode", to_string(run.mode));
    json.member("run_id", run.run_id.empty() ? std::nullopt : std::optional(run.run_id));
    json.member("state", state(run)).member("files", run.files).member("row_groups", run.row_groups);
    json.member("rows", run.rows)
        .member("bytes", run.bytes)
        .member("begun", run.begun)
        .member("arrivals", run.arrivals);
    json.end_object();
  }
  json.end_array();
}

std::string arrival_lines(const std::vector<LeftRun>& runs) {
  std::string text;
  for (const LeftRun& run : runs)
    for (const std::string& path : run.arrivals)
      text += "note      " + printable(path) + " came into " + printable(run.destination) +
              " while that was replaced, under the name of an old or a new file: move it to where it is to be\n";
  return text;
}

}  // namespace sluice::cli
