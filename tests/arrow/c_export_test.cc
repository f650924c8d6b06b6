// Batches out through the Arrow C data interface: same values, same addresses, buffers held until released.

#include <gtest/gtest.h>

#include "sluice/arrow.h"
#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::c_export_test {
namespace {

using test::make_int64;
using test::make_list;
using test::make_struct;
using test::make_text;
using test::show_all;

const std::optional<int64_t> kNull = std::nullopt;

// Buffers of a column and of all its parts, in order.
void collect_addresses(const Column& column, std::vector<const void*>& out) {
  for (const Buffer* buffer : {&column.validity, &column.offsets, &column.values})
    if (!buffer->empty()) out.push_back(buffer->bytes().data());
  for (const Column& child : column.children) collect_addresses(child, out);
}

std::vector<const void*> addresses(const Batch& batch) {
  std::vector<const void*> out;
  for (const Column& column : batch.columns()) collect_addresses(column, out);
  return out;
}

Batch there_and_back(const Batch& batch) {
  ArrowArray array;
  ArrowSchema schema;
  export_arrow(batch, &array, &schema);
  return import_arrow(&array, &schema);
}

void expect_same(const Batch& a, const Batch& b) {
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.schema(), b.schema());
  for (size_t i = 0; i < a.columns().size(); ++i) {
    EXPECT_EQ(show_all(a.column(i)), show_all(b.column(i)));
    EXPECT_EQ(a.column(i).null_count, b.column(i).null_count);
  }
}

Batch make_batch(Schema schema, std::vector<Column> columns, int64_t rows) {
  return Batch(std::make_shared<const Schema>(std::move(schema)), std::move(columns), rows);
}

// Four rows of everything: scalars, text, and nesting both ways round.
Batch rich_batch() {
  const Type point = struct_({{"x", int64()}, {"name", string()}, {"nothing", null()}});
  const Type deep = struct_({{"p", point}, {"l", list(Field{"element", point})}});
  const auto points = [&](std::vector<bool> valid) {
    const size_t n = valid.size();
    std::vector<std::optional<int64_t>> x;
    std::vector<std::optional<std::string>> names;
    for (size_t i = 0; i < n; ++i) {
      x.push_back(i % 3 == 1 ? kNull : static_cast<int64_t>(i));
      names.push_back(i % 4 == 2 ? std::nullopt : std::optional(std::string(i, 'n')));
    }
    return make_struct(point, {make_int64(x), make_text(string(), names), test::make_null(static_cast<int64_t>(n))},
                       valid);
  };
  const Column lists =
      make_list({"element", point}, points({true, false, true, true, true, false}), {2, std::nullopt, 0, 4});
  return make_batch(
      {{"b", boolean()},
       {"f", float32(), false},
       {"j", json(), true, 3},
       {"z", null()},
       {"l", lists.type},
       {"d", deep}},
      {test::make_bool({true, std::nullopt, false, true}), test::make_fixed<float>(float32(), {1.0F, 2.0F, 3.0F, 4.0F}),
       make_text(json(), {"1", "[]", std::nullopt, "{}"}), test::make_null(4), lists,
       make_struct(deep, {points({true, true, false, true}), lists}, {false, true, true, true})},
      4);
}

TEST(ArrowExport, RoundTripKeepsValuesAndAddresses) {
  const Batch batch = rich_batch();
  const Batch back = there_and_back(batch);
  expect_same(batch, back);
  EXPECT_EQ(addresses(batch), addresses(back));
}

TEST(ArrowExport, RoundTripOfEverySlice) {
  const Batch batch = rich_batch();
  for (int64_t begin = 0; begin <= 4; ++begin)
    for (int64_t count = 0; begin + count <= 4; ++count) {
      const Batch part = batch.slice(begin, count);
      const Batch back = there_and_back(part);
      expect_same(part, back);
      expect_same(back, there_and_back(back.slice(0, count)));
      if (count == 0) continue;
      const std::vector<const void*> shared = addresses(part);
      for (const void* address : addresses(back)) EXPECT_NE(std::ranges::count(shared, address), 0);
    }
}

