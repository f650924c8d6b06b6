#include "files/footer_builder.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "arrow/ipc_schema.h"
#include "base/digest.h"
#include "files/created_by.h"
#include "files/digest_keys.h"
#include "files/sink_stream.h"
#include "format/file_metadata_writer.h"
#include "format/footer.h"
#include "format/schema_elements.h"
#include "schema/nested.h"
#include "schema/origins.h"
#include "sluice/error.h"

namespace sluice {

namespace {

// What Arrow has an extension type for, or none, stands in the stored Arrow schema as what carries it: Polars refuses
// the whole file where that names an extension type, and Parquet's own schema says what it is anyway. Times in seconds
// stand there as the milliseconds that are stored: Polars makes nulls of them otherwise (measured, 0.26).
Type carrier_of(const Type& type) {
  switch (type.kind()) {
    case TypeKind::json:
    case TypeKind::enum_: return string();
    case TypeKind::uuid: return fixed(type.size());
    case TypeKind::time: return type.unit() == TimeUnit::second ? time(TimeUnit::millisecond) : type;
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography: return binary();
    default: return type;
  }
}

std::vector<Field> without_extensions(std::span<const Field> fields) {
  std::vector<Field> plain(fields.begin(), fields.end());
  for (Field& field : plain)
    field.type = field.type.is_nested() ? with_parts(field.type, without_extensions(field.type.children()))
                                        : carrier_of(field.type);
  return plain;
}

Schema without_extensions(const Schema& schema) { return Schema(without_extensions(std::span(schema.fields()))); }

/// Where the indexes of each kind begin, and the digest over all of them and the bloom filters.
struct WrittenIndexes {
  uint64_t column_indexes = 0;
  uint64_t offset_indexes = 0;
  uint64_t digest = 0;
};

// Readers that prune read the column indexes of many chunks and the offset indexes of few: each kind stands together
// (PageIndex.md, "Technical Approach").
WrittenIndexes write_indexes(const Journal& journal, SinkStream& out) {
  RunningDigest digest;
  for (JournalReader reader(journal); reader.next();) digest.add(reader.section(Section::filter_digests));
  out.digest_into(&digest);
  const auto copy = [&](Section kind) {
    const uint64_t begin = out.offset();
    for (JournalReader reader(journal); reader.next();) out.put(reader.section(kind));
    return begin;
  };
  WrittenIndexes written;
  written.column_indexes = copy(Section::column_indexes);
  written.offset_indexes = copy(Section::offset_indexes);
  out.digest_into(nullptr);
  written.digest = digest.value();
  return written;
}

/// Tells each chunk where its indexes are, in the order in which they were written.
class IndexPlaces {
 public:
  explicit IndexPlaces(const WrittenIndexes& written)
      : column_indexes_(written.column_indexes), offset_indexes_(written.offset_indexes) {}

  ChunkIndexPlace next(const ChunkTailSizes& sizes) {
    ChunkIndexPlace place;
    if (sizes.column_index > 0) {
      place.column_index_offset = static_cast<int64_t>(column_indexes_);
      place.column_index_length = static_cast<int32_t>(sizes.column_index);
    }
    place.offset_index_offset = static_cast<int64_t>(offset_indexes_);
    place.offset_index_length = static_cast<int32_t>(sizes.offset_index);
    column_indexes_ += sizes.column_index;
    offset_indexes_ += sizes.offset_index;
    return place;
  }

