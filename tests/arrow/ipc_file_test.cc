#include "arrow/ipc_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow/ipc_bytes.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"

namespace sluice::ipc_file_test {
namespace {

using test::MessageMaker;
using test::sentence_of;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kId = 7;

Batch one_column(const Column& column) {
  return Batch(std::make_shared<const Schema>(Schema{{"values", column.type}}), {column}, column.length);
}

test::FileMessage values(const std::vector<std::optional<std::string>>& texts, bool is_delta = false) {
  return {true, MessageMaker().dictionary(kId, test::raw_batch(test::make_text(string(), texts)), is_delta)};
}

test::FileMessage indices(const std::vector<std::optional<int32_t>>& rows) {
  return {false, MessageMaker().record_batch(test::raw_batch(one_column(test::make_fixed(int32(), rows))))};
}

class IpcFiles : public testing::Test {
 protected:
  std::vector<Batch> read(const std::string& bytes) {
    test::write_file(directory_ / "a.arrow", bytes);
    IpcFile file(RandomReader::open(directory_ / "a.arrow"), test::kRoomyLimits);
    IpcReader reader(
        file.take_schema(), [&] { return file.next(); }, test::kRoomyReaderLimits, false);
    std::vector<Batch> batches;
    while (std::optional<Batch> batch = reader.next()) batches.push_back(std::move(*batch));
    return batches;
  }
  std::string refusal(const std::string& bytes) {
    return sentence_of([&] { read(bytes); });
  }

  test::TemporaryDirectory directory_;
};

TEST_F(IpcFiles, HaveTheirDictionariesAnywhere) {
  const std::string bytes =
      test::arrow_file({indices({1, 0}), values({"a"}), indices({2}), values({"b", "c"}, true)}, kId);
  EXPECT_THAT(test::show_batches(read(bytes)), ElementsAre(ElementsAre("'b'", "'a'", "'c'")));
  EXPECT_TRUE(read(test::arrow_file({}, kId)).empty());
}

TEST_F(IpcFiles, DoNotReplaceDictionaries) {
  const std::string bytes = test::arrow_file({values({"a"}), indices({0}), values({"b"}), indices({0})}, kId);
  EXPECT_THAT(refusal(bytes), HasSubstr("the dictionary 7 comes a second time"));
}

TEST_F(IpcFiles, StopCleanlyWhenBytesEndAnywhere) {
  const std::string bytes = test::arrow_file({values({"a", "b"}), indices({1, 0})}, kId);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(refusal(bytes.substr(0, size)), HasSubstr("breaks off")) << size;
}

TEST_F(IpcFiles, RefuseFootersThatAreTooLong) {
  std::string bytes = test::arrow_file({values({"a"}), indices({0})}, kId);
  for (const int32_t size : {0, -1, INT32_MIN, INT32_MAX, static_cast<int32_t>(bytes.size())}) {
    bytes.replace(bytes.size() - 10, 4, test::as_string(&size, 4));
    EXPECT_THAT(refusal(bytes), HasSubstr("says that its footer has")) << size;
  }
}

// Random changes to the footer, where offsets and lengths are.
TEST_F(IpcFiles, SurviveRandomChanges) {
  const std::string bytes = test::arrow_file({values({"a", "b"}), indices({1, 0})}, kId);
  const auto footer = load<int32_t>(bytes.data() + bytes.size() - 10);
  for (uint64_t i = 0; i < 300; ++i) {
    test::Draw draw(4, i);
    std::string wrong = bytes;
    for (int64_t changes = draw.magnitude(4); changes > 0; --changes)
      wrong[bytes.size() - 10 - draw.below(static_cast<uint64_t>(footer))] =
          static_cast<char>(draw.chance(50) ? draw.bits() : draw.below(8));
    refusal(wrong);
  }
}

// The same message twice would let a small file be as long as it likes.
TEST_F(IpcFiles, RefuseBlocksThatOverlap) {
  std::string bytes = test::arrow_file({indices({std::nullopt}), indices({std::nullopt})}, kId);
  const std::vector<Batch> batches = read(bytes);
  EXPECT_EQ(batches.size(), 2u);
  const std::string large = MessageMaker().record_batch(
      test::raw_batch(one_column(test::make_fixed<int32_t>(int32(), std::vector<std::optional<int32_t>>(1'000, 0)))));
  const std::string file = test::arrow_file({{false, large}, {false, large}}, kId);
  // The second block becomes the first one; then the second message is cut out of the file.
  std::string wrong = file;
  const int64_t second = 8 + static_cast<int64_t>(large.size());
  const size_t at = wrong.rfind(test::as_string(&second, 8));
  ASSERT_NE(at, std::string::npos);
  const int64_t first = 8;
  wrong.replace(at, 8, test::as_string(&first, 8));
  wrong.erase(static_cast<size_t>(second), large.size());
  EXPECT_THAT(refusal(wrong), HasSubstr("bytes of messages in a file of"));
}

}  // namespace
}  // namespace sluice::ipc_file_test
