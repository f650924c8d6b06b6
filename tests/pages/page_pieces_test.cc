#include "pages/page_pieces.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::page_pieces_test {
namespace {

TEST(PagePieces, LongPagesStayWhereTheyAre) {
  PagePieces pieces;
  std::string expected;
  std::vector<const std::byte*> places;
  for (int i = 0; i < 20; ++i) {
    const std::string page(100'000 + static_cast<size_t>(i), static_cast<char>('a' + i));
    Bytes& piece = pieces.room_for(2 * page.size());
    piece.append(page);
    expected += page;
    EXPECT_EQ(pieces.size(), expected.size());
    places.push_back(piece.data());
  }
  ASSERT_EQ(pieces.pieces().size(), 20u);
  for (size_t i = 0; i + 1 < places.size(); ++i) {
    EXPECT_EQ(pieces.pieces()[i].capacity(), pieces.pieces()[i].size()) << "room that nobody will use";
  }
  EXPECT_EQ(pieces.pieces().back().data(), places.back());
  EXPECT_EQ(pieces.joined().view(), expected);
}

TEST(PagePieces, ShortPagesShareAPiece) {
  PagePieces pieces;
  EXPECT_TRUE(pieces.empty());
  for (int i = 0; i < 1'000; ++i) pieces.append("page " + std::to_string(i));
  EXPECT_EQ(pieces.pieces().size(), 1u);
  for (int i = 0; i < 30'000; ++i) pieces.append("page " + std::to_string(i));
  EXPECT_LE(pieces.pieces().size(), 5u);
  EXPECT_EQ(pieces.joined().size(), pieces.size());
}

}  // namespace
}  // namespace sluice::page_pieces_test
