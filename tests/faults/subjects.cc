#include "faults/subjects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "sluice/dataset_reader.h"
#include "sluice/dataset_writer.h"
#include "sluice/error.h"
#include "sluice/recover.h"
#include "sluice/write.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"

namespace sluice::test {
namespace {

const Schema kRows{{"id", int64(), false}, {"name", string()}, {"tags", list({"element", int64()})}};

constexpr const char* kRejects = "/rejects.ndjson";

// Ids from `first` on; names of which some are null, lists of 0 to 2.
Batch some_rows(int64_t first, int64_t count) {
  std::vector<std::optional<int64_t>> ids, tags;
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<int32_t>> sizes;
  for (int64_t i = first; i < first + count; ++i) {
    ids.push_back(i);
    names.push_back(i % 7 == 0 ? std::nullopt : std::optional("name " + std::to_string(i % 5)));
    sizes.push_back(static_cast<int32_t>(i % 3));
    for (int64_t tag = 0; tag < i % 3; ++tag) tags.push_back(i * tag);
  }
  std::vector<Column> columns{make_int64(ids), make_text(string(), names),
                              make_list({"element", int64()}, make_int64(tags), sizes)};
  return Batch(std::make_shared<const Schema>(kRows), std::move(columns), count);
}

FileOptions file_options() {
  FileOptions options;
  options.row_group_rows = 30;
  options.runtime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  return options;
}

// Three batches of 40 rows in files of 50.
void write_dataset(const std::string& path, DatasetOptions options = {}, int64_t first_id = 0) {
  const bool sync = options.file.sync;
  options.file = file_options();
  options.file.sync = sync;
  options.shard_rows = 50;
  options.file_prefix = "rows";
  DatasetWriter writer(path, kRows, options);
  for (int64_t first = 0; first < 120; first += 40) writer.write(some_rows(first_id + first, 40));
  writer.close();
}

void write_file_of_rows(const std::string& path) {
  FileWriter writer(path, kRows, file_options());
  for (int64_t first = 0; first < 120; first += 40) writer.write(some_rows(first, 40));
  writer.close();
}

void put_dataset(const std::string& folder) { write_dataset(folder + "/out", {.file = {.sync = false}}); }

// Another id in each row, and the run's own names where there is a choice.
void write_mode(const std::string& folder, PublishMode mode) {
  DatasetOptions options;
  options.target.mode = mode;
  options.target.run_id = "nightly";
  write_dataset(folder + "/out", options, 1000);
}

// One of six partitions for each name, null among them.
DatasetOptions partitioned() { return {.partitions = {.keys = parse_partition_keys("name")}}; }

void put_partitions(const std::string& folder) {
  DatasetOptions options = partitioned();
  options.file.sync = false;
  write_dataset(folder + "/out", options);
}

void overwrite_partitions(const std::string& folder) {
  DatasetOptions options = partitioned();
  options.target = {.mode = PublishMode::overwrite_partitions, .run_id = "nightly"};
  options.file = file_options();
  DatasetWriter writer(folder + "/out", kRows, options);
  // Ids of which none is a multiple of 7: the partition of null is not touched.
  writer.write(some_rows(1001, 6));
  writer.close();
}

// The old file lacks a column of the new rows, and one that nobody reads comes along.
void put_old_files(const std::string& folder) {
  DatasetOptions options{.file = file_options()};
  options.file.sync = false;
  DatasetWriter writer(folder + "/out", kRows, options);
  writer.write(some_rows(0, 40));
  writer.close();
  write_file(folder + "/out/_draft.parquet", "draft");
}

void append_to_old_files(const std::string& folder) {
  const Schema schema{{"id", int64()}, {"more", int64()}};
  DatasetOptions options{.rewrite_old = true};
  options.file = file_options();
  options.target = {.mode = PublishMode::append, .run_id = "nightly"};
  DatasetWriter writer(folder + "/out", schema, options);
  writer.write(Batch(std::make_shared<const Schema>(schema), {make_int64({1000}), make_int64({1})}, 1));
  writer.close();
}

void overwrite_file(const std::string& folder) {
  FileWriter writer(create_file_sink(folder + "/out.parquet", {.publish = {.mode = PublishMode::overwrite}}), kRows,
                    file_options());
  writer.write(some_rows(1000, 40));
  writer.close();
}

// Inference, a column that comes late, and records that are bad.
void put_records(const std::string& folder) {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text += "{\"id\":" + std::to_string(i) + ",\"name\":\"name " + std::to_string(i % 5) + "\"";
    if (i > 50) text += ",\"late\":" + std::to_string(i) + ".5";
    text += i % 25 == 24 ? "\n" : "}\n";
  }
  test::write_file(folder + "/records.ndjson", text);
}

void write_records(const std::string& folder) {
  WriteOptions options;
  options.output.file = file_options();
  options.output.shard_rows = 25;
  options.source.runtime = options.output.file.runtime;
  options.source.sample_bytes = 500;
  options.source.bad_records = BadRecords::skip;
  options.rejects = folder + kRejects;
  write(Source{folder + "/records.ndjson"}, folder + "/out", options);
}

}  // namespace

