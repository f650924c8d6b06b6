// Options of flattening; see flatten_options.h.
#include "flatten_options.h"

#include <algorithm>
#include <utility>

#include "output.h"
#include "session.h"
#include "sluice/error.h"
#include "terminal.h"
#include "values.h"

namespace sluice::cli {
namespace {

constexpr ArrayMode kModes[] = {ArrayMode::smart, ArrayMode::separate, ArrayMode::inline_, ArrayMode::skip};

ArrayMode mode_value(const std::string& text) {
  return kModes[choice_value("--array-mode", text, {"smart", "separate", "inline", "skip"})];
}

/// The path may have an equal sign, a mode has none.
void set_array_mode(FlattenOptions& options, const std::string& text) {
  const size_t equal = text.rfind('=');
  if (equal == std::string::npos) {
    options.array_mode = mode_value(text);
    return;
  }
  options.array_modes.push_back({text.substr(0, equal), mode_value(text.substr(equal + 1))});
}

void set_strategy(FlattenOptions& options, const std::string& text) {
  constexpr KeyStrategy kStrategies[] = {KeyStrategy::ordinal, KeyStrategy::random, KeyStrategy::natural,
                                         KeyStrategy::hash,    KeyStrategy::hash,   KeyStrategy::composite};
  const size_t choice =
      choice_value("--ids", text, {"ordinal", "random", "natural", "hash", "hash+ordinal", "composite"});
  options.id_generation = kStrategies[choice];
  options.count_equal_records = text == "hash+ordinal";
}

/// An option that only counts with --flatten.
Option belonging(FlattenCall& call, std::string name, std::string value, std::string words, std::string fallback,
                 std::function<void(const std::string&)> set, bool repeatable = false) {
  return {"Flattening",
          name,
          std::move(value),
          std::move(words),
          std::move(fallback),
          [&call, name, set = std::move(set)](const std::string& text) {
            call.other = name;
            set(text);
          },
          repeatable};
}

std::vector<Option> key_options(FlattenCall& call) {
  FlattenOptions& options = call.options;
  return {
      belonging(call, "--ids", "STRATEGY",
                "keys of rows: ordinal (counted), random (UUID), natural (a field), composite (digest of fields), hash "
                "(digest of the record), hash+ordinal (where records may be equal)",
                "ordinal", [&](const std::string& text) { set_strategy(options, text); }),
      belonging(
          call, "--id-field", "FIELD", "the field of natural keys; for composite ones repeated", "a usual name, as id",
          [&](const std::string& text) { options.id_fields.push_back(text); }, true),
      belonging(call, "--seed", "N", "makes random keys the same in every run, but for their time", "",
                [&](const std::string& text) { options.seed = static_cast<uint64_t>(count_value("--seed", text, 0)); }),
      belonging(call, "--id-column", "NAME", "the column of keys", "_id",
                [&](const std::string& text) { options.id_column = text; }),
      belonging(call, "--parent-column", "NAME", "the column of parents' keys", "_parent_id",
                [&](const std::string& text) { options.parent_column = text; }),
      belonging(call, "--index-column", "NAME", "the column of places in lists, from 0", "_index",
                [&](const std::string& text) { options.index_column = text; }),
      belonging(call, "--root-column", "NAME", "a column with the key of the record that a row is of", "none",
                [&](const std::string& text) { options.root_column = text; }),
      belonging(call, "--time-column", "NAME", "a column with the time of the run", "none",
                [&](const std::string& text) { options.time_column = text; }),
      belonging(call, "--key-clash", "error|rename", "what a field leads to that has the name of a key column", "error",
                [&](const std::string& text) {
                  const bool renames = choice_value("--key-clash", text, {"error", "rename"}) == 1;
                  options.key_clash = renames ? KeyClash::rename : KeyClash::error;
                }),
  };
}

}  // namespace

std::vector<Option> flatten_options(FlattenCall& call) {
  FlattenOptions& options = call.options;
  std::vector<Option> all = {
      {"Flattening", "--flatten", "",
       "fields of objects become columns, lists of objects relations of their own: DEST/NAME, DEST/NAME_LIST, ...", "",
       [&](const std::string&) { call.is_asked = true; }},
      belonging(call, "--name", "NAME", "of the records' relation; those of lists add their path", "the name of DEST",
                [&](const std::string& text) { call.name = text; }),
      belonging(call, "--separator", "TEXT", "between the names of an object and its field", "_",
                [&](const std::string& text) { options.separator = text; }),
      belonging(call, "--max-depth", "N", "levels of fields that become columns; what is deeper stays JSON text", "100",
                [&](const std::string& text) {
                  options.max_depth = static_cast<int>(count_value("--max-depth", text, 1, 1'000'000));
                }),
      belonging(
          call, "--array-mode", "[PATH=]MODE",
          "lists: smart (those of scalars stay lists), separate (all become relations), inline (JSON text) or skip; of "
          "one path, payload.commits=inline, or of all",
          "smart", [&](const std::string& text) { set_array_mode(options, text); }, true),
      belonging(call, "--include-nulls", "", "fields that never have a value become columns, too", "",
                [&](const std::string&) { options.include_nulls = true; }),
      belonging(call, "--empty-as-null", "", "texts without a letter become null", "",
                [&](const std::string&) { options.empty_as_null = true; }),
      belonging(call, "--nan-as-null", "", "NaN and infinities become null", "",
                [&](const std::string&) { options.nan_as_null = true; }),
      belonging(call, "--stringify", "", "every value becomes a text", "",
                [&](const std::string&) { options.stringify_values = true; }),
      belonging(call, "--batch-size", "N", "records that are taken at a time; changes nothing in the relations",
                "65536", [&](const std::string& text) { options.batch_size = count_value("--batch-size", text, 1); }),
  };
  for (Option& option : key_options(call)) all.push_back(std::move(option));
  return all;
}

std::optional<FlattenOptions> settled_flattening(const FlattenCall& call, const std::string& destination) {
  if (!call.is_asked) {
    if (call.other)
      throw UsageError(*call.other + " says how records are flattened, which was not asked for", "--flatten");
    return std::nullopt;
  }
  FlattenOptions options = call.options;
  std::string name = destination;
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  name = name.substr(name.rfind('/') + 1);
  if (name.ends_with(".parquet")) name.resize(name.size() - std::string_view(".parquet").size());
  options.name = call.name.value_or(name == "-" ? "records" : name);
  return options;
}

std::string relation_lines(const RecordsResult& result, size_t width) {
  constexpr size_t kIndent = 10;
  if (result.relations.empty()) return {};
  std::vector<std::string> relations;
  for (const Relation& relation : result.relations) {
    int64_t rows = 0;
    for (const WrittenFile& file : result.files)
      if (file.relation == relation.name) rows += file.rows;
    relations.push_back(printable(relation.name) + " " + counted(static_cast<uint64_t>(rows), "row"));
  }
  std::string text =
      "relations " + wrapped(relations, " " + std::string(signs().separator) + " ", kIndent, width) + "\n";
  for (const FlattenNote& note : result.flatten_notes) {
    text += std::string(kIndent, ' ') + printable(note.path + ": " + note.remark);
    if (note.values > 0) text += " (" + counted(static_cast<uint64_t>(note.values), "value") + ")";
    text += "\n";
  }
  return text;
}

void add_relations(const RecordsResult& result, JsonWriter& json) {
  json.key("relations").begin_array();
  for (const Relation& relation : result.relations) {
    const std::optional<size_t> parent = relation.parent;
    json.begin_object().member("name", relation.name).member("path", relation.path);
    json.member("parent", parent ? std::optional(result.relations[*parent].name) : std::nullopt).end_object();
  }
  json.end_array().key("flatten_notes").begin_array();
  for (const FlattenNote& note : result.flatten_notes)
    json.begin_object()
        .member("path", note.path)
        .member("remark", note.remark)
        .member("values", note.values)
        .end_object();
  json.end_array();
}

}  // namespace sluice::cli
