// What a footer says about its file, checked against the file and against itself (parquet-format, parquet.thrift): no
// offset or count is handed on that contradicts another one.
#include "sluice/layout.h"

#include <algorithm>
#include <span>

#include "arrow/ipc_schema.h"
#include "files/bound_text.h"
#include "files/layout_parts.h"
#include "format/schema_elements.h"
#include "schema/leaves.h"
#include "schema/nested.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Where a chunk's writer says why it chose its encodings; ours does.
constexpr std::string_view kEncodingReasonKey = "sluice.encoding";

/// Reads one file's layout; the name and the sizes are what most messages need.
class LayoutReader {
 public:
  explicit LayoutReader(const RandomReader& file)
      : file_(file.name()), parts_{read_footer(file), {}, {}}, meta_(parts_.footer.metadata) {}

  LayoutParts read();

 private:
  [[noreturn]] void refuse(ErrorCode code, const std::string& what) const {
    throw Error(code, file_ + ": " + what, {.source = file_});
  }
  [[noreturn]] void refuse_chunk(ErrorCode code, const std::string& what) const;
  void add_checked(uint64_t& sum, uint64_t more) const {
    if (__builtin_add_overflow(sum, more, &sum)) refuse_chunk(ErrorCode::corrupt, "the sizes add up to more than 2^64");
  }

  void read_schema();
  std::vector<Leaf> stored_leaves(const Schema& schema) const;
  void read_columns(const std::vector<Leaf>& leaves);
  RowGroupLayout read_row_group(const RowGroup& group);
  void read_sorting(const RowGroup& group, RowGroupLayout& out) const;
  ChunkLayout read_chunk(const ColumnChunk& chunk);
  void read_place(const ColumnMetaData& meta, ChunkLayout& out) const;
  void read_encodings(const ColumnMetaData& meta, ChunkLayout& out) const;
  void read_statistics(const Statistics& statistics, ChunkLayout& out) const;
  void read_sizes(const SizeStatistics& sizes, ChunkLayout& out) const;
  bool read_index(const std::optional<int64_t>& offset, const std::optional<int32_t>& length, const char* name) const;

  const std::string& file_;
  LayoutParts parts_;
  const FileMetaData& meta_;
  FileLayout& layout_ = parts_.layout;
  std::vector<StoredLeaf>& leaves_ = parts_.leaves;
  size_t group_index_ = 0;   ///< where reading stands, for messages
  size_t column_index_ = 0;  ///< likewise
};

void LayoutReader::refuse_chunk(ErrorCode code, const std::string& what) const {
  const std::string& column = layout_.columns[column_index_].name;
  throw Error(code, file_ + ": row group " + std::to_string(group_index_) + ", column " + column + ": " + what,
              {.source = file_, .field = column});
}

// --- columns

/// Whether Arrow's schema may say so of what Parquet says otherwise: it knows seconds, zones and durations, and is
/// silent about JSON and others that it has as what carries them.
bool fits(const Type& arrow, const Type& parquet) {
  switch (parquet.kind()) {
    case TypeKind::int64: return arrow.kind() == TypeKind::int64 || arrow.kind() == TypeKind::duration;
    case TypeKind::json:
    case TypeKind::enum_: return arrow == parquet || arrow.kind() == TypeKind::string;
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography: return arrow == parquet || arrow.kind() == TypeKind::binary;
    case TypeKind::uuid: return arrow == parquet || arrow == fixed(parquet.size());
    case TypeKind::decimal:
    case TypeKind::fixed: return arrow == parquet;
    default: return arrow.kind() == parquet.kind();
  }
}

/// Whether Arrow's schema describes the columns of Parquet's: the same tree, and types that fit.
bool fits(const std::vector<Leaf>& arrow, const std::vector<Leaf>& parquet) {
  return std::ranges::equal(arrow, parquet, [](const Leaf& a, const Leaf& b) {
    return a.steps == b.steps && a.path == b.path && a.definition_level_max == b.definition_level_max &&
           a.repetition_level_max == b.repetition_level_max && fits(a.type, b.type);
  });
}

bool arrow_is_silent(TypeKind kind) {
  switch (kind) {
    case TypeKind::json:
    case TypeKind::enum_:
    case TypeKind::bson:
    case TypeKind::uuid:
    case TypeKind::geometry:
    case TypeKind::geography: return true;
    default: return false;
  }
}

/// Arrow's fields, which fit Parquet's, with what only the latter say.
std::vector<Field> joined(std::span<const Field> arrow, std::span<const Field> parquet) {
  std::vector<Field> fields(arrow.begin(), arrow.end());
  for (size_t i = 0; i < fields.size(); ++i) {
    Type& type = fields[i].type;
    if (arrow_is_silent(parquet[i].type.kind())) type = parquet[i].type;
    if (type.is_nested()) type = with_parts(type, joined(type.children(), parquet[i].type.children()));
  }
  return fields;
}

