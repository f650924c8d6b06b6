// What FileWriter does when something goes wrong: every write of the sink in turn, values that do not fit, batches of
// another schema, calls after the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>

#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/file_reader.h"
#include "support/make_columns.h"
#include "support/memory_sink.h"

namespace sluice::file_writer_failure_test {
namespace {

using namespace test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Fails at the n-th write, or at publishing; before and after that it is a MemorySink.
class FaultySink : public MemorySink {
 public:
  FaultySink(std::shared_ptr<MemoryFile> file, bool positional, size_t fails_at, bool fails_to_publish = false)
      : MemorySink(file, positional), fails_at_(fails_at), fails_to_publish_(fails_to_publish) {}

  void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
    if (++writes_ == fails_at_) throw Error(ErrorCode::io, "no room for write " + std::to_string(fails_at_));
    // A pipe that lost a write would be out of order: it stays broken.
    if (!positional() && writes_ > fails_at_) throw Error(ErrorCode::io, "the pipe is broken");
    MemorySink::write_at(offset, bytes);
  }
  void publish() override {
    if (fails_to_publish_) throw Error(ErrorCode::conflict, "somebody else was faster");
    MemorySink::publish();
  }

 private:
  const size_t fails_at_;
  const bool fails_to_publish_;
  std::atomic<size_t> writes_ = 0;
};

const Schema kSchema = parse_schema("n int64 not null, s string, at timestamp(s)");

Batch rows_of(int64_t first, int64_t rows, std::optional<int64_t> seconds = 0) {
  std::vector<std::optional<int64_t>> n;
  std::vector<std::optional<std::string>> s;
  std::vector<std::optional<int64_t>> at;
  for (int64_t i = first; i < first + rows; ++i) {
    n.push_back(i);
    s.push_back(i % 5 == 0 ? std::nullopt : std::optional("text " + std::to_string(i % 7)));
    at.push_back(i + 1 == first + rows ? seconds : i);
  }
  return Batch(std::make_shared<const Schema>(kSchema),
               {make_int64(n), make_text(string(), s), make_fixed(kSchema[2].type, at)}, rows);
}

ErrorCode code_of(const std::function<void()>& call, std::string* message = nullptr) {
  try {
    call();
  } catch (const Error& error) {
    if (message) *message = error.what();
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::bug;
}

void expect_closed(FileWriter& writer) {
  EXPECT_EQ(code_of([&] { writer.write(rows_of(0, 1)); }), ErrorCode::closed);
  EXPECT_EQ(code_of([&] { writer.close(); }), ErrorCode::closed);
  writer.abandon();
  EXPECT_EQ(code_of([&] { writer.write(rows_of(0, 0)); }), ErrorCode::closed);
}

class FailureOnThreads : public testing::TestWithParam<unsigned> {
 protected:
  FileOptions options() const {
    return {.compression = {Codec::none}, .row_group_rows = 100, .page_rows = 30, .runtime = runtime_};
  }
  std::shared_ptr<Runtime> runtime_ = std::make_shared<Runtime>(RuntimeOptions{GetParam(), 16_MiB});
};
INSTANTIATE_TEST_SUITE_P(Threads, FailureOnThreads, testing::Values(1u, 2u, 8u));

// True when the file was written: the n-th write did not come.
bool survives(const FileOptions& options, bool positional, size_t fails_at) {
  const auto file = std::make_shared<MemoryFile>();
  std::optional<FileWriter> writer;
  std::string message;
  try {
    writer.emplace(std::make_unique<FaultySink>(file, positional, fails_at), kSchema, options);
    for (int64_t i = 0; i < 10; ++i) writer->write(rows_of(i * 70, 70));
    writer->close();
    EXPECT_TRUE(file->published);
    EXPECT_EQ(read_parquet(file->bytes, kSchema).metadata.num_rows, 700);
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_EQ(error.what(), "no room for write " + std::to_string(fails_at));
  }
  EXPECT_FALSE(file->published);
  EXPECT_EQ(writer.has_value(), fails_at > 1);
  if (writer) expect_closed(*writer);
  EXPECT_FALSE(file->published);
  return false;
}

TEST_P(FailureOnThreads, EveryWriteMayFail) {
  for (const bool positional : {true, false}) {
    size_t fails_at = 1;
    while (!survives(options(), positional, fails_at)) ++fails_at;
    EXPECT_GT(fails_at, 7u + 2) << "seven row groups, the magic and the tail";
  }
}

TEST_P(FailureOnThreads, DestroyedWithoutASecondLook) {
  for (size_t fails_at = 2; fails_at < 20; ++fails_at) {
    const auto file = std::make_shared<MemoryFile>();
    FileWriter writer(std::make_unique<FaultySink>(file, true, fails_at), kSchema, options());
    try {
      for (int64_t i = 0; i < 10; ++i) writer.write(rows_of(i * 70, 70));
    } catch (const Error&) {
    }
    EXPECT_FALSE(file->published);
  }
}

TEST_P(FailureOnThreads, PublishingMayFail) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<FaultySink>(file, true, SIZE_MAX, true), kSchema, options());
  writer.write(rows_of(0, 250));
  EXPECT_EQ(code_of([&] { writer.close(); }), ErrorCode::conflict);
  expect_closed(writer);
  EXPECT_FALSE(file->published);
}

