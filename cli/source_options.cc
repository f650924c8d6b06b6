// Options of sources; see source_options.h.
#include "source_options.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "session.h"
#include "sluice/error.h"
#include "terminal.h"
#include "values.h"

namespace sluice::cli {
namespace {

constexpr SourceFormat kFormats[] = {SourceFormat::ndjson, SourceFormat::json,  SourceFormat::csv,
                                     SourceFormat::tsv,    SourceFormat::arrow, SourceFormat::parquet};

/// In the order of kFormats.
size_t format_index(const std::string& from) {
  return choice_value("--from", from, {"ndjson", "json", "csv", "tsv", "arrow", "parquet"});
}

// Only files: a pipe gives its first bytes once.
bool begins_like_parquet(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream in(path, std::ios::binary);
  std::string first(4, ' ');
  return in.read(first.data(), 4) && first == "PAR1";
}

/// One byte: itself, or a name for those that shells make hard to type.
char byte_value(std::string_view option, const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  const bool is_ascii = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80;
  if (!is_ascii)
    throw UsageError(std::string(option) + " takes one ASCII character or \"tab\", not \"" + text + "\"",
                     std::string(option) + " ';'");
  return text[0];
}

}  // namespace

std::vector<Option> source_options(SourceCall& call) {
  CsvOptions& csv = call.options.csv;
  return {
      {"Input", "--from", "FORMAT", "ndjson, json, csv, tsv, arrow or parquet", "by its name, else by its first bytes",
       [&](const std::string& text) { call.from = text; }},
      {"Input", "--records", "POINTER", "where the array of records is in a JSON document: /features", "",
       [&](const std::string& text) { call.options.records_pointer = text; }},
      {"CSV", "--header", "yes|no", "the first record holds the names of the columns", "yes",
       [&](const std::string& text) {
         csv.header = choice_value("--header", text, {"yes", "no"}) == 0;
       }},
      {"CSV", "--delimiter", "CHAR", "between fields", "guessed among , ; tab and |",
       [&](const std::string& text) { csv.delimiter = byte_value("--delimiter", text); }},
      {"CSV", "--quote", "CHAR|none", "around fields with delimiters or line ends in them", "guessed, \" or '",
       [&](const std::string& text) { csv.quote = text == "none" ? '\0' : byte_value("--quote", text); }},
      {"CSV", "--null", "TEXT", "unquoted text that is null, as empty fields are; may be repeated", "",
       [&](const std::string& text) { csv.null_texts.push_back(text); }, true},
      {"CSV", "--duplicates", "error|rename", "what two columns of one name lead to", "error",
       [&](const std::string& text) {
         const bool renames = choice_value("--duplicates", text, {"error", "rename"}) == 1;
         csv.duplicates = renames ? DuplicateNames::rename : DuplicateNames::error;
       }},
  };
}

bool is_parquet(const std::string& path, const std::string& from) {
  if (!from.empty()) return kFormats[format_index(from)] == SourceFormat::parquet;
  return path != "-" && (path.ends_with(".parquet") || begins_like_parquet(path));
}

std::vector<Source> sources_of(const std::string& verb, const std::vector<std::string>& operands,
                               const SourceCall& call) {
  if (operands.empty())
    throw UsageError("sluice " + verb + " needs a SOURCE", "sluice " + verb + " --help shows what it takes.");
  std::vector<Source> sources;
  for (const std::string& path : operands) {
    if (path == "-" && is_parquet(path, call.from))
      throw UsageError("Parquet is read from its end, which standard input has not", "Name a file instead of -.");
    const SourceFormat format = call.from.empty() ? SourceFormat::automatic : kFormats[format_index(call.from)];
    sources.push_back({path, format});
  }
  const auto from_stdin = std::ranges::count(operands, "-");
  if (from_stdin > 1) throw UsageError("standard input (-) can be read only once", "Name each source once.");
  if (from_stdin == 1 && is_terminal(STDIN_FILENO))
    throw UsageError("nothing is piped into standard input",
                     verb == "write" ? "producer | sluice write - -o out.parquet; or name a file instead of -"
                                     : "producer | sluice " + verb + " -; or name a file instead of -");
  return sources;
}

Schema declared_schema(const std::string& text) {
  std::string contents = text;
  if (text.starts_with('@')) {
    const std::string path = text.substr(1);
    std::ifstream in(path, std::ios::binary);
    contents.assign(std::istreambuf_iterator<char>(in), {});
    if (in.bad() || !in.is_open() || contents.empty())
      throw Error(ErrorCode::io,
                  "cannot read the schema from " + path + ": " +
                      (contents.empty() && in.is_open() ? "it is empty" : std::system_category().message(errno)),
                  {.source = path});
  }
  try {
    return parse_schema(contents);
  } catch (const Error& error) {
    throw UsageError(std::string("--schema: ") + error.what(), error.hint());
  }
}

}  // namespace sluice::cli
