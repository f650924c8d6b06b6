// What a writer of a column has found out makes another one go on as that one would.

#include <gtest/gtest.h>

#include "pages/one_column.h"
#include "support/draw.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::chunk_learnt_test {
namespace {

using namespace test;

constexpr ChunkOptions kOptions{
    .compression = {Codec::snappy}, .page_bytes = 4'096, .page_rows = 300, .dictionary_bytes = kPlenty};

std::string bytes_of(OneColumn& one, const Column& column) {
  one.append(column);
  one.finish();
  return std::string(one.chunk().dictionary_page.view()) + std::string(one.chunk().data_pages.joined().view());
}

TEST(ChunkLearnt, APupilGoesOnAsItsTeacherDoes) {
  constexpr uint64_t kSeed = 82;
  size_t columns = 0;
  for (uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    Draw draw(kSeed, i);
    const RandomTable table = draw_table(draw, {.depth_max = 2, .rows_max = 500, .leaves_max_large = 2'000});
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    if (batches.size() < 2) continue;
    for (size_t c = 0; c < table.schema.size(); ++c, ++columns) {
      const std::string schema = to_text(Schema{table.schema[c]});
      OneColumn teacher(schema, kOptions);
      bytes_of(teacher, batches[0].column(c));
      OneColumn pupil(schema, kOptions);
      bytes_of(pupil, batches[draw.below(batches.size())].column(c));  // whatever it knew before does not count
      pupil.writer().learn_from(teacher.writer().learnt());
      for (size_t b = 1; b < batches.size(); ++b)
        ASSERT_EQ(bytes_of(pupil, batches[b].column(c)), bytes_of(teacher, batches[b].column(c)));
    }
  }
  EXPECT_GT(columns, 50u);
}

TEST(ChunkLearnt, APupilTriesNothingAgain) {
  OneColumn teacher("a int64", kOptions);
  bytes_of(teacher, counted(0, 1'200));  // whole pages: one that is shorter would look like other data
  OneColumn pupil("a int64", kOptions);
  pupil.writer().learn_from(teacher.writer().learnt());
  OneColumn stranger("a int64", kOptions);
  const Column few = counted(0, 300, 2);
  EXPECT_EQ(bytes_of(pupil, few), bytes_of(teacher, few));
  EXPECT_TRUE(pupil.chunk().dictionary_page.empty());
  bytes_of(stranger, few);
  EXPECT_FALSE(stranger.chunk().dictionary_page.empty());
}

}  // namespace
}  // namespace sluice::chunk_learnt_test
