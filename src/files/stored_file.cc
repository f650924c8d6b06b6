#include "files/stored_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "files/bound_text.h"
#include "files/footer_digest.h"
#include "files/footer_memory.h"
#include "files/stored_schema.h"
#include "pages/page_fault.h"
#include "schema/origins.h"

namespace sluice {
namespace {

/// What parquet-mr before 1.2.9 may have left out of a chunk's size: no header of a dictionary page is longer.
constexpr uint64_t kDictionaryHeaderBytesMax = 100;

/// Whether the file's writer did not count the headers of dictionary pages.
bool is_old_parquet_mr(const std::string& created_by) {
  constexpr std::string_view kName = "parquet-mr version ";
  if (!created_by.starts_with(kName)) return false;
  std::array<int, 3> version{};
  const char* at = created_by.data() + kName.size();
  const char* const end = created_by.data() + created_by.size();
  for (int& part : version) {
    const auto [behind, error] = std::from_chars(at, end, part);
    if (error != std::errc()) return false;
    at = behind < end && *behind == '.' ? behind + 1 : behind;
  }
  return version < std::array{1, 2, 9};
}

/// The first page of a chunk. Some writers set the dictionary's offset to 0 where there is none.
int64_t begin_of(const ColumnMetaData& chunk) {
  const int64_t dictionary = chunk.dictionary_page_offset.value_or(0);
  return dictionary > 0 ? std::min(chunk.data_page_offset, dictionary) : chunk.data_page_offset;
}

std::vector<Leaf> leaves_in(const Schema& schema, const std::string& file) {
  try {
    return leaves_of(schema);
  } catch (const Error& error) {
    throw Error(ErrorCode::unsupported, file + ": " + error.what(), {.source = file});
  }
}

const std::string* value_of(const std::vector<KeyValue>& entries, std::string_view key) {
  const auto found = std::ranges::find(entries, key, &KeyValue::key);
  return found == entries.end() || !found->value ? nullptr : &*found->value;
}

}  // namespace

std::shared_ptr<const StoredFile> StoredFile::open(const std::string& path, const StoredFileOptions& options) {
  return open(RandomReader::open(path), options);
}

std::shared_ptr<const StoredFile> StoredFile::open(RandomReader file, const StoredFileOptions& options) {
  return std::shared_ptr<const StoredFile>(new StoredFile(std::move(file), options));
}

StoredFile::StoredFile(RandomReader file, const StoredFileOptions& options) : file_(std::move(file)) {
  const FooterBytes footer = read_footer_bytes(file_);
  check_ends(footer, options.checksums);
  footer_ = parse_footer(file_, footer);
  if (options.checksums && !is_ours_) check_writer();
  if (metadata().is_encrypted) refuse(ErrorCode::unsupported, "the file is encrypted, which Sluice does not read");
  lacks_dictionary_headers_ = is_old_parquet_mr(metadata().created_by.value_or(""));
  read_schema(options);
  check_row_groups();
  if (options.budget)
    account_ = Account(options.budget, memory_of_footer(metadata()) + leaves_.capacity() * sizeof(FileLeaf));
}

void StoredFile::refuse(ErrorCode code, const std::string& problem) const {
  throw Error(code, path() + ": " + problem, {.source = path()});
}

std::string StoredFile::chunk_name(size_t group, size_t leaf) const {
  return path() + ": row group " + std::to_string(group) + ", column " + leaves_[leaf].leaf.name;
}

void StoredFile::refuse_chunk(size_t group, size_t leaf, const std::string& problem, ErrorCode code) const {
  throw Error(code, chunk_name(group, leaf) + ": " + problem, {.source = path(), .field = leaves_[leaf].leaf.name});
}

void StoredFile::check_ends(const FooterBytes& footer, bool checksums) {
  std::array<std::byte, kMagic.size()> magic;
  file_.read_at(0, magic);
  if (as_text(magic) != kMagic) refuse(ErrorCode::corrupt, "the file does not begin with \"PAR1\"");
  if (!checksums) return;
  const std::optional<FooterDigest> digest = footer_digest(footer.bytes);
  if (digest && !digest->is_right())
    refuse(ErrorCode::corrupt,
           "the footer has changed: its digest is " + digest->found + ", it was written with " + digest->written);
  is_ours_ = digest.has_value();
}

/// Requires that the footer has no digest.
void StoredFile::check_writer() const {
  const std::optional<std::string> sign = sign_of_ours(metadata());
  if (sign)
    refuse(ErrorCode::corrupt, "the footer has changed: " + *sign +
                                   " says that Sluice wrote the file, and its digest is not where it was (what is left "
                                   "can be read without checksums)");
}

// --- columns

/// Pairs the leaves that we know with the elements that the file has: both stand depth first, in the same order.
void StoredFile::read_schema(const StoredFileOptions& options) {
  Schema schema = stored_schema(metadata(), path(), options.int96, options.invalid_text);
  if (const std::string* const origins = metadata_value(kOriginsKey)) schema = with_origins(schema, *origins);
  schema_ = std::make_shared<const Schema>(std::move(schema));
  std::vector<Leaf> leaves = leaves_in(*schema_, path());
  leaves_.reserve(leaves.size());
  std::vector<int32_t> children_left{metadata().schema.front().num_children.value_or(0)};
  std::vector<std::string> names;  // of the groups that are open, without the root
  for (size_t i = 1; i < metadata().schema.size(); ++i) {
    const SchemaElement& element = metadata().schema[i];
    for (; children_left.back() == 0; names.pop_back()) children_left.pop_back();
    --children_left.back();
    names.push_back(element.name);
    children_left.push_back(element.num_children.value_or(0));
    if (!element.type) continue;
    if (leaves_.size() == leaves.size()) refuse(ErrorCode::bug, "the schema has more leaves than were read");
    leaves_.push_back({std::move(leaves[leaves_.size()]), names, i, {}, false});
    read_leaf(leaves_.size() - 1, options);
  }
  if (leaves_.size() != leaves.size()) refuse(ErrorCode::bug, "the schema has fewer leaves than were read");
  first_leaves_.reserve(schema_->size() + 1);
  for (size_t i = 0; i < leaves_.size(); ++i)
    if (leaves_[i].leaf.steps[0] == first_leaves_.size()) first_leaves_.push_back(i);
  first_leaves_.push_back(leaves_.size());
}

void StoredFile::read_leaf(size_t index, const StoredFileOptions& options) {
  FileLeaf& leaf = leaves_[index];
  const SchemaElement& element = metadata().schema[leaf.element];
  try {
    leaf.form = leaf_form(element, leaf.leaf.type, options.int96, options.invalid_text);
  } catch (const PageFault& fault) {
    throw Error(fault.kind() == PageFault::Kind::corrupt ? ErrorCode::corrupt : ErrorCode::unsupported,
                path() + ": column " + leaf.leaf.name + ": " + fault.what(),
                {.source = path(), .field = leaf.leaf.name});
  }
  const std::vector<ColumnOrder>& orders = metadata().column_orders;
  const bool has_order = index < orders.size() && orders[index] != ColumnOrder::unrecognised;
  leaf.has_ordered_bounds = has_order && has_readable_bounds(element, leaf.leaf.type);
}

std::pair<size_t, size_t> StoredFile::leaves_of_column(size_t index) const {
  return {first_leaves_.at(index), first_leaves_.at(index + 1)};
}

// --- row groups

void StoredFile::check_row_groups() {
  for (size_t group = 0; group < row_groups(); ++group) {
    const RowGroup& row_group = metadata().row_groups[group];
    const std::string name = "row group " + std::to_string(group);
    if (row_group.num_rows < 0)
      refuse(ErrorCode::corrupt, name + " has " + std::to_string(row_group.num_rows) + " rows");
    if (row_group.columns.size() != leaves_.size())
      refuse(ErrorCode::corrupt, name + " has " + std::to_string(row_group.columns.size()) +
                                     " column chunks, the schema has " + std::to_string(leaves_.size()) +
                                     " leaf columns");
    for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) check_chunk(group, leaf);
    if (__builtin_add_overflow(rows_, row_group.num_rows, &rows_))
      refuse(ErrorCode::corrupt, "the row groups have more than 2^63 rows");
  }
  // Some writers leave the sum out: 0 is not worth refusing a file that is whole otherwise.
  if (metadata().num_rows != 0 && metadata().num_rows != rows_)
    refuse(ErrorCode::corrupt, "the footer claims " + std::to_string(metadata().num_rows) +
                                   " rows, its row groups have " + std::to_string(rows_));
}

