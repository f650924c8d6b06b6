// From names to streams: what each source is, and who reads it.
#include <algorithm>
#include <string>
#include <utility>

#include "sluice/error.h"
#include "sources/arrow_source.h"
#include "sources/csv_format.h"
#include "sources/json_format.h"
#include "sources/ndjson_format.h"
#include "sources/record_source.h"
#include "sources/source_format.h"
#include "sources/stream_sequence.h"
#include "storage/glob.h"

namespace sluice {
namespace {

/// What is read by one stream.
enum class Family { json, csv, arrow };

Family family_of(SourceFormat format) {
  if (format == SourceFormat::arrow) return Family::arrow;
  return format == SourceFormat::csv || format == SourceFormat::tsv ? Family::csv : Family::json;
}

/// A source whose format is known, opened if that had to be seen.
struct Known {
  std::string path;
  SourceFormat format = SourceFormat::ndjson;
  std::optional<Input> input{};        ///< Arrow data
  std::optional<Contents> contents{};  ///< text
};

Known identified(const Source& source, const UnpackRules& unpacking) {
  Known known{source.path, source.format, {}, {}};
  if (known.format == SourceFormat::automatic)
    known.format = format_of_name(source.path).value_or(SourceFormat::automatic);
  if (known.format != SourceFormat::automatic) return known;
  Input input = Input::open(source.path);
  if (begins_like_arrow(input.peek(ipc::kFileStartBytes))) {
    known.format = SourceFormat::arrow;
    known.input = std::move(input);
    return known;
  }
  known.contents.emplace(std::move(input), unpacking);
  known.format = format_of_text(as_text(known.contents->peek_line(kFormatSampleBytes)));
  if (known.contents->bytes_total()) known.contents.reset();  // files are opened again when their turn has come
  return known;
}

std::unique_ptr<const RecordFormat> text_format(const std::vector<Known>& sources, const SourceOptions& options) {
  const auto all_are = [&](SourceFormat format) {
    return std::ranges::all_of(sources, [&](const Known& source) { return source.format == format; });
  };
  if (family_of(sources.front().format) == Family::csv) {
    CsvOptions csv = options.csv;
    if (all_are(SourceFormat::tsv) && csv.delimiter == 0) csv.delimiter = '\t';
    return std::make_unique<CsvFormat>(std::move(csv));
  }
  if (all_are(SourceFormat::ndjson) && options.records_pointer.empty())
    return std::make_unique<NdjsonFormat>(options.depth_max);
  return std::make_unique<JsonFormat>(JsonOptions{options.records_pointer, options.depth_max});
}

std::unique_ptr<RecordStream> open_family(std::vector<Known> sources, SourceOptions options) {
  if (family_of(sources.front().format) == Family::arrow) {
    Known& only = sources.front();
    Input input = only.input ? std::move(*only.input) : Input::open(only.path);
    return std::make_unique<ArrowSource>(Source{only.path, SourceFormat::arrow}, std::move(input), std::move(options));
  }
  std::unique_ptr<const RecordFormat> format = text_format(sources, options);
  std::vector<SourceText> texts;
  for (Known& source : sources) texts.push_back({source.path, std::move(source.contents)});
  return std::make_unique<RecordSource>(std::move(texts), std::move(format), std::move(options));
}

// Neighbours that one stream reads. Each Arrow source is one of its own.
std::vector<std::vector<Known>> families(std::vector<Known> sources) {
  std::vector<std::vector<Known>> groups;
  for (Known& source : sources) {
    const Family family = family_of(source.format);
    const bool joins = !groups.empty() && family != Family::arrow && family_of(groups.back().front().format) == family;
    if (!joins) groups.emplace_back();
    groups.back().push_back(std::move(source));
  }
  return groups;
}

void refuse_mixed_kinds(const Known& first, const Known& other) {
  throw Error(ErrorCode::invalid,
              first.path + " and " + other.path +
                  " are of different kinds, whose columns are found out "
                  "in different ways",
              {.source = other.path}, "--schema names the columns of all of them.");
}

}  // namespace

inline namespace v0 {

std::unique_ptr<RecordStream> open_sources(const std::vector<Source>& sources, SourceOptions options) {
  if (!options.runtime) options.runtime = std::make_shared<Runtime>();
  std::vector<Known> known;
  for (const Source& source : sources)
    for (std::string& path : expand_pattern(source.path))
      known.push_back(identified({std::move(path), source.format}, unpack_rules(*options.runtime)));
  if (known.empty()) throw Error(ErrorCode::invalid, "there is no source to read");
  std::vector<std::vector<Known>> groups = families(std::move(known));
  if (groups.size() == 1) return open_family(std::move(groups.front()), std::move(options));

  if (!options.schema && family_of(groups.front().front().format) != Family::arrow)
    refuse_mixed_kinds(groups.front().front(), groups[1].front());
  std::string name = groups.front().front().path + " and others";
  std::unique_ptr<RecordStream> first = open_family(std::move(groups.front()), options);
  std::vector<StreamSequence::Open> others;
  for (size_t i = 1; i < groups.size(); ++i) {
    auto group = std::make_shared<std::vector<Known>>(std::move(groups[i]));
    others.push_back([group, options](const Schema& schema) mutable {
      options.schema = schema;
      return open_family(std::move(*group), options);
    });
  }
  return std::make_unique<StreamSequence>(std::move(first), std::move(others), std::move(name));
}

std::unique_ptr<RecordStream> open_source(const Source& source, SourceOptions options) {
  return open_sources({source}, std::move(options));
}

}  // namespace v0
}  // namespace sluice
