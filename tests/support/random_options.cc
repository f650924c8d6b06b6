#include "support/random_options.h"

#include <algorithm>
#include <array>
#include <vector>

#include "sluice/literals.h"

namespace sluice::test {

namespace {

// Many row groups cost every reader much time and show little that a few do not.
constexpr int64_t kRowGroupsMax = 40;

Compression draw_compression(Draw& draw) {
  static const std::array codecs{Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4};
  const Codec codec = draw.one_of(codecs);
  const CompressionLevels levels = levels_of(codec);
  // High levels take long and differ in the compressor only.
  const int high = draw.chance(2) ? levels.max : std::min(levels.max, 6);
  return {codec, high == 0 ? 0 : static_cast<int>(draw.between(0, high))};
}

std::vector<ValueEncoding> encodings_of(const Type& type) {
  using enum ValueEncoding;
  switch (type.kind()) {
    case TypeKind::boolean: return {plain, rle};
    case TypeKind::float16:
    case TypeKind::float32:
    case TypeKind::float64: return {plain, dictionary, byte_stream_split};
    case TypeKind::string:
    case TypeKind::json:
    case TypeKind::enum_:
    case TypeKind::binary:
    case TypeKind::bson: return {plain, dictionary, delta, delta_length_byte_array, delta_byte_array};
    case TypeKind::fixed:
    case TypeKind::uuid: return {plain, dictionary, delta, delta_byte_array, byte_stream_split};
    case TypeKind::decimal:
      if (type.precision() > 18) return {plain, dictionary, delta_byte_array, byte_stream_split};
      return {plain, dictionary, delta_binary_packed, byte_stream_split};
    case TypeKind::null:
    case TypeKind::geometry:
    case TypeKind::geography: return {plain};
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: return {measured};
    default: return {plain, dictionary, delta, delta_binary_packed, byte_stream_split};
  }
}

// Names with dots and brackets could mean a part of another column, "a" means the column "a[0]" too, nothing does not
// name a column with parts, and such a column's parts have names like columns.
bool is_unmistakable(const std::string& name, const Schema& schema) {
  return !name.empty() && name.find_first_of(".[") == std::string::npos &&
         std::ranges::none_of(schema.fields(), [&](const Field& other) {
           return other.name.starts_with(name + ".") || other.name.starts_with(name + "[") ||
                  (other.name.empty() && other.type.is_nested());
         });
}

std::vector<ColumnOptions> draw_columns(Draw& draw, const Schema& schema) {
  static const std::array<uint64_t, 4> dictionary_bytes{0, 10, 300, 1_MiB};
  static const std::array bloom_filters{0.0, 0.01, 0.2, 0.000'1};
  std::vector<ColumnOptions> columns;
  for (const Field& field : schema.fields()) {
    if (!is_unmistakable(field.name, schema) || draw.chance(50)) continue;
    ColumnOptions& column = columns.emplace_back();
    column.column = field.name;
    const std::vector<ValueEncoding> encodings = encodings_of(field.type);
    if (draw.chance(60)) column.encoding = encodings[draw.below(encodings.size())];
    if (draw.chance(20)) column.compression = draw_compression(draw);
    if (draw.chance(20)) column.dictionary_bytes = draw.one_of(dictionary_bytes);
    if (column.encoding == ValueEncoding::dictionary) column.dictionary_bytes = draw.one_of(dictionary_bytes) + 1;
    if (draw.chance(20)) column.statistics = draw.chance(50);
    const TypeKind kind = field.type.kind();
    const bool has_bloom_filter =
        !field.type.is_nested() && kind != TypeKind::boolean && kind != TypeKind::null && kind != TypeKind::float16;
    if (draw.chance(40) && has_bloom_filter) column.bloom_filter = draw.one_of(bloom_filters);
  }
  return columns;
}

ContentDefinedPages draw_content_defined_pages(Draw& draw) {
  ContentDefinedPages pages;
  pages.bytes_min = static_cast<uint64_t>(draw.magnitude(1 << 14));
  pages.bytes_max = pages.bytes_min * static_cast<uint64_t>(draw.between(2, 8));
  pages.level = static_cast<int>(draw.between(-2, 2));
  return pages;
}

std::string to_text(const ColumnOptions& column) {
  std::string text = column.column;
  if (column.encoding) (text += " encoding ") += to_string(*column.encoding);
  if (column.compression) {
    (text += " compression ") += to_string(column.compression->codec);
    text += ":" + std::to_string(column.compression->level);
  }
  if (column.dictionary_bytes) text += " dictionary_bytes " + std::to_string(*column.dictionary_bytes);
  if (column.statistics) text += *column.statistics ? " with statistics" : " without statistics";
  if (column.bloom_filter) text += " bloom_filter " + std::to_string(*column.bloom_filter);
  return text;
}

}  // namespace

FileOptions draw_options(Draw& draw, const Schema& schema, int64_t rows) {
  static const std::array<uint64_t, 5> dictionary_bytes{0, 10, 300, 1_MiB, 1_MiB};
  static const std::array<uint64_t, 3> row_group_bytes{128_KiB, 200'000, 128_MiB};
  FileOptions options{.compression = draw_compression(draw)};
  if (draw.chance(10)) options.profile = Profile::compat;
  options.row_group_rows = std::max(draw.magnitude(5'000), rows / kRowGroupsMax);
  options.row_group_bytes = draw.one_of(row_group_bytes);
  options.page_rows = draw.magnitude(20'000);
  options.page_bytes = static_cast<uint64_t>(draw.magnitude(1 << 20));
  options.dictionary_bytes = draw.one_of(dictionary_bytes);
  if (draw.chance(30)) options.page_version = 2;
  if (draw.chance(20)) options.content_defined_pages = draw_content_defined_pages(draw);
  if (draw.chance(50)) options.columns = draw_columns(draw, schema);
  options.sync = false;
  return options;
}

FileOptions draw_prunable_options(Draw& draw, const Schema& schema, int64_t rows) {
  FileOptions options = draw_options(draw, schema, rows);
  options.row_group_rows = std::max<int64_t>(rows / draw.between(2, 12), 1);
  options.row_group_bytes = 128_MiB;
  options.page_rows = std::max<int64_t>(options.row_group_rows / draw.between(1, 8), 1);
  options.page_bytes = 1_MiB;
  options.content_defined_pages.reset();
  for (ColumnOptions& column : options.columns) column.statistics.reset();
  return options;
}

std::string to_text(const FileOptions& options) {
  std::string text = "compression " + std::string(to_string(options.compression.codec)) + ":" +
                     std::to_string(options.compression.level);
  text += options.profile == Profile::compat ? "\nprofile compat" : "\nprofile modern";
  text += "\nrow_group_rows " + std::to_string(options.row_group_rows);
  text += "\nrow_group_bytes " + std::to_string(options.row_group_bytes);
  text += "\npage_rows " + std::to_string(options.page_rows);
  text += "\npage_bytes " + std::to_string(options.page_bytes.value_or(0));
  text += "\ndictionary_bytes " + std::to_string(options.dictionary_bytes);
  text += "\npage_version " + std::to_string(options.page_version);
  if (const auto& pages = options.content_defined_pages)
    text += "\ncontent_defined_pages " + std::to_string(pages->bytes_min) + " to " + std::to_string(pages->bytes_max) +
            " level " + std::to_string(pages->level);
  for (const ColumnOptions& column : options.columns) text += "\ncolumn " + to_text(column);
  return text + "\n";
}

}  // namespace sluice::test
