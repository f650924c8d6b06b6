#include "arrow/ipc_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow/ipc_bytes.h"

namespace sluice::ipc_message_test {
namespace {

using test::MessageMaker;
using test::read_from;
using test::sentence_of;
using testing::HasSubstr;

std::string some_batch() {
  return MessageMaker().record_batch(test::raw_batch(test::make_int64({1, std::nullopt, 3})));
}

std::optional<IpcMessage> first_message(const std::string& text, IpcLimits limits = test::kRoomyLimits) {
  return IpcFrames(read_from(text), limits, 0).next();
}

TEST(IpcFrames, TakeOneMessageAfterTheOther) {
  const std::string text = some_batch() + some_batch() + test::end_of_stream();
  IpcFrames frames(read_from(text), test::kRoomyLimits, 100);
  const auto first = frames.next();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->offset, 100u);
  EXPECT_EQ(first->header, ipc::Header::record_batch);
  EXPECT_EQ(first->table().scalar<int64_t>(ipc::kBatchLength, 0), 3);
  EXPECT_EQ(first->body->size() % 8, 0u);
  const auto second = frames.next();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->offset, 100 + some_batch().size());
  EXPECT_FALSE(frames.ended());
  EXPECT_FALSE(frames.next().has_value());
  EXPECT_TRUE(frames.ended());
  EXPECT_EQ(frames.offset(), 100 + text.size());
}

TEST(IpcFrames, EndWithoutAMarkBetweenMessages) {
  const std::string text = some_batch();
  IpcFrames frames(read_from(text), test::kRoomyLimits, 0);
  EXPECT_TRUE(frames.next().has_value());
  EXPECT_FALSE(frames.next().has_value());
  EXPECT_FALSE(frames.ended());
  EXPECT_FALSE(first_message("").has_value());
}

TEST(IpcFrames, TakeMessagesWithoutContinuation) {
  const std::string text = some_batch().substr(4) + std::string(4, '\0');
  IpcFrames frames(read_from(text), test::kRoomyLimits, 0);
  EXPECT_TRUE(frames.next().has_value());
  EXPECT_FALSE(frames.next().has_value());
  EXPECT_TRUE(frames.ended());
}

TEST(IpcFrames, StopCleanlyWhenBytesEndAnywhere) {
  const std::string text = some_batch();
  for (size_t size = 1; size < text.size(); ++size)
    EXPECT_THAT(sentence_of([&] { first_message(text.substr(0, size)); }), HasSubstr("breaks off")) << size;
}

TEST(IpcFrames, RefuseSizesBeforeTheyAllocate) {
  const std::string text = some_batch();
  const IpcMessage message = first_message(text).value();
  const uint64_t metadata = message.metadata.size();
  const uint64_t body = message.body->size();
  EXPECT_TRUE(first_message(text, {metadata, body}).has_value());
  EXPECT_THAT(sentence_of([&] { first_message(text, {metadata - 1, body}); }), HasSubstr("bytes of metadata"));
  EXPECT_THAT(sentence_of([&] { first_message(text, {metadata, body - 1}); }), HasSubstr("bytes of body"));
  const std::string negative("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8);
  EXPECT_THAT(sentence_of([&] { first_message(negative); }), HasSubstr("negative length"));
}

TEST(IpcFrames, AllocateForWhatArrivesOnly) {
  MessageMaker maker;
  maker.declared_body = int64_t{1} << 60;
  const std::string text = maker.record_batch(test::raw_batch(test::make_int64({1})));
  EXPECT_THAT(sentence_of([&] { first_message(text, {1 << 20, UINT64_MAX}); }), HasSubstr("breaks off: 8 of the"));
}

TEST(IpcFrames, RefuseBodiesOfNegativeLength) {
  MessageMaker maker;
  maker.declared_body = -1;
  const std::string text = maker.record_batch({});
  EXPECT_THAT(sentence_of([&] { first_message(text); }), HasSubstr("negative length"));
}

TEST(IpcFrames, RefuseWhatIsNotBuilt) {
  MessageMaker old;
  old.version = 2;
  const std::string version_3 = old.empty(3);
  EXPECT_THAT(sentence_of([&] { first_message(version_3); }), HasSubstr("version 3"));
  const std::string tensor = MessageMaker().empty(4);
  EXPECT_THAT(sentence_of([&] { first_message(tensor); }), HasSubstr("of kind 4"));
  const std::string none = MessageMaker().empty(0);
  EXPECT_THAT(sentence_of([&] { first_message(none); }), HasSubstr("of kind 0"));
}

}  // namespace
}  // namespace sluice::ipc_message_test
