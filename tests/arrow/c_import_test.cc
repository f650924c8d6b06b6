// Foreign arrays in through the Arrow C data interface: offsets at every level, lies refused, one release on every
// path.

#include <gtest/gtest.h>

#include <cstring>

#include "arrow/foreign_array.h"
#include "sluice/arrow.h"
#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::c_import_test {
namespace {

using test::ForeignArray;
using test::ForeignSchema;
using test::show_all;
using Shown = std::vector<std::string>;

const int64_t kNumbers[] = {10, 11, 12, 13, 14, 15, 16, 17};
const uint8_t kValid[] = {0b10110101};  // of 8 values: 1, 3 and 6 are null

std::shared_ptr<const Schema> schema_of(Type type) {
  return std::make_shared<const Schema>(Schema{{"a", std::move(type)}});
}

// Why a batch of one column "a" is refused; whatever the reason, it must have been released, once.
std::string refusal(ForeignArray& column, Type type, int64_t rows) {
  ForeignArray record(rows, {nullptr});
  record.add(column);
  std::string words = "was accepted";
  try {
    import_arrow(record.get(), schema_of(std::move(type)));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    words = error.what();
  }
  EXPECT_EQ(record.raw().release, nullptr);
  EXPECT_EQ(record.releases, 1);
  return words;
}

TEST(ArrowImport, SharesTheBuffersAndReleasesOnce) {
  ForeignArray column(8, {kValid, kNumbers}), record(8, {nullptr});
  ForeignSchema field("l", "a"), schema("+s");
  record.add(column);
  schema.add(field);
  {
    Batch batch = import_arrow(record.get(), schema.get());
    EXPECT_EQ(schema.releases, 1);
    EXPECT_EQ(schema.raw().release, nullptr);
    EXPECT_EQ(record.raw().release, nullptr);
    EXPECT_EQ(batch.column(0).data<int64_t>(), kNumbers);
    EXPECT_EQ(batch.column(0).validity.as<uint8_t>(), kValid);
    EXPECT_EQ(batch.column(0).null_count, 3);
    const Batch part = batch.slice(6, 2);
    batch = {};
    EXPECT_EQ(record.releases, 0) << "the slice still needs it";
    EXPECT_EQ(show_all(part.column(0)), (Shown{"null", "17"}));
  }
  EXPECT_EQ(record.releases, 1);
  EXPECT_EQ(column.releases, 0) << "children go with their parent";
}

TEST(ArrowImport, LivesOnInASingleColumn) {
  ForeignArray column(8, {nullptr, kNumbers}), record(8, {nullptr});
  record.add(column);
  Column kept;
  {
    const Batch batch = import_arrow(record.get(), schema_of(int64()));
    kept = batch.column(0).slice(2, 1);
  }
  EXPECT_EQ(record.releases, 0);
  EXPECT_EQ(show_all(kept), Shown{"12"});
  kept = {};
  EXPECT_EQ(record.releases, 1);
}

TEST(ArrowImport, HonoursOffsetsAtEveryLevel) {
  // struct(offset 1) of { n: int64(offset 2), s: struct(offset 1) of { m: int64(offset 1) } }, in a batch of offset 1.
  ForeignArray n(5, {kValid, kNumbers}), m(6, {nullptr, kNumbers}), s(5, {kValid}), a(4, {nullptr}),
      record(2, {nullptr});
  n.raw().offset = 2;
  m.raw().offset = 1;
  s.raw().offset = 1;
  s.add(m);
  a.raw().offset = 1;
  a.raw().length = 3;
  a.add(n).add(s);
  record.raw().offset = 1;
  record.add(a);
  const Type inner = struct_({{"m", int64()}});
  const Batch batch = import_arrow(record.get(), schema_of(struct_({{"n", int64()}, {"s", inner}})));
  // Row r: a at 1+1+r, n at 2+that, s at 1+that, m at 1+that again.
  EXPECT_EQ(show_all(batch.column(0)), (Shown{"{14,null}", "{15,{15}}"}));
  EXPECT_EQ(batch.column(0).children[0].null_count, 0);
  EXPECT_EQ(batch.column(0).children[1].null_count, 1);
}

TEST(ArrowImport, HonoursOffsetsOfListsAndText) {
  const int32_t text_offsets[] = {0, 1, 3, 3, 6};
  const int32_t list_offsets[] = {0, 0, 2, 2, 3};
  ForeignArray text(3, {nullptr, text_offsets, "abbccc"}), lists(2, {nullptr, list_offsets}), record(1, {nullptr});
  text.raw().offset = 1;  // bb, "", ccc
  lists.raw().offset = 1;
  lists.raw().length = 3;
  record.raw().offset = 1;
  record.raw().length = 2;
  record.add(lists.add(text));
  const Batch batch = import_arrow(record.get(), schema_of(list(string())));
  EXPECT_EQ(show_all(batch.column(0)), (Shown{"[]", "['ccc']"}));
  EXPECT_EQ(batch.slice(1, 1).column(0).offsets.as<int32_t>(), list_offsets);
}

TEST(ArrowImport, TakesMissingBuffersWhereNothingIsInThem) {
  ForeignArray numbers(0, {nullptr, nullptr}), text(0, {nullptr, nullptr, nullptr}), nothing(0), record(0, {nullptr});
  record.add(numbers).add(text).add(nothing);
  const auto schema = std::make_shared<const Schema>(Schema{{"n", int64()}, {"t", string()}, {"z", null()}});
  const Batch batch = import_arrow(record.get(), schema);
  EXPECT_EQ(batch.rows(), 0);
  EXPECT_EQ(batch.column(1).offsets_data()[0], 0);
  EXPECT_EQ(record.releases, 1) << "no buffer needs it";
}

TEST(ArrowImport, TakesTextWithoutBytesAndColumnsOfNulls) {
  const int32_t offsets[] = {0, 0, 0};
  ForeignArray text(2, {nullptr, offsets, nullptr}), nothing(2), record(2, {nullptr});
  nothing.raw().null_count = 2;
  record.add(text).add(nothing);
  const auto schema = std::make_shared<const Schema>(Schema{{"t", string()}, {"z", null()}});
  const Batch batch = import_arrow(record.get(), schema);
  EXPECT_EQ(show_all(batch.column(0)), (Shown{"''", "''"}));
  EXPECT_EQ(batch.column(1).null_count, 2);
}

TEST(ArrowImport, CountsNullsItself) {
  for (const int64_t claimed : {-1, 0, 3, 8}) {
    ForeignArray column(8, {kValid, kNumbers}), record(8, {nullptr});
    column.raw().null_count = claimed;
    record.add(column);
    EXPECT_EQ(import_arrow(record.get(), schema_of(int64())).column(0).null_count, 3);
  }
}

TEST(ArrowImport, CopiesOnlyWhatIsMisaligned) {
  alignas(8) std::byte shifted[3 * 8 + 1];
  std::memcpy(shifted + 1, kNumbers, 24);
  ForeignArray column(3, {nullptr, shifted + 1}), record(3, {nullptr});
  record.add(column);
  const Batch batch = import_arrow(record.get(), schema_of(int64()));
  EXPECT_EQ(show_all(batch.column(0)), (Shown{"10", "11", "12"}));
  EXPECT_EQ(record.releases, 1);
}

TEST(ArrowImport, RefusesImpossibleNumbers) {
  const std::pair<int64_t, int64_t> cases[] = {
      {-1, 0}, {1, -1}, {INT64_MAX, 1}, {1, INT64_MAX}, {INT64_MAX / 2, INT64_MAX / 2}};
  for (const auto& [length, offset] : cases) {
    ForeignArray column(length, {nullptr, kNumbers});
    column.raw().offset = offset;
    EXPECT_NE(refusal(column, int64(), 1).find("column \"a\" of the Arrow array has an impossible length"),
              std::string::npos);
  }
  ForeignArray nulls(1, {nullptr, kNumbers});
  nulls.raw().null_count = -2;
  EXPECT_NE(refusal(nulls, int64(), 1), "was accepted");
}

TEST(ArrowImport, RefusesLengthsThatDiffer) {
  ForeignArray column(2, {nullptr, kNumbers});
  EXPECT_EQ(refusal(column, int64(), 3), "column \"a\" of the Arrow array has 2 values where its struct needs 3");
}

TEST(ArrowImport, RefusesTheWrongNumberOfParts) {
  ForeignArray two_buffers(1, {nullptr, kNumbers});
  EXPECT_EQ(refusal(two_buffers, string(), 1), "column \"a\" of the Arrow array has 2 buffers where its type has 3");
  ForeignArray three_buffers(1, {nullptr, kNumbers, kNumbers});
  EXPECT_EQ(refusal(three_buffers, int64(), 1), "column \"a\" of the Arrow array has 3 buffers where its type has 2");
  ForeignArray child(1, {nullptr, kNumbers}), parent(1, {nullptr, kNumbers});
  parent.add(child);
  EXPECT_EQ(refusal(parent, int64(), 1), "column \"a\" of the Arrow array has 1 children where its type has 0");
  ForeignArray childless(1, {nullptr});
  EXPECT_EQ(refusal(childless, struct_({{"x", int64()}}), 1),
            "column \"a\" of the Arrow array has 0 children where its type has 1");
  ForeignArray dictionary(1, {nullptr, kNumbers}), coded(1, {nullptr, kNumbers});
  coded.raw().dictionary = dictionary.get();
  EXPECT_EQ(refusal(coded, int64(), 1), "column \"a\" of the Arrow array has a dictionary, but its type has none");
}

TEST(ArrowImport, RefusesMissingBuffers) {
  ForeignArray no_values(1, {nullptr, nullptr});
  EXPECT_EQ(refusal(no_values, int64(), 1), "column \"a\" of the Arrow array lacks a buffer of 8 bytes");
  ForeignArray no_offsets(1, {nullptr, nullptr, "x"});
  EXPECT_EQ(refusal(no_offsets, string(), 1), "column \"a\" of the Arrow array lacks a buffer of 8 bytes");
  const int32_t offsets[] = {0, 1};
  ForeignArray no_bytes(1, {nullptr, offsets, nullptr});
  EXPECT_EQ(refusal(no_bytes, string(), 1), "column \"a\" of the Arrow array lacks a buffer of 1 bytes");
  ForeignArray no_validity(1, {nullptr, kNumbers});
  no_validity.raw().null_count = 1;
  EXPECT_EQ(refusal(no_validity, int64(), 1), "column \"a\" of the Arrow array has 1 nulls, but no validity bitmap");
}

TEST(ArrowImport, RefusesOffsetsThatLead) {
  const int32_t descending[] = {0, 3, 2, 4}, negative_end[] = {0, -1}, negative_start[] = {-2, 1}, beyond[] = {0, 3};
  ForeignArray text(3, {nullptr, descending, "abcd"});
  EXPECT_EQ(refusal(text, string(), 3), "column \"a\" has offsets that descend");
  ForeignArray end(1, {nullptr, negative_end, "abcd"});
  EXPECT_EQ(refusal(end, string(), 1), "column \"a\" of the Arrow array ends at the negative offset -1");
  ForeignArray start(1, {nullptr, negative_start, "abcd"});
  EXPECT_EQ(refusal(start, string(), 1), "column \"a\" begins at the negative offset -2");
  ForeignArray child(2, {nullptr, kNumbers}), lists(1, {nullptr, beyond});
  lists.add(child);
  EXPECT_EQ(refusal(lists, list(int64()), 1), "column \"a\" has an offset of 3 where only 2 values are");
}

TEST(ArrowImport, RefusesShortAndMissingChildrenByPath) {
  ForeignArray child(1, {nullptr, kNumbers}), parent(2, {nullptr});
  parent.add(child);
  EXPECT_EQ(refusal(parent, struct_({{"x", int64()}}), 2),
            "column \"a.x\" of the Arrow array has 1 values where its struct needs 2");
  ForeignArray gone(2, {nullptr, kNumbers}), holder(2, {nullptr});
  holder.add(gone);
  gone.raw().release = nullptr;
  EXPECT_EQ(refusal(holder, struct_({{"x", int64()}}), 2),
            "column \"a.x\" of the Arrow array is missing, or has been released");
}

TEST(ArrowImport, RefusesRowsThatAreNull) {
  ForeignArray column(8, {nullptr, kNumbers}), record(8, {kValid});
  record.add(column);
  EXPECT_THROW(import_arrow(record.get(), schema_of(int64())), Error);
  EXPECT_EQ(record.releases, 1);
}

TEST(ArrowImport, RefusesNullsThatTheSchemaForbids) {
  ForeignArray column(8, {kValid, kNumbers}), record(8, {nullptr});
  record.add(column);
  const auto schema = std::make_shared<const Schema>(Schema{{"a", int64(), false}});
  EXPECT_THROW(import_arrow(record.get(), schema), Error);
  EXPECT_EQ(record.releases, 1);
}

TEST(ArrowImport, ReleasesBothWhenOneIsRefused) {
  ForeignArray record(0, {nullptr});
  ForeignSchema field("U", "a"), schema("+s");
  schema.add(field);
  EXPECT_THROW(import_arrow(record.get(), schema.get()), Error);
  EXPECT_EQ(record.releases, 1);
  EXPECT_EQ(schema.releases, 1);
  EXPECT_EQ(record.raw().release, nullptr);
  EXPECT_EQ(schema.raw().release, nullptr);
}

TEST(ArrowImport, RefusesWhatHasBeenReleased) {
  ArrowArray array{};
  EXPECT_THROW(import_arrow(&array, schema_of(int64())), Error);
  EXPECT_THROW(import_arrow(nullptr, schema_of(int64())), Error);
  ForeignArray record(0, {nullptr});
  EXPECT_THROW(import_arrow(record.get(), std::shared_ptr<const Schema>()), Error);
  EXPECT_EQ(record.releases, 1);
  ForeignArray again(0, {nullptr});
  ArrowSchema released{};
  EXPECT_THROW(import_arrow(again.get(), &released), Error);
  EXPECT_EQ(again.releases, 1);
}

}  // namespace
}  // namespace sluice::c_import_test
