// ArrowIpcWriter: what our own readers bring back, what becomes visible, and destinations that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "arrow/ipc_bytes.h"
#include "arrow/ipc_file.h"
#include "sluice/arrow_ipc.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::ipc_writer_test {
namespace {

using test::sentence_of;
using test::show_batches;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint64_t kSeed = 11;
const Schema kNumbers{{"n", int64()}};

Batch numbers(const std::vector<std::optional<int64_t>>& values) {
  return Batch(std::make_shared<const Schema>(kNumbers), {test::make_int64(values)},
               static_cast<int64_t>(values.size()));
}

std::vector<Batch> read_file(const std::string& path) {
  IpcFile file(RandomReader::open(path), test::kRoomyLimits);
  IpcReader reader(
      file.take_schema(), [&] { return file.next(); }, test::kRoomyReaderLimits, false);
  std::vector<Batch> batches;
  while (std::optional<Batch> batch = reader.next()) batches.push_back(std::move(*batch));
  return batches;
}

std::string text_of(const MemoryFile& file) { return std::string(as_text({file.bytes.data(), file.bytes.size()})); }

/// Written to a sink that only goes forward.
std::string written(const Schema& schema, const std::vector<Batch>& batches, ArrowIpcFormat format) {
  const auto file = std::make_shared<MemoryFile>();
  ArrowIpcWriter writer(std::make_unique<MemorySink>(file, false), schema, {.format = format});
  int64_t rows = 0;
  for (const Batch& batch : batches) {
    writer.write(batch);
    rows += batch.rows();
  }
  EXPECT_EQ(writer.rows(), rows);
  EXPECT_FALSE(file->published);
  writer.close();
  EXPECT_TRUE(file->published);
  EXPECT_EQ(writer.bytes_written(), file->bytes.size());
  return text_of(*file);
}

class IpcWriter : public testing::Test {
 protected:
  std::vector<Batch> read_back(const std::string& bytes) {
    test::write_file(directory_ / "a.arrow", bytes);
    return read_file(directory_ / "a.arrow");
  }
  bool is_empty() const { return std::filesystem::is_empty(directory_ / ""); }

  test::TemporaryDirectory directory_;
};

// --- what comes back

TEST_F(IpcWriter, WritesRandomTablesInBothFormats) {
  for (uint64_t i = 0; i < 150; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 300, .leaves_max = 1'000, .leaves_max_large = 3'000});
    const std::vector<Batch> batches = test::draw_batches(draw, table, true);
    const std::vector<Batch> streamed = test::read_stream(written(table.schema, batches, ArrowIpcFormat::stream));
    const std::vector<Batch> filed = read_back(written(table.schema, batches, ArrowIpcFormat::file));
    ASSERT_EQ(streamed.size(), filed.size());
    for (const Batch& batch : streamed) ASSERT_EQ(batch.schema(), table.schema);
    for (const Batch& batch : filed) ASSERT_EQ(batch.schema(), table.schema);
    if (table.rows == 0) continue;  // then there are no batches to show
    ASSERT_EQ(show_batches(streamed), show_batches(batches));
    ASSERT_EQ(show_batches(filed), show_batches(batches));
  }
}

TEST_F(IpcWriter, WritesBodiesOfAllSizes) {
  for (const size_t rows : {1, 8'191, 8'192, 8'193, 100'000}) {  // of 8 bytes: around what goes out in one piece
    SCOPED_TRACE(rows);
    std::vector<std::optional<int64_t>> values(rows);
    for (size_t i = 0; i < rows; ++i) values[i] = static_cast<int64_t>(i);
    const std::vector<Batch> batches{numbers(values), numbers({-1, std::nullopt}), numbers(values)};
    const auto expected = show_batches(batches);
    EXPECT_EQ(show_batches(test::read_stream(written(kNumbers, batches, ArrowIpcFormat::stream))), expected);
    EXPECT_EQ(show_batches(read_back(written(kNumbers, batches, ArrowIpcFormat::file))), expected);
  }
}

TEST_F(IpcWriter, WritesEmptyTables) {
  for (const std::vector<Batch>& batches : {std::vector<Batch>{}, {numbers({})}, {Batch(), numbers({})}}) {
    const std::string stream = written(kNumbers, batches, ArrowIpcFormat::stream);
    IpcStream messages(test::read_from(stream), test::kRoomyLimits, false);
    EXPECT_EQ(messages.take_schema().schema, kNumbers);
    EXPECT_FALSE(messages.next());

    test::write_file(directory_ / "a.arrow", written(kNumbers, batches, ArrowIpcFormat::file));
    IpcFile file(RandomReader::open(directory_ / "a.arrow"), test::kRoomyLimits);
    EXPECT_EQ(file.take_schema().schema, kNumbers);
    EXPECT_FALSE(file.next());
  }
}

