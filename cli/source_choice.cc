// Which kind of source it is; see source_choice.h.
#include "source_choice.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string_view>

#include "session.h"
#include "terminal.h"
#include "values.h"

namespace sluice::cli {
namespace {

struct Ending {
  std::string_view ending;
  std::string_view format;
};

constexpr Ending kEndings[] = {{".ndjson", "ndjson"}, {".jsonl", "ndjson"}, {".parquet", "parquet"},
                               {".csv", "csv"},       {".tsv", "tsv"},      {".json", "json"},
                               {".arrow", "arrow"},   {".arrows", "arrow"}, {".feather", "arrow"},
                               {".ipc", "arrow"},     {".gz", "gzip"},      {".zst", "zstd"}};

/// The format that the name says, or nothing.
std::string_view format_of_name(std::string_view path) {
  for (const Ending& known : kEndings)
    if (path.ends_with(known.ending)) return known.format;
  return "";
}

bool begins_like_parquet(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string first(4, ' ');
  return in.read(first.data(), 4) && first == "PAR1";
}

}  // namespace

SourceChoice choose_source(const std::string& verb, const std::string& path, const std::string& from) {
  std::string_view format = from;
  if (format.empty() && path != "-") format = format_of_name(path);
  if (format.empty() && path != "-" && begins_like_parquet(path)) format = "parquet";
  if (!from.empty()) choice_value("--from", from, {"ndjson", "json", "csv", "tsv", "arrow", "parquet"});
  const bool reads_parquet = verb == "schema";
  const bool is_read = format.empty() || format == "ndjson" || format == "arrow";
  if (!is_read && !(reads_parquet && format == "parquet"))
    throw UsageError(
        path + ": reading " + std::string(format) + " is not built yet",
        "NDJSON is, one JSON object a line, and Arrow IPC; --from ndjson or --from arrow says that this is "
        "such a file.");
  if (path == "-" && is_terminal(STDIN_FILENO))
    throw UsageError("nothing is piped into standard input",
                     verb == "write" ? "producer | sluice write - -o out.parquet; or name a file instead of -"
                                     : "producer | sluice " + verb + " -; or name a file instead of -");
  if (format == "parquet") return {SourceChoice::Kind::parquet, SourceFormat::automatic};
  const bool is_told = !from.empty();
  const SourceFormat told = format == "arrow" ? SourceFormat::arrow : SourceFormat::ndjson;
  return {SourceChoice::Kind::records, is_told ? told : SourceFormat::automatic};
}

}  // namespace sluice::cli
