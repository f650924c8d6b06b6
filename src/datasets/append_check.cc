#include "datasets/append_check.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "datasets/relation_files.h"
#include "files/stored_file.h"
#include "schema/kinds.h"
#include "schema/merge.h"
#include "schema/origins.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "storage/directory_tree.h"
#include "storage/replaced_files.h"

namespace sluice {
namespace {

constexpr size_t kRunIdBytesMax = 1024;
constexpr const char* kHintOfOwnDataset = "a dataset of their own takes these rows";

bool has_files(const std::string& path) {
  const Descriptor directory = open_directory(path);
  if (!directory.is_open() && (errno == ENOENT || errno == ENOTDIR)) return false;
  bool found = false;
  const auto visit = [&](const TreeEntry& entry) {
    found = found || (entry.kind != TreeEntry::Kind::directory && entry.name.ends_with(".parquet") &&
                      !is_passed_over(entry.name));
    return 0;
  };
  const int error = !directory.is_open() ? errno : walk_tree(directory.get(), visit, [&](const TreeEntry& entry) {
    return !found && !is_passed_over(entry.name);
  });
  if (error != 0 && !found)
    throw Error(ErrorCode::io, "cannot list " + path + ", which is to be appended to: " + system_reason(error),
                {.source = path});
  return found;
}

/// The columns that rows come with, and those that are made of them.
Schema with_parts(const Schema& rows, const PartitionOptions& partitions) {
  std::vector<Field> fields(rows.fields().begin(), rows.fields().end());
  for (const PartitionKey& key : partitions.keys)
    if (key.part != PartitionKey::Part::value) fields.push_back({key.name(), int32()});
  return Schema(std::move(fields));
}

std::string text_of(const Field& field) { return to_text(Schema({field})); }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

/// `is_relation`: no --schema tells of its columns, which are made of the records.
[[noreturn]] void refuse(const std::string& path, const std::string& column, const std::string& why, bool would_rewrite,
                         bool is_relation) {
  std::string hint;
  if (would_rewrite) hint = "--rewrite-old writes the old files anew, with the columns and types of both";
  if (!would_rewrite && is_relation) hint = kHintOfOwnDataset;
  if (!is_relation)
    hint += (hint.empty() ? "" : "; ") + ("--schema \"$(sluice schema " + path) +
            ")\" reads the new rows with the columns of the old ones";
  throw Error(ErrorCode::data, "cannot append to " + path + ": " + why, {.source = path, .field = column}, hint);
}

std::string words_of_clash(const Field& there, const Field& found) {
  return "column " + there.name + " is \"" + text_of(there) + "\" there, but \"" + text_of(found) +
         "\" in the new rows";
}

/// A column that stands against it, and why.
struct Clash {
  std::string column;
  std::string why;
};

std::optional<Clash> clash_of(const Schema& there, const Schema& wanted, const std::vector<std::string>& keys) {
  const auto is_key = [&](const std::string& name) { return std::ranges::find(keys, name) != keys.end(); };
  for (const Field& field : there.fields()) {
    const std::optional<size_t> place = wanted.find(field.name);
    if (!place && is_key(field.name)) continue;  // of a file whose directory tells it
    if (!place) return Clash{field.name, "column \"" + text_of(field) + "\" is not in the new rows"};
    const Field& found = wanted[*place];
    const bool fits = field.nullable || !found.nullable || is_key(field.name);
    if (!fits || !is_same_in_append(field.type, found.type, is_key(field.name)))
      return Clash{field.name, words_of_clash(field, found)};
  }
  for (const Field& field : wanted.fields())
    if (!there.find(field.name))
      return Clash{field.name, "column \"" + text_of(field) + "\" is new, and its files lack it"};
  return std::nullopt;
}

/// Whether there is a schema for both; keys stay what they are.
bool can_be_one(const Schema& there, const Schema& wanted, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const std::optional<size_t> here = there.find(key);
    const std::optional<size_t> place = wanted.find(key);
    if (here && place && !is_same_in_append(there[*here].type, wanted[*place].type, /*is_key=*/true)) return false;
  }
  MergeConflict ignored;
  return merged_schema(there, wanted, ignored, MergeRule::values).has_value();
}

void check(const std::string& path, const Schema& wanted, const std::vector<std::string>& keys, bool may_rewrite,
           const std::shared_ptr<Runtime>& runtime, bool of_relation) {
  if (!has_files(path)) return;
  DatasetReadOptions reading;
  reading.read.runtime = runtime;
  const DatasetReader there(path, reading);
  check_relation_of_append(path, there.files().front().path, of_relation);
  check_keys_of_append(path, there.partitions(), keys);
  if (of_relation) check_origins_of_append(path, there.schema(), wanted);
  const std::optional<Clash> clash = clash_of(there.schema(), wanted, keys);
  if (!clash) return;
  refuse(path, clash->column, clash->why, may_rewrite && can_be_one(there.schema(), wanted, keys), of_relation);
}

}  // namespace

