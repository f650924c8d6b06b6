// How quickly rows are held against conditions.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <string>

#include "columns/bound_predicate.h"
#include "columns/builder.h"
#include "columns/dictionary_form.h"
#include "lineitem.h"

namespace {

constexpr int64_t kRows = 65'536;

/// "a" int64 and "b" float64 of 0 to 99, "c" text of 100 words, "d" the same in dictionary form; 5 % of "n" are null.
sluice::Batch make_batch() {
  sluice::bench::Random random(1);
  const auto schema =
      std::make_shared<const sluice::Schema>(sluice::parse_schema("a int64, b float64, c string, d string, n int64"));
  sluice::ColumnBuilder a(sluice::int64()), b(sluice::float64()), c(sluice::string()), n(sluice::int64());
  sluice::ColumnBuilder words(sluice::string()), indices(sluice::int32());
  for (int64_t i = 0; i < kRows; ++i) {
    const auto number = static_cast<int64_t>(random.between(0, 99));
    a.append(number);
    b.append(static_cast<double>(number));
    if (!c.append_text("word " + std::to_string(number))) return {};
    indices.append(static_cast<int32_t>(number));
    random.between(1, 20) == 1 ? n.append_null() : n.append(number);
  }
  for (int word = 0; word < 100; ++word)
    if (!words.append_text("word " + std::to_string(word))) return {};
  const sluice::Column d =
      sluice::from_dictionary(indices.finish(), std::make_shared<const sluice::Column>(words.finish()));
  return sluice::Batch(schema, {a.finish(), b.finish(), c.finish(), d, n.finish()}, kRows);
}

void select_rows(benchmark::State& state, const std::string& condition) {
  const sluice::Batch batch = make_batch();
  sluice::BoundPredicate bound(sluice::parse_predicate(condition), batch.schema());
  for (auto _ : state) benchmark::DoNotOptimize(bound.select(batch).words().data());
  state.SetItemsProcessed(state.iterations() * kRows);
}

void filter_rows(benchmark::State& state, const std::string& condition) {
  const sluice::Batch batch = make_batch();
  sluice::BoundPredicate bound(sluice::parse_predicate(condition), batch.schema());
  sluice::RowFilter filter;
  for (auto _ : state) benchmark::DoNotOptimize(filter.filter(batch, bound.select(batch)).rows());
  state.SetItemsProcessed(state.iterations() * kRows);
}

BENCHMARK_CAPTURE(select_rows, int64, "a < 10");
BENCHMARK_CAPTURE(select_rows, int64_with_nulls, "n < 10");
BENCHMARK_CAPTURE(select_rows, int64_in, "a in (3, 17, 50, 80)");
BENCHMARK_CAPTURE(select_rows, float64, "b >= 90");
BENCHMARK_CAPTURE(select_rows, text, "c = 'word 7'");
BENCHMARK_CAPTURE(select_rows, dictionary, "d = 'word 7'");
BENCHMARK_CAPTURE(select_rows, three, "a < 50 and (b > 10 or d = 'word 7')");
BENCHMARK_CAPTURE(filter_rows, keeps_a_tenth, "a < 10");
BENCHMARK_CAPTURE(filter_rows, keeps_half, "a < 50");

}  // namespace
