// `sluice clean`: what runs that were cut off have left is removed.
#include <string>

#include "arguments.h"
#include "json_output.h"
#include "left_runs.h"
#include "output.h"
#include "sluice/recover.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

Command clean_command(bool& dry_run, Session& session) {
  std::vector<Option> options{{"What to do", "--dry-run", "", "only say what would be removed", "",
                               [&](const std::string&) { dry_run = true; }}};
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "clean",
      .summary = "Removes what runs that were cut off have left, and that nobody wants back.",
      .examples = {{"sluice clean out --dry-run", "what there is, how many rows it has, and how old it is"},
                   {"sluice clean out", "of the destination out, and of those inside it"},
                   {"sluice clean .", "of all destinations in this directory"}},
      .usage = "sluice clean PATH [OPTIONS]",
      .options = std::move(options),
      .remarks = {"A run that is at work is never touched, nor one that was cut off while it was publishing: sluice "
                  "recover completes that. Only files of runs are removed, by their names.",
                  "Exit codes: 0 done, or nothing was left; 1 the system failed; 2 the call was wrong."},
  };
}

}  // namespace

int run_clean(Session& session, Arguments arguments) {
  bool dry_run = false;
  const Command command = clean_command(dry_run, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  const std::string path = one_operand(command, *operands, "PATH");
  const std::vector<LeftRun> runs = clean(path, dry_run);
  if (session.json) {
    JsonWriter json;
    json.begin_object().member("format", "sluice.clean/1").member("dry_run", dry_run);
    add_left_runs(runs, json);
    write_out(json.end_object().line());
  }
  if (session.quiet) return kDone;
  if (!runs.empty()) write_words(left_runs_table(runs, session));
  write_words(std::string(dry_run ? "would remove " : "removed   ") + counted(runs.size(), "run") + "\n");
  return kDone;
}

}  // namespace sluice::cli
