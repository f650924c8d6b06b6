// Logical types: golden bytes, all kinds, and those of later specifications.
#include "format/logical_type.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "format/wire.h"
#include "sluice/error.h"

namespace sluice::logical_type_test {
namespace {

using test::bytes_of;
using test::expect_round_trip;
using test::from_hex;
using test::hex;
using test::read_back;

TEST(LogicalType, GoldenBytes) {
  const auto wire = [](const LogicalType& type) { return hex(bytes_of(type)); };
  EXPECT_EQ(wire({.kind = LogicalKind::string}), "1c 00 00");
  EXPECT_EQ(wire({.kind = LogicalKind::float16}), "fc 00 00");
  EXPECT_EQ(wire({.kind = LogicalKind::vector}), "0c 26 00 00");
  EXPECT_EQ(wire({.kind = LogicalKind::integer, .is_signed = false, .bit_width = 8}), "ac 13 08 12 00 00");
  EXPECT_EQ(wire({.kind = LogicalKind::timestamp, .is_adjusted_to_utc = true, .unit = TimeUnit::microsecond}),
            "8c 11 1c 2c 00 00 00 00");
  EXPECT_EQ(wire({.kind = LogicalKind::decimal, .scale = 2, .precision = 9}), "5c 15 04 15 12 00 00");
}

TEST(LogicalType, EveryKindComesBack) {
  for (int kind = 1; kind <= 19; ++kind) {
    LogicalType type{.kind = static_cast<LogicalKind>(kind)};
    if (kind == 9) continue;                 // reserved
    if (kind >= 16 && kind <= 18) continue;  // keep their bytes: next test
    expect_round_trip(type);
  }
  for (const TimeUnit unit : {TimeUnit::millisecond, TimeUnit::microsecond, TimeUnit::nanosecond})
    for (const bool utc : {false, true})
      for (const LogicalKind kind : {LogicalKind::time, LogicalKind::timestamp})
        expect_round_trip(LogicalType{.kind = kind, .is_adjusted_to_utc = utc, .unit = unit});
  for (const int8_t width : {int8_t{8}, int8_t{16}, int8_t{32}, int8_t{64}})
    expect_round_trip(LogicalType{.kind = LogicalKind::integer, .is_signed = true, .bit_width = width});
  expect_round_trip(LogicalType{.kind = LogicalKind::decimal, .scale = 3, .precision = INT32_MAX});
  Bytes bytes;
  ThriftWriter out(bytes);
  EXPECT_THROW((LogicalType{.kind = LogicalKind::time, .unit = TimeUnit::second}.write(out)), Error);
}

TEST(LogicalType, LaterSpecificationsKeepTheirBytes) {
  const std::pair<const char*, LogicalKind> cases[] = {
      {"00", LogicalKind::unrecognised},                       // no member
      {"0c c8 01 15 02 00 00", LogicalKind::unrecognised},     // member 100
      {"9c 00 00", LogicalKind::unrecognised},                 // member 9, reserved
      {"8c 11 1c 4c 00 00 00 00", LogicalKind::unrecognised},  // a timestamp in the unit 4
      {"0c 22 18 03 61 62 63 00 00", LogicalKind::geometry},   // with a crs
      {"0c 20 13 01 00 00", LogicalKind::variant},             // with a version
  };
  for (const auto& [text, kind] : cases) {
    const Bytes bytes = from_hex(text);
    const auto type = read_back<LogicalType>(bytes);
    EXPECT_EQ(type.kind, kind) << text;
    EXPECT_EQ(type.raw, bytes.view()) << text;
    EXPECT_EQ(hex(bytes_of(type)), text);
  }
  EXPECT_THROW(read_back<LogicalType>(from_hex("1c 00 1c 00 00")), ThriftError);  // two members
  EXPECT_THROW(read_back<LogicalType>(from_hex("15 02 00")), ThriftError);        // a member that is no struct
  EXPECT_THROW(read_back<LogicalType>(from_hex("ac 00 00")), ThriftError);        // INTEGER without a width
}

}  // namespace
}  // namespace sluice::logical_type_test
