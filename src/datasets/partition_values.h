// What the names of partition directories mean: types for the keys, and columns of one value for each file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file_listing.h"
#include "sluice/column.h"
#include "sluice/schema.h"

namespace sluice {

/// The key of files' metadata under which Sluice tells the types of partition keys, in the text form of schemas.
inline constexpr std::string_view kPartitionSchemaKey = "sluice.partition_schema";
/// The same of their origins, as schema/origins.h has them: keys of relations stand in no file.
inline constexpr std::string_view kPartitionOriginsKey = "sluice.partition_origins";

/// The types of the keys, all nullable, in the order of the directories. `declared`: what files say under
/// kPartitionSchemaKey, if they do, which counts where every value reads as its type. Else, for all values of
/// a key: int64, then uint64, then date, where each is read back to the same letters; else string. Origins as declared.
Schema partition_schema(std::span<const ListedFile> files, const std::optional<Schema>& declared);

/// The value as a column of one row; null for a null. Throws Error{data} that names the file where it is no value of
/// the type. Integers may have zeros in front: "01" of a month.
Column partition_value(const Field& field, const std::optional<std::string>& text, const std::string& file);

}  // namespace sluice
