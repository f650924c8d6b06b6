#include "files/journal_head.h"

#include <span>

#include "base/crc32.h"
#include "files/bytes_sink.h"
#include "files/footer_builder.h"
#include "format/footer.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// The fixed part of the record.
struct HeadRecord {
  RecordMark mark;
  uint32_t version = 1;
  uint32_t sorting_columns = 0;
};
static_assert(sizeof(HeadRecord) == 24 && std::is_trivially_copyable_v<HeadRecord>);

struct SortingRecord {
  int32_t leaf = 0;
  uint8_t descending = 0;
  uint8_t nulls_first = 0;
  uint16_t zeros = 0;
};
static_assert(sizeof(SortingRecord) == 8);

}  // namespace

Bytes empty_file(const Schema& schema, const std::vector<SortingColumn>& sorting_columns,
                 const std::vector<std::pair<std::string, std::string>>& metadata, const std::string& name) {
  BytesSink sink(name);
  sink.write_at(0, as_bytes(kMagic));
  const FooterBuilder without_groups([] { return nullptr; }, name);
  without_groups.write(schema, sorting_columns, kMagic.size(), metadata, sink);
  return sink.take();
}

Bytes make_journal_head(const Schema& schema, const std::vector<SortingColumn>& sorting_columns,
                        const std::vector<std::pair<std::string, std::string>>& metadata, const std::string& name) {
  const Bytes file = empty_file(schema, sorting_columns, metadata, name);
  HeadRecord head;
  head.mark.mark = kJournalHeadMark;
  head.mark.record_bytes = sizeof head + sorting_columns.size() * sizeof(SortingRecord) + file.size();
  head.sorting_columns = static_cast<uint32_t>(sorting_columns.size());
  Bytes record;
  record.reserve(head.mark.record_bytes);
  record.append_value(head);
  for (const SortingColumn& column : sorting_columns)
    record.append_value(SortingRecord{.leaf = column.column_idx,
                                      .descending = uint8_t{column.descending},
                                      .nulls_first = uint8_t{column.nulls_first}});
  record.append(file);
  head.mark.checksum = crc32(ByteSpan(record).subspan(kUncheckedBytes));
  std::memcpy(record.data(), &head, sizeof head);
  return record;
}

std::optional<JournalHead> parse_journal_head(ByteSpan record, const std::string& name) {
  if (record.size() < sizeof(HeadRecord)) return std::nullopt;
  const auto head = load<HeadRecord>(record.data());
  if (head.mark.mark != kJournalHeadMark || head.version != 1 || head.mark.record_bytes != record.size() ||
      head.mark.checksum != crc32(record.subspan(kUncheckedBytes)))
    return std::nullopt;
  record = record.subspan(sizeof head);
  if (head.sorting_columns > record.size() / sizeof(SortingRecord)) return std::nullopt;
  JournalHead parsed;
  for (uint32_t i = 0; i < head.sorting_columns; ++i, record = record.subspan(sizeof(SortingRecord))) {
    const auto column = load<SortingRecord>(record.data());
    parsed.sorting_columns.push_back({column.leaf, column.descending != 0, column.nulls_first != 0});
  }
  Bytes file;
  file.append(record);
  try {
    parsed.file = StoredFile::open(RandomReader::over(std::move(file), name), {});
  } catch (const Error&) {
    return std::nullopt;
  }
  return parsed;
}

}  // namespace sluice