TEST_P(FailureOnThreads, OtherExceptionsComeAsTheyAre) {
  class OutOfMemory : public MemorySink {
   public:
    using MemorySink::MemorySink;
    void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
      if (offset > 0) throw std::bad_alloc();
      MemorySink::write_at(offset, bytes);
    }
  };
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<OutOfMemory>(file), kSchema, options());
  const auto write_all = [&] {
    for (int64_t i = 0; i < 10; ++i) writer.write(rows_of(i * 70, 70));
    writer.close();
  };
  EXPECT_THROW(write_all(), std::bad_alloc);
  expect_closed(writer);
}

// The first row group, one in the middle, and the last one, which only close() sees.
TEST_P(FailureOnThreads, EncodersNameTheirColumn) {
  for (const int64_t bad_batch : {0, 4, 9}) {
    const auto file = std::make_shared<MemoryFile>();
    FileWriter writer(std::make_unique<MemorySink>(file), kSchema, options());
    const auto write_all = [&] {
      for (int64_t i = 0; i < 10; ++i)
        writer.write(rows_of(i * 70, 70, i == bad_batch ? std::optional(INT64_MAX) : std::nullopt));
      writer.close();
    };
    try {
      write_all();
      ADD_FAILURE() << "batch " << bad_batch << " was written";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_EQ(error.place().field, "at");
      EXPECT_THAT(error.what(), HasSubstr("column at"));
    }
    expect_closed(writer);
    EXPECT_FALSE(file->published);
  }
}

TEST_P(FailureOnThreads, FailuresLeaveNothingOnTheDisk) {
  const TemporaryDirectory folder;
  {
    FileWriter writer(folder / "a.parquet", kSchema, options());
    writer.write(rows_of(0, 500));
    code_of([&] {
      writer.write(rows_of(0, 1, INT64_MAX));
      writer.close();
    });
    EXPECT_THAT(folder.names(), IsEmpty());
  }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_P(FailureOnThreads, ABatchOfAnotherSchemaClosesTheWriter) {
  const Schema other = parse_schema("n int64 not null, s string, at timestamp(ms)");
  for (const int64_t rows : {0, 3}) {
    const auto file = std::make_shared<MemoryFile>();
    FileWriter writer(std::make_unique<MemorySink>(file), kSchema, options());
    writer.write(rows_of(0, 250));
    const Batch good = rows_of(0, rows);
    std::vector<Column> columns = good.columns();
    columns[2].type = other[2].type;
    const Batch wrong(std::make_shared<const Schema>(other), columns, rows);
    std::string message;
    EXPECT_EQ(code_of([&] { writer.write(wrong); }, &message), ErrorCode::invalid) << rows;
    EXPECT_THAT(message, HasSubstr("expected \"n int64 not null, s string, at timestamp(s)\""));
    EXPECT_THAT(message, HasSubstr("found \"n int64 not null, s string, at timestamp(ms)\""));
    expect_closed(writer);
    EXPECT_FALSE(file->published);
  }
}

TEST_P(FailureOnThreads, NothingGoesOnAfterTheEnd) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), kSchema, options());
  writer.write(rows_of(0, 250));
  writer.close();
  const std::vector<std::byte> bytes = file->bytes;
  expect_closed(writer);
  EXPECT_TRUE(file->published);
  EXPECT_TRUE(file->bytes == bytes);

  const auto dropped = std::make_shared<MemoryFile>();
  FileWriter abandoned(std::make_unique<MemorySink>(dropped), kSchema, options());
  abandoned.write(rows_of(0, 250));
  abandoned.abandon();
  expect_closed(abandoned);
  EXPECT_FALSE(dropped->published);
}

// The sink goes before the destructor returns, and no task of the writer uses it afterwards.
TEST_P(FailureOnThreads, AbandonedInFullFlight) {
  for (int round = 0; round < 100; ++round) {
    const auto file = std::make_shared<MemoryFile>();
    {
      FileWriter writer(std::make_unique<MemorySink>(file), kSchema, options());
      for (int64_t i = 0; i < round % 10; ++i) writer.write(rows_of(i * 150, 150));
    }
    EXPECT_EQ(file.use_count(), 1);
    EXPECT_FALSE(file->published);
  }
}

}  // namespace
}  // namespace sluice::file_writer_failure_test