TEST_F(IpcWriter, UnfoldsDictionaries) {
  const Column words = test::make_text(string(), {"a", "bb", ""});
  const Column column = from_dictionary(test::make_fixed(int32(), std::vector<std::optional<int32_t>>{2, 1, {}, 1, 0}),
                                        std::make_shared<const Column>(words));
  ASSERT_NE(column.dictionary, nullptr);
  const Schema schema{{"word", string()}};
  const Batch batch(std::make_shared<const Schema>(schema), {column}, column.length);
  for (const ArrowIpcFormat format : {ArrowIpcFormat::stream, ArrowIpcFormat::file}) {
    const std::string bytes = written(schema, {batch, batch.slice(1, 2)}, format);
    const std::vector<Batch> read = format == ArrowIpcFormat::file ? read_back(bytes) : test::read_stream(bytes);
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].column(0).dictionary, nullptr);
    EXPECT_THAT(show_batches(read), ElementsAre(ElementsAre("''", "'bb'", "null", "'bb'", "'a'", "'bb'", "null")));
  }
}

TEST_F(IpcWriter, LeavesOutTextUnderNulls) {
  Column column = test::make_text(string(), {"secret", "seen", "\xff", "", "too"});
  static const uint8_t valid[] = {0b11010};
  column.validity = Buffer(std::as_bytes(std::span(valid)), nullptr);
  column.null_count = 2;
  const Schema schema{{"word", string()}};
  const Batch batch(std::make_shared<const Schema>(schema), {column}, column.length);
  const std::string bytes = written(schema, {batch, batch.slice(1, 3)}, ArrowIpcFormat::stream);
  EXPECT_THAT(show_batches(test::read_stream(bytes)),
              ElementsAre(ElementsAre("null", "'seen'", "null", "''", "'too'", "'seen'", "null", "''")));
  EXPECT_THAT(bytes, testing::Not(HasSubstr("secret")));
}

// A file is a stream with something around it; readers that cannot seek rely on that.
TEST_F(IpcWriter, FilesAreStreamsBetweenMagicWords) {
  const std::vector<Batch> batches{numbers({1, 2}), numbers({3})};
  const std::string stream = written(kNumbers, batches, ArrowIpcFormat::stream);
  const std::string file = written(kNumbers, batches, ArrowIpcFormat::file);
  ASSERT_GT(file.size(), stream.size() + 8 + 10);
  EXPECT_EQ(file.substr(0, 8), std::string("ARROW1\0\0", 8));
  EXPECT_EQ(file.substr(8, stream.size()), stream);
  const size_t footer_bytes = file.size() - 8 - stream.size() - 4 - 6;
  EXPECT_EQ(load<uint32_t>(file.data() + file.size() - 10), footer_bytes);
  EXPECT_EQ(file.substr(file.size() - 6), "ARROW1");
}

TEST_F(IpcWriter, FootersSayWhereBatchesStand) {
  const std::string file = written(kNumbers, {numbers({1, 2}), numbers({3})}, ArrowIpcFormat::file);
  const auto footer_bytes = load<uint32_t>(file.data() + file.size() - 10);
  const ByteSpan footer = as_bytes(file).subspan(file.size() - 10 - footer_bytes, footer_bytes);
  const Bytes aligned = [&] {
    Bytes copy;
    copy.append(footer);
    return copy;
  }();
  const FlatTable table = FlatTable::root(aligned);
  EXPECT_THAT(table.values(ipc::kFooterDictionaries, sizeof(ipc::Block)), IsEmpty());
  const auto blocks = test::all_of<ipc::Block>(table.values(ipc::kFooterBatches, sizeof(ipc::Block)));
  ASSERT_EQ(blocks.size(), 2u);
  for (const ipc::Block& block : blocks) {
    const char* const message = file.data() + block.offset;
    EXPECT_EQ(block.offset % 8, 0);
    EXPECT_EQ(load<uint32_t>(message), ipc::kContinuation);
    EXPECT_EQ(static_cast<uint32_t>(block.metadata_bytes), load<uint32_t>(message + 4) + 8);
    EXPECT_EQ(block.body_bytes % 8, 0);
  }
  EXPECT_EQ(load<int64_t>(file.data() + blocks[0].offset + blocks[0].metadata_bytes), 1);
  EXPECT_EQ(load<int64_t>(file.data() + blocks[1].offset + blocks[1].metadata_bytes), 3);
  EXPECT_EQ(blocks[1].offset, blocks[0].offset + blocks[0].metadata_bytes + blocks[0].body_bytes);
}

