// What the command line says about reading Parquet: the options that `show` and `count` share, and how much a read has
// touched, in words and as JSON.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"
#include "json_output.h"
#include "sluice/dataset_reader.h"

namespace sluice::cli {

/// What the options have set.
struct ReadCall {
  ReadOptions options;
  RuntimeOptions runtime;
  DatasetReadOptions dataset;  ///< `read` comes from `options`
  bool stats = false;
};

Option where_option(ReadCall& call);
/// How values are taken, threads and memory, --stats.
std::vector<Option> reading_options(ReadCall& call);

/// The files of `path`: one, those of a pattern, or of a directory. Throws UsageError for standard input, which cannot
/// be read from its end.
DatasetReader open_rows(const ReadCall& call, const std::string& path);
/// Their rows for `select`. What is wrong with columns or condition is a UsageError.
std::unique_ptr<ReadStream> read_rows(const DatasetReader& files, SelectOptions select);
/// Columns and literals of a condition are the caller's: an Error{invalid} of `work` becomes a UsageError.
void with_usage_errors(const std::function<void()>& work);

/// A few lines.
std::string stats_words(const ReadCounters& counters);
/// "stats": {...}
void add_stats(JsonWriter& json, const ReadCounters& counters);

}  // namespace sluice::cli
