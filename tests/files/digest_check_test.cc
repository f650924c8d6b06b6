#include "files/digest_check.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "files/footer_reader.h"
#include "format/page_header.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/reference_slots.h"
#include "support/rewritten_file.h"

namespace sluice::digest_check_test {
namespace {

using namespace test;
using ::testing::HasSubstr;

/// A small file: two row groups of two columns, one with a dictionary, nulls and a bloom filter, some pages each.
std::string small_file(const TemporaryDirectory& folder, Compression compression = {Codec::none}) {
  const Schema schema{{"n", int32(), false}, {"s", string()}};
  std::vector<std::optional<int32_t>> n;
  std::vector<std::optional<std::string>> s;
  for (int32_t i = 0; i < 40; ++i) {
    n.push_back(i * 1'000'003);
    s.push_back(i % 9 == 0 ? std::nullopt : std::optional<std::string>(i % 2 == 0 ? "even" : "odd"));
  }
  const std::string path = folder / "a.parquet";
  FileWriter writer(path, schema,
                    {.compression = compression,
                     .row_group_rows = 20,
                     .page_rows = 10,
                     .columns = {{.column = "s", .bloom_filter = 0.05}},
                     .metadata = {{"key", "value"}},
                     .sync = false,
                     .runtime = std::make_shared<Runtime>(RuntimeOptions{1, 16_MiB})});
  writer.write(Batch(std::make_shared<const Schema>(schema), {make_fixed(int32(), n), make_text(string(), s)}, 40));
  writer.close();
  return path;
}

/// A stretch of the file that digests answer for.
struct Stretch {
  uint64_t begin = 0;
  uint64_t end = 0;
  DigestPart part = DigestPart::none;
};

void add_headers(const std::string& bytes, const ColumnMetaData& meta, std::vector<Stretch>& stretches) {
  auto at = static_cast<uint64_t>(meta.dictionary_page_offset.value_or(meta.data_page_offset));
  const uint64_t end = at + static_cast<uint64_t>(meta.total_compressed_size);
  while (at < end) {
    const PlacedPageHeader placed = read_page_header(as_bytes(bytes).subspan(at));
    stretches.push_back({at, at + placed.header_bytes, DigestPart::page_headers});
    at += placed.header_bytes + static_cast<uint64_t>(placed.header.compressed_page_size);
  }
}

std::vector<Stretch> stretches_of(const std::string& path) {
  const std::string bytes = test::read_file(path);
  const FileFooter footer = read_footer(RandomReader::open(path));
  std::vector<Stretch> stretches;
  uint64_t data_end = 0;
  for (const RowGroup& group : footer.metadata.row_groups) {
    for (const ColumnChunk& chunk : group.columns) add_headers(bytes, *chunk.meta_data, stretches);
    // Bloom filters stand behind the chunks.
    const auto chunks_end = static_cast<uint64_t>(*group.file_offset + *group.total_compressed_size);
    data_end = chunks_end;
    for (const ColumnChunk& chunk : group.columns)
      data_end += static_cast<uint64_t>(chunk.meta_data->bloom_filter_length.value_or(0));
    stretches.push_back({chunks_end, data_end, DigestPart::indexes});
  }
  stretches.push_back({data_end, footer.place.offset, DigestPart::indexes});
  stretches.push_back({footer.place.offset, bytes.size(), DigestPart::footer});
  return stretches;
}

TEST(DigestCheck, WhatWeWroteIsIntact) {
  for (const Codec codec : {Codec::none, Codec::zstd, Codec::gzip}) {
    const TemporaryDirectory folder;
    const DigestReport report = check_digests(RandomReader::open(small_file(folder, {codec})));
    EXPECT_EQ(report.state, DigestState::intact) << report.fault;
    EXPECT_EQ(report.part, DigestPart::none);
    EXPECT_EQ(report.fault, "");
  }
}

// Whatever becomes of pages on their way: other codecs, none after all, other layouts, dictionaries that are given up.
TEST(DigestCheck, AnyTableIsIntact) {
  const uint64_t seed = property_seed();
  const auto runtime = std::make_shared<Runtime>(RuntimeOptions{2, 32_MiB});
  for (uint64_t round = 0; round < 40; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 3, .rows_max = 1'000, .leaves_max = 3'000});
    constexpr std::array kCodecs{Codec::none, Codec::snappy, Codec::zstd, Codec::lz4};
    const TemporaryDirectory folder;
    FileWriter writer(folder / "a.parquet", table.schema,
                      {.compression = {draw.one_of(kCodecs)},
                       .row_group_rows = draw.magnitude(1'000),
                       .page_rows = draw.magnitude(1'000),
                       .dictionary_bytes = static_cast<uint64_t>(draw.magnitude(5'000)),
                       .page_version = draw.chance(50) ? 1 : 2,
                       .sync = false,
                       .runtime = runtime});
    for (const Batch& batch : draw_batches(draw, table, false)) writer.write(batch);
    writer.close();
    const DigestReport report = check_digests(RandomReader::open(folder / "a.parquet"));
    ASSERT_EQ(report.state, DigestState::intact) << report.fault;
  }
}

TEST(DigestCheck, AFileWithoutRowsIsIntact) {
  const TemporaryDirectory folder;
  FileWriter(folder / "a.parquet", Schema{{"n", int64()}}).close();
  EXPECT_EQ(check_digests(RandomReader::open(folder / "a.parquet")).state, DigestState::intact);
}

/// Whether a file with one changed bit passes for whole. Absent digests are no pass: a reader that knows the file for
/// ours misses them.
bool passes(const std::string& path, std::map<DigestPart, size_t>& found) {
  try {
    const DigestReport report = check_digests(RandomReader::open(path));
    ++found[report.part];
    return report.state == DigestState::intact;
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
    return false;
  }
}

TEST(DigestCheck, FindsEveryBitThatFlips) {
  const TemporaryDirectory folder;
  const std::string path = small_file(folder);
  const std::string bytes = test::read_file(path);
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  std::map<DigestPart, size_t> found;
  size_t flips = 0;
  for (const Stretch& stretch : stretches_of(path)) {
    ASSERT_LT(stretch.begin, stretch.end);
    for (uint64_t at = stretch.begin; at < stretch.end; ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        const auto flipped = static_cast<char>(bytes[at] ^ (1 << bit));
        write_all_at(file.get(), at, as_bytes({&flipped, 1}));
        EXPECT_FALSE(passes(path, found)) << "bit " << bit << " of byte " << at;
        ++flips;
      }
      write_all_at(file.get(), at, as_bytes({&bytes[at], 1}));
    }
  }
  EXPECT_EQ(check_digests(RandomReader::open(path)).state, DigestState::intact);
  EXPECT_GT(flips, 10'000u);
  EXPECT_GT(found[DigestPart::footer], 5'000u);
  EXPECT_GT(found[DigestPart::indexes], 1'000u);
  EXPECT_GT(found[DigestPart::page_headers], 1'000u);
}

TEST(DigestCheck, SaysWhichPart) {
  const TemporaryDirectory folder;
  const std::string path = small_file(folder);
  const std::string bytes = test::read_file(path);
  const std::vector<Stretch> stretches = stretches_of(path);
  const auto damage_at = [&](uint64_t at) {
    std::string bad = bytes;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    test::write_file(path, bad);
    return check_digests(RandomReader::open(path));
  };
  // The last byte of a header ends its struct, the second to last the struct inside; the one before is a value.
  const DigestReport header = damage_at(stretches[0].end - 3);
  EXPECT_EQ(header.part, DigestPart::page_headers);
  EXPECT_THAT(header.fault, HasSubstr(path + ": row group 0, column n: the page headers have changed"));
  const DigestReport index = damage_at(stretches[stretches.size() - 2].begin + 10);
  EXPECT_EQ(index.part, DigestPart::indexes);
  EXPECT_THAT(index.fault, HasSubstr("the indexes or bloom filters have changed"));
  const DigestReport footer = damage_at(bytes.find("value"));
  EXPECT_EQ(footer.part, DigestPart::footer);
  EXPECT_THAT(footer.fault, HasSubstr("the footer has changed"));
  EXPECT_THAT(damage_at(0).fault, HasSubstr("PAR1"));
}

// Others copy key-value metadata from file to file: what it says of ours is not true of theirs.
TEST(DigestCheck, CountsOnlyInFilesOfOurs) {
  const TemporaryDirectory folder;
  const std::string path = small_file(folder);
  const std::vector<KeyValue> ours = read_footer(RandomReader::open(path)).metadata.key_value_metadata;
  test::rewrite_footer(path, [&](FileMetaData& file) { file.key_value_metadata = ours; });
  EXPECT_EQ(check_digests(RandomReader::open(path)).state, DigestState::absent);
}

// What is left of ours in a footer tells that the digest was there.
TEST(DigestCheck, ALostDigestIsDamage) {
  const TemporaryDirectory folder;
  const std::string path = small_file(folder);
  const std::string whole = test::read_file(path);
  const auto fault_of = [&](std::string_view mark, std::string_view other) {
    std::string bytes = whole;
    bytes.replace(bytes.rfind(mark), other.size(), other);
    test::write_file(path, bytes);
    const DigestReport report = check_digests(RandomReader::open(path));
    EXPECT_EQ(report.state, DigestState::damaged);
    EXPECT_EQ(report.part, DigestPart::footer);
    return report.fault;
  };
  EXPECT_THAT(fault_of("sluice version", "others version"), HasSubstr("digest of a column chunk says that Sluice"));
  EXPECT_THAT(fault_of("sluice.digest.footer", "somebody.else's.key."), HasSubstr("the name of its writer"));
}

TEST(DigestCheck, RefusesWhatIsNoParquet) {
  const TemporaryDirectory folder;
  test::write_file(folder / "a", "hello");
  EXPECT_THROW(check_digests(RandomReader::open(folder / "a")), Error);
}

}  // namespace
}  // namespace sluice::digest_check_test