void StoredFile::check_chunk(size_t group, size_t leaf) const {
  const auto refuse_it = [&](ErrorCode code, const std::string& problem) { refuse_chunk(group, leaf, problem, code); };
  const ColumnChunk& column = metadata().row_groups[group].columns[leaf];
  if (column.is_encrypted) refuse_it(ErrorCode::unsupported, "the chunk is encrypted, which Sluice does not read");
  if (column.file_path)
    refuse_it(ErrorCode::unsupported, "the chunk is in another file, " + *column.file_path + ", which is not read");
  if (!column.meta_data) refuse_it(ErrorCode::corrupt, "the chunk has no metadata");
  const ColumnMetaData& meta = *column.meta_data;
  const PhysicalType carrier = *metadata().schema[leaves_[leaf].element].type;
  if (meta.type != carrier)
    refuse_it(ErrorCode::corrupt, "the chunk has the physical type " + std::string(to_string(meta.type)) +
                                      ", the schema " + std::string(to_string(carrier)));
  if (!meta.path_in_schema.empty() && meta.path_in_schema != leaves_[leaf].path)
    refuse_it(ErrorCode::corrupt, "the chunk says that it belongs to another column");
  if (meta.num_values < 0) refuse_it(ErrorCode::corrupt, std::to_string(meta.num_values) + " values");
  if (meta.total_compressed_size < 0 || meta.total_uncompressed_size < 0)
    refuse_it(ErrorCode::corrupt, "the chunk has " + std::to_string(meta.total_compressed_size) +
                                      " bytes, uncompressed " + std::to_string(meta.total_uncompressed_size));
  // A chunk without a page may say that it stands anywhere.
  if (meta.total_compressed_size == 0) return;
  const int64_t begin = begin_of(meta);
  const auto end_max = static_cast<int64_t>(footer_.place.offset);
  if (begin < static_cast<int64_t>(kMagic.size()) || begin > end_max || meta.total_compressed_size > end_max - begin)
    refuse_it(ErrorCode::corrupt, "the chunk has " + std::to_string(meta.total_compressed_size) + " bytes at byte " +
                                      std::to_string(begin) + ", expected between byte 4 and the footer at byte " +
                                      std::to_string(end_max));
}

