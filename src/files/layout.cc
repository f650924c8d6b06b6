// What a footer says about its file, as text and numbers for people: a StoredFile, which was held against the file and
// itself, told in the words of sluice/layout.h. What only people ask for, statistics and sizes, is checked here.
#include "sluice/layout.h"

#include <algorithm>

#include "files/bound_text.h"
#include "files/layout_of.h"

namespace sluice {
namespace {

/// Where a chunk's writer says why it chose its encodings; ours does.
constexpr std::string_view kEncodingReasonKey = "sluice.encoding";

/// Tells of one file; keeps where it stands, for messages.
class LayoutText {
 public:
  explicit LayoutText(const StoredFile& file) : file_(file) {}

  FileLayout tell();

 private:
  [[noreturn]] void refuse_chunk(const std::string& what) const { file_.refuse_chunk(group_, leaf_, what); }
  void add_checked(uint64_t& sum, uint64_t more) const {
    if (__builtin_add_overflow(sum, more, &sum)) refuse_chunk("the sizes add up to more than 2^64");
  }

  void tell_columns();
  RowGroupLayout tell_row_group();
  void tell_sorting(RowGroupLayout& out) const;
  ChunkLayout tell_chunk() const;
  void read_encodings(const ColumnMetaData& meta, ChunkLayout& out) const;
  void read_statistics(const Statistics& statistics, ChunkLayout& out) const;
  void read_sizes(const SizeStatistics& sizes, ChunkLayout& out) const;
  bool read_index(const std::optional<int64_t>& offset, const std::optional<int32_t>& length, const char* name) const;

