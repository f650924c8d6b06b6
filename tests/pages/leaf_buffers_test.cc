#include "pages/leaf_buffers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "columns/column_check.h"
#include "pages/column_values.h"

namespace sluice::leaf_buffers_test {
namespace {

using test::LeafValues;

struct Buffers {
  explicit Buffers(const Type& type, PhysicalType carrier = PhysicalType::byte_array, bool dictionaries = true) {
    SchemaElement element;
    element.type = carrier;
    if (carrier == PhysicalType::fixed_len_byte_array) element.type_length = type.size();
    form = leaf_form(element, type, Int96Unit::microsecond, InvalidText::error);
    buffers = std::make_unique<LeafBuffers>(form, pool, dictionaries);
  }
  void add(std::string_view text) {
    const auto length = static_cast<int32_t>(text.size());
    ASSERT_TRUE(buffers->add_texts({&length, 1}, as_bytes(text)));
  }
  LeafBuffers* operator->() { return buffers.get(); }

  std::shared_ptr<BufferPool> pool = std::make_shared<BufferPool>(1'000'000);
  LeafForm form;
  std::unique_ptr<LeafBuffers> buffers;
};

DictionaryEntries entries_of(const std::vector<std::string>& texts) {
  Buffers buffers(string());
  for (const std::string& text : texts) buffers.add(text);
  return std::make_shared<const Column>(buffers->finish());
}

void check(const Column& column) {
  const Field field{"a", column.type, true};
  EXPECT_NO_THROW(ColumnCheck(column.length).check(column, field));
}

TEST(LeafBuffers, NothingIsAColumnToo) {
  for (const auto& [type, carrier] : {std::pair(string(), PhysicalType::byte_array),
                                      {int32(), PhysicalType::int32},
                                      {boolean(), PhysicalType::boolean},
                                      {null(), PhysicalType::int32}}) {
    Buffers buffers(type, carrier);
    const Column column = buffers->finish();
    EXPECT_EQ(column.length, 0);
    EXPECT_EQ(column.type, type);
    check(column);
  }
}

TEST(LeafBuffers, StartsAnew) {
  Buffers buffers(string());
  buffers.add("one");
  buffers->add_nulls(2);
  EXPECT_EQ(buffers->bytes(), 3u + 4 * 4);
  EXPECT_EQ(test::leaf_values(buffers->finish()), (LeafValues{"one", std::nullopt, std::nullopt}));
  EXPECT_EQ(buffers->bytes(), 0u);
  buffers.add("two");
  const Column column = buffers->finish();
  EXPECT_EQ(test::leaf_values(column), LeafValues{"two"});
  EXPECT_TRUE(column.validity.empty());
}

TEST(LeafBuffers, NullsOfTheNullType) {
  Buffers buffers(null(), PhysicalType::int32);
  const uint8_t none = 0;
  buffers->spread(0, &none, 0, 5);
  buffers->add_nulls(2);
  const Column column = buffers->finish();
  EXPECT_EQ(column.length, 7);
  EXPECT_EQ(column.null_count, 7);
  check(column);
}

TEST(LeafBuffers, TextsOfADictionaryArePositions) {
  const DictionaryEntries entries = entries_of({"a", "bcd", ""});
  Buffers buffers(string());
  buffers->add_nulls(1);
  EXPECT_EQ(buffers->add_indices(std::vector<uint32_t>{1, 0, 2, 1}, entries), 4u);
  EXPECT_EQ(buffers->add_run(0, 3, entries), 3u);
  EXPECT_EQ(buffers->value_bytes(), 10u);
  const Column column = buffers->finish();
  EXPECT_EQ(column.dictionary, entries);
  check(column);
  EXPECT_EQ(test::leaf_values(column), (LeafValues{std::nullopt, "bcd", "a", "", "bcd", "a", "a", "a"}));
}

TEST(LeafBuffers, OnlyWhereThatIsWanted) {
  const DictionaryEntries entries = entries_of({"a", "bcd"});
  Buffers buffers(string(), PhysicalType::byte_array, false);
  EXPECT_EQ(buffers->add_indices(std::vector<uint32_t>{1, 0}, entries), 2u);
  const Column column = buffers->finish();
  EXPECT_EQ(column.dictionary, nullptr);
  EXPECT_EQ(test::leaf_values(column), (LeafValues{"bcd", "a"}));
}

TEST(LeafBuffers, ManyEntriesForFewValuesAreLookedUp) {
  const DictionaryEntries entries = entries_of(std::vector<std::string>(100, "x"));
  Buffers buffers(string());
  EXPECT_EQ(buffers->add_indices(std::vector<uint32_t>{99, 0}, entries), 2u);
  buffers->add_nulls(1);
  const Column column = buffers->finish();
  EXPECT_EQ(column.dictionary, nullptr);
  check(column);
  EXPECT_EQ(test::leaf_values(column), (LeafValues{"x", "x", std::nullopt}));
}

TEST(LeafBuffers, NoMoreThanTheLimit) {
  const DictionaryEntries entries = entries_of({"a", "bcd", ""});
  for (const bool dictionaries : {false, true}) {
    Buffers buffers(string(), PhysicalType::byte_array, dictionaries);
    EXPECT_EQ(buffers->add_indices(std::vector<uint32_t>{1, 0, 1}, entries, 6), 2u);
    EXPECT_EQ(buffers->add_indices(std::vector<uint32_t>{1, 0, 1}, entries, 2), 0u);
    EXPECT_EQ(buffers->add_indices(std::vector<uint32_t>{2, 2, 1}, entries, 0), 2u);
    EXPECT_EQ(buffers->add_run(1, 10, entries, 11), 3u);
    EXPECT_EQ(buffers->length(), 7);
    EXPECT_EQ(buffers->value_bytes(), 13u);
    check(buffers->finish());
  }
}

TEST(LeafBuffers, TextEndsAtTwoGigabytes) {
  const DictionaryEntries entries = entries_of({std::string(1 << 20, 'a')});
  Buffers buffers(string());
  EXPECT_EQ(buffers->add_run(0, 3'000, entries), 2'047u);
  EXPECT_EQ(buffers->text_bytes_left(), (size_t{1} << 20) - 1);
  EXPECT_EQ(buffers->add_run(0, 1, entries), 0u);
  const int32_t length = 1 << 20;
  EXPECT_FALSE(buffers->add_texts({&length, 1}, entries->values.bytes()));
}

TEST(LeafBuffers, TextThatIsNotUtf8IsAFault) {
  const auto position = [](const std::vector<std::string>& texts) -> int64_t {
    Buffers buffers(string());
    for (const std::string& text : texts) buffers.add(text);
    try {
      buffers->finish();
    } catch (const TextFault& fault) {
      return fault.position();
    }
    return -1;
  };
  const std::string ascii(200, 'a');
  EXPECT_EQ(position({"", ascii, "\xC3\xA4", ascii}), -1);
  EXPECT_EQ(position({ascii, ascii + "\xff", ascii}), 1);
  EXPECT_EQ(position({ascii, "\x80", ascii}), 1);
  EXPECT_EQ(position({"x", "\xC3", "", "\xA4"}), 3) << "a code point in two texts";
  EXPECT_EQ(position({"\xC3"}), 0);
  EXPECT_EQ(position({ascii, "\xED\xA0\x80"}), 1) << "a surrogate";
}

TEST(LeafBuffers, SpreadsFromTheBack) {
  Buffers buffers(int32(), PhysicalType::int32);
  const int32_t values[] = {1, 2, 3};
  std::memcpy(buffers->add_fixed(3), values, sizeof values);
  const uint8_t validity[] = {0b0101'0000, 0b01};
  buffers->spread(3, validity, 3, 7);  // of bits 3 to 9: 4, 6, 8
  buffers->add_nulls(1);
  const Column column = buffers->finish();
  EXPECT_EQ(column.null_count, 5);
  const auto* const found = column.data<int32_t>();
  EXPECT_EQ(std::vector<int32_t>(found, found + 8), (std::vector<int32_t>{0, 1, 0, 2, 0, 3, 0, 0}));
  check(column);
}

}  // namespace
}  // namespace sluice::leaf_buffers_test
