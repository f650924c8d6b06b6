#include "arrow/ipc_schema.h"

#include <flatbuffers/flatbuffers.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "arrow/ipc_slots.h"
#include "base/base64.h"

namespace sluice::ipc_schema_test {
namespace {

Schema all_types() {
  return Schema{{"n", null()},
                {"b", boolean(), false},
                {"i8", int8()},
                {"i16", int16()},
                {"i32", int32(), true, 7},
                {"i64", int64(), false, INT32_MIN},
                {"u8", uint8()},
                {"u16", uint16()},
                {"u32", uint32()},
                {"u64", uint64()},
                {"f", float32()},
                {"d", float64()},
                {"s", string()},
                {"bin", binary()},
                {"j", json(), true, 0},
                {"day", date()},
                {"ts", timestamp(TimeUnit::second)},
                {"tms", timestamp(TimeUnit::millisecond, "UTC")},
                {"tus", timestamp(TimeUnit::microsecond, "Europe/Berlin")},
                {"tns", timestamp(TimeUnit::nanosecond, "+07:30")},
                {"l", list({"item", json(), false, 9})},
                {"", struct_({{"x", list(list(int8()))}, {"y", struct_({{"z", date(), false}})}}), false}};
}

TEST(StoredArrowSchema, BringsBackEveryType) {
  EXPECT_EQ(parse_stored_arrow_schema(stored_arrow_schema(all_types())), all_types());
  EXPECT_EQ(parse_stored_arrow_schema(stored_arrow_schema(Schema())), Schema());
}

// Read back by apache-arrow for JavaScript when it was written down here.
TEST(StoredArrowSchema, KeepsItsBytes) {
  EXPECT_EQ(
      stored_arrow_schema(Schema{{"id", int64(), false}, {"name", string()}}),
      "/////7gAAAAQAAAAAAAKAAwACgAJAAQACgAAABAAAAAAAQQACAAIAAAABAAIAAAABAAAAAIAAABUAAAAFAAAABAAFAAQAA8ADgAIAAAABAAQAAAA"
      "JAAAABAAAAAAAAUBDAAAAAQABAAEAAAABAAAAG5hbWUAAAAAAAAAABAAFAAQAAAADwAIAAAABAAQAAAALAAAABQAAAAAAAACGAAAAAgADAAIAAcA"
      "CAAAAAAAAAFAAAAAAgAAAGlkAAAAAAAA");
}

TEST(StoredArrowSchema, IsAnEncapsulatedMessage) {
  const Bytes message = encode_schema_message(all_types());
  EXPECT_EQ(load<uint32_t>(message.data()), 0xFFFFFFFFu);
  EXPECT_EQ(load<int32_t>(message.data() + 4), static_cast<int32_t>(message.size() - 8));
  EXPECT_EQ(message.size() % 8, 0u);
}

// Written by apache-arrow 21 for JavaScript.
TEST(StoredArrowSchema, ReadsWhatOthersWrote) {
  const Type visit = struct_({{"at", timestamp(TimeUnit::microsecond, "UTC")}, {"day", date()}});
  const Schema expected{{"id", int64(), false}, {"tags", list({"item", visit}), true, 3}};
  EXPECT_EQ(
      parse_stored_arrow_schema(
          "/////8ABAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEQAAAAAAAEAAgACAAAAAQACAAAAAQAAAACAAAAWAEAABgAAAAAABIAHAAIAA8AFwAY"
          "AAAAEAAEABIAAAAkAAAAFAAAAAAAAAFUAAAAAAAADBABAAAEAAAAdGFncwAAAAABAAAADAAAAAgADAAIAAQACAAAAAgAAAAMAAAAAQAAADMA"
          "AAAQ"
          "AAAAUEFSUVVFVDpmaWVsZF9pZAAAAAABAAAABAAAAJz///8UAAAAAAAAARgAAAAAAAANoAAAAAQAAABpdGVtAAAAAAIAAABMAAAABAAAAMz/"
          "//8U"
          "AAAAAAAAARQAAAAAAAAIGAAAAAMAAABkYXkAAAAAAAAABgAIAAYABgAAAAAAAAAQABgABAALABMAFAAAAAwAEAAAABQAAAAAAAABFAAAAAAA"
          "AAoY"
          "AAAAAgAAAGF0AAAAAAAACAAMAAoABAAIAAAACAAAAAAAAgADAAAAVVRDAPz///"
          "8EAAQABAAAABAAFAAEAAAADwAQAAAACAAQAAAAEAAAABQAAAAA"
          "AAACGAAAAAIAAABpZAAAAAAAAAgADAAIAAcACAAAAAAAAAFAAAAA"),
      expected);
}

// A decimal, a date in milliseconds and a half-precision number, by the same writer.
TEST(StoredArrowSchema, ReadsDecimalsAndHalves) {
  EXPECT_EQ(parse_stored_arrow_schema("/////"
                                      "4AAAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEQAAAAAAAEAAgACAAAAAQACAAAAAQAAAABAAAAFAAAA"
                                      "BAAGAAEAAsAEwAUAAAADAAQAAAAFAAA"
                                      "AAAAAAEUAAAAAAAABxgAAAABAAAAZAAAAAAAAAAIAAwABAAIAAgAAAAKAAAAAgAAAA=="),
            (Schema{{"d", decimal(10, 2)}}));
  EXPECT_EQ(parse_stored_arrow_schema("/////"
                                      "3gAAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEQAAAAAAAEAAgACAAAAAQACAAAAAQAAAABAAAAFAAAA"
                                      "BAAGAAEAAsAEwAUAAAADAAQAAAAFAAA"
                                      "AAAAAAEUAAAAAAAAAxQAAAABAAAAZAAAAAAAAAAEAAQABAAAAAAAAAA="),
            (Schema{{"d", float16()}}));
  EXPECT_EQ(parse_stored_arrow_schema("/////"
                                      "3gAAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEQAAAAAAAEAAgACAAAAAQACAAAAAQAAAABAAAAFAAAA"
                                      "BAAGAAEAAsAEwAUAAAADAAQAAAAFAAA"
                                      "AAAAAAEUAAAAAAAACBQAAAABAAAAZAAAAAAAAAAEAAQABAAAAAAAAAA="),
            (Schema{{"d", date()}}));
}

TEST(StoredArrowSchema, IsNothingForTypesThatAreNotBuilt) {  // the same as an interval
  EXPECT_EQ(parse_stored_arrow_schema("/////"
                                      "3gAAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEQAAAAAAAEAAgACAAAAAQACAAAAAQAAAABAAAAFAAAA"
                                      "BAAGAAEAAsAEwAUAAAADAAQAAAAFAAA"
                                      "AAAAAAEUAAAAAAAACxQAAAABAAAAZAAAAAAAAAAEAAQABAAAAAAAAAA="),
            std::nullopt);
}

// By the same writer; Parquet holds the values, looked up.
TEST(StoredArrowSchema, TakesDictionariesForTheirValues) {
  EXPECT_EQ(parse_stored_arrow_schema(
                "/////5gAAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEIAAAAAAAEALD///"
                "8EAAAAAQAAABQAAAAQABwACAAPABcAGAAEABAAEAAAADQAAAAUAAAAAAAA"
                "ARQAAAAAAAAFFAAAAAEAAABkAAAAAAAAAAQABAAEAAAACAAIAAAABAAIAAAADAAAAAgADAAIAAcACAAAAAAAAAEg"
                "AAAAAAAAAA=="),
            (Schema{{"d", string()}}));
}

TEST(StoredArrowSchema, ReadsMessagesWithoutContinuation) {
  const Bytes message = encode_schema_message(all_types());
  EXPECT_EQ(parse_stored_arrow_schema(encode_base64(ByteSpan(message).subspan(4))), all_types());
}

TEST(StoredArrowSchema, StopsCleanlyWhenBytesEndAnywhere) {
  const Bytes message = encode_schema_message(all_types());
  for (size_t size = 0; size < message.size(); ++size)
    EXPECT_EQ(parse_stored_arrow_schema(encode_base64(ByteSpan(message).first(size))), std::nullopt) << size;
  // The same with a length that tells of the cut.
  for (size_t size = 8; size < message.size(); ++size) {
    Bytes cut;
    cut.append(ByteSpan(message).first(size));
    const int32_t told = static_cast<int32_t>(size - 8);
    std::memcpy(cut.data() + 4, &told, sizeof told);
    parse_stored_arrow_schema(encode_base64(cut));
  }
}

TEST(StoredArrowSchema, SurvivesEveryWrongByte) {
  const Bytes message = encode_schema_message(all_types());
  for (size_t at = 0; at < message.size(); ++at)
    for (const uint8_t value : {0x00, 0x01, 0x04, 0x7F, 0x80, 0xFF}) {
      Bytes wrong;
      wrong.append(ByteSpan(message));
      wrong.data()[at] = std::byte{value};
      parse_stored_arrow_schema(encode_base64(wrong));
    }
}

RC_GTEST_PROP(StoredArrowSchema, SurvivesAnyBytes, (const std::vector<uint8_t>& drawn)) {
  Bytes message;
  message.append_value(ipc::kContinuation);
  message.append_value(static_cast<int32_t>(drawn.size()));
  message.append(drawn.data(), drawn.size());
  parse_stored_arrow_schema(encode_base64(message));
}

TEST(StoredArrowSchema, NestsNoDeeperThan64Levels) {
  const auto lists = [](int levels) {
    Type type = int64();
    for (int i = 0; i < levels; ++i) type = list(type);
    return Schema{{"deep", type}};
  };
  EXPECT_EQ(parse_stored_arrow_schema(stored_arrow_schema(lists(63))), lists(63));
  EXPECT_EQ(parse_stored_arrow_schema(stored_arrow_schema(lists(64))), std::nullopt);
  EXPECT_EQ(parse_stored_arrow_schema(stored_arrow_schema(lists(2000))), std::nullopt);
}

// Structs of two fields that are one and the same table, 60 levels deep: a few kilobytes that unfold to 2^60 fields.
TEST(StoredArrowSchema, DoesNotUnfoldSharedTables) {
  using flatbuffers::Offset;
  using flatbuffers::Table;
  flatbuffers::FlatBufferBuilder out;
  const auto slot = [](int index) { return static_cast<flatbuffers::voffset_t>(4 + 2 * index); };
  const auto empty = [&] { return Offset<Table>(out.EndTable(out.StartTable())); };
  std::vector<Offset<Table>> level;
  for (int depth = 0; depth < 60; ++depth) {
    const auto children = out.CreateVector(level);
    const auto type = empty();
    const auto start = out.StartTable();
    out.AddElement<uint8_t>(slot(ipc::kFieldTypeId), level.empty() ? 1 : 13, 0);
    out.AddOffset(slot(ipc::kFieldType), type);
    out.AddOffset(slot(ipc::kFieldChildren), children);
    level.assign(2, Offset<Table>(out.EndTable(start)));
  }
  const auto fields = out.CreateVector(level);
  const auto schema = out.StartTable();
  out.AddOffset(slot(ipc::kSchemaFields), fields);
  const Offset<Table> header(out.EndTable(schema));
  const auto message = out.StartTable();
  out.AddElement<uint8_t>(slot(ipc::kMessageHeaderType), 1, 0);
  out.AddOffset(slot(ipc::kMessageHeader), header);
  out.Finish(Offset<Table>(out.EndTable(message)));
  Bytes bytes;
  bytes.append_value(ipc::kContinuation);
  bytes.append_value(static_cast<int32_t>(out.GetSize()));
  bytes.append(out.GetBufferPointer(), out.GetSize());
  EXPECT_EQ(parse_stored_arrow_schema(encode_base64(bytes)), std::nullopt);
}

TEST(StoredArrowSchema, IsNothingForOtherText) {
  for (const char* text : {"", "hello", "////", "/////w==", "/////////w==", "AAAAAA=="})
    EXPECT_EQ(parse_stored_arrow_schema(text), std::nullopt);
}

}  // namespace
}  // namespace sluice::ipc_schema_test
