#include "files/journal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::journal_test {
namespace {

using test::TemporaryDirectory;

std::unique_ptr<ScratchFile> no_file() {
  ADD_FAILURE() << "a file was asked for";
  return ScratchFile::unnamed();
}

std::unique_ptr<ScratchFile> file_at(const std::string& path) {
  return std::make_unique<ScratchFile>(Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)), path);
}

/// What the sections of the chunk `chunk` of the row group `group` are made of: some bytes, some none.
std::string metadata_of(size_t group, size_t chunk) {
  return "m" + std::to_string(group) + "." + std::to_string(chunk);
}
std::string column_index_of(size_t group, size_t chunk) {
  return (group + chunk) % 3 == 0 ? "" : std::string(group % 7 + 1, static_cast<char>('a' + chunk % 26));
}
std::string offset_index_of(size_t group, size_t chunk) { return "o" + std::to_string(group * 100 + chunk); }
std::string filter_digest_of(size_t group, size_t chunk) { return (group + chunk) % 5 == 0 ? "12345678" : ""; }

/// The chunks of a row group, in so many parts.
std::vector<ChunkTails> tails_of(size_t group, size_t chunks, size_t parts) {
  std::vector<ChunkTails> tails(parts);
  for (size_t part = 0; part < parts; ++part) {
    for (size_t i = part * chunks / parts; i < (part + 1) * chunks / parts; ++i) {
      const std::string metadata = metadata_of(group, i);
      const std::string column_index = column_index_of(group, i);
      const std::string offset_index = offset_index_of(group, i);
      tails[part].metadata.append(metadata);
      tails[part].column_indexes.append(column_index);
      tails[part].offset_indexes.append(offset_index);
      tails[part].filter_digests.append(filter_digest_of(group, i));
      tails[part].sizes.push_back({static_cast<uint32_t>(metadata.size()), static_cast<uint32_t>(column_index.size()),
                                   static_cast<uint32_t>(offset_index.size())});
    }
  }
  return tails;
}

RowGroupTotals totals_of(size_t group) {
  return {.rows = static_cast<int64_t>(group + 1), .offset = 4 + group * 10, .bytes = 10, .raw_bytes = group * 11};
}

void fill(Journal& journal, size_t groups, size_t chunks, size_t parts = 1) {
  for (size_t group = 0; group < groups; ++group) journal.append(totals_of(group), tails_of(group, chunks, parts));
}

void expect_group(JournalReader& reader, size_t group, size_t chunks) {
  EXPECT_EQ(reader.totals().rows, totals_of(group).rows);
  EXPECT_EQ(reader.totals().offset, totals_of(group).offset);
  EXPECT_EQ(reader.totals().bytes, totals_of(group).bytes);
  EXPECT_EQ(reader.totals().raw_bytes, totals_of(group).raw_bytes);
  ASSERT_EQ(reader.sizes().size(), chunks);
  std::array<std::string, kSections> expected;
  for (size_t i = 0; i < chunks; ++i) {
    EXPECT_EQ(reader.sizes()[i].metadata, metadata_of(group, i).size());
    EXPECT_EQ(reader.sizes()[i].column_index, column_index_of(group, i).size());
    EXPECT_EQ(reader.sizes()[i].offset_index, offset_index_of(group, i).size());
    expected[0] += metadata_of(group, i);
    expected[1] += column_index_of(group, i);
    expected[2] += offset_index_of(group, i);
    expected[3] += filter_digest_of(group, i);
  }
  // In any order, and again.
  for (const size_t section : {2, 0, 3, 1, 0})
    EXPECT_EQ(as_text(reader.section(static_cast<Section>(section))), expected[section]) << section;
}