const ColumnMetaData& StoredFile::chunk(size_t group, size_t leaf) const {
  return *metadata().row_groups[group].columns[leaf].meta_data;
}

ChunkPlace StoredFile::chunk_place(size_t group, size_t leaf) const {
  const ColumnMetaData& meta = chunk(group, leaf);
  ChunkPlace place;
  place.begin = static_cast<uint64_t>(std::max<int64_t>(begin_of(meta), 0));
  place.bytes = static_cast<uint64_t>(meta.total_compressed_size);
  if (lacks_dictionary_headers_ && meta.dictionary_page_offset.value_or(0) > 0 && place.bytes > 0)
    place.slack = std::min(kDictionaryHeaderBytesMax, footer_.place.offset - place.end());
  return place;
}

ChunkFacts StoredFile::chunk_facts(size_t group, size_t leaf) const {
  const ColumnMetaData& meta = chunk(group, leaf);
  ChunkFacts facts;
  facts.file = path();
  facts.row_group = group;
  facts.rows = row_group_rows(group);
  facts.values = meta.num_values;
  facts.raw_bytes = static_cast<uint64_t>(meta.total_uncompressed_size);
  if (lacks_dictionary_headers_) facts.raw_bytes += kDictionaryHeaderBytesMax;
  facts.codec = meta.codec;
  facts.is_ours = is_ours_;
  return facts;
}

bool StoredFile::has_ordered_bounds(size_t group, size_t leaf) const {
  const std::optional<Statistics>& statistics = chunk(group, leaf).statistics;
  if (!statistics || !statistics->are_deprecated) return statistics && leaves_[leaf].has_ordered_bounds;
  return has_readable_signed_bounds(metadata().schema[leaves_[leaf].element], leaves_[leaf].leaf.type);
}

const std::string* StoredFile::metadata_value(std::string_view key) const {
  return value_of(metadata().key_value_metadata, key);
}

const std::string* StoredFile::chunk_value(size_t group, size_t leaf, std::string_view key) const {
  return value_of(chunk(group, leaf).key_value_metadata, key);
}

}  // namespace sluice
