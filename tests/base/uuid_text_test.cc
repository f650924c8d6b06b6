#include "base/uuid_text.h"

#include <gtest/gtest.h>

namespace sluice::uuid_text_test {
namespace {

std::string shown(std::string_view text) {
  const auto bytes = parse_uuid(text);
  if (!bytes) return "none";
  std::string out;
  append_uuid({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, out);
  return out;
}

TEST(Uuid, ComesBackInLowerCase) {
  EXPECT_EQ(shown("550e8400-e29b-41d4-a716-446655440000"), "550e8400-e29b-41d4-a716-446655440000");
  EXPECT_EQ(shown("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"), "ffffffff-ffff-ffff-ffff-ffffffffffff");
  EXPECT_EQ(shown("00000000-0000-0000-0000-000000000000"), "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ((*parse_uuid("0123456f-89ab-cdef-0123-456789abcdef"))[3], std::byte{0x6f});
}

TEST(Uuid, OtherFormsAreNone) {
  for (const char* text : {"", "550e8400e29b41d4a716446655440000", "{550e8400-e29b-41d4-a716-446655440000}",
                           "550e8400-e29b-41d4-a716-44665544000", "550e8400-e29b-41d4-a716-4466554400000",
                           "550e8400-e29b-41d4-a716-44665544000g", "550e8400-e29b-41d4-a7164-46655440000",
                           "550e8400-e29b-41d4-a716-44665544000@", "550e8400-e29b-41d4-a716-44665544000/"})
    EXPECT_EQ(shown(text), "none") << text;
}

}  // namespace
}  // namespace sluice::uuid_text_test
