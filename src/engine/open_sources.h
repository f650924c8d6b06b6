// Sources for write(): those of sluice/write.h, told what will be kept of their rows.
#pragma once

#include <memory>
#include <vector>

#include "sluice/write.h"

namespace sluice {

/// As open_sources. Where all that is read is Parquet, only what `select` keeps is read, and `select` keeps all then.
std::unique_ptr<RecordStream> open_selected(const std::vector<Source>& sources, SourceOptions options,
                                            SelectOptions& select);

}  // namespace sluice
