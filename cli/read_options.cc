// Options of reading; see read_options.h.
#include "read_options.h"

#include <fmt/format.h>

#include "output.h"
#include "sluice/error.h"
#include "sluice/units.h"
#include "values.h"

namespace sluice::cli {
namespace {

std::string number(int64_t count) { return format_count(count); }

/// "3 by bounds, 1 by bloom filter", of what has happened.
std::string reasons(std::initializer_list<std::pair<int64_t, std::string_view>> counts) {
  std::string text;
  for (const auto& [count, words] : counts)
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number(count), words);
  return text.empty() ? "" : " (" + text + ")";
}

}  // namespace

Option where_option(ReadCall& call) {
  return {"Rows", "--where",
          "EXPR", "only rows for which it holds: \"a > 3 AND b IN ('x', 'y')\"; see docs/where.md",
          "all",  [&](const std::string& text) { call.options.select.where = predicate_value("--where", text); }};
}

std::vector<Option> reading_options(ReadCall& call) {
  return {
      {"Dataset", "--schemas", "merge|strict",
       "files of different columns: null where one lacks a column, and wider types; or an error", "merge",
       [&](const std::string& text) {
         const bool strict = choice_value("--schemas", text, {"merge", "strict"}) == 1;
         call.dataset.schemas = strict ? SchemaMerge::strict : SchemaMerge::merge;
       }},
      {"Dataset", "--hive", "on|off", "directories named key=value are columns", "on",
       [&](const std::string& text) {
         call.dataset.hive_partitions = choice_value("--hive", text, {"on", "off"}) == 0;
       }},
      {"Reading", "--int96", "us|ns", "what old timestamps of 96 bits become", "us",
       [&](const std::string& text) {
         call.options.int96 = static_cast<Int96Unit>(choice_value("--int96", text, {"us", "ns"}));
       }},
      {"Reading", "--invalid-text", "error|binary", "what text columns are whose bytes are not UTF-8", "error",
       [&](const std::string& text) {
         call.options.invalid_text =
             static_cast<InvalidText>(choice_value("--invalid-text", text, {"error", "binary"}));
       }},
      {"Reading", "--prune", "on|off", "leave out what statistics, bloom filters and indexes rule out", "on",
       [&](const std::string& text) {
         call.options.prune = choice_value("--prune", text, {"on", "off"}) == 0;
       }},
      {"Reading", "--checksums", "on|off", "hold pages against their checksums and files against their digests", "on",
       [&](const std::string& text) {
         call.options.checksums = choice_value("--checksums", text, {"on", "off"}) == 0;
       }},
      {"Running", "--memory", "SIZE", "budget for pages and batches", "192MiB",
       [&](const std::string& text) { call.runtime.memory_bytes = size_value("--memory", text); }},
      {"Running", "--threads", "N", "threads that work at once; 0 is one for each core", "0",
       [&](const std::string& text) {
         call.runtime.threads = static_cast<unsigned>(count_value("--threads", text, 0, 1024));
       }},
      {"Output", "--stats", "", "tell how many files, row groups, pages and bytes were touched", "",
       [&](const std::string&) { call.stats = true; }}};
}

DatasetReader open_rows(const ReadCall& call, const std::string& path) {
  if (path == "-")
    throw UsageError("Parquet is read from its end, which standard input has not", "name a file instead of -");
  DatasetReadOptions options = call.dataset;
  options.read = call.options;
  options.read.runtime = std::make_shared<Runtime>(call.runtime);
  return DatasetReader(path, std::move(options));
}

void with_usage_errors(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid) throw;
    throw UsageError(error.what(), error.hint());
  }
}

std::unique_ptr<ReadStream> read_rows(const DatasetReader& files, SelectOptions select) {
  std::unique_ptr<ReadStream> rows;
  with_usage_errors([&] { rows = files.read(std::move(select)); });
  return rows;
}

std::string stats_words(const ReadCounters& counters) {
  std::string text =
      fmt::format("files       {}{}\n", number(counters.files), reasons({{counters.files_pruned, "ruled out"}}));
  text += fmt::format("row groups  {}{}\n", number(counters.row_groups),
                      reasons({{counters.row_groups_pruned_by_bounds, "ruled out by bounds"},
                               {counters.row_groups_pruned_by_bloom_filter, "by bloom filter"},
                               {counters.row_groups_pruned_by_dictionary, "by dictionary"}}));
  text += fmt::format("pages       {}{}\n", number(counters.pages),
                      reasons({{counters.pages_pruned, "ruled out by the index"},
                               {counters.pages_skipped, "passed over"},
                               {counters.pages_decoded, "decoded"}}));
  text += fmt::format("bytes       {} of {} read, {} unpacked\n", format_bytes(counters.bytes_read),
                      format_bytes(counters.bytes), format_bytes(counters.bytes_unpacked));
  return text + fmt::format("rows        {}, {} tested, {} delivered\n", number(counters.rows),
                            number(counters.rows_tested), number(counters.rows_delivered));
}

void add_stats(JsonWriter& json, const ReadCounters& counters) {
  json.key("stats").begin_object().member("files", counters.files).member("files_pruned", counters.files_pruned);
  json.member("row_groups", counters.row_groups).member("row_groups_pruned", counters.row_groups_pruned);
  json.member("row_groups_pruned_by_bounds", counters.row_groups_pruned_by_bounds);
  json.member("row_groups_pruned_by_bloom_filter", counters.row_groups_pruned_by_bloom_filter);
  json.member("row_groups_pruned_by_dictionary", counters.row_groups_pruned_by_dictionary);
  json.member("pages", counters.pages).member("pages_pruned", counters.pages_pruned);
  json.member("pages_skipped", counters.pages_skipped).member("pages_decoded", counters.pages_decoded);
  json.member("bytes", counters.bytes).member("bytes_read", counters.bytes_read);
  json.member("bytes_unpacked", counters.bytes_unpacked).member("rows", counters.rows);
  json.member("rows_tested", counters.rows_tested).member("rows_delivered", counters.rows_delivered).end_object();
}

}  // namespace sluice::cli
