#include "sources/source_format.h"

#include "arrow/ipc_batch_slots.h"
#include "arrow/ipc_slots.h"
#include "base/utf8.h"
#include "codecs/container.h"

namespace sluice {
namespace {

struct Ending {
  std::string_view ending;
  SourceFormat format;
};

constexpr Ending kEndings[] = {
    {".ndjson", SourceFormat::ndjson}, {".jsonl", SourceFormat::ndjson},    {".json", SourceFormat::json},
    {".geojson", SourceFormat::json},  {".csv", SourceFormat::csv},         {".tsv", SourceFormat::tsv},
    {".arrow", SourceFormat::arrow},   {".arrows", SourceFormat::arrow},    {".feather", SourceFormat::arrow},
    {".ipc", SourceFormat::arrow},     {".parquet", SourceFormat::parquet},
};

constexpr std::string_view kBlanks = " \t\r\n";

// Whether the brackets of the object that begins the line are closed at its end.
bool is_whole_object(std::string_view line) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      i += c == '\\';
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return line.find_first_not_of(kBlanks, i + 1) == std::string_view::npos;
    }
  }
  return false;
}

}  // namespace

std::optional<SourceFormat> format_of_name(std::string_view path) {
  path = name_without_container(path);
  for (const Ending& known : kEndings)
    if (path.ends_with(known.ending)) return known.format;
  return std::nullopt;
}

SourceFormat format_of_text(std::string_view start) {
  if (start.starts_with(kByteOrderMark)) start.remove_prefix(kByteOrderMark.size());
  const size_t first = start.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return SourceFormat::ndjson;
  start.remove_prefix(first);
  const std::string_view line = start.substr(0, start.find('\n'));
  if (start.front() == '[') return SourceFormat::json;
  // A line that goes on behind the sample is one record of a line format: nobody else writes them so long.
  if (start.front() == '{')
    return is_whole_object(line) || (line.size() == start.size() && line.size() >= kFormatSampleBytes / 2)
               ? SourceFormat::ndjson
               : SourceFormat::json;
  return line.find_first_of(",;\t|") == std::string_view::npos ? SourceFormat::ndjson : SourceFormat::csv;
}

bool begins_like_arrow(ByteSpan start) {
  const bool is_stream = start.size() >= sizeof(uint32_t) && load<uint32_t>(start.data()) == ipc::kContinuation;
  return is_stream || begins_with_arrow_magic(start);
}

bool begins_with_arrow_magic(ByteSpan start) {
  return as_text(start).substr(0, ipc::kFileMagicBytes) == ipc::kFileMagic;
}

}  // namespace sluice
