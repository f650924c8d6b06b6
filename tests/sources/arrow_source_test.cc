#include "sources/arrow_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "arrow/ipc_bytes.h"
#include "sources/source_format.h"
#include "storage/temporary_directory.h"
#include "support/pack.h"

namespace sluice::arrow_source_test {
namespace {

using test::sentence_of;
using test::TemporaryDirectory;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const Schema kSchema{{"id", int64(), false}, {"name", string()}};

Batch some_rows() {
  return Batch(std::make_shared<const Schema>(kSchema),
               {test::make_int64({1, 2}), test::make_text(string(), {"a", std::nullopt})}, 2);
}

std::string some_stream(int batches = 1) {
  Bytes out = encode_schema_message(kSchema);
  for (int i = 0; i < batches; ++i) append_record_batch(some_rows(), out);
  append_end_of_stream(out);
  return std::string(out.view());
}

std::string some_file() {
  const Column indices = test::make_fixed<int32_t>(int32(), {1, 0});
  return test::arrow_file(
      {{true, test::MessageMaker().dictionary(7, test::raw_batch(test::make_text(string(), {"a", "b"})))},
       {false, test::MessageMaker().record_batch(test::raw_batch(indices))}},
      7);
}

std::vector<Batch> read_all(RecordStream& stream) {
  std::vector<Batch> batches;
  while (auto next = stream.next()) {
    EXPECT_EQ(next->relation, "");
    batches.push_back(std::move(next->batch));
  }
  return batches;
}

// Gives `text` through a named pipe, in which nobody can seek.
class NamedPipe {
 public:
  explicit NamedPipe(std::string text) : path_(directory_ / "pipe") {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("no pipe");
    writer_ = std::thread([this, text = std::move(text)] { write_file(path_, text); });
  }
  ~NamedPipe() { writer_.join(); }
  const std::string& path() const { return path_; }

