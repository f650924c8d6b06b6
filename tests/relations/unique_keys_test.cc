#include "relations/unique_keys.h"

#include <gtest/gtest.h>

#include "support/draw.h"

namespace sluice::unique_keys_test {
namespace {

Digest128 key_of(uint64_t number) { return digest128_of({reinterpret_cast<const std::byte*>(&number), sizeof number}); }

TEST(UniqueKeys, FindsAtOnceWhatIsInTheTable) {
  UniqueKeys keys(1'000'000);
  for (uint64_t i = 0; i < 10'000; ++i) ASSERT_TRUE(keys.add(key_of(i)));
  EXPECT_FALSE(keys.add(key_of(7)));
}

TEST(UniqueKeys, FindsAtTheEndWhatWasSpilled) {
  for (const uint64_t repeated : {0, 1, 4'999, 9'998}) {
    UniqueKeys keys(2'000);
    for (uint64_t i = 0; i < 10'000; ++i) ASSERT_TRUE(keys.add(key_of(i)));
    if (!keys.add(key_of(repeated))) continue;  // it was among the last ones
    const std::optional<int64_t> found = keys.find_repeated();
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(*found == 10'000 || *found == static_cast<int64_t>(repeated)) << *found;
  }
}

TEST(UniqueKeys, FindsNothingWhereAllDiffer) {
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{2'000}, uint64_t{100'000}}) {
    UniqueKeys keys(bytes);
    for (uint64_t i = 0; i < 3'000; ++i) ASSERT_TRUE(keys.add(key_of(i)));
    EXPECT_EQ(keys.find_repeated(), std::nullopt) << bytes;
  }
}

TEST(UniqueKeys, ManyEqualKeys) {
  UniqueKeys keys(0);
  EXPECT_TRUE(keys.add(key_of(1)));
  EXPECT_TRUE(keys.add(key_of(2)));
  EXPECT_TRUE(keys.add(key_of(1)));
  EXPECT_TRUE(keys.find_repeated().has_value());
}

}  // namespace
}  // namespace sluice::unique_keys_test
