// `sluice verify`: reads everything of Parquet files and says what is wrong with them, a line for each finding.
#include "sluice/verify.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "arguments.h"
#include "json_output.h"
#include "output.h"
#include "parquet_files.h"
#include "sluice/units.h"
#include "terminal.h"
#include "values.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

struct VerifyCall {
  bool strict = false;
  RuntimeOptions runtime;
  VerifyOptions options;
};

Command verify_command(VerifyCall& call, Session& session) {
  std::vector<Option> options{
      {"Checks", "--strict", "", "what is merely unwise is an error too", "",
       [&](const std::string&) { call.strict = true; }},
      {"Checks", "--page-bytes-max", "SIZE", "larger pages are not unpacked, and count as damage", "128MiB",
       [&](const std::string& text) { call.options.limits.page_bytes = size_value("--page-bytes-max", text); }},
      {"Running", "--memory", "SIZE", "budget; one row may have an eighth of it", "192MiB",
       [&](const std::string& text) { call.runtime.memory_bytes = size_value("--memory", text); }}};
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "verify",
      .summary =
          "Reads every byte of Parquet files and holds what they say against what is there: checksums, digests, "
          "counts, every value, indexes, statistics, bloom filters.",
      .examples = {{"sluice verify events.parquet", "a line for each finding, and a summary"},
                   {"sluice verify --strict a.parquet b.parquet", "unwise layouts fail too: huge pages, no statistics"},
                   {"sluice verify events.parquet --json | jq '.files[].findings[] | .check'",
                    "what is wrong, in words "
                    "for programs"}},
      .usage = "sluice verify PATH... [OPTIONS]",
      .options = std::move(options),
      .remarks =
          {"PATH is a file, or a directory: all that ends in .parquet below it.",
           "A finding is \"damaged\" (bytes are not as they were written), \"wrong\" (the file says one thing and "
           "holds another) or a \"note\" (valid, but a burden to readers). Behind each one the file is read on as "
           "far as it goes. docs/verify.md lists all checks.",
           "Exit codes: 0 nothing is wrong; 1 a finding that is no note, or with --strict any; or a file that "
           "cannot be read; 2 the call was wrong."},
  };
}

std::string_view word_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::damage: return "damaged";
    case FindingKind::contradiction: return "wrong";
    case FindingKind::unwise: break;
  }
  return "note";
}

std::string line_of(const Finding& finding, const Palette& palette) {
  const std::string word(word_of(finding.kind));
  std::string text = finding.kind == FindingKind::unwise ? palette.yellow(word) : palette.red(word);
  text.append(9 - word.size(), ' ');
  text += printable(finding.file) + ": ";
  std::string place;
  const auto add = [&](const std::string& part) { place += (place.empty() ? "" : ", ") + part; };
  if (finding.row_group) add("row group " + std::to_string(*finding.row_group));
  if (finding.row_group && (!finding.column.empty() || finding.page)) add("column " + printable(finding.column));
  if (finding.page) add("page " + std::to_string(*finding.page));
  if (finding.offset) add("byte " + std::to_string(*finding.offset));
  return text + (place.empty() ? "" : place + ": ") + printable(finding.words) + "\n";
}

void add_finding(JsonWriter& json, const Finding& finding) {
  json.begin_object().member("kind", word_of(finding.kind)).member("check", finding.check);
  json.member("row_group", finding.row_group);
  json.member("column", finding.row_group && !finding.column.empty() ? std::optional(finding.column) : std::nullopt);
  json.member("page", finding.page).member("offset", finding.offset).member("words", finding.words).end_object();
}

void add_totals(JsonWriter& json, const VerifyReport& report) {
  json.member("rows", report.rows).member("row_groups", report.row_groups).member("pages", report.pages);
  json.member("bytes", report.bytes).member("errors", report.errors).member("notes", report.notes);
}

void add(VerifyReport& total, const VerifyReport& report) {
  total.rows += report.rows;
  total.row_groups += report.row_groups;
  total.pages += report.pages;
  total.bytes += report.bytes;
  total.errors += report.errors;
  total.notes += report.notes;
}

std::string summary(const VerifyReport& total, size_t files) {
  return fmt::format("{}, {}, {}, {}: {}, {}\n", counted(files, "file"),
                     counted(static_cast<uint64_t>(total.rows), "row"),
                     counted(static_cast<uint64_t>(total.pages), "page"), format_bytes(total.bytes),
                     total.errors == 0 ? "nothing is wrong" : counted(static_cast<uint64_t>(total.errors), "error"),
                     counted(static_cast<uint64_t>(total.notes), "note"));
}

VerifyReport verify_for_people(const std::vector<std::string>& paths, const VerifyCall& call, const Session& session) {
  const Palette palette(STDOUT_FILENO, session.color);
  VerifyReport total;
  for (const std::string& path : paths)
    add(total, verify(path, call.options, [&](const Finding& finding) { write_out(line_of(finding, palette)); }));
  if (!session.quiet) write_words(summary(total, paths.size()));
  return total;
}

VerifyReport verify_for_machines(const std::vector<std::string>& paths, const VerifyCall& call) {
  VerifyReport total;
  JsonWriter json;
  json.begin_object().member("format", "sluice.verify/1").key("files").begin_array();
  for (const std::string& path : paths) {
    json.begin_object().member("path", path).key("findings").begin_array();
    const VerifyReport report = verify(path, call.options, [&](const Finding& finding) { add_finding(json, finding); });
    json.end_array();
    add_totals(json, report);
    json.end_object();
    add(total, report);
  }
  json.end_array();
  add_totals(json, total);
  write_out(json.end_object().line());
  return total;
}

}  // namespace

int run_verify(Session& session, Arguments arguments) {
  VerifyCall call;
  const Command command = verify_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  if (operands->empty()) throw UsageError("sluice verify needs a PATH", "sluice verify --help shows what it takes.");
  call.options.runtime = std::make_shared<Runtime>(call.runtime);
  const std::vector<std::string> files = parquet_files(*operands);
  const VerifyReport total = session.json ? verify_for_machines(files, call) : verify_for_people(files, call, session);
  return total.errors > 0 || (call.strict && total.notes > 0) ? kFailed : kDone;
}

}  // namespace sluice::cli
