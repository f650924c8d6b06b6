// `sluice schema`: the columns of a Parquet or Arrow file, or those that records would get, in the text form that
// --schema takes.
#include "sluice/schema.h"

#include <filesystem>
#include <system_error>

#include "arguments.h"
#include "json_output.h"
#include "output.h"
#include "sluice/dataset_reader.h"
#include "sluice/write.h"
#include "source_options.h"
#include "terminal.h"
#include "verbs.h"

namespace sluice::cli {
namespace {

Command schema_command(SourceCall& call, Session& session) {
  std::vector<Option> options = source_options(call);
  for (Option& option : common_options(session)) options.push_back(std::move(option));
  return {
      .name = "schema",
      .summary = "Prints the columns of a Parquet or Arrow file, or those that records would get, one a line.",
      .examples = {{"sluice schema events.parquet", "the columns of a file, nested ones included"},
                   {"sluice schema events.ndjson", "what sluice write would infer from the first 16 MiB"},
                   {"sluice schema a.parquet > columns; sluice write b.ndjson -o b.parquet --schema @columns",
                    "what it prints is what --schema takes"}},
      .usage = "sluice schema SOURCE... [OPTIONS]",
      .options = std::move(options),
      .remarks = {"SOURCE is a path, or - for standard input: Parquet (a file, a quoted pattern or a directory), or "
                  "records as sluice write takes them. "
                  "What is worth telling about inferred columns goes to standard error."},
  };
}

struct Found {
  Schema schema;
  bool inferred = false;
  std::vector<InferenceNote> notes;
};

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

Found find_schema(const std::vector<std::string>& operands, const SourceCall& call) {
  if (operands.size() == 1 && (is_parquet(operands[0], call.from) || is_directory(operands[0])))
    return {DatasetReader(operands[0]).schema(), false, {}};
  const auto records = open_sources(sources_of("schema", operands, call), call.options);
  return {records->schema(), records->inferred(), records->notes()};
}

std::string found_json(const std::string& source, const Found& found) {
  JsonWriter json;
  json.begin_object().member("format", "sluice.schema/1").member("path", source);
  json.member("schema", to_text(found.schema)).member("inferred", found.inferred).key("fields").begin_array();
  for (const Field& field : found.schema.fields()) {
    json.begin_object().member("name", field.name).member("type", to_text(field.type));
    json.member("nullable", field.nullable).member("id", field.id).end_object();
  }
  return json.end_array().notes(found.notes).end_object().line();
}

/// One column a line, as it stands: another program may read it, so nothing is escaped unless a terminal would suffer.
std::string found_text(const Found& found) {
  std::string text;
  for (size_t i = 0; i < found.schema.size(); ++i) {
    const std::string column = to_text(Schema({found.schema[i]}));
    text += is_terminal(1) ? printable(column) : column;
    text += i + 1 < found.schema.size() ? ",\n" : "\n";
  }
  return text;
}

}  // namespace

int run_schema(Session& session, Arguments arguments) {
  SourceCall call;
  const Command command = schema_command(call, session);
  const auto operands = parse(command, arguments);
  if (!operands) {
    write_out(help_text(command));
    return kDone;
  }
  const Found found = find_schema(*operands, call);
  if (session.json) {
    write_out(found_json(operands->front(), found));
    return kDone;
  }
  write_out(found_text(found));
  if (!session.quiet)
    for (const InferenceNote& note : found.notes)
      write_words("note  " + printable(note.field + ": " + note.remark) + "\n");
  return kDone;
}

}  // namespace sluice::cli