 private:
  TemporaryDirectory directory_;
  std::string path_;
  std::thread writer_;
};

std::unique_ptr<RecordStream> open_arrow(const std::string& path, SourceOptions options = {}) {
  return open_source({path, SourceFormat::arrow}, std::move(options));
}

TEST(ArrowSource, ReadsStreams) {
  TemporaryDirectory directory;
  const std::string path = directory / "a.arrows";
  write_file(path, some_stream(3));
  const auto source = open_arrow(path);
  EXPECT_EQ(source->schema(), kSchema);
  EXPECT_EQ(source->name(), path);
  EXPECT_FALSE(source->inferred());
  EXPECT_TRUE(source->notes().empty());
  EXPECT_EQ(source->bytes_total(), some_stream(3).size());
  EXPECT_THAT(
      test::show_batches(read_all(*source)),
      ElementsAre(ElementsAre("1", "2", "1", "2", "1", "2"), ElementsAre("'a'", "null", "'a'", "null", "'a'", "null")));
  EXPECT_EQ(source->bytes_read(), some_stream(3).size());
}

TEST(ArrowSource, ReadsFiles) {
  TemporaryDirectory directory;
  write_file(directory / "a.arrow", some_file());
  const auto source = open_arrow(directory / "a.arrow");
  EXPECT_EQ(source->schema(), (Schema{{"values", string()}}));
  EXPECT_EQ(source->bytes_total(), some_file().size());
  EXPECT_THAT(test::show_batches(read_all(*source)), ElementsAre(ElementsAre("'b'", "'a'")));
}

TEST(ArrowSource, UnpacksContainers) {
  TemporaryDirectory directory;
  const std::string file = std::string("ARROW1\0\0", 8) + some_stream(1) + "what stands in a footer...ARROW1";
  for (const Container container : test::kContainers) {
    for (const bool is_file : {true, false}) {
      const std::string packed = test::pack(container, is_file ? file : some_stream(1));
      write_file(directory / "packed", packed);
      const auto from_file = open_source({directory / "packed"});
      EXPECT_EQ(from_file->bytes_total(), packed.size());
      const NamedPipe pipe(packed);
      const auto from_pipe = open_arrow(pipe.path());
      for (const auto& source : {from_file.get(), from_pipe.get()}) {
        const auto shown = test::show_batches(read_all(*source));
        EXPECT_EQ(shown.front().front(), "1");
        EXPECT_EQ(source->bytes_read(), packed.size());
      }
    }
  }
  write_file(directory / "cut.arrow.gz", test::pack(Container::gzip, some_stream(3)).substr(0, 60));
  EXPECT_THAT(sentence_of([&] { read_all(*open_source({directory / "cut.arrow.gz"})); }),
              AllOf(HasSubstr("cut.arrow.gz"), HasSubstr("in the middle of its gzip data")));
}

TEST(ArrowSource, ReadsPipes) {
  const NamedPipe pipe(some_stream(2));
  const auto source = open_source({pipe.path()});
  EXPECT_EQ(source->bytes_total(), std::nullopt);
  EXPECT_EQ(test::show_batches(read_all(*source))[0].size(), 4u);
}

// The file format from a pipe is a stream between magics, where its writer put a schema message.
TEST(ArrowSource, ReadsFilesFromPipes) {
  const std::string end = "what stands in a footer...ARROW1";
  const std::string file = std::string("ARROW1\0\0", 8) + some_stream(2) + end;
  {
    const NamedPipe pipe(file);
    const auto source = open_source({pipe.path()});
    EXPECT_EQ(test::show_batches(read_all(*source))[0].size(), 4u);
  }
  for (const size_t cut : {1, 6, 7, 32, 40, 60}) {
    const NamedPipe pipe(file.substr(0, file.size() - cut));
    EXPECT_THAT(sentence_of([&] { read_all(*open_source({pipe.path()})); }), HasSubstr("breaks off")) << cut;
  }
  const NamedPipe pipe(some_file());
  EXPECT_THAT(sentence_of([&] { open_source({pipe.path()}); }), HasSubstr("has its schema at its end only"));
}

TEST(ArrowSource, RefusesBytesBehindTheEnd) {
  TemporaryDirectory directory;
  write_file(directory / "a.arrows", some_stream() + some_stream());
  const auto source = open_arrow(directory / "a.arrows");
  EXPECT_THAT(sentence_of([&] { read_all(*source); }), HasSubstr("more bytes follow behind the end"));
}

TEST(ArrowSource, NamesTheSourceAndWhatIsWrong) {
  TemporaryDirectory directory;
  const std::string path = directory / "a.arrow";
  for (const char* text : {"", "{\"id\": 1}\n", "ARRO", "ARROW1"}) {
    write_file(path, text);
    EXPECT_THAT(sentence_of([&] { open_arrow(path); }), HasSubstr(path + ": ")) << text;
  }
  write_file(path, "{\"id\": 1}\n");
  EXPECT_THAT(sentence_of([&] { open_arrow(path); }), HasSubstr("this is no Arrow data"));
  EXPECT_THAT(sentence_of([&] { open_arrow(directory / "none.arrow"); }), HasSubstr("does not exist"));
  write_file(path, some_stream().substr(0, some_stream().size() - 20));
  const auto source = open_arrow(path);
  try {
    read_all(*source);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_EQ(error.place().source, path);
    EXPECT_TRUE(error.place().byte.has_value());
  }
}

TEST(ArrowSource, TakesNoOtherSchema) {
  TemporaryDirectory directory;
  write_file(directory / "a.arrows", some_stream());
  EXPECT_NO_THROW(open_arrow(directory / "a.arrows", {.schema = kSchema}));
  EXPECT_THAT(sentence_of([&] {
                open_arrow(directory / "a.arrows", {.schema = Schema{{"id", int32()}}});
              }),
              HasSubstr("columns of its own"));
}

TEST(ArrowSource, HoldsMessagesToAShareOfTheBudget) {
  TemporaryDirectory directory;
  const int64_t count = 2'100'000;
  const Column column = test::make_int64(std::vector<std::optional<int64_t>>(count, 1));
  const auto schema = std::make_shared<const Schema>(Schema{{"id", int64()}});
  Bytes out = encode_schema_message(*schema);
  append_record_batch(Batch(schema, {column}, count), out);
  append_end_of_stream(out);
  write_file(directory / "a.arrows", std::string(out.view()));
  const auto within = [&](uint64_t budget) {
    const auto runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1, .memory_bytes = budget});
    return open_arrow(directory / "a.arrows", {.runtime = runtime});
  };
  try {
    within(33'599'999)->next();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_THAT(error.what(), HasSubstr("16800000 bytes of body, but the memory budget of 33599999 allows 16799999"));
    EXPECT_THAT(error.hint(), HasSubstr("--memory"));
  }
  // With twice its size it is taken, in parts; with eight times at once.
  const std::vector<Batch> parts = read_all(*within(33'600'000));
  EXPECT_GT(parts.size(), 10u);
  int64_t rows = 0;
  for (const Batch& part : parts) rows += part.rows();
  EXPECT_EQ(rows, count);
  EXPECT_EQ(within(134'400'000)->next()->batch.rows(), count);
}

TEST(SourceFormat, ArrowBeginsLikeNothingElse) {
  EXPECT_TRUE(begins_like_arrow(as_bytes(some_stream())));
  EXPECT_TRUE(begins_like_arrow(as_bytes(some_file())));
  EXPECT_FALSE(begins_like_arrow(as_bytes("ARROW")));
  EXPECT_FALSE(begins_like_arrow(as_bytes("{\"a\": 1}")));
  EXPECT_FALSE(begins_like_arrow({}));
}

TEST(SourceFormat, IsToldBeforeItIsGuessed) {
  TemporaryDirectory directory;
  write_file(directory / "a.ndjson", some_stream());
  EXPECT_EQ(open_source({directory / "a.ndjson", SourceFormat::arrow})->schema(), kSchema);
  EXPECT_THROW(open_source({directory / "a.ndjson"}), Error);
  write_file(directory / "lines", "{\"id\": 1}\n");
  EXPECT_EQ(open_source({directory / "lines"})->schema(), (Schema{{"id", int64()}}));
}

}  // namespace
}  // namespace sluice::arrow_source_test
