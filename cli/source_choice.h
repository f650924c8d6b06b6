// What a SOURCE on the command line holds, and refusing what cannot be read.
#pragma once

#include <string>

#include "sluice/write.h"

namespace sluice::cli {

/// `records`: whatever the library opens as a source of batches.
struct SourceChoice {
  enum class Kind { records, parquet };
  Kind kind = Kind::records;
  SourceFormat format = SourceFormat::automatic;  ///< of records, where --from says it
};

/// By `from` (the value of --from) where it is given, else by the ending of the name, else by the first bytes; what no
/// one knows is NDJSON. Throws UsageError for formats that are not built yet, and for "-" when nobody is piped into it.
SourceChoice choose_source(const std::string& verb, const std::string& path, const std::string& from);

}  // namespace sluice::cli
