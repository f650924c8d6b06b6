#include "pages/leaf_form.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/decimal.h"

namespace sluice::leaf_form_test {
namespace {

LeafForm make_form(const Type& type, PhysicalType carrier, std::optional<int32_t> length = {},
                   Int96Unit int96 = Int96Unit::microsecond, InvalidText invalid_text = InvalidText::error) {
  SchemaElement element;
  element.type = carrier;
  element.type_length = length;
  return leaf_form(element, type, int96, invalid_text);
}

template <typename T>
std::string bytes_of(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

/// What the values become, as many as are representable; `stored` stands at an odd address.
std::string converted(const LeafForm& form, const std::string& stored) {
  const size_t count = stored.size() / form.stored_width;
  std::vector<uint64_t> room(count * form.width / 8 + 1);
  auto* const to = reinterpret_cast<std::byte*>(room.data());
  const std::string shifted = "x" + stored;
  const size_t good = form.converts(form, as_bytes(shifted).data() + 1, count, to);
  return {reinterpret_cast<const char*>(to), good * form.width};
}

TEST(LeafForm, MostValuesAreStoredAsTheyAre) {
  EXPECT_TRUE(make_form(int32(), PhysicalType::int32).is_same());
  EXPECT_TRUE(make_form(uint32(), PhysicalType::int32).is_same());
  EXPECT_TRUE(make_form(date(), PhysicalType::int32).is_same());
  EXPECT_TRUE(make_form(time(TimeUnit::millisecond), PhysicalType::int32).is_same());
  EXPECT_TRUE(make_form(timestamp(TimeUnit::nanosecond), PhysicalType::int64).is_same());
  EXPECT_TRUE(make_form(duration(TimeUnit::second), PhysicalType::int64).is_same()) << "it has no unit in Parquet";
  EXPECT_TRUE(make_form(float16(), PhysicalType::fixed_len_byte_array, 2).is_same());
  EXPECT_TRUE(make_form(uuid(), PhysicalType::fixed_len_byte_array, 16).is_same());
  EXPECT_TRUE(make_form(fixed(12), PhysicalType::fixed_len_byte_array, 12).is_same());
  const LeafForm text = make_form(json(), PhysicalType::byte_array);
  EXPECT_TRUE(text.is_same());
  EXPECT_TRUE(text.checks_utf8);
  EXPECT_EQ(text.layout, ValueLayout::text);
  EXPECT_FALSE(make_form(bson(), PhysicalType::byte_array).checks_utf8);
  EXPECT_EQ(make_form(boolean(), PhysicalType::boolean).layout, ValueLayout::bits);
  EXPECT_EQ(make_form(null(), PhysicalType::byte_array).layout, ValueLayout::none);
}

TEST(LeafForm, SmallIntegersEndAtTheirBounds) {
  const auto form = [](const Type& type) { return make_form(type, PhysicalType::int32); };
  EXPECT_EQ(converted(form(int8()), bytes_of<int32_t>({-128, 127, 128, 0})), bytes_of<int8_t>({-128, 127}));
  EXPECT_EQ(converted(form(int8()), bytes_of<int32_t>({0, -129})), bytes_of<int8_t>({0}));
  EXPECT_EQ(converted(form(uint8()), bytes_of<int32_t>({0, 255, 256})), bytes_of<uint8_t>({0, 255}));
  EXPECT_EQ(converted(form(uint8()), bytes_of<int32_t>({-1})), "");
  EXPECT_EQ(converted(form(int16()), bytes_of<int32_t>({-32'768, 32'767, 32'768})),
            bytes_of<int16_t>({-32'768, 32'767}));
  EXPECT_EQ(converted(form(uint16()), bytes_of<int32_t>({0, 65'535, 65'536})), bytes_of<uint16_t>({0, 65'535}));
}

TEST(LeafForm, SecondsAreWhole) {
  const LeafForm stamp = make_form(timestamp(TimeUnit::second), PhysicalType::int64);
  EXPECT_EQ(converted(stamp, bytes_of<int64_t>({-1'000, 5'000, 5'001})), bytes_of<int64_t>({-1, 5}));
  const LeafForm of_day = make_form(time(TimeUnit::second), PhysicalType::int32);
  EXPECT_EQ(converted(of_day, bytes_of<int32_t>({0, 86'399'000, 1})), bytes_of<int32_t>({0, 86'399}));
}

TEST(LeafForm, DecimalsInTheirFourCarriers) {
  const std::string minus_two = bytes_of<int64_t>({-2, -1});
  EXPECT_EQ(converted(make_form(decimal(5, 2), PhysicalType::int32), bytes_of<int32_t>({-2})), minus_two);
  EXPECT_EQ(converted(make_form(decimal(5, 2), PhysicalType::int64), bytes_of<int64_t>({-2})), minus_two);
  for (const int32_t size : {1, 2, 7, 8, 9, 15, 16, 17, 40}) {
    std::string stored(static_cast<size_t>(size), '\xff');
    stored.back() = '\xfe';
    EXPECT_EQ(converted(make_form(decimal(2, 0), PhysicalType::fixed_len_byte_array, size), stored), minus_two) << size;
    const LeafForm text = make_form(decimal(2, 0), PhysicalType::byte_array);
    const int32_t offsets[] = {0, size};
    std::vector<uint64_t> room(2);
    EXPECT_EQ(text.converts_texts(text, offsets, as_bytes(stored).data(), 1, reinterpret_cast<std::byte*>(room.data())),
              1u);
    EXPECT_EQ(room, (std::vector<uint64_t>{~uint64_t{1}, ~uint64_t{0}})) << size;
  }
  const LeafForm wide = make_form(decimal(76, 0), PhysicalType::fixed_len_byte_array, 32);
  EXPECT_EQ(wide.width, 32u);
  EXPECT_EQ(converted(wide, std::string(31, '\0') + "\5"), "\5" + std::string(31, '\0'));
}

TEST(LeafForm, DecimalsBeyondTheirWidthAreNone) {
  const LeafForm form = make_form(decimal(38, 0), PhysicalType::fixed_len_byte_array, 17);
  EXPECT_EQ(converted(form, std::string(1, '\0') + std::string(16, '\x7f')).size(), 16u);
  EXPECT_EQ(converted(form, std::string(1, '\0') + std::string(16, '\x80')), "") << "2^127 and more";
  EXPECT_EQ(converted(form, std::string(1, '\xff') + std::string(16, '\x7f')), "") << "below -2^127";
  EXPECT_EQ(converted(form, std::string(1, '\1') + std::string(16, '\0')), "");
  const LeafForm text = make_form(decimal(38, 0), PhysicalType::byte_array);
  const int32_t offsets[] = {0, 0};
  std::vector<uint64_t> room(2);
  EXPECT_EQ(text.converts_texts(text, offsets, nullptr, 1, reinterpret_cast<std::byte*>(room.data())), 0u)
      << "no bytes are no number";
}

std::string int96(int64_t nanos, int32_t julian_day) {
  return bytes_of<int64_t>({nanos}) + bytes_of<int32_t>({julian_day});
}

TEST(LeafForm, Int96IsATimestamp) {
  const Type micros = timestamp(TimeUnit::microsecond);
  const LeafForm form = make_form(micros, PhysicalType::int96);
  EXPECT_EQ(form.type, micros);
  EXPECT_EQ(converted(form, int96(0, 2'440'588) + int96(1'000, 2'440'587)), bytes_of<int64_t>({0, 1 - 86'400'000'000}));
  EXPECT_EQ(converted(form, int96(1, 2'440'588)), "") << "finer than microseconds";
  EXPECT_EQ(converted(form, int96(0, INT32_MAX)), "") << "beyond the year 292,000";
  EXPECT_EQ(converted(form, int96(0, INT32_MIN)), "");
  // What Spark 3.4 wrote for the year 290000.
  EXPECT_EQ(converted(form, int96(-32'509'551'616'000, -105'862'232)), bytes_of<int64_t>({9'089'380'393'200'000'000}));
  const LeafForm fine = make_form(micros, PhysicalType::int96, {}, Int96Unit::nanosecond);
  EXPECT_EQ(fine.type, timestamp(TimeUnit::nanosecond));
  EXPECT_EQ(converted(fine, int96(1, 2'440'589)), bytes_of<int64_t>({86'400'000'000'001}));
  EXPECT_EQ(converted(fine, int96(0, 2'440'588 + 200'000)), "") << "the year 2517";
  EXPECT_EQ(unrepresentable(form, as_bytes(int96(1, 0))).kind(), PageFault::Kind::unsupported);
}

TEST(LeafForm, SaysWhichValueIsNone) {
  const LeafForm form = make_form(int8(), PhysicalType::int32);
  EXPECT_STREQ(unrepresentable(form, as_bytes(bytes_of<int32_t>({300}))).what(), "the value 300 is no int8");
  EXPECT_EQ(unrepresentable(form, as_bytes(bytes_of<int32_t>({300}))).kind(), PageFault::Kind::corrupt);
  const LeafForm number = make_form(decimal(38, 2), PhysicalType::byte_array);
  EXPECT_STREQ(unrepresentable(number, as_bytes("12345678901234567")).what(),
               "a number of 17 bytes does not fit into the 16 of decimal(38, 2)");
}

TEST(LeafForm, TextMayBeReadAsBinary) {
  const LeafForm form = make_form(string(), PhysicalType::byte_array, {}, Int96Unit::microsecond, InvalidText::binary);
  EXPECT_EQ(form.type, binary());
  EXPECT_FALSE(form.checks_utf8);
}

TEST(LeafForm, WhatNoCarrierBearsIsRefused) {
  EXPECT_THROW(make_form(string(), PhysicalType::int32), PageFault);
  EXPECT_THROW(make_form(int64(), PhysicalType::int32), PageFault);
  EXPECT_THROW(make_form(float16(), PhysicalType::int32), PageFault);
  EXPECT_THROW(make_form(time(TimeUnit::microsecond), PhysicalType::int32), PageFault);
  EXPECT_THROW(make_form(time(TimeUnit::second), PhysicalType::int64), PageFault);
  EXPECT_THROW(make_form(fixed(5), PhysicalType::fixed_len_byte_array, 6), PageFault);
  EXPECT_THROW(make_form(fixed(5), PhysicalType::byte_array), PageFault);
  EXPECT_THROW(make_form(decimal(5, 0), PhysicalType::fixed_len_byte_array, 0), PageFault);
  EXPECT_THROW(make_form(decimal(50, 0), PhysicalType::int64), PageFault);
  EXPECT_THROW(make_form(binary(), PhysicalType::fixed_len_byte_array, 3), PageFault);
  EXPECT_THROW(make_form(binary(), PhysicalType::int96), PageFault);
  EXPECT_THROW(make_form(list(int32()), PhysicalType::int32), PageFault);
}

}  // namespace
}  // namespace sluice::leaf_form_test
