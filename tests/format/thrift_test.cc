// The compact protocol: the examples of thrift's doc/specs/thrift-compact-protocol.md, edges, and hostile bytes.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "format/enums.h"
#include "format/thrift_reader.h"
#include "format/thrift_writer.h"
#include "format/wire.h"

namespace sluice::thrift_test {
namespace {

using test::from_hex;
using test::hex;

/// The bytes of a struct with the fields that `write` writes.
template <typename Write>
std::string written(Write&& write) {
  Bytes bytes;
  ThriftWriter out(bytes);
  out.begin_struct();
  write(out);
  out.end_struct();
  return hex(bytes);
}

/// Reads one field of a struct given in hex as a T.
template <typename T>
T read_one(std::string_view text) {
  const Bytes bytes = from_hex(text);
  ThriftReader in(bytes);
  T value{};
  in.read_struct([&](ThriftField field) { return in.read(field, value); });
  return value;
}

/// The reason why a struct given in hex cannot be skipped or read as a T; "" where it can.
template <typename T>
std::string refusal(std::string_view text) {
  try {
    read_one<T>(text);
    return "";
  } catch (const ThriftError& error) {
    return error.what();
  }
}

std::string skip_refusal(ByteSpan bytes) {
  try {
    ThriftReader in(bytes);
    in.read_struct([](ThriftField) { return false; });
    return "";
  } catch (const ThriftError& error) {
    return error.what();
  }
}

TEST(ThriftWriter, ZigzagAndVarintsOfTheSpecification) {
  const auto i32 = [](int32_t value) { return written([&](ThriftWriter& out) { out.field(1, value); }); };
  EXPECT_EQ(i32(0), "15 00 00");
  EXPECT_EQ(i32(-1), "15 01 00");
  EXPECT_EQ(i32(1), "15 02 00");
  EXPECT_EQ(i32(-2), "15 03 00");
  EXPECT_EQ(i32(2), "15 04 00");
  EXPECT_EQ(i32(-25200), "15 df 89 03 00");  // zigzag 50399, the example
  EXPECT_EQ(i32(63), "15 7e 00");
  EXPECT_EQ(i32(64), "15 80 01 00");
  EXPECT_EQ(i32(std::numeric_limits<int32_t>::max()), "15 fe ff ff ff 0f 00");
  EXPECT_EQ(i32(std::numeric_limits<int32_t>::min()), "15 ff ff ff ff 0f 00");
}

TEST(ThriftWriter, WideAndNarrowIntegers) {
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::numeric_limits<int64_t>::max()); }),
            "16 fe ff ff ff ff ff ff ff ff 01 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::numeric_limits<int64_t>::min()); }),
            "16 ff ff ff ff ff ff ff ff ff 01 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, int16_t{-1}); }), "14 01 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, int8_t{-1}); }), "13 ff 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, PhysicalType::byte_array); }), "15 0c 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, 1.0); }), "17 00 00 00 00 00 00 f0 3f 00");
}

TEST(ThriftWriter, FieldHeadersShortAndLong) {
  EXPECT_EQ(written([](ThriftWriter&) {}), "00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, true), out.field(2, false); }), "11 12 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(15, true); }), "f1 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(16, true); }), "01 20 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(32767, true); }), "01 fe ff 03 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(2, true), out.field(1, true); }), "21 01 02 00");
}

TEST(ThriftWriter, NestedStructsCountTheirOwnIds) {
  EXPECT_EQ(written([](ThriftWriter& out) {
              out.field(4, int32_t{1});
              out.struct_header(5);
              out.begin_struct();
              out.field(1, int32_t{2});
              out.end_struct();
              out.field(6, int32_t{3});
            }),
            "45 02 1c 15 04 00 15 06 00");
}

TEST(ThriftWriter, ListsShortAndLong) {
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::vector<int32_t>{}); }), "19 05 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::vector<int64_t>{1, -1}); }), "19 26 02 01 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::vector<bool>{true, false}); }), "19 21 01 02 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::vector<std::string>{"a", ""}); }), "19 28 01 61 00 00");
  const std::string fourteen = written([](ThriftWriter& out) { out.field(1, std::vector<int32_t>(14)); });
  const std::string fifteen = written([](ThriftWriter& out) { out.field(1, std::vector<int32_t>(15)); });
  EXPECT_EQ(fourteen.substr(0, 8), "19 e5 00");
  EXPECT_EQ(fifteen.substr(0, 11), "19 f5 0f 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field_unless_empty(1, std::vector<int32_t>{}); }), "00");
}

