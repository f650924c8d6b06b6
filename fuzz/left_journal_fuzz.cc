// Files that a dead writer left, with the journal beside them: any bytes, as the two, end in a file that can be opened
// or in nothing, and looking at them changes neither. Checksums in the journal are set right first, for few mutations
// would get past them.
//
// An input is the length of the unfinished file, two bytes, little-endian, then that file, then its journal.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/crc32.h"
#include "files/journal.h"
#include "files/recover_file.h"
#include "files/stored_file.h"
#include "nameless_file.h"
#include "sluice/error.h"
#include "target.h"

namespace sluice::left_journal_fuzz {
namespace {

/// Of a row group's record: of the sections, as long as it says that they are, then of the rest.
void seal_row_group(std::span<std::byte> record) {
  if (record.size() < sizeof(RecordHead)) return;
  auto head = load<RecordHead>(record.data());
  const uint64_t chunks_max = (record.size() - sizeof head) / sizeof(ChunkTailSizes);
  const size_t table_end = sizeof head + std::min<uint64_t>(head.chunks, chunks_max) * sizeof(ChunkTailSizes);
  std::span<std::byte> rest = record.subspan(table_end);
  for (size_t section = 0; section < kSections; ++section) {
    const auto bytes = static_cast<size_t>(std::min<uint64_t>(head.section_bytes[section], rest.size()));
    head.section_checksums[section] = crc32(rest.first(bytes));
    rest = rest.subspan(bytes);
  }
  std::memcpy(record.data(), &head, sizeof head);
  head.mark.checksum = crc32(record.first(table_end).subspan(kUncheckedBytes));
  std::memcpy(record.data(), &head, sizeof head);
}

void seal(std::span<std::byte> journal) {
  while (journal.size() >= sizeof(RecordMark)) {
    auto mark = load<RecordMark>(journal.data());
    if (mark.record_bytes < sizeof mark || mark.record_bytes > journal.size()) return;
    const std::span<std::byte> record = journal.first(static_cast<size_t>(mark.record_bytes));
    if (mark.mark == kRowGroupMark) {
      seal_row_group(record);
    } else {
      mark.checksum = crc32(record.subspan(kUncheckedBytes));
      std::memcpy(record.data(), &mark, sizeof mark);
    }
    journal = journal.subspan(record.size());
  }
}

void check(const std::string& part, const std::string& journal, ByteSpan before) {
  const std::optional<RecoveredFile> seen = look_at_left_file(part, journal);
  const RandomReader untouched = RandomReader::open(part);
  if (untouched.size() != before.size()) std::abort();
  const std::optional<RecoveredFile> recovered = recover_file(part, journal, false);
  // Looking does not read pages: it may promise more than there is, but not less.
  if (recovered && (!seen || seen->written.rows < recovered->written.rows)) std::abort();
  if (!recovered) return;
  const auto file = StoredFile::open(part, {});
  if (!file->is_ours() || file->rows() != recovered->written.rows) std::abort();
}

void run(ByteSpan input) {
  if (input.size() < sizeof(uint16_t)) return;
  const size_t part_bytes = std::min<size_t>(load<uint16_t>(input.data()), input.size() - sizeof(uint16_t));
  const ByteSpan part_input = input.subspan(sizeof(uint16_t), part_bytes);
  Bytes sealed;
  sealed.append(input.subspan(sizeof(uint16_t) + part_bytes));
  seal({sealed.data(), sealed.size()});
  static fuzz::NamelessFile part;
  static fuzz::NamelessFile journal;
  part.write(part_input);
  journal.write(sealed);
  try {
    check(part.path(), journal.path(), part_input);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) std::abort();
  }
}

const fuzz::Registered kTarget("left_journal", run);

}  // namespace
}  // namespace sluice::left_journal_fuzz