std::vector<Leaf> LayoutReader::stored_leaves(const Schema& schema) const {
  try {
    return leaves_of(schema);
  } catch (const Error& error) {
    refuse(ErrorCode::unsupported, error.what());
  }
}

void LayoutReader::read_schema() {
  layout_.schema = from_schema_elements(meta_.schema, file_);
  std::vector<Leaf> leaves = stored_leaves(layout_.schema);
  read_columns(leaves);
  for (const KeyValue& entry : meta_.key_value_metadata) {
    if (entry.key != "ARROW:schema" || !entry.value) continue;
    std::optional<Schema> arrow = parse_stored_arrow_schema(*entry.value);
    if (!arrow) break;
    if (!fits(stored_leaves(*arrow), leaves)) break;
    layout_.schema = Schema(joined(arrow->fields(), layout_.schema.fields()));
    leaves = stored_leaves(layout_.schema);
    break;
  }
  for (size_t i = 0; i < leaves.size(); ++i) {
    const Leaf& leaf = leaves[i];
    ColumnLayout& column = layout_.columns[i];
    column.type = to_text(leaf.type);
    if (leaf.definition_level_max == leaf.repetition_level_max) column.type += " not null";
  }
}

/// Pairs the leaves that we know with the elements that the file has: both stand depth first, in the same order.
void LayoutReader::read_columns(const std::vector<Leaf>& leaves) {
  struct Group {
    std::string name;
    int32_t children_left;
  };
  std::vector<Group> open{{"", meta_.schema.front().num_children.value_or(0)}};
  for (const SchemaElement& element : std::span(meta_.schema).subspan(1)) {
    while (open.back().children_left == 0) open.pop_back();
    --open.back().children_left;
    open.push_back({element.name, element.num_children.value_or(0)});
    if (!element.type) continue;
    if (leaves_.size() == leaves.size()) refuse(ErrorCode::bug, "the schema has more leaves than were read");
    const size_t index = leaves_.size();
    const Leaf& leaf = leaves[index];
    StoredLeaf& stored = leaves_.emplace_back();
    stored.carrier = *element.type;
    for (const Group& group : std::span(open).subspan(1)) stored.path.push_back(group.name);
    stored.type = leaf.type;
    const bool ordered = index < meta_.column_orders.size() && meta_.column_orders[index] != ColumnOrder::unrecognised;
    stored.readable_bounds = ordered && has_readable_bounds(element, leaf.type);
    ColumnLayout& column = layout_.columns.emplace_back();
    column.name = leaf.name;
    column.path = stored.path;
    column.physical_type = to_string(*element.type);
    column.definition_level_max = leaf.definition_level_max;
    column.repetition_level_max = leaf.repetition_level_max;
  }
  if (leaves_.size() != leaves.size()) refuse(ErrorCode::bug, "the schema has fewer leaves than were read");
}

// --- row groups

LayoutParts LayoutReader::read() {
  layout_.path = file_;
  layout_.bytes = parts_.footer.file_bytes;
  layout_.footer_bytes = parts_.footer.place.bytes;
  layout_.version = meta_.version;
  layout_.created_by = meta_.created_by.value_or("");
  if (meta_.is_encrypted) refuse(ErrorCode::unsupported, "the file is encrypted, which Sluice does not read");
  for (const KeyValue& entry : meta_.key_value_metadata)
    layout_.metadata.emplace_back(entry.key, entry.value.value_or(""));
  read_schema();
  for (const RowGroup& group : meta_.row_groups) {
    layout_.row_groups.push_back(read_row_group(group));
    if (__builtin_add_overflow(layout_.rows, group.num_rows, &layout_.rows))
      refuse(ErrorCode::corrupt, "the row groups have more than 2^63 rows");
    ++group_index_;
  }
  // Some writers leave the sum out: 0 is not worth refusing a file that is whole otherwise.
  if (meta_.num_rows != 0 && meta_.num_rows != layout_.rows)
    refuse(ErrorCode::corrupt, "the footer claims " + std::to_string(meta_.num_rows) + " rows, its row groups have " +
                                   std::to_string(layout_.rows));
  return std::move(parts_);
}

