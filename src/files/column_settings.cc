#include "files/column_settings.h"

#include <algorithm>

#include "files/value_limit.h"
#include "format/schema_elements.h"
#include "schema/nested.h"
#include "sluice/error.h"
#include "sluice/nearest_name.h"

namespace sluice {

namespace {

[[noreturn]] void refuse_setting(const std::string& column, const std::string& sentence) {
  throw Error(ErrorCode::invalid, sentence, {.field = column});
}

// "user" stands for "user.name" and "user[]" too.
bool covers(std::string_view column, std::string_view leaf) {
  if (!leaf.starts_with(column)) return false;
  return leaf.size() == column.size() || leaf[column.size()] == '.' || leaf[column.size()] == '[';
}

std::vector<size_t> covered_leaves(const std::string& column, const std::vector<Leaf>& leaves) {
  std::vector<size_t> covered;
  for (size_t i = 0; i < leaves.size(); ++i)
    if (covers(column, leaves[i].name)) covered.push_back(i);
  if (!covered.empty()) return covered;
  std::vector<std::string_view> names;
  for (const Leaf& leaf : leaves) names.push_back(leaf.name);
  const std::string_view meant = nearest_name(column, names);
  refuse_setting(column, "options name the column \"" + column + "\", which does not exist" +
                             (meant.empty() ? "" : "; did you mean \"" + std::string(meant) + "\"?"));
}

bool is_integer(PhysicalType type) { return type == PhysicalType::int32 || type == PhysicalType::int64; }

bool suits(ValueEncoding encoding, PhysicalType type) {
  switch (encoding) {
    case ValueEncoding::measured:
    case ValueEncoding::plain: return true;
    case ValueEncoding::dictionary: return type != PhysicalType::boolean;
    case ValueEncoding::delta:
      return type == PhysicalType::byte_array || suits(ValueEncoding::delta_binary_packed, type) ||
             type == PhysicalType::fixed_len_byte_array;
    case ValueEncoding::delta_binary_packed: return is_integer(type);
    case ValueEncoding::delta_length_byte_array: return type == PhysicalType::byte_array;
    case ValueEncoding::delta_byte_array:
      return type == PhysicalType::byte_array || type == PhysicalType::fixed_len_byte_array;
    case ValueEncoding::byte_stream_split:
      return is_integer(type) || type == PhysicalType::float_ || type == PhysicalType::double_ ||
             type == PhysicalType::fixed_len_byte_array;
    case ValueEncoding::rle: return type == PhysicalType::boolean;
  }
  return false;
}

Encoding stored_encoding(ValueEncoding encoding, PhysicalType type) {
  switch (encoding) {
    case ValueEncoding::measured:
    case ValueEncoding::plain: break;
    case ValueEncoding::dictionary: return Encoding::rle_dictionary;
    case ValueEncoding::delta: return is_integer(type) ? Encoding::delta_binary_packed : Encoding::delta_byte_array;
    case ValueEncoding::delta_binary_packed: return Encoding::delta_binary_packed;
    case ValueEncoding::delta_length_byte_array: return Encoding::delta_length_byte_array;
    case ValueEncoding::delta_byte_array: return Encoding::delta_byte_array;
    case ValueEncoding::byte_stream_split: return Encoding::byte_stream_split;
    case ValueEncoding::rle: return Encoding::rle;
  }
  return Encoding::plain;
}

void set_encoding(const Leaf& leaf, ValueEncoding encoding, ChunkOptions& chunk) {
  chunk.encoding.reset();
  if (encoding == ValueEncoding::measured) return;
  const PhysicalType type = physical_type_of(leaf.type);
  if (!suits(encoding, type))
    refuse_setting(leaf.name, "column " + leaf.name + " is asked to be encoded as " + std::string(to_string(encoding)) +
                                  ", which its type " + to_text(leaf.type) + " (stored as " +
                                  std::string(to_string(type)) + ") does not have");
  chunk.encoding = stored_encoding(encoding, type);
}

void check_dictionary_bytes(const std::string& column, uint64_t bytes) {
  if (bytes > kPageOptionBytesMax)
    refuse_setting(column, "column " + column + ": dictionary_bytes is " + std::to_string(bytes) +
                               "; at most 64 MiB are possible");
}

void set_bloom_filter(const Leaf& leaf, double share, ChunkOptions& chunk) {
  chunk.bloom_filter.reset();
  if (share == 0) return;
  const TypeKind kind = leaf.type.kind();
  if (kind == TypeKind::boolean || kind == TypeKind::null)
    refuse_setting(leaf.name, "column " + leaf.name + " is asked for a bloom filter, which its type " +
                                  to_text(leaf.type) + " does not have: there is nothing to tell apart");
  // DuckDB 1.5 looks float16 up as if it were stored in four bytes, and misses rows that are there (measured).
  if (kind == TypeKind::float16)
    refuse_setting(leaf.name, "column " + leaf.name +
                                  " is asked for a bloom filter, which float16 does not get: engines disagree " +
                                  "on what to look up, and rows would be missed");
  chunk.bloom_filter = BloomFilterOptions{.false_positive_rate = share};
}

void check_bloom_share(const std::string& column, double share) {
  // Not the other way round: NaN is refused too.
  if (share >= 0 && share <= 0.5) return;
  refuse_setting(column, "column " + column + ": a share of false positives of " + std::to_string(share) +
                             " was asked of its bloom filter; 0 to 0.5 are possible");
}

void apply(const ColumnOptions& asked, const Leaf& leaf, ChunkOptions& chunk) {
  if (asked.compression) chunk.compression = *asked.compression;
  if (asked.encoding) set_encoding(leaf, *asked.encoding, chunk);
  if (asked.dictionary_bytes) chunk.dictionary_bytes = *asked.dictionary_bytes;
  if (asked.statistics) chunk.statistics = *asked.statistics;
  if (asked.bloom_filter) set_bloom_filter(leaf, *asked.bloom_filter, chunk);
}

// Pages that are held at once should lie in the caches; what a codec can see of a page should be in it.
uint64_t page_bytes_for(Codec codec) {
  const bool sees_little = codec == Codec::snappy || codec == Codec::lz4 || codec == Codec::none;
  return sees_little ? 512_KiB : 1_MiB;
}

// All bloom filters that grow at once share an eighth of the budget: with very many of them each may let more absent
// values through than was asked.
void share_bloom_memory(const FileOptions& options, std::vector<ChunkOptions>& chunks) {
  constexpr uint64_t kBloomShare = 8;
  constexpr uint64_t kBytesAValue = 4;  // twice, for hashes and filter, what 1 % takes, rounded up to powers of two
  const auto filters = static_cast<uint64_t>(
      std::count_if(chunks.begin(), chunks.end(), [](const ChunkOptions& chunk) { return chunk.bloom_filter; }));
  if (filters == 0) return;
  const uint64_t budget = options.runtime ? options.runtime->memory_bytes() : RuntimeOptions().memory_bytes;
  const uint64_t values = std::max<uint64_t>(budget / kBloomShare / filters / kBytesAValue, 1);
  for (ChunkOptions& chunk : chunks)
    if (chunk.bloom_filter) chunk.bloom_filter->values_max = std::min(chunk.bloom_filter->values_max, values);
}

// Sets the id of the field of that name, if it is `field` or inside it.
bool set_field_id(Field& field, const std::string& name, const std::string& wanted, int32_t id) {
  if (name == wanted) {
    field.id = id;
    return true;
  }
  if (!field.type.is_nested() || !covers(name, wanted)) return false;
  std::vector<Field> parts(field.type.children().begin(), field.type.children().end());
  bool found = false;
  if (field.type.kind() == TypeKind::map) {
    // Keys and values are named as if the list of entries were one of structs; see Leaf::name.
    std::vector<Field> entry(parts[0].type.children().begin(), parts[0].type.children().end());
    for (Field& part : entry) found |= set_field_id(part, child_name(element_name(name), part.name), wanted, id);
    parts[0].type = struct_(std::move(entry));
  } else {
    for (Field& part : parts) {
      const bool is_element = field.type.kind() != TypeKind::struct_;
      found |= set_field_id(part, is_element ? element_name(name) : child_name(name, part.name), wanted, id);
    }
  }
  if (found) field.type = with_parts(field.type, std::move(parts));
  return found;
}

}  // namespace

void check_compression(Compression compression) {
  const auto [level_min, level_max, fallback] = levels_of(compression.codec);
  const int level = compression.level;
  if (level == 0 || (level >= level_min && level <= level_max)) return;
  throw Error(ErrorCode::invalid,
              std::string(to_string(compression.codec)) + " level " + std::to_string(level) + " does not exist; " +
                  (level_max == 0 ? "it has no levels"
                                  : std::to_string(level_min) + " to " + std::to_string(level_max) + " do"));
}

std::vector<ChunkOptions> chunk_options_of(const FileOptions& options, const std::vector<Leaf>& leaves) {
  ChunkOptions of_file{
      .compression = options.compression,
      .page_rows = options.page_rows,
      .dictionary_bytes = options.dictionary_bytes,
      .compat = options.profile == Profile::compat,
      .page = options.page_version == 2 ? PageType::data_page_v2 : PageType::data_page,
  };
  if (options.content_defined_pages) {
    const ContentDefinedPages& pages = *options.content_defined_pages;
    of_file.content_cuts = ContentCutOptions{pages.bytes_min, pages.bytes_max, pages.level};
  }
  std::vector<ChunkOptions> chunks(leaves.size(), of_file);
  for (const ColumnOptions& asked : options.columns) {
    if (asked.compression) check_compression(*asked.compression);
    if (asked.dictionary_bytes) check_dictionary_bytes(asked.column, *asked.dictionary_bytes);
    if (asked.bloom_filter) check_bloom_share(asked.column, *asked.bloom_filter);
    for (const size_t i : covered_leaves(asked.column, leaves)) apply(asked, leaves[i], chunks[i]);
  }
  for (ChunkOptions& chunk : chunks)
    chunk.page_bytes = options.page_bytes.value_or(page_bytes_for(chunk.compression.codec));
  share_bloom_memory(options, chunks);
  // A dictionary that is asked for needs room.
  for (size_t i = 0; i < leaves.size(); ++i)
    if (chunks[i].encoding == Encoding::rle_dictionary && chunks[i].dictionary_bytes == 0)
      refuse_setting(leaves[i].name,
                     "column " + leaves[i].name + " is asked for a dictionary, and for none of 0 bytes");
  return chunks;
}

Schema with_field_ids(const Schema& schema, const FileOptions& options) {
  if (std::ranges::none_of(options.columns, [](const ColumnOptions& asked) { return asked.field_id.has_value(); }))
    return schema;
  std::vector<Field> fields = schema.fields();
  for (const ColumnOptions& asked : options.columns) {
    if (!asked.field_id) continue;
    bool found = false;
    for (Field& field : fields) found |= set_field_id(field, field.name, asked.column, *asked.field_id);
    if (!found)
      refuse_setting(asked.column, "options give an id to the field \"" + asked.column + "\", which does not exist");
  }
  return Schema(std::move(fields));
}

inline namespace v0 {

std::string_view to_string(ValueEncoding encoding) {
  switch (encoding) {
    case ValueEncoding::measured: return "measured";
    case ValueEncoding::plain: return "plain";
    case ValueEncoding::dictionary: return "dictionary";
    case ValueEncoding::delta: return "delta";
    case ValueEncoding::delta_binary_packed: return "delta_binary_packed";
    case ValueEncoding::delta_length_byte_array: return "delta_length_byte_array";
    case ValueEncoding::delta_byte_array: return "delta_byte_array";
    case ValueEncoding::byte_stream_split: return "byte_stream_split";
    case ValueEncoding::rle: return "rle";
  }
  return "unknown";
}

}  // namespace v0

std::vector<ColumnOptions> columns_within(std::vector<ColumnOptions> columns, const Schema& schema) {
  std::erase_if(columns, [&](const ColumnOptions& asked) {
    return std::ranges::none_of(schema.fields(), [&](const Field& field) {
      return asked.column == field.name || asked.column.starts_with(field.name + ".") ||
             asked.column.starts_with(field.name + "[");
    });
  });
  return columns;
}

}  // namespace sluice
