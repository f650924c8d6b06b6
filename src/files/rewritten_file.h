// A file that others can see already is written anew in a schema that has grown since: all of its rows, under another
// name (DESIGN, "Inference and JSON": one run, one schema).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sluice/file_writer.h"
#include "sluice/schema.h"

namespace sluice {

/// All rows of the file at `path`, in their order, to `sink`, under the schema `wider`: its columns by name, those that
/// it lacks null. The key-value metadata of the file stay, but for what describes its columns, and so does the order by
/// which its rows are said to be sorted, as far as the types of those columns do; all else is as `options` say, which
/// must have a runtime. Requires columns that evolve to those of `wider` (schema/evolution.h). `on_progress` is called
/// now and then, and may throw. Throws what FileReader and FileWriter throw; Error{data} that names file and column
/// where a value does not stay what it is.
WrittenFile rewrite_file(const std::string& path, const Schema& wider, std::unique_ptr<Sink> sink, FileOptions options,
                         const std::function<void()>& on_progress);

}  // namespace sluice
