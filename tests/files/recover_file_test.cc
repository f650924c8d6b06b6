// Files whose writer has died, cut off and damaged anywhere: what comes back is the beginning of what was written, in
// whole row groups, and at least what the writer had called durable.
#include "files/recover_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/amend_file.h"
#include "files/amended_file.h"
#include "files/file_writer_access.h"
#include "files/journal_head.h"
#include "files/part_sink.h"
#include "files/stored_tails.h"
#include "schema/origins.h"
#include "sluice/error.h"
#include "sluice/verify.h"
#include "support/growing_table.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_options.h"

namespace sluice::recover_file_test {
namespace {

using namespace test;
using ::testing::ElementsAre;

std::shared_ptr<Runtime> runtime_of(unsigned threads) {
  return std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
}

const Schema kSchema = with_origins(parse_schema("n int64 not null, s string, l list<int64>"), "s \"a.s\"");

Batch rows_of(int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> n;
  std::vector<std::optional<std::string>> s;
  for (int64_t i = first; i < first + rows; ++i) {
    n.push_back(i);
    s.push_back(i % 5 == 0 ? std::nullopt : std::optional("text " + std::to_string(i % 7)));
  }
  Column lists;
  lists.type = kSchema[2].type;
  lists.length = rows;
  std::vector<int32_t> offsets{0};
  for (int64_t i = 0; i < rows; ++i) offsets.push_back(offsets.back() + static_cast<int32_t>(i % 2));
  lists.offsets = make_buffer(offsets);
  lists.children = {make_int64(std::vector<std::optional<int64_t>>(static_cast<size_t>(offsets.back()), 7))};
  return Batch(std::make_shared<const Schema>(kSchema), {make_int64(n), make_text(string(), s), std::move(lists)},
               rows);
}

const FileOptions kOptions{.columns = {{.column = "s", .bloom_filter = 0.01}},
                           .metadata = {{"who", "me"}, {"what", ""}},
                           .sync = false,
                           .sorted_by = {{"n"}},
                           .dataset_metadata = {{"sluice.run_id", "nightly-7"}}};

/// A file of some row groups of 20 rows, as it is when its writer dies, and what it would be had it been closed behind
/// the first ones.
struct Wreck {
  static constexpr int64_t kRows = 20;

  TemporaryDirectory directory;
  std::string part;
  std::string journal;
  std::vector<std::string> closed;  ///< behind so many row groups