std::vector<Subject> subjects() {
  const auto nothing = [](const std::string&) {};
  std::vector<Subject> all;
  all.push_back({"a file", nothing, [](const std::string& folder) { write_file_of_rows(folder + "/out.parquet"); }});
  all.push_back({"a dataset", nothing, [](const std::string& folder) { write_dataset(folder + "/out"); }});
  all.push_back({"records", put_records, write_records});
  const auto put_file = [](const std::string& folder) { write_file_of_rows(folder + "/out.parquet"); };
  all.push_back({"overwrite a file", put_file, overwrite_file});
  for (const auto& [name, mode] :
       {std::pair("append", PublishMode::append), std::pair("overwrite", PublishMode::overwrite)})
    all.push_back({name, put_dataset, [mode](const std::string& folder) { write_mode(folder, mode); }});
  all.push_back(
      {"partitions", nothing, [](const std::string& folder) { write_dataset(folder + "/out", partitioned()); }});
  all.push_back({"overwrite partitions", put_partitions, overwrite_partitions});
  all.push_back({"append to old files", put_old_files, append_to_old_files});
  return all;
}

Contents contents_of(const std::string& folder, bool hidden) {
  Contents contents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string().substr(folder.size());
    if (!hidden && path.find("/.") != std::string::npos) continue;
    if (entry.is_directory()) {
      contents[path + "/"] = "";
    } else {
      // Some files name others by their paths.
      std::string& text = contents[path] = read_file(entry.path());
      for (size_t at = text.find(folder); at != std::string::npos; at = text.find(folder))
        text.replace(at, folder.size(), "");
    }
  }
  return contents;
}

bool is_pending(const Contents& with_hidden) {
  return std::any_of(with_hidden.begin(), with_hidden.end(),
                     [](const auto& entry) { return entry.first.ends_with("/intent"); });
}

void complete_pending(const Subject& subject, const std::string& folder, const Contents& before) {
  const Contents visible = contents_of(folder, false);
  try {
    recover(folder + "/out");
  } catch (const Error& error) {
    EXPECT_THAT(differences(visible, before), ::testing::IsEmpty()) << error.what();
    subject.run(folder);
  }
}

Contents without_rejects(Contents contents) {
  contents.erase(kRejects);
  return contents;
}

std::vector<std::string> differences(const Contents& found, const Contents& expected) {
  std::vector<std::string> words;
  for (const auto& [path, text] : expected)
    if (!found.contains(path)) words.push_back(path + " is missing");
  for (const auto& [path, text] : found) {
    const auto other = expected.find(path);
    if (other == expected.end()) words.push_back(path + " should not be there");
    if (other != expected.end() && other->second != text) words.push_back(path + " has other contents");
  }
  return words;
}

}  // namespace sluice::test
