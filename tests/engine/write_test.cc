#include "sluice/write.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "sluice/error.h"
#include "sluice/layout.h"
#include "storage/temporary_directory.h"
#include "support/file_reader.h"
#include "support/held_stream.h"
#include "support/make_columns.h"

namespace sluice::write_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Three records of each kind: {"n": 0, "s": "text 0", "list": [0]} and so on.
std::string records(int count, int first = 0) {
  std::string text;
  for (int i = first; i < first + count; ++i) {
    const std::string n = std::to_string(i);
    text += R"({"n": )" + n + R"(, "s": "text )" + n + R"(", "list": [)" + (i % 3 == 0 ? "" : n) + "]}\n";
  }
  return text;
}

WriteOptions on_threads(unsigned threads) {
  WriteOptions options;
  options.output.file.runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
  options.output.file.sync = false;
  return options;
}

Error refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorCode::bug, "nothing was thrown");
}

ReadFile read_back(const std::string& path, const Schema& schema) {
  return read_parquet(as_bytes(test::read_file(path)), schema);
}

std::unique_ptr<BatchStream> held(Schema schema, std::vector<Batch> batches, HeldStream::Options options = {}) {
  return std::make_unique<HeldStream>(std::move(schema), std::move(batches), std::move(options));
}

const Schema kNumbers{{"n", int64()}};

Batch numbers(int64_t first, int64_t rows) {
  std::vector<std::optional<int64_t>> values;
  for (int64_t i = first; i < first + rows; ++i) values.push_back(i);
  return Batch(std::make_shared<const Schema>(kNumbers), {make_int64(values)}, rows);
}

// --- what is written

