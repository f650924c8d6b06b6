// Arrays laid out otherwise than our columns: 64-bit offsets, views, dictionaries, maps, lists of a fixed size. Each at
// an offset of its own, with nulls, and with what contradicts itself refused.
#include "arrow/array_form.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "arrow/foreign_array.h"
#include "sluice/arrow.h"
#include "sluice/error.h"
#include "support/make_columns.h"

namespace sluice::array_form_test {
namespace {

using test::ForeignArray;
using test::ForeignSchema;
using test::show_all;
using Shown = std::vector<std::string>;

const uint8_t kSecondIsNull[] = {0b11111101};

/// The column of a batch, imported with its schema; nothing must be released twice or be kept.
Shown imported(ForeignArray& column, ForeignSchema& field, int64_t rows, int64_t begin = 0) {
  ForeignArray record(rows, {nullptr});
  record.raw().offset = begin;
  record.add(column);
  ForeignSchema schema("+s");
  schema.add(field);
  Shown shown;
  {
    const Batch batch = import_arrow(record.get(), schema.get());
    shown = show_all(batch.column(0));
  }
  EXPECT_EQ(record.releases, 1);
  return shown;
}

std::string refusal(ForeignArray& column, ForeignSchema& field, int64_t rows, ErrorCode code = ErrorCode::invalid) {
  try {
    imported(column, field, rows);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_EQ(error.place().field.substr(0, 1), "a");
    return error.what();
  }
  return "was accepted";
}

TEST(ArrayForm, LargeText) {
  const int64_t offsets[] = {2, 3, 5, 5, 8};
  const char bytes[] = "--abbccc";
  ForeignArray column(4, {kSecondIsNull, offsets, bytes});
  ForeignSchema field("U", "a");
  EXPECT_EQ(imported(column, field, 4), (Shown{"'a'", "null", "''", "'ccc'"}));
  ForeignArray later(4, {kSecondIsNull, offsets, bytes});
  EXPECT_EQ(imported(later, field, 2, 1), (Shown{"null", "''"}));
  const int64_t falling[] = {0, 5, 3};
  ForeignArray bad(2, {nullptr, falling, bytes});
  EXPECT_EQ(refusal(bad, field, 2), "column \"a\" of the Arrow array has offsets that descend, or are negative");
}

TEST(ArrayForm, LargeTextBeyond32BitsAsksForSmallerBatches) {
  const int64_t far[] = {int64_t{1} << 40, (int64_t{1} << 40) + 3};
  ForeignSchema field("Z", "a");
  // The bytes are where the offset says; only the address is made up, and nobody reads there.
  const char bytes[] = "abc";
  ForeignArray column(1, {nullptr, far, bytes - (int64_t{1} << 40)});
  EXPECT_EQ(imported(column, field, 1), (Shown{"'abc'"}));
  const int64_t wide[] = {0, int64_t{1} << 31};
  ForeignArray bad(1, {nullptr, wide, bytes});
  EXPECT_EQ(refusal(bad, field, 1, ErrorCode::unsupported),
            "column \"a\" of the Arrow array has more than 2^31-1 bytes in one batch");
}

/// 16 bytes: a short text, or the way to a long one.
std::string view_of(std::string text, int32_t buffer = 0, int32_t offset = 0) {
  std::string view(16, '\0');
  const auto size = static_cast<int32_t>(text.size());
  std::memcpy(view.data(), &size, 4);
  std::memcpy(view.data() + 4, text.data(), std::min<size_t>(text.size(), 12));
  if (size > 12) {
    std::memcpy(view.data() + 8, &buffer, 4);
    std::memcpy(view.data() + 12, &offset, 4);
  }
  return view;
}

TEST(ArrayForm, TextViews) {
  const std::string first = "..a text of some length", second = "another long one";
  const std::string views = view_of("twelve bytes") + view_of(std::string(5, '\xff')) + view_of("") +
                            view_of(first.substr(2), 0, 2) + view_of(second, 1, 0);
  const int64_t sizes[] = {static_cast<int64_t>(first.size()), static_cast<int64_t>(second.size())};
  ForeignSchema field("vu", "a");
  const auto column = [&] {
    return std::vector<const void*>{kSecondIsNull, views.data(), first.data(), second.data(), sizes};
  };
  ForeignArray all(5, column());
  EXPECT_EQ(imported(all, field, 5),
            (Shown{"'twelve bytes'", "null", "''", "'a text of some length'", "'another long one'"}));
  ForeignArray part(5, column());
  EXPECT_EQ(imported(part, field, 2, 3), (Shown{"'a text of some length'", "'another long one'"}));
  ForeignArray inline_only(1, {nullptr, views.data(), nullptr});
  EXPECT_EQ(imported(inline_only, field, 1), (Shown{"'twelve bytes'"}));
}

TEST(ArrayForm, ViewsThatLie) {
  const std::string data = "a text of some length";
  const int64_t sizes[] = {static_cast<int64_t>(data.size())};
  ForeignSchema field("vz", "a");
  for (const auto& [buffer, offset] : {std::pair(1, 0), {-1, 0}, {0, 1}, {0, -1}, {0, INT32_MAX}}) {
    const std::string view = view_of(data, buffer, offset);
    ForeignArray column(1, {nullptr, view.data(), data.data(), sizes});
    EXPECT_NE(refusal(column, field, 1).find("has a view"), std::string::npos) << buffer << " " << offset;
  }
  std::string negative = view_of("");
  const int32_t size = -1;
  std::memcpy(negative.data(), &size, 4);
  ForeignArray column(1, {nullptr, negative.data(), sizes});
  EXPECT_EQ(refusal(column, field, 1), "column \"a\" of the Arrow array has a view of -1 bytes");
  ForeignArray short_of_buffers(1, {nullptr, negative.data()});
  EXPECT_EQ(refusal(short_of_buffers, field, 1), "column \"a\" of the Arrow array has 2 buffers where its type has 3");
}

const int32_t kItems[] = {10, 11, 12, 13, 14, 15};

TEST(ArrayForm, LargeLists) {
  const int64_t offsets[] = {1, 3, 4, 4, 6};
  ForeignSchema item("i", "item"), field("+L", "a");
  field.add(item);
  ForeignArray items(6, {nullptr, kItems}), column(4, {kSecondIsNull, offsets});
  column.add(items);
  EXPECT_EQ(imported(column, field, 4), (Shown{"[11,12]", "null", "[]", "[14,15]"}));
  const int64_t beyond[] = {0, 7};
  ForeignArray few(6, {nullptr, kItems}), bad(1, {nullptr, beyond});
  bad.add(few);
  EXPECT_EQ(refusal(bad, field, 1), "column \"a\" of the Arrow array has an offset of 7 where only 6 values are");
}

TEST(ArrayForm, ListViewsInAnyOrder) {
  const int32_t offsets[] = {4, 0, 1, 1, 0};
  const int32_t sizes[] = {2, 9, 3, 1, 0};
  const int64_t large_offsets[] = {4, 0, 1, 1, 0};
  const int64_t large_sizes[] = {2, 9, 3, 1, 0};
  for (const char* format : {"+vl", "+vL"}) {
    const bool large = std::string_view(format) == "+vL";
    ForeignSchema item("i", "item"), field(format, "a");
    field.add(item);
    const void* const places = large ? static_cast<const void*>(large_offsets) : offsets;
    const void* const counts = large ? static_cast<const void*>(large_sizes) : sizes;
    ForeignArray items(6, {nullptr, kItems}), column(5, {kSecondIsNull, places, counts});
    column.add(items);
    EXPECT_EQ(imported(column, field, 5), (Shown{"[14,15]", "null", "[11,12,13]", "[11]", "[]"}));
    ForeignArray same(6, {nullptr, kItems}), bad(5, {nullptr, places, counts});
    bad.add(same);
    EXPECT_EQ(refusal(bad, field, 5),
              "column \"a\" of the Arrow array has a view of 9 values at 0 where only 6 values are");
  }
}

template <typename Index>
void expect_dictionary(const char* format) {
  const Index indices[] = {2, 0, 1, 0, 2};
  const int64_t offsets[] = {0, 1, 3, 6};
  ForeignSchema values_schema("U"), field(format, "a");
  field.raw().dictionary = values_schema.get();
  const uint8_t middle_is_null[] = {0b101};
  ForeignArray values(3, {middle_is_null, offsets, "abbccc"}), column(5, {kSecondIsNull, indices});
  column.raw().dictionary = values.get();
  EXPECT_EQ(imported(column, field, 4, 1), (Shown{"null", "null", "'a'", "'ccc'"})) << format;
  const Index beyond[] = {3};
  ForeignArray same(3, {nullptr, offsets, "abbccc"}), bad(1, {nullptr, beyond});
  bad.raw().dictionary = same.get();
  EXPECT_EQ(refusal(bad, field, 1),
            "column \"a\" of the Arrow array has the index 3 at its value 0, but its dictionary has 3 values");
}

TEST(ArrayForm, DictionariesOfEveryIndex) {
  expect_dictionary<int8_t>("c");
  expect_dictionary<uint8_t>("C");
  expect_dictionary<int16_t>("s");
  expect_dictionary<uint16_t>("S");
  expect_dictionary<int32_t>("i");
  expect_dictionary<uint32_t>("I");
  expect_dictionary<int64_t>("l");
  expect_dictionary<uint64_t>("L");
}

TEST(ArrayForm, DictionariesThatAreMissingOrNegative) {
  const int8_t indices[] = {-1};
  ForeignSchema values_schema("u"), field("c", "a");
  field.raw().dictionary = values_schema.get();
  ForeignArray bare(1, {nullptr, indices});
  EXPECT_EQ(refusal(bare, field, 1), "column \"a\" of the Arrow array lacks its dictionary");
  const int32_t offsets[] = {0, 1};
  ForeignArray values(1, {nullptr, offsets, "x"}), column(1, {nullptr, indices});
  column.raw().dictionary = values.get();
  EXPECT_NE(refusal(column, field, 1).find("has the index -1"), std::string::npos);
}

TEST(ArrayForm, DictionariesWithinLists) {
  const int32_t offsets[] = {0, 2, 3};
  const uint8_t indices[] = {1, 0, 1};
  const int32_t texts[] = {0, 1, 2};
  ForeignSchema values_schema("u"), item("C", "item"), field("+l", "a");
  item.raw().dictionary = values_schema.get();
  field.add(item);
  ForeignArray values(2, {nullptr, texts, "xy"}), items(3, {nullptr, indices}), column(2, {nullptr, offsets});
  items.raw().dictionary = values.get();
  column.add(items);
  EXPECT_EQ(imported(column, field, 2), (Shown{"['y','x']", "['y']"}));
}

TEST(ArrayForm, NarrowAndWideDecimals) {
  const int32_t narrow[] = {-150, 7, 999'999'999};
  ForeignSchema four("d:9,2,32", "a");
  ForeignArray column(3, {kSecondIsNull, narrow});
  EXPECT_EQ(imported(column, four, 3), (Shown{"-1.50", "null", "9999999.99"}));
  const int64_t eight[] = {-1};
  ForeignSchema of_eight("d:18,0,64", "a");
  ForeignArray wide(1, {nullptr, eight});
  EXPECT_EQ(imported(wide, of_eight, 1), (Shown{"-1"}));
  alignas(8) const int64_t large[] = {5, 0, 0, 0, -1, -1, 0, 0};
  ForeignSchema of_32("d:20,0,256", "a");
  ForeignArray fits(1, {nullptr, large}), does_not(2, {nullptr, large});
  EXPECT_EQ(imported(fits, of_32, 1), (Shown{"5"}));
  EXPECT_EQ(refusal(does_not, of_32, 2, ErrorCode::data),
            "column \"a\" of the Arrow array has more digits than decimal(20, 0) at its value 1");
}

TEST(ArrayForm, DatesInMilliseconds) {
  constexpr int64_t kDay = 86'400'000;
  const int64_t midnights[] = {-kDay, 1, kDay * INT32_MAX, kDay * INT32_MIN};
  ForeignSchema field("tdm", "a");
  ForeignArray column(4, {kSecondIsNull, midnights}), later(4, {kSecondIsNull, midnights});
  EXPECT_EQ(imported(column, field, 4), (Shown{"-1", "null", "2147483647", "-2147483648"}));
  EXPECT_EQ(imported(later, field, 2, 1), (Shown{"null", "2147483647"}));
  ForeignArray none(0, {nullptr, nullptr});
  EXPECT_EQ(imported(none, field, 0), Shown());
  ForeignArray moment(4, {nullptr, midnights});
  EXPECT_EQ(refusal(moment, field, 4, ErrorCode::data),
            "column \"a\" of the Arrow array has dates in milliseconds, and at its value 1 there are 1, which is no "
            "midnight");
  const int64_t far[] = {0, kDay * (int64_t{INT32_MAX} + 1)};
  ForeignArray beyond(2, {nullptr, far});
  EXPECT_EQ(refusal(beyond, field, 2, ErrorCode::data),
            "column \"a\" of the Arrow array has a date beyond those of 32 bits at its value 1");
  ForeignArray three(1, {nullptr, midnights, midnights});
  EXPECT_EQ(refusal(three, field, 1), "column \"a\" of the Arrow array has 3 buffers where its type has 2");
}

TEST(ArrayForm, MapsRefuseNullKeys) {
  const int32_t offsets[] = {0, 1, 2};
  const uint8_t second_key_is_null[] = {0b01};
  const int8_t numbers[] = {1, 2};
  ForeignSchema key("c", "key"), value("c", "value"), entries("+s", "entries"), field("+m", "a");
  entries.add(key).add(value);
  field.add(entries);
  ForeignArray keys(2, {nullptr, numbers}), values(2, {nullptr, numbers}), pairs(2, {nullptr}),
      column(2, {nullptr, offsets});
  pairs.add(keys).add(values);
  column.add(pairs);
  EXPECT_EQ(imported(column, field, 2), (Shown{"[{1,1}]", "[{2,2}]"}));
  ForeignArray bad_keys(2, {second_key_is_null, numbers}), same(2, {nullptr, numbers}), bad_pairs(2, {nullptr}),
      bad(2, {nullptr, offsets});
  bad_pairs.add(bad_keys).add(same);
  bad.add(bad_pairs);
  EXPECT_EQ(refusal(bad, field, 2), "column \"a[].key\" is null in row 1, but the schema says not null");
}

TEST(ArrayForm, FixedListsAtAnOffset) {
  ForeignSchema item("i", "item"), field("+w:2", "a");
  field.add(item);
  ForeignArray items(6, {nullptr, kItems}), column(2, {kSecondIsNull});
  column.raw().offset = 1;  // of lists: two items each
  column.add(items);
  EXPECT_EQ(imported(column, field, 2), (Shown{"null", "[14,15]"}));
  ForeignArray few(3, {nullptr, kItems}), bad(2, {nullptr});
  bad.add(few);
  EXPECT_EQ(refusal(bad, field, 2), "column \"a[]\" of the Arrow array has 3 values where its struct needs 4");
}

}  // namespace
}  // namespace sluice::array_form_test