void check_keys_of_append(const std::string& path, const std::vector<std::string>& there,
                          const std::vector<std::string>& keys) {
  if (keys == there) return;
  throw Error(ErrorCode::data,
              "cannot append to " + path + ": its files are partitioned by " + joined(there) +
                  ", and the new rows by " + joined(keys),
              {.source = path}, "--partition-by takes the same keys in the same order");
}

bool is_same_in_append(const Type& a, const Type& b, bool is_key) {
  return a == b || (is_key && is_integer(a.kind()) && is_integer(b.kind()));
}

void refuse_append(const std::string& path, const Field& there, const Field& found, bool is_relation) {
  refuse(path, there.name, words_of_clash(there, found), /*would_rewrite=*/false, is_relation);
}

void check_origins_of_append(const std::string& path, const Schema& there, const Schema& rows) {
  if (has_origins(rows) && !has_origins(there))
    throw Error(ErrorCode::data,
                "cannot append to " + path + ": its files do not say of which fields their columns are, which the " +
                    "names alone do not tell",
                {.source = path}, kHintOfOwnDataset);
  if (const Field* const other = first_of_other_origin(there, rows))
    throw Error(ErrorCode::data,
                "cannot append to " + path + ": column " + other->name + " is of " + *other->origin +
                    " there, and of " + *rows[*rows.find(other->name)].origin + " in the new rows",
                {.source = path, .field = other->name}, kHintOfOwnDataset);
}

void check_relation_of_append(const std::string& path, const std::string& file, bool of_relation) {
  const bool is_of_one = StoredFile::open(file, {})->metadata_value(kRelationKey) != nullptr;
  if (is_of_one == of_relation) return;
  const auto words = [](bool of_one) { return std::string(of_one ? "of a relation" : "of no relation"); };
  throw Error(ErrorCode::data,
              "cannot append to " + path + ": the rows of " + file + " are " + words(is_of_one) +
                  ", and the new rows " + words(of_relation),
              {.source = path}, kHintOfOwnDataset);
}

void check_append(const std::string& path, const Schema& rows, const PartitionOptions& partitions, PublishMode mode,
                  const std::shared_ptr<Runtime>& runtime, bool could_rewrite, bool of_relation) {
  if (mode != PublishMode::append && mode != PublishMode::overwrite_partitions) return;
  std::vector<std::string> keys;
  for (const PartitionKey& key : partitions.keys) keys.push_back(key.name());
  check(path, with_parts(rows, partitions), keys, could_rewrite && mode == PublishMode::append, runtime, of_relation);
}

void check_append(const std::string& path, const Schema& of_file, const std::vector<std::string>& keys,
                  bool of_relation) {
  check(path, of_file, keys, /*may_rewrite=*/false, nullptr, of_relation);
}

void check_run_id(const std::string& run_id) {
  if (run_id.size() > kRunIdBytesMax)
    throw Error(ErrorCode::invalid, "a run id has " + std::to_string(run_id.size()) + " bytes; it may have " +
                                        std::to_string(kRunIdBytesMax));
  if (utf8_valid_bytes(run_id) != run_id.size()) throw Error(ErrorCode::invalid, "a run id that is not UTF-8");
}

}  // namespace sluice
