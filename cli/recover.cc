// `sluice recover`: what a run that was cut off had finished is made whole and visible.
#include "sluice/recover.h"

#include <fmt/format.h>

#include <string>

#include "arguments.h"
#include "json_output.h"
#include "left_runs.h"
#include "output.h"
#include "sluice/units.h"
#include "terminal.h"
#include "values.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

struct RecoverCall {
  RecoverOptions options;
  bool dry_run = false;
};

Command recover_command(RecoverCall& call, Session& session) {
  std::vector<Option> options{
      {"What to do", "-o, --output", "OTHER", "publish there, as something new; one run at a time, the oldest", "",
       [&](const std::string& text) { call.options.output = text; }},
      {"What to do", "--discard", "", "remove what is left instead", "",
       [&](const std::string&) { call.options.discard = true; }},
      {"What to do", "--dry-run", "", "only say what there is", "", [&](const std::string&) { call.dry_run = true; }},
      {"Running", "--sync", "on|off", "wait for the disk: what was recovered survives a power loss", "on",
       [&](const std::string& text) {
         call.options.sync = choice_value("--sync", text, {"on", "off"}) == 0;
       }}};
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "recover",
      .summary = "Makes what a run that was cut off had finished whole, and publishes it as the run was to do.",
      .examples = {{"sluice recover out --dry-run", "what runs have left, and how many rows would come back"},
                   {"sluice recover out", "every finished row group of them, in out"},
                   {"sluice recover out -o rescued", "where out exists, or was to be overwritten"}},
      .usage = "sluice recover DEST [OPTIONS]",
      .options = std::move(options),
      .remarks =
          {"A row group is finished when its pages are written and noted; what comes behind the last one is lost. Runs "
           "that were cut off while they were publishing are completed. docs/publishing.md says more.",
           "Exit codes: 0 done, or nothing was left; 1 the data or the system failed; 2 the call was wrong, or it must "
           "be said what to do (-o, --discard)."},
  };
}

std::string words(const RecoverCall& call, const std::string& destination, const RecoverResult& result) {
  if (result.runs.empty()) return "nothing   is left of any run of " + printable(destination) + "\n";
  if (call.options.discard) return "discarded " + counted(result.runs.size(), "run") + "\n";
  int64_t row_groups = 0;
  for (const WrittenFile& file : result.written.files) row_groups += file.row_groups;
  const std::string& shown = call.options.output.empty() ? destination : call.options.output;
  std::string text = "recovered " + counted(result.written.files.size(), "file") + ", " +
                     counted(static_cast<uint64_t>(result.written.rows), "row") + " in " +
                     counted(static_cast<uint64_t>(row_groups), "row group") + " " + std::string(signs().arrow) + " " +
                     printable(shown);
  if (result.bytes_lost > 0)
    text += "; " + format_bytes(result.bytes_lost) + " behind the last whole row group are lost";
  return text + "\n";
}

std::string json_of(const RecoverResult& result) {
  JsonWriter json;
  json.begin_object().member("format", "sluice.recover/1");
  add_left_runs(result.runs, json);
  json.key("files").begin_array();
  for (const WrittenFile& file : result.written.files) {
    json.begin_object().member("path", file.path).member("rows", file.rows).member("row_groups", file.row_groups);
    json.member("bytes", file.bytes).end_object();
  }
  json.end_array().member("rows", result.written.rows).member("bytes", result.written.bytes);
  return json.member("bytes_lost", result.bytes_lost).end_object().line();
}

}  // namespace

int run_recover(Session& session, Arguments arguments) {
  RecoverCall call;
  const Command command = recover_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  const std::string destination = one_operand(command, *operands, "DEST");
  if (call.options.discard && !call.options.output.empty())
    throw UsageError("--discard and -o do not go together", "-o OTHER, or --discard");
  RecoverResult result;
  if (call.dry_run)
    result.runs = left_runs(destination);
  else
    result = recover(destination, call.options);
  if (session.json) write_out(json_of(result));
  if (session.quiet) return kDone;
  if (call.dry_run && !result.runs.empty())
    write_words(left_runs_table(result.runs, session));
  else
    write_words(words(call, destination, result));
  if (!result.runs.empty()) write_words(arrival_lines(left_runs(destination)));
  return kDone;
}

}  // namespace sluice::cli