RowGroupLayout LayoutReader::read_row_group(const RowGroup& group) {
  const std::string name = "row group " + std::to_string(group_index_);
  if (group.num_rows < 0) refuse(ErrorCode::corrupt, name + " has " + std::to_string(group.num_rows) + " rows");
  if (group.columns.size() != leaves_.size())
    refuse(ErrorCode::corrupt, name + " has " + std::to_string(group.columns.size()) +
                                   " column chunks, the schema has " + std::to_string(leaves_.size()) +
                                   " leaf columns");
  RowGroupLayout out;
  out.rows = group.num_rows;
  out.chunks.reserve(group.columns.size());
  for (column_index_ = 0; column_index_ < group.columns.size(); ++column_index_) {
    const ChunkLayout& chunk = out.chunks.emplace_back(read_chunk(group.columns[column_index_]));
    add_checked(out.bytes, chunk.bytes);
    add_checked(out.raw_bytes, chunk.raw_bytes);
  }
  read_sorting(group, out);
  return out;
}

void LayoutReader::read_sorting(const RowGroup& group, RowGroupLayout& out) const {
  for (const SortingColumn& column : group.sorting_columns) {
    const auto index = static_cast<uint32_t>(column.column_idx);
    if (index >= layout_.columns.size())
      refuse(ErrorCode::corrupt, "row group " + std::to_string(group_index_) + " is sorted by column " +
                                     std::to_string(column.column_idx) + " of " +
                                     std::to_string(layout_.columns.size()));
    out.sorted_by.push_back({layout_.columns[index].name, column.descending, column.nulls_first});
  }
}

ChunkLayout LayoutReader::read_chunk(const ColumnChunk& chunk) {
  const StoredLeaf& leaf = leaves_[column_index_];
  if (chunk.is_encrypted) refuse_chunk(ErrorCode::unsupported, "the chunk is encrypted, which Sluice does not read");
  if (chunk.file_path)
    refuse_chunk(ErrorCode::unsupported, "the chunk is in another file, " + *chunk.file_path + ", which is not read");
  if (!chunk.meta_data) refuse_chunk(ErrorCode::corrupt, "the chunk has no metadata");
  const ColumnMetaData& meta = *chunk.meta_data;
  if (meta.type != leaf.carrier)
    refuse_chunk(ErrorCode::corrupt, "the chunk has the physical type " + std::string(to_string(meta.type)) +
                                         ", the schema " + std::string(to_string(leaf.carrier)));
  if (!meta.path_in_schema.empty() && meta.path_in_schema != leaf.path)
    refuse_chunk(ErrorCode::corrupt, "the chunk says that it belongs to another column");
  ChunkLayout out;
  out.column = column_index_;
  out.codec = to_string(meta.codec);
  if (meta.num_values < 0) refuse_chunk(ErrorCode::corrupt, std::to_string(meta.num_values) + " values");
  out.values = meta.num_values;
  read_place(meta, out);
  read_encodings(meta, out);
  for (const KeyValue& entry : meta.key_value_metadata)
    if (entry.key == kEncodingReasonKey) out.reason = entry.value.value_or("");
  if (meta.statistics) read_statistics(*meta.statistics, out);
  if (meta.size_statistics) read_sizes(*meta.size_statistics, out);
  out.column_index = read_index(chunk.index.column_index_offset, chunk.index.column_index_length, "column index");
  out.offset_index = read_index(chunk.index.offset_index_offset, chunk.index.offset_index_length, "offset index");
  // Older writers give the offset of a bloom filter alone.
  const std::optional<int32_t> bloom_bytes = meta.bloom_filter_length ? meta.bloom_filter_length : 1;
  out.bloom_filter = read_index(meta.bloom_filter_offset, bloom_bytes, "bloom filter");
  if (out.bloom_filter && meta.bloom_filter_length)
    out.bloom_filter_bytes = static_cast<uint64_t>(*meta.bloom_filter_length);
  return out;
}

void LayoutReader::read_place(const ColumnMetaData& meta, ChunkLayout& out) const {
  if (meta.total_compressed_size < 0 || meta.total_uncompressed_size < 0)
    refuse_chunk(ErrorCode::corrupt, "the chunk has " + std::to_string(meta.total_compressed_size) +
                                         " bytes, uncompressed " + std::to_string(meta.total_uncompressed_size));
  // Some writers set the dictionary's offset to 0 where there is none.
  int64_t begin = meta.data_page_offset;
  if (const int64_t dictionary = meta.dictionary_page_offset.value_or(0); dictionary > 0)
    begin = std::min(begin, dictionary);
  const uint64_t end_max = parts_.footer.place.offset;
  out.bytes = static_cast<uint64_t>(meta.total_compressed_size);
  out.raw_bytes = static_cast<uint64_t>(meta.total_uncompressed_size);
  out.offset = static_cast<uint64_t>(std::max<int64_t>(begin, 0));
  // A chunk without a page may say that it stands anywhere.
  if (out.bytes == 0) return;
  if (begin < static_cast<int64_t>(kMagic.size()) || out.offset > end_max || out.bytes > end_max - out.offset)
    refuse_chunk(ErrorCode::corrupt, "the chunk has " + std::to_string(out.bytes) + " bytes at byte " +
                                         std::to_string(begin) + ", expected between byte 4 and the footer at byte " +
                                         std::to_string(end_max));
}

