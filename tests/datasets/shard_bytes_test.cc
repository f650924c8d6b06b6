// Files meet the wanted size on disk, whatever is in them and however it is encoded.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "datasets/dataset_files.h"

namespace sluice::shard_bytes_test {
namespace {

using namespace test;

constexpr uint64_t kWanted = 256_KiB;  // for up to four leaves

const Schema kSchema = parse_schema("id int64 not null, n int32, t string, l list<float64>");

/// Rows of texts and numbers: of two in three, or as `is_random` says, no two are alike.
class Rows {
 public:
  explicit Rows(std::function<bool(int64_t)> is_random = [](int64_t row) { return row % 3 != 0; })
      : is_random_(std::move(is_random)) {}

  Batch next(int64_t rows) {
    std::vector<std::optional<int64_t>> ids;
    std::vector<std::optional<int32_t>> small;
    std::vector<std::optional<std::string>> texts;
    std::vector<std::optional<double>> elements;
    std::vector<std::optional<int32_t>> sizes;
    for (int64_t i = 0; i < rows; ++i, ++row_) {
      const bool is_random = is_random_(row_);
      const uint64_t bits = is_random ? engine_() : 7;
      ids.push_back(static_cast<int64_t>(bits));
      small.push_back(bits % 10 == 0 ? std::nullopt : std::optional(static_cast<int32_t>(bits % 1'000)));
      texts.push_back(is_random ? std::to_string(engine_()) + std::to_string(engine_()) : "the same");
      sizes.push_back(bits % 5 == 0 ? std::nullopt : std::optional(static_cast<int32_t>(bits % 3)));
      for (int32_t k = 0; k < sizes.back().value_or(0); ++k) elements.push_back(static_cast<double>(bits >> 40));
    }
    const Column list = make_list({"element", float64(), true}, make_fixed(float64(), elements), sizes);
    return Batch(schema_, {make_int64(ids), make_fixed(int32(), small), make_text(string(), texts), list}, rows);
  }

 private:
  std::shared_ptr<const Schema> schema_ = std::make_shared<const Schema>(kSchema);
  std::function<bool(int64_t)> is_random_;
  std::mt19937_64 engine_{3};
  int64_t row_ = 0;
};

void expect_sizes(Rows rows, int64_t count, FileOptions file, const std::string& what, uint64_t wanted = kWanted) {
  TemporaryDirectory dir;
  file.sync = false;
  if (!file.runtime) file.runtime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  DatasetWriter writer(dir / "out", kSchema, {.file = file, .shard_bytes = wanted});
  for (int64_t done = 0; done < count; done += 5'000) writer.write(rows.next(5'000));
  const WriteResult result = writer.close();
  EXPECT_GE(result.files.size(), 3u) << what;
  for (size_t i = 0; i + 1 < result.files.size(); ++i) {
    const double ratio = static_cast<double>(result.files[i].bytes) / static_cast<double>(wanted);
    EXPECT_GE(ratio, 0.95) << what << ", file " << i;
    EXPECT_LE(ratio, 1.02) << what << ", file " << i;
  }
}

TEST(ShardBytes, AreMetWithEveryCodec) {
  for (const Codec codec : {Codec::none, Codec::snappy, Codec::zstd, Codec::lz4})
    expect_sizes(Rows(), 30'000, {.compression = {codec}}, std::string(to_string(codec)));
}

TEST(ShardBytes, AreMetWithOtherLayouts) {
  expect_sizes(Rows(), 30'000, {.profile = Profile::compat}, "compat");
  expect_sizes(Rows(), 30'000, {.page_version = 2}, "version 2");
  expect_sizes(Rows(), 30'000, {.row_group_rows = 1'000}, "short row groups");
  expect_sizes(Rows(), 30'000, {.page_rows = 100}, "short pages");
  expect_sizes(Rows(), 30'000, {.dictionary_bytes = 0}, "no dictionaries");
  expect_sizes(Rows(), 30'000, {.content_defined_pages = ContentDefinedPages{1'000, 20'000}}, "pages by content");
  expect_sizes(Rows(), 30'000, {.metadata = {{"k", std::string(9'000, 'x')}}}, "long metadata");
}

TEST(ShardBytes, CountBloomFilters) {
  FileOptions options;
  options.columns = {{.column = "id", .bloom_filter = 0.01}, {.column = "t", .bloom_filter = 0.1}};
  expect_sizes(Rows(), 30'000, options, "bloom filters");
}

TEST(ShardBytes, AreMetWhereDataChange) {
  for (const int64_t turn : {500, 3'000, 6'000, 12'000})
    expect_sizes(Rows([=](int64_t row) { return row / turn % 2 == 0; }), 40'000, {.compression = {Codec::snappy}},
                 "turns of " + std::to_string(turn));
  // The more rows, the more of them are all alike.
  expect_sizes(Rows([](int64_t row) { return row % (1 + row / 10'000) == 0; }), 60'000, {}, "fewer and fewer");
}

TEST(ShardBytes, AreMetFarBelowWhatIsPromised) { expect_sizes(Rows(), 30'000, {}, "64 KiB", 64_KiB); }

}  // namespace
}  // namespace sluice::shard_bytes_test