  const StoredFile& file_;
  FileLayout layout_;
  size_t group_ = 0;
  size_t leaf_ = 0;
};

FileLayout LayoutText::tell() {
  const FileMetaData& meta = file_.metadata();
  layout_.path = file_.path();
  layout_.bytes = file_.footer().file_bytes;
  layout_.rows = file_.rows();
  layout_.footer_bytes = file_.footer().place.bytes;
  layout_.version = meta.version;
  layout_.created_by = meta.created_by.value_or("");
  layout_.schema = *file_.schema();
  for (const KeyValue& entry : meta.key_value_metadata)
    layout_.metadata.emplace_back(entry.key, entry.value.value_or(""));
  tell_columns();
  for (group_ = 0; group_ < file_.row_groups(); ++group_) layout_.row_groups.push_back(tell_row_group());
  return std::move(layout_);
}

void LayoutText::tell_columns() {
  layout_.columns.reserve(file_.leaves().size());
  for (const FileLeaf& leaf : file_.leaves()) {
    ColumnLayout& column = layout_.columns.emplace_back();
    column.name = leaf.leaf.name;
    column.path = leaf.path;
    column.physical_type = to_string(leaf.form.carrier);
    column.type = to_text(leaf.leaf.type);
    column.definition_level_max = leaf.leaf.definition_level_max;
    column.repetition_level_max = leaf.leaf.repetition_level_max;
    if (column.definition_level_max == column.repetition_level_max) column.type += " not null";
  }
}

RowGroupLayout LayoutText::tell_row_group() {
  RowGroupLayout out;
  out.rows = file_.row_group_rows(group_);
  out.chunks.reserve(file_.leaves().size());
  for (leaf_ = 0; leaf_ < file_.leaves().size(); ++leaf_) {
    const ChunkLayout& chunk = out.chunks.emplace_back(tell_chunk());
    add_checked(out.bytes, chunk.bytes);
    add_checked(out.raw_bytes, chunk.raw_bytes);
  }
  tell_sorting(out);
  return out;
}

void LayoutText::tell_sorting(RowGroupLayout& out) const {
  for (const SortingColumn& column : file_.metadata().row_groups[group_].sorting_columns) {
    const auto index = static_cast<uint32_t>(column.column_idx);
    if (index >= layout_.columns.size())
      throw Error(ErrorCode::corrupt,
                  file_.path() + ": row group " + std::to_string(group_) + " is sorted by column " +
                      std::to_string(column.column_idx) + " of " + std::to_string(layout_.columns.size()),
                  {.source = file_.path()});
    out.sorted_by.push_back({layout_.columns[index].name, column.descending, column.nulls_first});
  }
}

ChunkLayout LayoutText::tell_chunk() const {
  const ColumnMetaData& meta = file_.chunk(group_, leaf_);
  const ChunkIndexPlace& index = file_.metadata().row_groups[group_].columns[leaf_].index;
  ChunkLayout out;
  out.column = leaf_;
  out.codec = to_string(meta.codec);
  out.values = meta.num_values;
  const ChunkPlace place = file_.chunk_place(group_, leaf_);
  out.offset = place.begin;
  out.bytes = place.bytes;
  out.raw_bytes = static_cast<uint64_t>(meta.total_uncompressed_size);
  read_encodings(meta, out);
  if (const std::string* const reason = file_.chunk_value(group_, leaf_, kEncodingReasonKey)) out.reason = *reason;
  if (meta.statistics) read_statistics(*meta.statistics, out);
  if (meta.size_statistics) read_sizes(*meta.size_statistics, out);
  out.column_index = read_index(index.column_index_offset, index.column_index_length, "column index");
  out.offset_index = read_index(index.offset_index_offset, index.offset_index_length, "offset index");
  // Older writers give the offset of a bloom filter alone.
  const std::optional<int32_t> bloom_bytes = meta.bloom_filter_length ? meta.bloom_filter_length : 1;
  out.bloom_filter = read_index(meta.bloom_filter_offset, bloom_bytes, "bloom filter");
  if (out.bloom_filter && meta.bloom_filter_length)
    out.bloom_filter_bytes = static_cast<uint64_t>(*meta.bloom_filter_length);
  return out;
}

/// The encodings of values: without encoding_stats the file names those of levels along with them.
void LayoutText::read_encodings(const ColumnMetaData& meta, ChunkLayout& out) const {
  const auto add = [&out](Encoding encoding) {
    const std::string name(to_string(encoding));
    if (std::ranges::find(out.encodings, name) == out.encodings.end()) out.encodings.push_back(name);
  };
  for (const PageEncodingStats& stats : meta.encoding_stats) {
    if (stats.page_type != PageType::data_page && stats.page_type != PageType::data_page_v2) continue;
    if (stats.count < 0) refuse_chunk(std::to_string(stats.count) + " data pages of an encoding");
    if (stats.count > 0) add(stats.encoding);
    out.pages += stats.count;
  }
  if (!meta.encoding_stats.empty()) return;
  for (const Encoding encoding : meta.encodings)
    if (encoding != Encoding::rle && encoding != Encoding::bit_packed) add(encoding);
  if (!out.encodings.empty()) return;
  for (const Encoding encoding : meta.encodings) add(encoding);
}

void LayoutText::read_statistics(const Statistics& statistics, ChunkLayout& out) const {
  out.nulls = statistics.null_count;
  if (out.nulls && (*out.nulls < 0 || *out.nulls > out.values))
    refuse_chunk(std::to_string(*out.nulls) + " nulls among " + std::to_string(out.values) + " values");
  out.nans = statistics.nan_count;
  if (out.nans && (*out.nans < 0 || *out.nans > out.values))
    refuse_chunk(std::to_string(*out.nans) + " NaNs among " + std::to_string(out.values) + " values");
  const FileLeaf& leaf = file_.leaves()[leaf_];
  if (!file_.has_ordered_bounds(group_, leaf_)) return;
  const Type type = stored_type(leaf.leaf.type);
  const auto read = [&](const std::optional<std::string>& plain) -> std::optional<std::string> {
    if (!plain) return std::nullopt;
    std::optional<std::string> text = bound_text(type, *plain, leaf.form.carrier);
    if (!text) refuse_chunk("a bound of " + std::to_string(plain->size()) + " bytes, which is no " + to_text(type));
    return text;
  };
  out.min = read(statistics.min_value);
  out.max = read(statistics.max_value);
  // Without a flag only a bound of fixed width is known to be whole: texts may have been cut.
  const bool whole = leaf.form.carrier != PhysicalType::byte_array;
  out.min_exact = out.min && statistics.is_min_value_exact.value_or(whole);
  out.max_exact = out.max && statistics.is_max_value_exact.value_or(whole);
}

void LayoutText::read_sizes(const SizeStatistics& sizes, ChunkLayout& out) const {
  const auto check = [&](int64_t count, const char* of) {
    if (count < 0) refuse_chunk("the size statistics have " + std::to_string(count) + " " + of);
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

bool LayoutText::read_index(const std::optional<int64_t>& offset, const std::optional<int32_t>& length,
                            const char* name) const {
  if (!offset || !length) return false;
  const uint64_t file_bytes = file_.footer().file_bytes;
  if (*offset < 0 || *length <= 0 || static_cast<uint64_t>(*offset) > file_bytes ||
      static_cast<uint64_t>(*length) > file_bytes - static_cast<uint64_t>(*offset))
    refuse_chunk("the " + std::string(name) + " has " + std::to_string(*length) + " bytes at byte " +
                 std::to_string(*offset) + " of a file of " + std::to_string(file_bytes));
  return true;
}

}  // namespace

FileLayout layout_of(const StoredFile& file) { return LayoutText(file).tell(); }

inline namespace v0 {

FileLayout read_layout(const std::string& path) { return layout_of(*StoredFile::open(path, {})); }

}  // namespace v0
}  // namespace sluice