/// The encodings of values: without encoding_stats the file names those of levels along with them.
void LayoutReader::read_encodings(const ColumnMetaData& meta, ChunkLayout& out) const {
  const auto add = [&out](Encoding encoding) {
    const std::string name(to_string(encoding));
    if (std::ranges::find(out.encodings, name) == out.encodings.end()) out.encodings.push_back(name);
  };
  for (const PageEncodingStats& stats : meta.encoding_stats) {
    if (stats.page_type != PageType::data_page && stats.page_type != PageType::data_page_v2) continue;
    if (stats.count < 0) refuse_chunk(ErrorCode::corrupt, std::to_string(stats.count) + " data pages of an encoding");
    if (stats.count > 0) add(stats.encoding);
    out.pages += stats.count;
  }
  if (!meta.encoding_stats.empty()) return;
  for (const Encoding encoding : meta.encodings)
    if (encoding != Encoding::rle && encoding != Encoding::bit_packed) add(encoding);
  if (!out.encodings.empty()) return;
  for (const Encoding encoding : meta.encodings) add(encoding);
}

void LayoutReader::read_statistics(const Statistics& statistics, ChunkLayout& out) const {
  out.nulls = statistics.null_count;
  if (out.nulls && (*out.nulls < 0 || *out.nulls > out.values))
    refuse_chunk(ErrorCode::corrupt,
                 std::to_string(*out.nulls) + " nulls among " + std::to_string(out.values) + " values");
  out.nans = statistics.nan_count;
  if (out.nans && (*out.nans < 0 || *out.nans > out.values))
    refuse_chunk(ErrorCode::corrupt,
                 std::to_string(*out.nans) + " NaNs among " + std::to_string(out.values) + " values");
  const StoredLeaf& leaf = leaves_[column_index_];
  if (!leaf.readable_bounds) return;
  const auto read = [&](const std::optional<std::string>& plain) -> std::optional<std::string> {
    if (!plain) return std::nullopt;
    std::optional<std::string> text = bound_text(leaf.type, *plain, leaf.carrier);
    if (!text)
      refuse_chunk(ErrorCode::corrupt,
                   "a bound of " + std::to_string(plain->size()) + " bytes, which is no " + to_text(leaf.type));
    return text;
  };
  out.min = read(statistics.min_value);
  out.max = read(statistics.max_value);
  // Without a flag only a bound of fixed width is known to be whole: texts may have been cut.
  const bool whole = leaf.carrier != PhysicalType::byte_array;
  out.min_exact = out.min && statistics.is_min_value_exact.value_or(whole);
  out.max_exact = out.max && statistics.is_max_value_exact.value_or(whole);
}

void LayoutReader::read_sizes(const SizeStatistics& sizes, ChunkLayout& out) const {
  const auto check = [&](int64_t count, const char* of) {
    if (count < 0) refuse_chunk(ErrorCode::corrupt, "the size statistics have " + std::to_string(count) + " " + of);
  };
  if (sizes.unencoded_byte_array_data_bytes) {
    check(*sizes.unencoded_byte_array_data_bytes, "bytes of text");
    out.text_bytes = static_cast<uint64_t>(*sizes.unencoded_byte_array_data_bytes);
  }
  for (const int64_t count : sizes.definition_level_histogram) check(count, "slots of a definition level");
  for (const int64_t count : sizes.repetition_level_histogram) check(count, "slots of a repetition level");
  out.definition_levels = sizes.definition_level_histogram;
  out.repetition_levels = sizes.repetition_level_histogram;
}

bool LayoutReader::read_index(const std::optional<int64_t>& offset, const std::optional<int32_t>& length,
                              const char* name) const {
  if (!offset || !length) return false;
  const uint64_t file_bytes = parts_.footer.file_bytes;
  if (*offset < 0 || *length <= 0 || static_cast<uint64_t>(*offset) > file_bytes ||
      static_cast<uint64_t>(*length) > file_bytes - static_cast<uint64_t>(*offset))
    refuse_chunk(ErrorCode::corrupt, "the " + std::string(name) + " has " + std::to_string(*length) +
                                         " bytes at byte " + std::to_string(*offset) + " of a file of " +
                                         std::to_string(file_bytes));
  return true;
}

}  // namespace

LayoutParts read_layout_parts(const RandomReader& file) { return LayoutReader(file).read(); }

inline namespace v0 {

FileLayout read_layout(const std::string& path) { return read_layout_parts(RandomReader::open(path)).layout; }

}  // namespace v0
}  // namespace sluice