TEST(ThriftWriter, BinaryAndAbsentValues) {
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::string("abc")); }), "18 03 61 62 63 00");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::string()); }), "18 00 00");
  const std::string long_one = written([](ThriftWriter& out) { out.field(1, std::string(128, 'x')); });
  EXPECT_EQ(long_one.substr(0, 11), "18 80 01 78");
  EXPECT_EQ(written([](ThriftWriter& out) { out.field(1, std::optional<int32_t>()); }), "00");
}

TEST(ThriftReader, IntegersAtTheirEdges) {
  EXPECT_EQ(read_one<int32_t>("15 ff ff ff ff 0f 00"), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(read_one<int32_t>("15 fe ff ff ff 0f 00"), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(read_one<int32_t>("15 df 89 03 00"), -25200);
  EXPECT_EQ(read_one<int32_t>("15 82 80 80 80 00 00"), 1);  // padded with groups of zeros: valid
  EXPECT_EQ(read_one<int64_t>("16 ff ff ff ff ff ff ff ff ff 01 00"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(read_one<int64_t>("16 fe ff ff ff ff ff ff ff ff 01 00"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(read_one<int16_t>("14 ff ff 03 00"), std::numeric_limits<int16_t>::min());
  EXPECT_EQ(read_one<int8_t>("13 80 00"), -128);
  EXPECT_EQ(read_one<double>("17 00 00 00 00 00 00 f0 3f 00"), 1.0);
  EXPECT_EQ(read_one<PhysicalType>("15 0c 00"), PhysicalType::byte_array);
}

TEST(ThriftReader, VarintsThatAreTooWide) {
  EXPECT_EQ(refusal<int32_t>("15 ff ff ff ff 1f 00"), "a varint exceeds 32 bits");
  EXPECT_EQ(refusal<int32_t>("15 80 80 80 80 80 00 00"), "a varint exceeds 32 bits");
  EXPECT_EQ(refusal<int64_t>("16 ff ff ff ff ff ff ff ff ff 02 00"), "a varint exceeds 64 bits");
  EXPECT_EQ(refusal<int64_t>("16 80 80 80 80 80 80 80 80 80 80 00 00"), "a varint exceeds 64 bits");
  EXPECT_EQ(refusal<int16_t>("14 80 80 04 00"), "an i16 is 32768");
  EXPECT_EQ(refusal<std::string>("18 ff ff ff ff 0f 00"), "a size of 4294967295 is negative in 32 bits");
}

TEST(ThriftReader, BooleansInFieldsAndLists) {
  EXPECT_TRUE(read_one<bool>("11 00"));
  EXPECT_FALSE(read_one<bool>("12 00"));
  // Both element types and both ways to say false are in use.
  EXPECT_EQ(read_one<std::vector<bool>>("19 31 01 02 00 00"), (std::vector<bool>{true, false, false}));
  EXPECT_EQ(read_one<std::vector<bool>>("19 32 01 02 00 00"), (std::vector<bool>{true, false, false}));
  EXPECT_EQ(refusal<std::vector<bool>>("19 11 03 00"), "a boolean is 3, expected 1 for true, 0 or 2 for false");
}

TEST(ThriftReader, ListsAndStrings) {
  EXPECT_EQ(read_one<std::vector<int64_t>>("19 26 02 01 00"), (std::vector<int64_t>{1, -1}));
  EXPECT_EQ(read_one<std::vector<std::string>>("19 28 01 61 00 00"), (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(read_one<std::vector<int64_t>>("19 00 00"), std::vector<int64_t>{});         // empty: any element type
  EXPECT_EQ(read_one<std::vector<int64_t>>("19 f6 01 02 00"), std::vector<int64_t>{1});  // long form, small count
  EXPECT_EQ(read_one<std::string>("18 03 61 62 63 00"), "abc");
}

TEST(ThriftReader, WireTypesMustMatch) {
  EXPECT_EQ(refusal<int64_t>("15 02 00"), "field 1 is of type i32, expected i64");
  EXPECT_EQ(refusal<int32_t>("16 02 00"), "field 1 is of type i64, expected i32");
  EXPECT_EQ(refusal<bool>("15 02 00"), "field 1 is of type i32, expected bool");
  EXPECT_EQ(refusal<std::string>("11 00"), "field 1 is of type bool, expected binary");
  EXPECT_EQ(refusal<std::vector<int64_t>>("19 15 02 00"), "field 1 is a list of i32, expected a list of i64");
  EXPECT_EQ(refusal<std::vector<int64_t>>("1a 16 02 00"), "field 1 is of type set, expected list");
  EXPECT_EQ(refusal<int32_t>("1e 00"), "a field is of the unknown wire type 14");
  EXPECT_EQ(refusal<int32_t>("10 00"), "a field is of the unknown wire type 0");
}

TEST(ThriftReader, SkipsEveryTypeThatItDoesNotKnow) {
  const Bytes bytes = from_hex(
      "11 12 13 7f 14 02 15 02 16 02 17 00 00 00 00 00 00 00 00 18 01 61"  // scalars, ids 1 to 8
      "19 21 01 00 1a 15 02 1b 00 1b 01 85 01 61 02"                       // list, set, empty map, map of binary to i32
      "1c 1c 00 00 1d 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"     // structs, uuid
      "19 1c 11 00 00");                                                   // list of structs
  ThriftReader in(bytes);
  const ThriftFields fields = in.read_struct([](ThriftField) { return false; });
  EXPECT_EQ(in.offset(), bytes.size());
  for (int16_t id = 1; id <= 15; ++id) EXPECT_TRUE(fields.has(id)) << id;
  EXPECT_FALSE(fields.has(16));
}

TEST(ThriftReader, RanOutTellsATruncationFromNonsense) {
  const Bytes bytes = from_hex("15 02 18 03 61 62 63 19 26 02 01 1c 11 00 00");
  for (size_t size = 0; size < bytes.size(); ++size) {
    const ByteSpan part = ByteSpan(bytes).first(size);
    ThriftReader in(part);
    try {
      in.read_struct([](ThriftField) { return false; });
      ADD_FAILURE() << "read " << size << " of " << bytes.size() << " bytes";
    } catch (const ThriftError& error) {
      EXPECT_TRUE(error.ran_out()) << size;
      EXPECT_LE(error.offset(), size);
    }
  }
  EXPECT_EQ(skip_refusal(bytes), "");
}

TEST(ThriftReader, HugeCountsAreRefusedBeforeAnyMemoryIsTaken) {
  EXPECT_EQ(refusal<std::vector<int64_t>>("19 f6 ff ff ff ff 07 02 00"),
            "field 1 is a list of 2147483647 elements, but only 2 bytes are left");
  EXPECT_EQ(refusal<std::vector<double>>("19 27 00 00 00 00 00 00 00 00 00"),
            "field 1 is a list of 2 elements, but only 9 bytes are left");
  EXPECT_EQ(refusal<std::vector<std::string>>("19 f8 ff ff ff ff 07 02 00"),
            "field 1 is a list of 2147483647 elements, but only 2 bytes are left");
  EXPECT_EQ(refusal<std::string>("18 ff ff ff ff 07 61"), "the bytes end inside a value");
  EXPECT_EQ(skip_refusal(from_hex("19 f6 ff ff ff ff 07 02 00")), "the bytes end inside a value");
  EXPECT_EQ(skip_refusal(from_hex("1b ff ff ff ff 07 55 02 00")), "the bytes end inside a value");
  EXPECT_EQ(skip_refusal(from_hex("18 ff ff ff ff 07 61")), "the bytes end inside a value");
}

TEST(ThriftReader, MemoryHasALimitThatGrowsWithTheMessage) {
  // 8 million strings of one byte each would become 256 MiB.
  constexpr size_t kCount = 8'000'000;
  Bytes bytes;
  ThriftWriter out(bytes);
  out.begin_struct();
  out.begin_list<std::string>(1, kCount);
  const size_t header = bytes.size();
  bytes.resize(header + kCount + 1);
  std::memset(bytes.data() + header, 0, kCount + 1);
  ThriftReader in(bytes);
  std::vector<std::string> values;
  try {
    in.read_struct([&](ThriftField field) { return in.read(field, values); });
    ADD_FAILURE() << "read " << values.size() << " strings";
  } catch (const ThriftError& error) {
    EXPECT_STREQ(error.what(), "the message unfolds to more memory than its size allows");
    EXPECT_EQ(values.capacity(), 0u);
  }
}

TEST(ThriftReader, NestingBombs) {
  for (const char* level : {"1c", "19 19", "19 1c", "1b 01 cc 00"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += level;
    EXPECT_EQ(skip_refusal(from_hex(text)), "structs nest deeper than 64") << level;
  }
  std::string deepest;
  for (int i = 0; i < 63; ++i) deepest += "1c";
  EXPECT_EQ(skip_refusal(from_hex(deepest + std::string(128, '0'))), "");
  EXPECT_EQ(skip_refusal(from_hex(deepest + "1c" + std::string(130, '0'))), "structs nest deeper than 64");
}

TEST(ThriftReader, FieldIdsDoNotOverflow) {
  EXPECT_EQ(refusal<bool>("01 fe ff 03 11 00"), "a field id exceeds 32767");
  EXPECT_EQ(skip_refusal(from_hex("01 ff ff 03 11 00")), "");  // -32768 and one more: unknown ids
}

}  // namespace
}  // namespace sluice::thrift_test