void expect_groups(const Journal& journal, size_t groups, size_t chunks) {
  JournalReader reader(journal);
  for (size_t group = 0; group < groups; ++group) {
    ASSERT_TRUE(reader.next());
    expect_group(reader, group, chunks);
  }
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST(Journal, IsEmptyAtFirst) {
  const Journal journal(no_file);
  EXPECT_EQ(journal.row_groups(), 0u);
  EXPECT_EQ(journal.rows(), 0);
  EXPECT_FALSE(JournalReader(journal).next());
}

TEST(Journal, ShortOnesStayInMemory) {
  for (const size_t chunks : {0, 1, 2, 30}) {
    Journal journal(no_file);
    fill(journal, 5, chunks);
    expect_groups(journal, 5, chunks);
    EXPECT_FALSE(journal.is_in_file());
    EXPECT_EQ(journal.row_groups(), 5u);
    EXPECT_EQ(journal.chunks(), 5 * chunks);
    EXPECT_EQ(journal.rows(), 15);
  }
}

TEST(Journal, CountsMetadata) {
  Journal journal(no_file);
  fill(journal, 12, 3);
  EXPECT_EQ(journal.metadata_bytes(), 10u * 3 * 4 + 2 * 3 * 5);
}

// With no memory each record goes to the file at once; with some, they go together.
TEST(Journal, TheFileHoldsTheSame) {
  for (const size_t memory_bytes_max : {0, 1, 200, 1'000, 40'000}) {
    for (const size_t parts : {1, 2, 5}) {
      Journal journal([] { return ScratchFile::unnamed(); }, memory_bytes_max);
      fill(journal, 100, 4, parts);
      EXPECT_EQ(journal.is_in_file(), memory_bytes_max < 40'000);
      expect_groups(journal, 100, 4);
    }
  }
}

// Records of another size than the window that is read at once: some in one, one in many.
TEST(Journal, RecordsOfManySizes) {
  Journal journal([] { return ScratchFile::unnamed(); }, 0);
  const std::vector<size_t> chunks{1, 40'000, 0, 7, 25'000, 25'000, 3};
  for (size_t group = 0; group < chunks.size(); ++group)
    journal.append(totals_of(group), tails_of(group, chunks[group], 2));
  JournalReader reader(journal);
  for (size_t group = 0; group < chunks.size(); ++group) {
    ASSERT_TRUE(reader.next());
    expect_group(reader, group, chunks[group]);
  }
  EXPECT_FALSE(reader.next());
}

// A record does not say in how many parts it came.
TEST(Journal, PartsLeaveNoTrace) {
  const TemporaryDirectory folder;
  std::vector<std::string> files;
  for (const size_t parts : {1, 3}) {
    const std::string path = folder / std::to_string(parts);
    Journal journal([&] { return file_at(path); }, 0);
    fill(journal, 10, 6, parts);
    files.push_back(test::read_file(path));
  }
  EXPECT_EQ(files[0], files[1]);
  EXPECT_EQ(files[0].substr(0, 4), "SLRG");
}

// What a disk loses is found: each byte of the file matters.
TEST(Journal, DamageIsNotTakenForAnIndex) {
  const TemporaryDirectory folder;
  const std::string path = folder / "journal";
  Journal journal([&] { return file_at(path); }, 0);
  fill(journal, 2, 3);
  const std::string good = test::read_file(path);
  const auto read_all = [&] {
    for (JournalReader reader(journal); reader.next();)
      for (size_t section = 0; section < kSections; ++section) reader.section(static_cast<Section>(section));
  };
  read_all();
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    test::write_file(path, bad);
    EXPECT_THROW(read_all(), Error) << at;
  }
  test::write_file(path, good);
  read_all();
  test::write_file(path, good.substr(0, good.size() - 1));
  EXPECT_THROW(read_all(), Error);
}

TEST(Journal, FailuresOfTheFileComeThrough) {
  Journal journal([]() -> std::unique_ptr<ScratchFile> { throw Error(ErrorCode::io, "no room"); }, 100);
  EXPECT_THROW(fill(journal, 10, 3), Error);
}

}  // namespace
}  // namespace sluice::journal_test
