// What the command line says about SOURCEs: the options of all verbs that read records, and refusing what cannot be
// read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "sluice/write.h"

namespace sluice::cli {

/// What the options have set.
struct SourceCall {
  std::string from;                     ///< the value of --from
  std::optional<std::string> schema{};  ///< text or "@FILE"; nothing: infer
  SourceOptions options;
};

/// --from, --records and what CSV looks like.
std::vector<Option> source_options(SourceCall& call);

/// The sources that the operands name, in their order. Throws UsageError for none, for Parquet out of a pipe,
/// for "-" that stands twice, or that nobody is piped into.
std::vector<Source> sources_of(const std::string& verb, const std::vector<std::string>& operands,
                               const SourceCall& call);

/// By --from where it is given, else by the ending of the name, else by the first bytes.
bool is_parquet(const std::string& path, const std::string& from);

/// What --schema says: the text, or the contents of the file behind "@". Whatever is wrong with the text is a
/// UsageError; a file that cannot be read an Error{io}.
Schema declared_schema(const std::string& text);

}  // namespace sluice::cli
