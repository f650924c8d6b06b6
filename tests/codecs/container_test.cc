#include "codecs/container.h"

#include <gtest/gtest.h>

#include <string>

#include "support/pack.h"

namespace sluice::container_test {
namespace {

TEST(ContainerOfBytes, KnowsWhatTheLibrariesWrite) {
  for (const Container container : test::kContainers)
    for (const std::string text : {"", "some text"}) {
      const std::string packed = test::pack(container, text);
      EXPECT_EQ(container_of_bytes(as_bytes(packed)), container) << to_string(container);
      EXPECT_EQ(container_of_bytes(as_bytes(packed.substr(0, kContainerStartBytes))), container);
    }
}

TEST(ContainerOfBytes, KnowsZstdFramesThatAreSkipped) {
  for (int first = 0x4F; first <= 0x60; ++first) {
    const std::string start = std::string(1, static_cast<char>(first)) + "\x2A\x4D\x18";
    const bool is_frame = first >= 0x50 && first <= 0x5F;
    EXPECT_EQ(container_of_bytes(as_bytes(start)), is_frame ? Container::zstd : Container::none) << first;
  }
}

TEST(ContainerOfBytes, LeavesTextAlone) {
  for (const std::string_view text : {"", "B", "BZh", "BZh91,2\n3,4\n", "P*M", "{\"a\":1}\n", "\xEF\xBB\xBF{}",
                                      "\xFF\xFE{", "\x1F\x8B", "\xFD\x37zXZ", "BZh0\x31\x41\x59\x26\x53\x59"})
    EXPECT_EQ(container_of_bytes(as_bytes(text)), Container::none) << text;
}

TEST(ContainerOfName, GoesByTheEnding) {
  EXPECT_EQ(container_of_name("data/a.csv.gz"), Container::gzip);
  EXPECT_EQ(container_of_name("a.zst"), Container::zstd);
  EXPECT_EQ(container_of_name("a.zstd"), Container::zstd);
  EXPECT_EQ(container_of_name("a.bz2"), Container::bzip2);
  EXPECT_EQ(container_of_name("a.xz"), Container::xz);
  for (const std::string_view other : {"", "-", "a.csv", "gz", "a.gz/b", "a.gz.csv"})
    EXPECT_EQ(container_of_name(other), Container::none) << other;
}

TEST(NameWithoutContainer, IsThatOfTheText) {
  EXPECT_EQ(name_without_container("data/a.csv.gz"), "data/a.csv");
  EXPECT_EQ(name_without_container("a.csv.zstd"), "a.csv");
  EXPECT_EQ(name_without_container("a.csv.gz.bz2"), "a.csv.gz");
  EXPECT_EQ(name_without_container("a.csv"), "a.csv");
  EXPECT_EQ(name_without_container(".xz"), "");
  EXPECT_EQ(name_without_container(""), "");
}

}  // namespace
}  // namespace sluice::container_test