 private:
  uint64_t column_indexes_;
  uint64_t offset_indexes_;
};

/// Returns where the row groups begin.
std::vector<uint64_t> write_row_groups(const Journal& journal, IndexPlaces indexes,
                                       const std::vector<SortingColumn>& sorting_columns, FileMetaDataWriter& footer,
                                       SinkStream& out) {
  std::vector<uint64_t> offsets;
  offsets.reserve(journal.row_groups());
  for (JournalReader reader(journal); reader.next();) {
    footer.begin_row_group(reader.sizes().size());
    ByteSpan metadata = reader.section(Section::metadata);
    for (const ChunkTailSizes& sizes : reader.sizes()) {
      footer.add_column_chunk(metadata.first(sizes.metadata), indexes.next(sizes));
      metadata = metadata.subspan(sizes.metadata);
      out.flush_if_long();
    }
    RowGroup group;
    group.total_byte_size = static_cast<int64_t>(reader.totals().raw_bytes);
    group.num_rows = reader.totals().rows;
    group.sorting_columns = sorting_columns;
    group.file_offset = static_cast<int64_t>(reader.totals().offset);
    group.total_compressed_size = static_cast<int64_t>(reader.totals().bytes);
    footer.end_row_group(std::move(group));
    out.flush_if_long();
    offsets.push_back(reader.totals().offset);
  }
  return offsets;
}

}  // namespace

void FooterBuilder::settle_row_groups(std::function<Bytes()> make_head, bool on_device) {
  const std::lock_guard lock(mutex_);
  journal_.settle();
  journal_.begin_head(std::move(make_head));
  settles_ = true;
  on_device_ = on_device;
}

void FooterBuilder::open_journal() {
  const std::lock_guard lock(mutex_);
  journal_.open_file();
}

void FooterBuilder::settle_and_release() {
  const std::lock_guard lock(mutex_);
  if (settles_) journal_.settle();
  journal_.release();
}

int64_t FooterBuilder::settled_rows() const {
  const std::lock_guard lock(mutex_);
  return settles_ ? journal_.settled_rows() : 0;
}

std::shared_ptr<FooterBuilder::RowGroupTail> FooterBuilder::begin(const RowGroupTotals& totals, size_t parts,
                                                                  bool is_last) {
  auto group = std::make_shared<RowGroupTail>();
  group->totals = totals;
  group->is_last = is_last;
  group->parts.resize(parts);
  const std::lock_guard lock(mutex_);
  under_way_.push_back(group);
  return group;
}

// Row groups may finish out of order, as their chunks are written side by side; in the journal they stand in order.
void FooterBuilder::finish(const std::shared_ptr<RowGroupTail>& group) {
  const std::lock_guard lock(mutex_);
  group->finished = true;
  bool settles = false;
  while (!under_way_.empty() && under_way_.front()->finished) {
    const std::shared_ptr<RowGroupTail> first = std::move(under_way_.front());
    under_way_.pop_front();
    journal_.append(first->totals, first->parts);
    settles = settles_ && !first->is_last;
  }
  if (settles) {
    journal_.settle();
    if (on_device_) journal_.sync();
  }
  account_.set(journal_.memory_bytes());
  if (journal_.metadata_bytes() > limits_.footer_bytes_max) refuse_footer();
}

void FooterBuilder::refuse_footer() const {
  const size_t groups = std::max<size_t>(journal_.row_groups(), 1);
  throw Error(ErrorCode::unsupported,
              file_ + ": the footer for " + std::to_string(groups) + " row groups of " +
                  std::to_string(journal_.chunks() / groups) + " columns has more than the " +
                  std::to_string(limits_.footer_bytes_max) + " bytes that a Parquet file can have there",
              {.source = file_}, "write larger row groups (row_group_rows, row_group_bytes), or several files");
}

WrittenTail FooterBuilder::write(const Schema& schema, const std::vector<SortingColumn>& sorting_columns,
                                 uint64_t offset, const std::vector<std::pair<std::string, std::string>>& metadata,
                                 Sink& sink) const {
  WrittenTail written;
  SinkStream out(sink, offset);
  const WrittenIndexes indexes = write_indexes(journal_, out);
  const uint64_t footer_begin = out.offset();
  RunningDigest digest;
  out.digest_into(&digest);
  const std::vector<SchemaElement> elements = to_schema_elements(schema);
  FileMetaDataWriter footer(out.waiting(), elements, journal_.rows(), journal_.row_groups());
  written.row_group_offsets = write_row_groups(journal_, IndexPlaces(indexes), sorting_columns, footer, out);
  out.digest_into(nullptr);

  std::vector<KeyValue> key_values;
  key_values.push_back({"ARROW:schema", stored_arrow_schema(without_extensions(schema))});
  for (const auto& [key, value] : metadata) key_values.push_back({key, value});
  if (has_origins(schema)) key_values.push_back({kOriginsKey, origins_text(schema)});
  key_values.push_back({kIndexDigestKey, digest_text(indexes.digest)});
  key_values.push_back({kFooterDigestKey, std::string(kDigestDigits, '0')});
  const auto leaves =
      std::ranges::count_if(elements, [](const SchemaElement& element) { return element.type.has_value(); });
  const std::vector<ColumnOrder> orders(static_cast<size_t>(leaves), ColumnOrder::type_defined);
  const size_t digest_end = footer.finish(key_values, created_by(), orders);
  // The footer's own digest counts as zeros: it is the last thing to be known.
  digest.add(out.waiting());
  const std::string text = digest_text(digest.value());
  std::memcpy(out.waiting().data() + digest_end - text.size(), text.data(), text.size());

  const uint64_t footer_bytes = out.offset() - footer_begin;
  if (footer_bytes > limits_.footer_bytes_max) refuse_footer();
  append_trailer(footer_bytes, out.waiting());
  out.flush();
  written.bytes = out.offset() - offset;
  return written;
}

}  // namespace sluice
