// From names to streams: what each source is, and who reads it.
#include "engine/open_sources.h"

#include <algorithm>
#include <string>
#include <utility>

#include "codecs/container.h"
#include "engine/parquet_source.h"
#include "sluice/error.h"
#include "sources/arrow_source.h"
#include "sources/csv_format.h"
#include "sources/json_format.h"
#include "sources/ndjson_format.h"
#include "sources/record_source.h"
#include "sources/source_format.h"
#include "sources/stream_sequence.h"
#include "storage/directory_tree.h"
#include "storage/glob.h"

namespace sluice {
namespace {

/// What is read by one stream.
enum class Family { json, csv, arrow, parquet };

Family family_of(SourceFormat format) {
  if (format == SourceFormat::arrow) return Family::arrow;
  if (format == SourceFormat::parquet) return Family::parquet;
  return format == SourceFormat::csv || format == SourceFormat::tsv ? Family::csv : Family::json;
}

/// A source whose format is known, opened if that had to be seen.
struct Known {
  std::string path;
  SourceFormat format = SourceFormat::ndjson;
  std::optional<Input> input{};        ///< Arrow data
  std::optional<Contents> contents{};  ///< text, or Arrow data that are packed
};

Known identified(const Source& source, const SourceOptions& options) {
  Known known{source.path, source.format, {}, {}};
  if (known.format == SourceFormat::automatic)
    known.format = format_of_name(source.path).value_or(SourceFormat::automatic);
  if (known.format != SourceFormat::automatic) return known;
  Input input = Input::open(source.path, options.end_of_input);
  if (begins_like_parquet(input.peek(ipc::kFileStartBytes))) {
    known.format = SourceFormat::parquet;
    return known;
  }
  if (begins_like_arrow(input.peek(ipc::kFileStartBytes))) {
    known.format = SourceFormat::arrow;
    known.input = std::move(input);
    return known;
  }
  known.contents.emplace(std::move(input), unpack_rules(*options.runtime));
  known.format = begins_like_arrow(known.contents->peek(ipc::kFileStartBytes))
                     ? SourceFormat::arrow
                     : format_of_text(as_text(known.contents->peek_line(kFormatSampleBytes)));
  // Files are opened again when their turn has come; standard input, a file or not, goes on where it was looked at.
  if (source.path != "-" && known.contents->bytes_total()) known.contents.reset();
  return known;
}

/// What a name or a pattern stands for. Parquet keeps the pattern, for directories that it names may be columns.
std::vector<Known> known_of(const Source& source, const SourceOptions& options) {
  std::vector<Known> known;
  for (std::string& path : expand_pattern(source.path)) {
    const bool is_dataset = source.format == SourceFormat::automatic && is_directory(path);
    known.push_back(is_dataset ? Known{std::move(path), SourceFormat::parquet, {}, {}}
                               : identified({std::move(path), source.format}, options));
  }
  const auto is_parquet = [](const Known& one) { return one.format == SourceFormat::parquet; };
  if (!std::ranges::all_of(known, is_parquet)) return known;
  known.resize(1);
  known.front().path = source.path;
  return known;
}

std::unique_ptr<const RecordFormat> text_format(const std::vector<Known>& sources, const SourceOptions& options) {
  const auto all_are = [&](SourceFormat format) {
    return std::ranges::all_of(sources, [&](const Known& source) { return source.format == format; });
  };
  if (family_of(sources.front().format) == Family::csv) {
    CsvOptions csv = options.csv;
    if (all_are(SourceFormat::tsv) && csv.delimiter == 0) csv.delimiter = '\t';
    return std::make_unique<CsvFormat>(std::move(csv), options.schema);
  }
  if (all_are(SourceFormat::ndjson) && options.records_pointer.empty())
    return std::make_unique<NdjsonFormat>(options.depth_max);
  return std::make_unique<JsonFormat>(JsonOptions{options.records_pointer, options.depth_max});
}

std::unique_ptr<RecordStream> open_arrow(Known source, SourceOptions options) {
  if (source.contents) return std::make_unique<ArrowSource>(std::move(*source.contents), std::move(options));
  Input input = source.input ? std::move(*source.input) : Input::open(source.path, options.end_of_input);
  if (container_of_bytes(input.peek(kContainerStartBytes)) == Container::none)
    return std::make_unique<ArrowSource>(source.path, std::move(input), std::move(options));
  Contents contents(std::move(input), unpack_rules(*options.runtime));
  return std::make_unique<ArrowSource>(std::move(contents), std::move(options));
}

/// `tally` and `delivered` (see RecordSource) where there are several families. Of Parquet only what `select` keeps.
std::unique_ptr<RecordStream> open_family(std::vector<Known> sources, SourceOptions options, SelectOptions select,
                                          std::shared_ptr<RecordTally> tally = nullptr,
                                          std::shared_ptr<const DeliveredValues> delivered = nullptr) {
  const Family family = family_of(sources.front().format);
  if (family == Family::arrow) return open_arrow(std::move(sources.front()), std::move(options));
  if (family == Family::parquet) {
    std::vector<std::string> paths;
    for (Known& source : sources) paths.push_back(std::move(source.path));
    return open_parquet(paths, options, std::move(select));
  }
  std::unique_ptr<const RecordFormat> format = text_format(sources, options);
  std::vector<SourceText> texts;
  for (Known& source : sources) texts.push_back({source.path, std::move(source.contents)});
  return std::make_unique<RecordSource>(std::move(texts), std::move(format), std::move(options), kBlockBytes,
                                        std::move(tally), std::move(delivered));
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

std::string_view name_of(SourceFormat format) {
  switch (family_of(format)) {
    case Family::json: return "JSON";
    case Family::csv: return "CSV";
    case Family::arrow: return "Arrow";
    case Family::parquet: return "Parquet";
  }
  return {};
}

/// Whether something is said of how CSV looks.
bool says_something(const CsvOptions& csv) {
  return !csv.header || csv.delimiter != 0 || csv.quote || !csv.null_texts.empty() ||
         csv.duplicates != DuplicateNames::error;
}

// What nobody reads was meant for another source, or the source is not what it was taken for.
void refuse_idle_options(const std::vector<Known>& sources, const SourceOptions& options) {
  const auto none_is = [&](Family family) {
    return std::ranges::none_of(sources, [&](const Known& source) { return family_of(source.format) == family; });
  };
  const auto refuse = [&](const std::string& what) {
    const Known& first = sources.front();
    throw Error(ErrorCode::invalid, what + ", and " + first.path + " is " + std::string(name_of(first.format)),
                {.source = first.path}, "Leave it out, or say what the source is (--from).");
  };
  if (!options.records_pointer.empty() && none_is(Family::json))
    refuse("the place of records (--records) is one in JSON documents");
  if (says_something(options.csv) && none_is(Family::csv))
    refuse("header, delimiter, quotes, nulls and duplicate names (--header, ...) are of CSV");
}

void refuse_mixed_kinds(const Known& first, const Known& other) {
  throw Error(
      ErrorCode::invalid,
      first.path + " and " + other.path + " are of different kinds, whose columns are found out in different ways",
      {.source = other.path}, "--schema names the columns of all of them.");
}

/// Whether the data say which columns they have.
bool brings_schema(const Known& source) {
  const Family family = family_of(source.format);
  return family == Family::arrow || family == Family::parquet;
}

/// One behind the other, each opened when its turn has come.
std::unique_ptr<RecordStream> open_groups(std::vector<std::vector<Known>> groups, SourceOptions options) {
  if (!options.schema && !brings_schema(groups.front().front()))
    refuse_mixed_kinds(groups.front().front(), groups[1].front());
  std::string name = groups.front().front().path + " and others";
  const auto tally = std::make_shared<RecordTally>(options);
  const bool widens = options.evolution == Evolution::widen;
  const auto delivered = widens ? std::make_shared<DeliveredValues>() : nullptr;
  std::unique_ptr<RecordStream> first = open_family(std::move(groups.front()), options, {}, tally, delivered);
  std::vector<StreamSequence::Open> others;
  for (size_t i = 1; i < groups.size(); ++i) {
    auto group = std::make_shared<std::vector<Known>>(std::move(groups[i]));
    others.push_back([group, options, tally, delivered](const Schema& schema) mutable {
      options.schema = schema;
      return open_family(std::move(*group), options, {}, tally, delivered);
    });
  }
  return std::make_unique<StreamSequence>(std::move(first), std::move(others), std::move(name), tally, delivered);
}

}  // namespace

std::unique_ptr<RecordStream> open_selected(const std::vector<Source>& sources, SourceOptions options,
                                            SelectOptions& select) {
  if (!options.runtime) options.runtime = std::make_shared<Runtime>();
  std::vector<Known> known;
  for (const Source& source : sources)
    for (Known& one : known_of(source, options)) known.push_back(std::move(one));
  if (known.empty()) throw Error(ErrorCode::invalid, "there is no source to read");
  refuse_idle_options(known, options);
  std::vector<std::vector<Known>> groups = families(std::move(known));
  if (groups.size() > 1) return open_groups(std::move(groups), std::move(options));
  const bool is_parquet = family_of(groups.front().front().format) == Family::parquet;
  SelectOptions pushed = is_parquet ? std::exchange(select, {}) : SelectOptions();
  return open_family(std::move(groups.front()), std::move(options), std::move(pushed));
}

inline namespace v0 {

std::unique_ptr<RecordStream> open_sources(const std::vector<Source>& sources, SourceOptions options) {
  SelectOptions all;
  return open_selected(sources, std::move(options), all);
}

std::unique_ptr<RecordStream> open_source(const Source& source, SourceOptions options) {
  return open_sources({source}, std::move(options));
}

}  // namespace v0
}  // namespace sluice