TEST(Write, RecordsBecomeAFile) {
  const TemporaryDirectory folder;
  write_file(folder / "in.ndjson", records(1'000));
  for (const unsigned threads : {1u, 2u, 8u}) {
    const std::string path = folder / ("out" + std::to_string(threads) + ".parquet");
    const RecordsResult result = write(Source{folder / "in.ndjson"}, path, on_threads(threads));
    EXPECT_EQ(result.rows, 1'000);
    EXPECT_TRUE(result.inferred);
    EXPECT_EQ(result.schema, parse_schema("n int64, s string, list list<int64>"));
    EXPECT_EQ(result.bytes_read, std::filesystem::file_size(folder / "in.ndjson"));
    ASSERT_EQ(result.files.size(), 1u);
    EXPECT_EQ(result.files[0].path, path);
    EXPECT_EQ(result.bytes, std::filesystem::file_size(path));
    const ReadFile file = read_back(path, result.schema);
    const std::vector<Slot> n = file.slots(0);
    const std::vector<Slot> s = file.slots(1);
    ASSERT_EQ(n.size(), 1'000u);
    for (uint64_t i = 0; i < 1'000; ++i) {
      ASSERT_EQ(n[i].value, stored_number(int64(), i));
      ASSERT_EQ(s[i].value, "text " + std::to_string(i));
    }
    EXPECT_EQ(test::read_file(path), test::read_file(folder / "out1.parquet"));
  }
  EXPECT_THAT(folder.names(), ElementsAre("in.ndjson", "out1.parquet", "out2.parquet", "out8.parquet"));
}

TEST(Write, ADeclaredSchemaIsKept) {
  const TemporaryDirectory folder;
  write_file(folder / "in.ndjson", records(10));
  WriteOptions options = on_threads(2);
  options.source.schema = parse_schema("s string not null, n int16");
  options.source.extra_fields = ExtraFields::ignore;
  const RecordsResult result = write(Source{folder / "in.ndjson"}, folder / "out.parquet", options);
  EXPECT_FALSE(result.inferred);
  EXPECT_EQ(result.schema, *options.source.schema);
  EXPECT_GT(result.extra_values, 0);
  EXPECT_EQ(read_back(folder / "out.parquet", result.schema).metadata.num_rows, 10);
}

TEST(Write, NoRecords) {
  const TemporaryDirectory folder;
  write_file(folder / "in.ndjson", "");
  const Error error = refusal([&] { write(Source{folder / "in.ndjson"}, folder / "out.parquet", on_threads(2)); });
  EXPECT_EQ(error.code(), ErrorCode::data);
  EXPECT_THAT(error.what(), HasSubstr("in.ndjson has no records"));
  EXPECT_THAT(error.hint(), HasSubstr("--schema"));
  EXPECT_THAT(folder.names(), ElementsAre("in.ndjson"));
  WriteOptions options = on_threads(2);
  options.source.schema = kNumbers;
  EXPECT_EQ(write(Source{folder / "in.ndjson"}, folder / "out.parquet", options).rows, 0);
  EXPECT_EQ(read_back(folder / "out.parquet", kNumbers).metadata.num_rows, 0);
}

TEST(Write, AnyStreamOfBatches) {
  const TemporaryDirectory folder;
  EXPECT_EQ(
      write(held(kNumbers, {numbers(0, 10), numbers(10, 0), numbers(10, 5)}), folder / "out.parquet", on_threads(2))
          .rows,
      15);
  EXPECT_EQ(read_back(folder / "out.parquet", kNumbers).metadata.num_rows, 15);
  EXPECT_EQ(write(held(kNumbers, {}), folder / "nothing.parquet", on_threads(2)).rows, 0);
  EXPECT_EQ(refusal([&] { write(held(Schema(), {}), folder / "no.parquet", on_threads(2)); }).code(), ErrorCode::data);
  EXPECT_THAT(folder.names(), ElementsAre("nothing.parquet", "out.parquet"));
}

TEST(Write, StandardOutput) {
  const TemporaryDirectory folder;
  std::cout << std::flush;
  const int kept = ::dup(STDOUT_FILENO);
  const int file = ::open((folder / "stdout").c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(file, STDOUT_FILENO);
  ::close(file);
  const WriteResult result = write(held(kNumbers, {numbers(0, 1'000)}), "-", on_threads(2));
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  EXPECT_EQ(result.files[0].path, "stdout");
  EXPECT_EQ(result.bytes, std::filesystem::file_size(folder / "stdout"));
  EXPECT_EQ(read_back(folder / "stdout", kNumbers).metadata.num_rows, 1'000);
}

// --- where it may go

TEST(Write, DestinationsThatAreRefused) {
  const TemporaryDirectory folder;
  write_file(folder / "in.ndjson", records(3));
  write_file(folder / "there.parquet", "mine");
  const auto code = [&](const std::string& destination) {
    const Error error = refusal([&] { write(Source{folder / "in.ndjson"}, destination, on_threads(1)); });
    EXPECT_THAT(error.what(), HasSubstr(destination));
    return error.code();
  };
  for (const std::string name : {"out.csv", "out.parquet.gz", "out.ndjson", "out.PARQUET"})
    EXPECT_EQ(code(folder / name), ErrorCode::invalid) << name;
  EXPECT_EQ(code(folder / "there.parquet"), ErrorCode::conflict);
  EXPECT_EQ(code(folder / "missing/out.parquet"), ErrorCode::io);
  EXPECT_EQ(test::read_file(folder / "there.parquet"), "mine");
  EXPECT_THAT(folder.names(), ElementsAre("in.ndjson", "there.parquet"));
}

// The destination speaks first: a long sample is not read in vain.
TEST(Write, DestinationsAreLookedAtBeforeSources) {
  const TemporaryDirectory folder;
  const Error error = refusal([&] { write(Source{folder / "missing.ndjson"}, folder / "out.csv", on_threads(1)); });
  EXPECT_EQ(error.code(), ErrorCode::invalid);
}

// --- what goes wrong leaves nothing

TEST(Write, SourcesThatFail) {
  const TemporaryDirectory folder;
  write_file(folder / "broken.ndjson", records(5'000) + "{\"n\": 5000, \"s\": \n");
  WriteOptions options = on_threads(2);
  options.source.sample_bytes = 1'000;
  options.output.file.row_group_rows = 100;
  EXPECT_EQ(refusal([&] { write(Source{folder / "missing.ndjson"}, folder / "out.parquet", options); }).code(),
            ErrorCode::io);
  const Error broken = refusal([&] { write(Source{folder / "broken.ndjson"}, folder / "out.parquet", options); });
  EXPECT_EQ(broken.code(), ErrorCode::data);
  EXPECT_EQ(broken.place().record, 5'001);
  const auto fails = [&] {
    write(held(kNumbers, {numbers(0, 1'000)}, {.failure = ErrorCode::data}), folder / "out.parquet", options);
  };
  EXPECT_EQ(refusal(fails).code(), ErrorCode::data);
  const auto lies = [&] { write(held(parse_schema("n float64"), {numbers(0, 10)}), folder / "out.parquet", options); };
  EXPECT_EQ(refusal(lies).code(), ErrorCode::invalid);
  EXPECT_THAT(folder.names(), ElementsAre("broken.ndjson"));
}

// --- bad records

WriteOptions quarantine(const std::string& rejects) {
  WriteOptions options = on_threads(1);
  options.source.bad_records = BadRecords::skip;
  options.rejects = rejects;
  return options;
}

// The bad records of bad.ndjson were published as bad.ndjson, and its good ones were gone.
TEST(Write, BadRecordsDoNotReplaceASource) {
  const TemporaryDirectory folder;
  const std::string text = records(3) + "no record\n";
  write_file(folder / "bad.ndjson", text);
  std::filesystem::create_symlink(folder / "bad.ndjson", folder / "link");
  for (const std::string rejects : {"bad.ndjson", "./bad.ndjson", "link"}) {
    const auto call = [&] { write(Source{folder / "b*.ndjson"}, folder / "out", quarantine(folder / rejects)); };
    const Error error = refusal(call);
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_THAT(error.what(), HasSubstr("bad.ndjson, which is to be read"));
  }
  EXPECT_EQ(test::read_file(folder / "bad.ndjson"), text);
  EXPECT_THAT(folder.names(), ElementsAre("bad.ndjson", "link"));
}

// What an earlier run had left there looked like bad records of a run that had none.
TEST(Write, BadRecordsAreThoseOfTheLastRun) {
  const TemporaryDirectory folder;
  write_file(folder / "good.ndjson", records(3));
  write_file(folder / "bad.ndjson", records(3) + "no record\n");
  const std::string rejects = folder / "rejects.ndjson";
  EXPECT_EQ(write(Source{folder / "bad.ndjson"}, folder / "a", quarantine(rejects)).rejects, rejects);
  EXPECT_THAT(test::read_file(rejects), HasSubstr("no record"));
  EXPECT_THROW(write(Source{folder / "missing"}, folder / "b", quarantine(rejects)), Error);
  EXPECT_TRUE(std::filesystem::exists(rejects)) << "a run that read nothing says nothing about records";
  EXPECT_EQ(write(Source{folder / "good.ndjson"}, folder / "c", quarantine(rejects)).rejects, "");
  EXPECT_THAT(folder.names(), ElementsAre("a", "bad.ndjson", "c", "good.ndjson"));
}

// The rejects were published last: where that failed, records were missing from what was visible, and stood nowhere.
TEST(Write, NothingIsVisibleWithoutItsBadRecords) {
  const TemporaryDirectory folder;
  write_file(folder / "bad.ndjson", records(3) + "no record\n");
  std::filesystem::create_directory(folder / "gone");
  WriteOptions options = quarantine(folder / "gone/rejects.ndjson");
  options.source.on_bad_record = [&](const BadRecord&) { std::filesystem::remove_all(folder / "gone"); };
  EXPECT_EQ(refusal([&] { write(Source{folder / "bad.ndjson"}, folder / "out", options); }).code(), ErrorCode::io);
  EXPECT_THAT(folder.names(), ElementsAre("bad.ndjson"));
}

// It came up with the first bad record, which may be hours behind the first one.
TEST(Write, BadRecordsWithoutAPlaceAreToldAtOnce) {
  const TemporaryDirectory folder;
  write_file(folder / "good.ndjson", records(3));
  for (const std::string rejects : {"missing/rejects.ndjson", "."})
    EXPECT_THROW(write(Source{folder / "good.ndjson"}, folder / "out", quarantine(folder / rejects)), Error);
  EXPECT_THAT(folder.names(), ElementsAre("good.ndjson"));
}

// --- progress

// What is published has one schema with what comes later, unless the caller wants it otherwise.
TEST(Write, NewFieldsBehindPublishedFilesAreAnError) {
  TemporaryDirectory dir;
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "{\"a\":" + std::to_string(i) + "}\n";
  write_file(dir / "a.ndjson", text + "{\"a\":1,\"b\":2}\n");
  WriteOptions options;
  options.output = {.shard_rows = 50'000, .publish = Publish::each};
  options.output.file.sync = false;
  options.source.sample_bytes = 1;
  try {
    write(Source{dir / "a.ndjson"}, dir / "out", options);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.place().field, "b");
    EXPECT_THAT(error.hint(), HasSubstr("--evolve add"));
  }
  options.source.evolution = Evolution::add;
  const RecordsResult result = write(Source{dir / "a.ndjson"}, dir / "grown", options);
  EXPECT_EQ(result.rows, 200'001);
  EXPECT_EQ(to_text(read_layout(result.files.front().path).schema), "a int64");
  EXPECT_EQ(to_text(read_layout(result.files.back().path).schema), "a int64, b int64");
}

TEST(Write, TellsItsProgress) {
  const TemporaryDirectory folder;
  write_file(folder / "in.ndjson", records(2'000));
  const uint64_t size = std::filesystem::file_size(folder / "in.ndjson");
  std::vector<Progress> seen;
  WriteOptions options = on_threads(2);
  options.progress = [&](const Progress& progress) {
    EXPECT_FALSE(std::filesystem::exists(folder / "out.parquet"));
    seen.push_back(progress);
    return true;
  };
  const RecordsResult result = write(Source{folder / "in.ndjson"}, folder / "out.parquet", options);
  ASSERT_GE(seen.size(), 3u);
  EXPECT_EQ(seen.front().phase, ProgressPhase::inferring);
  EXPECT_EQ(seen[1].phase, ProgressPhase::writing);
  EXPECT_EQ(seen.back().phase, ProgressPhase::finishing);
  EXPECT_EQ(seen.back().rows, 2'000);
  EXPECT_EQ(seen.back().bytes_read, size);
  EXPECT_EQ(seen.back().bytes_total, size);
  EXPECT_LE(seen.back().bytes_written, result.bytes);
  for (size_t i = 1; i < seen.size(); ++i) {
    EXPECT_GE(seen[i].phase, seen[i - 1].phase);
    EXPECT_GE(seen[i].rows, seen[i - 1].rows);
    EXPECT_GE(seen[i].bytes_read, seen[i - 1].bytes_read);
    EXPECT_GE(seen[i].bytes_written, seen[i - 1].bytes_written);
    EXPECT_GE(seen[i].seconds, seen[i - 1].seconds);
  }
}

TEST(Write, MayBeCancelledAtEachCall) {
  const TemporaryDirectory folder;
  write_file(folder / "in.ndjson", records(2'000));
  for (const unsigned threads : {1u, 4u}) {
    size_t calls_allowed = 0;
    for (bool cancelled = true; cancelled; ++calls_allowed) {
      cancelled = false;
      WriteOptions options = on_threads(threads);
      options.output.file.row_group_rows = 100;
      options.progress = [&, calls = size_t{0}](const Progress&) mutable {
        cancelled = calls == calls_allowed;
        return calls++ != calls_allowed;
      };
      try {
        write(Source{folder / "in.ndjson"}, folder / "out.parquet", options);
        EXPECT_FALSE(cancelled);
      } catch (const Error& error) {
        EXPECT_TRUE(cancelled);
        EXPECT_EQ(error.code(), ErrorCode::cancelled);
        EXPECT_THAT(folder.names(), ElementsAre("in.ndjson"));
      }
    }
    EXPECT_GT(calls_allowed, 3u);
    EXPECT_THAT(folder.names(), ElementsAre("in.ndjson", "out.parquet"));
    std::filesystem::remove(folder / "out.parquet");
  }
}

TEST(Write, StreamsTellTheirProgressAndMayBeCancelled) {
  const TemporaryDirectory folder;
  std::vector<Progress> seen;
  WriteOptions options = on_threads(1);
  options.progress = [&](const Progress& progress) {
    seen.push_back(progress);
    return true;
  };
  write(held(kNumbers, {numbers(0, 100), numbers(100, 100)}), folder / "out.parquet", options);
  ASSERT_GE(seen.size(), 2u);
  EXPECT_EQ(seen.front().phase, ProgressPhase::writing);
  EXPECT_EQ(seen.back().phase, ProgressPhase::finishing);
  EXPECT_EQ(seen.back().rows, 200);
  EXPECT_EQ(seen.back().bytes_total, std::nullopt);
  options.progress = [](const Progress&) { return false; };
  const Error error = refusal([&] { write(held(kNumbers, {numbers(0, 100)}), folder / "again.parquet", options); });
  EXPECT_EQ(error.code(), ErrorCode::cancelled);
  EXPECT_THAT(folder.names(), ElementsAre("out.parquet"));
}

TEST(Write, WhatTheCallbackThrowsComesThrough) {
  const TemporaryDirectory folder;
  WriteOptions options = on_threads(2);
  options.progress = [](const Progress&) -> bool { throw std::out_of_range("mine"); };
  EXPECT_THROW(write(held(kNumbers, {numbers(0, 100)}), folder / "out.parquet", options), std::out_of_range);
  EXPECT_THAT(folder.names(), IsEmpty());
}

}  // namespace
}  // namespace sluice::write_test
