#include "files/bound_order.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/float16.h"
#include "sluice/schema.h"

namespace sluice::bound_order_test {
namespace {

template <typename T>
std::string plain(T value) {
  return std::string(as_text(std::as_bytes(std::span(&value, 1))));
}

template <typename T>
std::vector<std::string> plain_all(std::initializer_list<T> values) {
  std::vector<std::string> all;
  for (const T value : values) all.push_back(plain(value));
  return all;
}

/// `ascending` must be in the order of the type, strictly.
void expect_order(const std::string& type_text, const std::vector<std::string>& ascending) {
  const Type type = parse_schema("c " + type_text)[0].type;
  for (size_t a = 0; a < ascending.size(); ++a) {
    for (size_t b = 0; b < ascending.size(); ++b)
      EXPECT_TRUE(compare_bounds(type, ascending[a], ascending[b]) == (a <=> b)) << type_text << " " << a << " " << b;
  }
}

TEST(BoundOrder, Numbers) {
  constexpr auto kMin32 = std::numeric_limits<int32_t>::min();
  constexpr auto kMin64 = std::numeric_limits<int64_t>::min();
  for (const char* type : {"int8", "int16", "int32", "date", "time(ms)", "decimal(9, 2)"})
    expect_order(type, plain_all<int32_t>({kMin32, -1, 0, 1, 256, INT32_MAX}));
  for (const char* type : {"int64", "timestamp(us)", "time(ns)", "decimal(18, 0)"})
    expect_order(type, plain_all<int64_t>({kMin64, -256, -1, 0, 1, 256, INT64_MAX}));
  for (const char* type : {"uint8", "uint16", "uint32"})
    expect_order(type, plain_all<uint32_t>({0, 1, 256, 0x8000'0000, UINT32_MAX}));
  expect_order("uint64", plain_all<uint64_t>({0, 1, 256, uint64_t{1} << 63, UINT64_MAX}));
  expect_order("float32", plain_all<float>({-std::numeric_limits<float>::infinity(), -1.5f, 0.f, 1e-40f, 3.f}));
  expect_order("float64", plain_all<double>({-1e300, -1.5, 0, 1e-310, std::numeric_limits<double>::infinity()}));
  expect_order("float16", plain_all<uint16_t>({to_float16(-2.f), to_float16(-1.f), 0, to_float16(1.f), 0x7C00}));
  expect_order("boolean", plain_all<uint8_t>({0, 1}));
}

TEST(BoundOrder, Bytes) {
  using namespace std::string_literals;
  for (const char* type : {"string", "binary", "json", "bson", "enum"})
    expect_order(type, {"", "\0"s, "a", "aa", "b", "\x7f", "\x80", "\xff", "\xff\xff"});
  expect_order("fixed(2)", {"\0\0"s, "\0\1"s, "a\xff", "b\0"s, "\xff\xff"});
  expect_order("uuid", {std::string(16, '\0'), std::string(16, '\x7f'), std::string(16, '\x80')});
  expect_order("decimal(38, 3)", {"\x80" + std::string(15, '\0'), std::string(16, '\xff'), std::string(16, '\0'),
                                  std::string(15, '\0') + "\x80", "\x7f" + std::string(15, '\xff')});
}

TEST(BoundOrder, ZerosAreAlike) {
  EXPECT_TRUE(compare_bounds(float64(), plain(-0.0), plain(0.0)) == 0);
  EXPECT_TRUE(compare_bounds(float16(), plain(uint16_t{0x8000}), plain(uint16_t{0})) == 0);
}

TEST(BoundOrder, WhatHasNoneIsUnordered) {
  const auto unordered = [](const Type& type, std::string_view a, std::string_view b) {
    return compare_bounds(type, a, b) == std::partial_ordering::unordered;
  };
  EXPECT_TRUE(unordered(null(), "", ""));
  EXPECT_TRUE(unordered(parse_schema("c geometry")[0].type, "a", "b"));
  EXPECT_TRUE(unordered(float64(), plain(std::numeric_limits<double>::quiet_NaN()), plain(1.0)));
  EXPECT_TRUE(unordered(int32(), "abc", "abcd"));
  EXPECT_TRUE(unordered(int64(), plain(int32_t{1}), plain(int32_t{2})));
  EXPECT_TRUE(unordered(parse_schema("c decimal(38, 0)")[0].type, "", ""));
}

}  // namespace
}  // namespace sluice::bound_order_test