TEST(ArrowExport, RewindsTheChildrenOfSlicedStructs) {
  const Type type = struct_({{"x", int64()}});
  const Column column = make_struct(type, {make_int64({1, 2, kNull, 4})}, {true, false, true, true});
  const Batch part = make_batch({{"a", type}}, {column}, 4).slice(2, 2);
  ArrowArray array;
  export_arrow(part, &array, nullptr);
  const ArrowArray& a = *array.children[0];
  EXPECT_EQ(array.offset, 0);
  EXPECT_EQ(a.offset, 2);
  EXPECT_EQ(a.length, 2);
  EXPECT_EQ(a.null_count, 0);
  EXPECT_EQ(a.buffers[0], column.validity.bytes().data());
  EXPECT_EQ(a.children[0]->offset, 0);
  EXPECT_EQ(a.children[0]->length, 4);
  EXPECT_EQ(a.children[0]->null_count, 1);
  array.release(&array);
}

TEST(ArrowExport, ShiftsABitmapThatBeginsElsewhereThanTheChildren) {
  const Type type = struct_({{"x", int64()}});
  Column column = make_struct(type, {make_int64({1, 2, 3})}, {true, true, false});
  column.validity = test::make_bits({false, false, false, true, true, false});
  column.offset = 3;  // the child's values begin at 0 and cannot be rewound
  const Type outer = struct_({{"s", type}});
  const Batch batch =
      make_batch({{"a", type}, {"o", outer}}, {column, make_struct(outer, {column}, {true, false, true})}, 3);
  const Batch back = there_and_back(batch);
  expect_same(batch, back);
  expect_same(batch.slice(1, 2), there_and_back(batch.slice(1, 2)));
}

TEST(ArrowExport, GivesNoNullPointersButForValidity) {
  const Batch batch = make_batch({{"n", int64()}, {"t", string()}}, {make_int64({}), make_text(string(), {})}, 0);
  ArrowArray array;
  export_arrow(batch, &array, nullptr);
  EXPECT_EQ(array.n_buffers, 1);
  EXPECT_EQ(array.buffers[0], nullptr);
  for (int64_t c = 0; c < 2; ++c)
    for (int64_t b = 0; b < array.children[c]->n_buffers; ++b)
      EXPECT_EQ(array.children[c]->buffers[b] == nullptr, b == 0);
  array.release(&array);
  EXPECT_EQ(array.release, nullptr);
}

// A buffer whose owner tells when it goes.
struct Watched {
  std::shared_ptr<const std::vector<int64_t>> values =
      std::make_shared<const std::vector<int64_t>>(std::vector<int64_t>{1, 2, 3});
  std::weak_ptr<const std::vector<int64_t>> alive = values;

  Batch batch() {
    Column column;
    column.type = int64();
    column.length = 3;
    const auto bytes = std::as_bytes(std::span(*values));
    column.values = Buffer(bytes, std::move(values));
    return make_batch({{"a", int64()}}, {column}, 3);
  }
};

TEST(ArrowExport, HoldsTheBuffersUntilReleased) {
  Watched watched;
  ArrowArray array;
  export_arrow(watched.batch(), &array, nullptr);
  EXPECT_FALSE(watched.alive.expired());
  array.release(&array);
  EXPECT_TRUE(watched.alive.expired());
}

TEST(ArrowExport, LetsTheReceiverMoveChildrenAway) {
  Watched watched;
  ArrowArray array;
  export_arrow(watched.batch(), &array, nullptr);
  ArrowArray moved = *array.children[0];
  array.children[0]->release = nullptr;
  array.release(&array);
  EXPECT_FALSE(watched.alive.expired());
  EXPECT_EQ(static_cast<const int64_t*>(moved.buffers[1])[2], 3);
  moved.release(&moved);
  EXPECT_TRUE(watched.alive.expired());
}

TEST(ArrowExport, LeavesNothingBehindWhenTheSchemaCannotGo) {
  Watched watched;
  Batch batch = watched.batch();
  batch = Batch(std::make_shared<const Schema>(Schema{{std::string("a\0", 2), int64()}}), batch.columns(), 3);
  ArrowArray array{};
  ArrowSchema schema{};
  EXPECT_THROW(export_arrow(batch, &array, &schema), Error);
  EXPECT_EQ(array.release, nullptr);
  EXPECT_EQ(schema.release, nullptr);
  batch = {};
  EXPECT_TRUE(watched.alive.expired());
}

}  // namespace
}  // namespace sluice::c_export_test
