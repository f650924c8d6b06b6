// Chunks of values of fixed length: bounds in the order that each type has. What else they hold is in the property test
// of chunk_writer_test.cc.
#include "pages/fixed_encoder.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/float16.h"
#include "pages/chunk_check.h"
#include "sluice/schema.h"
#include "support/value_tree.h"

namespace sluice::fixed_encoder_test {
namespace {

using test::ChunkCheck;
using test::Value;

/// The chunk of one required column, checked in all that it says.
FinishedChunk chunk_of(const Type& type, const std::vector<Value>& values) {
  const Schema schema{{"a", type, false}};
  const std::vector<Leaf> leaves = leaves_of(schema);
  test::ColumnMaker maker(type, false);
  for (const Value& value : values) maker.append(value);
  const Column column = maker.finish();
  ChunkWriter writer(leaves[0], {{Codec::none}, 1 << 20, 10'000, 1 << 20});
  Striper striper;
  writer.append(striper.stripe(column, schema[0], leaves[0], 0, column.length));
  FinishedChunk chunk = writer.finish();
  ChunkCheck(leaves[0], chunk).check(test::reference_slots(schema[0], leaves[0], values).all());
  return chunk;
}

std::string bounds_of(const Type& type, const std::vector<Value>& values) {
  const Statistics statistics = *chunk_of(type, values).metadata.statistics;
  if (!statistics.min_value) return "none";
  EXPECT_TRUE(*statistics.is_min_value_exact && *statistics.is_max_value_exact);
  std::string text;
  append_hex(*statistics.min_value, text);
  text += ' ';
  append_hex(*statistics.max_value, text);
  return text;
}

Value bytes(std::string text) { return {false, 0, std::move(text), {}}; }

Value half(float value) { return {false, to_float16(value), {}, {}}; }

Value wide(int64_t number) {
  const Int256 value = to_int256(number);
  return bytes(std::string(reinterpret_cast<const char*>(&value), 16));
}

TEST(FixedEncoder, BytesAreUnsigned) {
  EXPECT_EQ(bounds_of(fixed(1), {bytes("\x80"), bytes("\x7f"), bytes("\xff")}), "7f ff");
  EXPECT_EQ(bounds_of(fixed(9), {bytes("aaaaaaaab"), bytes("aaaaaaaac"), bytes("aaaaaaaaa")}),
            "616161616161616161 616161616161616163");
  EXPECT_EQ(bounds_of(fixed(64), {bytes(std::string(64, 'x'))}), [] {
    std::string one;
    append_hex(std::string(64, 'x'), one);
    return one + " " + one;
  }());
  EXPECT_EQ(bounds_of(fixed(65), {bytes(std::string(65, 'x'))}), "none");
}

TEST(FixedEncoder, DecimalsAreSigned) {
  EXPECT_EQ(bounds_of(decimal(19, 0), {wide(1), wide(-1), wide(0)}), "ffffffffffffffffff 000000000000000001");
  EXPECT_EQ(bounds_of(decimal(38, 5), {wide(-2), wide(-300)}),
            "fffffffffffffffffffffffffffffed4 fffffffffffffffffffffffffffffffe");
  EXPECT_EQ(bounds_of(decimal(9, 0), {wide(-7), wide(5)}), "f9ffffff 05000000");
  EXPECT_EQ(bounds_of(decimal(18, 0), {wide(-7), wide(5)}), "f9ffffffffffffff 0500000000000000");
}

TEST(FixedEncoder, HalvesAreNumbers) {
  EXPECT_EQ(bounds_of(float16(), {half(-2), half(1), half(0.5f)}), "00c0 003c");
  EXPECT_EQ(bounds_of(float16(), {half(0)}), "0080 0000");
  EXPECT_EQ(bounds_of(float16(), {half(1), half(std::numeric_limits<float>::quiet_NaN())}), "none");
  const FinishedChunk chunk = chunk_of(float16(), {half(std::numeric_limits<float>::quiet_NaN()), half(3)});
  EXPECT_EQ(chunk.metadata.statistics->nan_count, 1);
  EXPECT_FALSE(chunk.column_index);
}

TEST(FixedEncoder, ShapesHaveNoBounds) {
  const std::string point("\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\x40", 21);
  const FinishedChunk chunk = chunk_of(geometry(), {bytes(point)});
  EXPECT_FALSE(chunk.metadata.statistics->min_value);
  EXPECT_FALSE(chunk.column_index);
}

}  // namespace
}  // namespace sluice::fixed_encoder_test