// --- what becomes visible

TEST_F(IpcWriter, PublishesAtClose) {
  const std::string path = directory_ / "a.arrow";
  ArrowIpcWriter writer(path, kNumbers, {.format = ArrowIpcFormat::file, .sync = false});
  writer.write(numbers({1, {}, 3}));
  EXPECT_FALSE(std::filesystem::exists(path));
  writer.close();
  EXPECT_THAT(show_batches(read_file(path)), ElementsAre(ElementsAre("1", "null", "3")));
  EXPECT_EQ(writer.bytes_written(), std::filesystem::file_size(path));
  EXPECT_THAT(sentence_of([&] { writer.write(numbers({1})); }), HasSubstr("is closed"));
  EXPECT_THAT(sentence_of([&] { writer.close(); }), HasSubstr("is closed"));
}

TEST_F(IpcWriter, LeavesNothingBehindUnlessClosed) {
  {
    ArrowIpcWriter writer(directory_ / "a.arrow", kNumbers);
    writer.write(numbers({1}));
    EXPECT_FALSE(is_empty());
  }
  EXPECT_TRUE(is_empty());
  ArrowIpcWriter writer(directory_ / "a.arrow", kNumbers);
  writer.abandon();
  EXPECT_TRUE(is_empty());
  EXPECT_THAT(sentence_of([&] { writer.close(); }), HasSubstr("is closed"));
  writer = ArrowIpcWriter(directory_ / "a.arrow", kNumbers);  // the name is free
  writer.close();
  EXPECT_TRUE(std::filesystem::exists(directory_ / "a.arrow"));
}

TEST_F(IpcWriter, RefusesBatchesOfAnotherSchema) {
  ArrowIpcWriter writer(directory_ / "a.arrow", kNumbers);
  writer.write(numbers({1}));
  const Batch other(std::make_shared<const Schema>(Schema{{"m", int64()}}), {test::make_int64({})}, 0);
  EXPECT_THAT(sentence_of([&] { writer.write(other); }), HasSubstr("expected \"n int64\", found \"m int64\""));
  EXPECT_THAT(sentence_of([&] { writer.close(); }), HasSubstr("is closed"));
  EXPECT_TRUE(is_empty());
}

// --- destinations that fail

/// Fails at one of its calls, and counts them.
class FaultySink : public MemorySink {
 public:
  FaultySink(std::shared_ptr<MemoryFile> file, size_t& calls, size_t fails_at)
      : MemorySink(std::move(file), false, "faulty"), calls_(calls), fails_at_(fails_at) {}

  void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
    count();
    MemorySink::write_at(offset, bytes);
  }
  void publish() override {
    count();
    MemorySink::publish();
  }

 private:
  void count() {
    if (calls_++ == fails_at_) throw Error(ErrorCode::io, "cannot write faulty: call " + std::to_string(fails_at_));
  }

  size_t& calls_;
  size_t fails_at_;
};

TEST_F(IpcWriter, PublishesNothingWhenACallFails) {
  const std::vector<std::optional<int64_t>> many(20'000, 5);  // head and body apart
  for (const ArrowIpcFormat format : {ArrowIpcFormat::stream, ArrowIpcFormat::file}) {
    size_t fails_at = 0;
    for (bool succeeded = false; !succeeded; ++fails_at) {
      SCOPED_TRACE(fails_at);
      ASSERT_LT(fails_at, 20u);
      const auto file = std::make_shared<MemoryFile>();
      size_t calls = 0;
      std::optional<ArrowIpcWriter> writer;
      const std::string failure = sentence_of([&] {
        writer.emplace(std::make_unique<FaultySink>(file, calls, fails_at), kNumbers, ArrowIpcOptions{format});
        writer->write(numbers({1}));
        writer->write(numbers(many));
        writer->close();
      });
      succeeded = calls <= fails_at;
      EXPECT_EQ(file->published, succeeded);
      EXPECT_EQ(failure, succeeded ? "" : "cannot write faulty: call " + std::to_string(fails_at));
      if (!writer || succeeded) continue;
      EXPECT_EQ(calls, fails_at + 1);
      EXPECT_THAT(sentence_of([&] { writer->write(numbers({1})); }), HasSubstr("the writer of faulty is closed"));
      EXPECT_EQ(calls, fails_at + 1);
    }
    EXPECT_EQ(fails_at, 7u);  // start, a batch, head and body, the end, publishing; and the run without a failure
  }
}

}  // namespace
}  // namespace sluice::ipc_writer_test