  explicit Wreck(size_t groups) {
    FileWriter writer(std::make_unique<PartSink>(directory, "a"), kSchema, kOptions);
    closed.emplace_back();
    for (size_t group = 0; group < groups; ++group) {
      writer.write(rows_of(static_cast<int64_t>(group) * kRows, kRows));
      writer.flush();
      closed.push_back(closed_behind(group + 1));
    }
    part = read_file(directory / "a.part");
    journal = read_file(directory / "a.journal");
  }
  std::string closed_behind(size_t groups) {
    const std::string path = directory / "closed.parquet";
    std::filesystem::remove(path);
    FileOptions options = kOptions;
    options.row_group_rows = kRows;
    FileWriter writer(path, kSchema, options);
    writer.write(rows_of(0, static_cast<int64_t>(groups) * kRows));
    writer.close();
    return read_file(path);
  }
  LeftPaths left(const std::string& part_bytes, const std::string& journal_bytes) const {
    const LeftPaths paths{directory / "left.part", directory / "left.journal"};
    write_file(paths.part, part_bytes);
    write_file(paths.journal, journal_bytes);
    return paths;
  }
};

/// Recovers and returns how many row groups there were, after holding the file against what it would be.
size_t recovered(const Wreck& wreck, const LeftPaths& left) {
  const uint64_t bytes_before = std::filesystem::file_size(left.part);
  const std::optional<RecoveredFile> file = recover_file(left.part, left.journal, false);
  if (!file) return 0;
  const auto groups = static_cast<size_t>(file->written.row_groups);
  EXPECT_EQ(file->written.rows, file->written.row_groups * Wreck::kRows);
  const std::string bytes = read_file(left.part);
  EXPECT_EQ(bytes, wreck.closed.at(groups));
  EXPECT_EQ(file->written.bytes, bytes.size());
  EXPECT_EQ(file->schema, kSchema);
  EXPECT_EQ(file->schema[1].origin, "a.s");
  EXPECT_EQ(file->written.row_group_offsets.size(), groups);
  EXPECT_EQ(file->written.fields.at(0).values, file->written.rows);
  EXPECT_LE(file->bytes_lost, bytes_before);
  // And again: it is whole now.
  const std::optional<RecoveredFile> again = recover_file(left.part, left.journal, true);
  EXPECT_TRUE(again && again->was_whole);
  EXPECT_EQ(read_file(left.part), bytes);
  return groups;
}

TEST(RecoverFile, GivesTheFileThatClosingWouldHaveMade) {
  const Wreck wreck(4);
  EXPECT_EQ(recovered(wreck, wreck.left(wreck.part, wreck.journal)), 4u);
  // Rows that were on their way.
  EXPECT_EQ(recovered(wreck, wreck.left(wreck.part + std::string(1'000, 'x'), wreck.journal)), 4u);
  EXPECT_EQ(recovered(wreck, wreck.left(wreck.closed[4].substr(0, wreck.closed[4].size() - 1), wreck.journal)), 4u);
}

TEST(RecoverFile, GivesNothingWhereThereIsNothing) {
  const Wreck wreck(1);
  const LeftPaths left = wreck.left(wreck.part, wreck.journal);
  EXPECT_FALSE(recover_file(left.part, wreck.directory / "none", false));
  EXPECT_FALSE(recover_file(wreck.directory / "none", left.journal, false));
  EXPECT_FALSE(recover_file(wreck.directory / "none", wreck.directory / "none", false));
  EXPECT_EQ(read_file(left.part), wreck.part);
  const LeftPaths empty = wreck.left("", "");
  EXPECT_FALSE(recover_file(empty.part, empty.journal, false));
  EXPECT_FALSE(look_at_left_file(empty.part, empty.journal));
}

// The journal of one file says nothing of another one.
TEST(RecoverFile, RowGroupsAreThoseOfTheFile) {
  const Wreck wreck(2);
  std::string other = wreck.part;
  for (char& byte : other) byte = static_cast<char>(byte ^ 1);
  EXPECT_EQ(recovered(wreck, wreck.left(other, wreck.journal)), 0u);
  EXPECT_EQ(recovered(wreck, wreck.left(std::string(wreck.part.size(), '\0'), wreck.journal)), 0u);
}

TEST(RecoverFile, TheFileEndsAnywhere) {
  const Wreck wreck(3);
  const LeftPaths all = wreck.left(wreck.part, wreck.journal);
  const RecoveredFile look = look_at_left_file(all.part, all.journal).value();
  std::vector<size_t> ends(look.written.row_group_offsets.begin(), look.written.row_group_offsets.end());
  ends.push_back(wreck.part.size());
  for (size_t size = 0; size <= wreck.part.size(); size += size % 64 == 0 ? 1 : 21) {
    size_t whole = 0;
    while (whole + 1 < ends.size() && ends[whole + 1] <= size) ++whole;
    ASSERT_EQ(recovered(wreck, wreck.left(wreck.part.substr(0, size), wreck.journal)), whole) << size;
  }
}

TEST(RecoverFile, TheJournalEndsAnywhere) {
  const Wreck wreck(3);
  size_t before = 0;
  for (size_t size = 0; size <= wreck.journal.size(); size += size % 64 == 0 ? 1 : 31) {
    const size_t groups = recovered(wreck, wreck.left(wreck.part, wreck.journal.substr(0, size)));
    ASSERT_GE(groups, before) << size;
    before = groups;
  }
  EXPECT_EQ(recovered(wreck, wreck.left(wreck.part, wreck.journal)), 3u);
  EXPECT_EQ(recovered(wreck, wreck.left(wreck.part, wreck.journal + wreck.journal.substr(0, 50))), 3u);
}

// Whatever bit is wrong, in the file or in what is said of it: no row comes back that was not written.
TEST(RecoverFile, DamageAnywhereCostsRowGroupsAlone) {
  const Wreck wreck(2);
  for (size_t at = 0; at < wreck.journal.size(); at += 23) {
    std::string bad = wreck.journal;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    ASSERT_LE(recovered(wreck, wreck.left(wreck.part, bad)), 2u) << at;
    ASSERT_FALSE(HasFailure()) << at;
  }
  for (size_t at = 4; at < wreck.part.size(); at += 7) {
    std::string bad = wreck.part;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    ASSERT_LT(recovered(wreck, wreck.left(bad, wreck.journal)), 2u) << at;
    ASSERT_FALSE(HasFailure()) << at;
  }
}

// Cut off at any place of the new tail, and done again.
TEST(RecoverFile, MayItselfBeCutOff) {
  const Wreck wreck(2);
  for (size_t size = wreck.part.size(); size < wreck.closed[2].size(); size += 61)
    ASSERT_EQ(recovered(wreck, wreck.left(wreck.closed[2].substr(0, size), wreck.journal)), 2u) << size;
}

TEST(RecoverFile, WholeFilesStayAsTheyAre) {
  const Wreck wreck(2);
  const LeftPaths left = wreck.left(wreck.closed[2], "");
  const std::optional<RecoveredFile> file = recover_file(left.part, left.journal, false);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->was_whole);
  EXPECT_EQ(file->bytes_lost, 0u);
  EXPECT_EQ(file->written.bytes, wreck.closed[2].size());
  EXPECT_EQ(file->written.rows, 40);
  EXPECT_EQ(read_file(left.part), wreck.closed[2]);
}

// After a power loss a footer may be there, and pages not.
TEST(RecoverFile, AFooterDoesNotVouchForPages) {
  const Wreck wreck(3);
  std::string bad = wreck.closed[3];
  const LeftPaths whole = wreck.left(bad, "");
  const uint64_t second = look_at_left_file(whole.part, whole.journal)->written.row_group_offsets[1];
  std::fill_n(bad.begin() + static_cast<std::ptrdiff_t>(second) + 40, 20, '\0');
  EXPECT_EQ(recovered(wreck, wreck.left(bad, "")), 1u);
  bad[20] = static_cast<char>(bad[20] ^ 1);
  EXPECT_EQ(recovered(wreck, wreck.left(bad, "")), 0u);
}

TEST(RecoverFile, ALookTellsTheSameAndChangesNothing) {
  const Wreck wreck(3);
  const std::string part = wreck.part + "rows that were on their way";
  const LeftPaths left = wreck.left(part, wreck.journal);
  const std::optional<RecoveredFile> look = look_at_left_file(left.part, left.journal);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->written.rows, 60);
  EXPECT_EQ(look->bytes_lost, 27u);
  EXPECT_FALSE(look->was_whole);
  EXPECT_EQ(read_file(left.part), part);
}

// A file without rows is one, too.
TEST(RecoverFile, AnEmptyFileIsWhole) {
  const TemporaryDirectory directory;
  const Bytes bytes = empty_file(kSchema, {}, {}, "a");
  write_file(directory / "a.part", std::string(bytes.view()));
  const std::optional<RecoveredFile> file = recover_file(directory / "a.part", directory / "a.journal", false);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->was_whole);
  EXPECT_EQ(file->written.rows, 0);
  EXPECT_EQ(file->schema, kSchema);
}

// --- heads

// Schema and metadata come back through a file without rows: it must say everything.
TEST(JournalHead, SaysAllOfTheSchema) {
  for (uint64_t round = 0; round < 300; ++round) {
    Draw draw(71, round);
    const Schema schema = draw_table(draw, {.rows_max = 1, .leaves_max = 10}).schema;
    SCOPED_TRACE("seed 71, round " + std::to_string(round) + "\n" + to_text(schema));
    const std::vector<SortingColumn> sorting{{0, round % 2 == 0, round % 3 == 0}};
    const std::vector<std::pair<std::string, std::string>> metadata{{"a", "b"}, {"", "\xff"}, {"sluice.x", ""}};
    const Bytes record = make_journal_head(schema, sorting, metadata, "journal");
    const std::optional<JournalHead> head = parse_journal_head(record, "journal");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->sorting_columns, sorting);
    EXPECT_EQ(given_metadata(*head->file), metadata);
    const Bytes again = make_journal_head(*head->file->schema(), sorting, given_metadata(*head->file), "journal");
    ASSERT_EQ(again.view(), record.view());
  }
}

TEST(JournalHead, IsWholeOrNothing) {
  const Bytes record = make_journal_head(kSchema, {{1, true, false}, {2, false, true}}, {}, "journal");
  for (size_t at = 0; at < record.size(); ++at) {
    EXPECT_FALSE(parse_journal_head(ByteSpan(record).first(at), "journal"));
    Bytes bad;
    bad.append(record);
    bad.data()[at] ^= std::byte{4};
    EXPECT_FALSE(parse_journal_head(bad, "journal")) << at;
  }
}

// --- schemas that grew

// Any table, any options, killed behind any row group: what comes back is what was flushed, with the widest schema.
TEST(RecoverFile, AnyTableThatGrows) {
  const TemporaryDirectory directory;
  const std::array runtimes{runtime_of(1), runtime_of(3)};
  for (uint64_t round = 0; round < 60; ++round) {
    Draw draw(72, round);
    const RandomTable drawn = draw_table(draw, {.rows_max = 300, .leaves_max = 500, .leaves_max_large = 3'000});
    const GrowingTable table = draw_growth(draw, drawn);
    FileOptions options = draw_options(draw, table.whole.schema, table.whole.rows);
    std::erase_if(options.columns, [&](const ColumnOptions& column) {
      const std::optional<size_t> at = table.parts[0].schema.find(column.column);
      return !at || table.parts[0].schema[*at].type.kind() == TypeKind::null;
    });
    options.runtime = runtimes[round % 2];
    std::string words;
    for (const RandomTable& part : table.parts)
      words += std::to_string(part.rows) + " rows of " + to_text(part.schema) + "\n";
    SCOPED_TRACE("seed 72, round " + std::to_string(round) + "\n" + words + to_text(options));
    FileWriter writer(std::make_unique<PartSink>(directory, "a"), table.parts[0].schema, options);
    Schema last = table.parts[0].schema;
    for (const RandomTable& part : table.parts) {
      writer.extend_schema(part.schema);
      for (const Batch& batch : draw_batches(draw, part, false)) writer.write(batch);
      if (part.rows > 0) last = part.schema;
    }
    writer.flush();
    const LeftPaths left = copy_left(directory, "a", "left");
    writer.abandon();
    const std::optional<RecoveredFile> file = recover_file(left.part, left.journal, false);
    ASSERT_EQ(file.has_value(), table.whole.rows > 0);
    // What was read of the schema counts: times in seconds come back as the milliseconds that are stored.
    if (!file || !(last == table.whole.schema) || !(file->schema == last)) continue;
    ASSERT_NO_FATAL_FAILURE(AmendedFile(left.part, table.whole).check(file->written));
    ASSERT_FALSE(HasFailure());
  }
}

TEST(RecoverFile, TypesThatWidened) {
  const TemporaryDirectory directory;
  const Schema before = parse_schema("v int64, k int64");
  const Schema wider = parse_schema("v json, k int64");
  const Value seven{false, 7, {}, {}};
  const Value text{false, 0, "7", {}};
  const RandomTable parts[] = {{before, 2, {{seven, seven}, {seven, seven}}}, {wider, 1, {{text}, {seven}}}};
  const RandomTable whole{wider, 3, {{text, text, text}, {seven, seven, seven}}};
  FileWriter writer(std::make_unique<PartSink>(directory, "a"), before, {.sync = false});
  Draw draw(73);
  for (const RandomTable& part : parts) {
    writer.extend_schema(part.schema);
    for (const Batch& batch : draw_batches(draw, part, false)) writer.write(batch);
  }
  writer.flush();
  const LeftPaths left = copy_left(directory, "a", "left");
  writer.abandon();
  const std::optional<RecoveredFile> file = recover_file(left.part, left.journal, false);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->schema, wider);
  ASSERT_NO_FATAL_FAILURE(AmendedFile(left.part, whole).check(file->written));
}

// amend_file writes over the footer of a finished file: until it has the new one, the notes are beside it.
TEST(RecoverFile, AmendmentsThatWereCutOff) {
  Wreck wreck(2);
  const Schema wider = parse_schema("n int64 not null, s string, l list<int64>, late int64");
  const LeftPaths left = wreck.left(wreck.closed[2], "");
  std::filesystem::remove(left.journal);
  WrittenFile file = look_at_left_file(left.part, left.journal)->written;
  FileOptions options = kOptions;
  options.dataset_metadata.clear();
  amend_file(left.part, kSchema, wider, options, file);
  EXPECT_FALSE(std::filesystem::exists(left.journal));
  const std::string amended = read_file(left.part);
  const std::optional<RecoveredFile> whole = recover_file(left.part, left.journal, false);
  ASSERT_TRUE(whole && whole->was_whole);
  EXPECT_EQ(whole->schema, wider);
  // The journal of the amendment says what the writer's did.
  std::string torn = amended;
  torn.resize(amended.size() - 8);
  EXPECT_EQ(recovered(wreck, wreck.left(torn, wreck.journal)), 2u);
}

}  // namespace
}  // namespace sluice::recover_file_test
