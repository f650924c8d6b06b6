// Rows against the order that they are declared to be in.
#include "files/sort_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "files/sort_order.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "sluice/layout.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_scalar.h"

namespace sluice::sort_check_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace sluice::test;

Batch batch_of(const Schema& schema, std::vector<Column> columns) {
  const int64_t rows = columns.front().length;
  return Batch(std::make_shared<const Schema>(schema), std::move(columns), rows);
}

/// What is wrong with the batches, fed one after the other; empty when nothing is.
std::string refusal(const Schema& schema, const std::vector<SortColumn>& columns, const std::vector<Batch>& batches,
                    ErrorCode code = ErrorCode::data) {
  try {
    SortCheck check(leaves_of(schema), columns);
    int64_t row = 0;
    for (const Batch& batch : batches) {
      check.add(batch, row);
      row += batch.rows();
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "";
}

/// The same for one column "k" that nothing else follows.
std::string refusal(const Column& column, const SortColumn& order = {"k"}) {
  const Schema schema{{"k", column.type}};
  return refusal(schema, {order}, {batch_of(schema, {column})});
}

// --- values

template <typename T>
class SortCheckNumbers : public testing::Test {};

template <typename T, TypeKind kind>
struct Numbers {
  using Value = T;
  static Type type() {
    for (const auto make :
         {&int8, &int16, &int32, &int64, &uint8, &uint16, &uint32, &uint64, &float32, &float64, &date})
      if (make().kind() == kind) return make();
    return kind == TypeKind::time ? sluice::time(TimeUnit::microsecond) : timestamp(TimeUnit::nanosecond);
  }
};

using NumberTypes = testing::Types<
    Numbers<int8_t, TypeKind::int8>, Numbers<int16_t, TypeKind::int16>, Numbers<int32_t, TypeKind::int32>,
    Numbers<int64_t, TypeKind::int64>, Numbers<uint8_t, TypeKind::uint8>, Numbers<uint16_t, TypeKind::uint16>,
    Numbers<uint32_t, TypeKind::uint32>, Numbers<uint64_t, TypeKind::uint64>, Numbers<float, TypeKind::float32>,
    Numbers<double, TypeKind::float64>, Numbers<int32_t, TypeKind::date>, Numbers<int64_t, TypeKind::time>,
    Numbers<int64_t, TypeKind::timestamp>>;
TYPED_TEST_SUITE(SortCheckNumbers, NumberTypes);

TYPED_TEST(SortCheckNumbers, OrdersTheEnds) {
  using T = typename TypeParam::Value;
  using Limits = std::numeric_limits<T>;
  const auto column = [](std::vector<std::optional<T>> values) { return make_fixed<T>(TypeParam::type(), values); };
  EXPECT_EQ(refusal(column({Limits::lowest(), T{0}, T{0}, T{1}, Limits::max()})), "");
  EXPECT_EQ(refusal(column({Limits::max(), T{1}, T{0}, Limits::lowest()}), {"k", true}), "");
  EXPECT_THAT(refusal(column({T{0}, Limits::max(), T{1}})), HasSubstr("row 2 ("));
  const bool is_signed = Limits::is_signed;
  EXPECT_EQ(refusal(column({T{0}, Limits::lowest()})).empty(), !is_signed);
  EXPECT_THAT(refusal(column({T{0}, T{1}}), {"k", true}), HasSubstr("row 1 ("));
}

TEST(SortCheck, FloatsHaveNanAboveAllAndOneZero) {
  const double nan = std::nan("");
  const auto column = [](std::vector<std::optional<double>> values) { return make_fixed<double>(float64(), values); };
  EXPECT_EQ(refusal(column({-HUGE_VAL, -0.0, 0.0, -0.0, 5e-324, HUGE_VAL, nan, -nan})), "");
  EXPECT_THAT(refusal(column({nan, HUGE_VAL})), HasSubstr("row 1 (inf) belongs before row 0 (nan)"));
  EXPECT_EQ(refusal(column({nan, HUGE_VAL, 0.0}), {"k", true}), "");
  EXPECT_EQ(refusal(column({1.0, nan, std::nullopt})), "");
  const auto half = [](std::vector<std::optional<uint16_t>> values) { return make_fixed<uint16_t>(float16(), values); };
  EXPECT_EQ(refusal(half({0xfc00, 0xbc00, 0x8000, 0x0000, 0x8000, 0x0001, 0x3c00, 0x7c00, 0x7e00})), "");
  EXPECT_THAT(refusal(half({0xbc00, 0xc000})), HasSubstr("row 1 (-2) belongs before row 0 (-1)"));
}

TEST(SortCheck, BooleansTextsAndBytes) {
  EXPECT_EQ(refusal(make_bool({false, false, true, true})), "");
  EXPECT_THAT(refusal(make_bool({true, false})), HasSubstr("row 1 (false) belongs before row 0 (true)"));
  EXPECT_EQ(refusal(make_text(string(), {"", "a", "aa", "ab", "b", "\xc3\xa4"})), "");
  EXPECT_THAT(refusal(make_text(string(), {"aa", "a"})), HasSubstr("row 1 (\"a\") belongs before row 0 (\"aa\")"));
  EXPECT_EQ(refusal(make_text(binary(), {std::string("\0", 1), "\x7f", "\x80", "\xff"})), "");
  EXPECT_THAT(refusal(make_text(binary(), {"\x80", "\x7f"})), HasSubstr("(\"7f\") belongs before row 0 (\"80\")"));
  EXPECT_THAT(refusal(make_text(string(), {std::string(50, 'x') + "b", std::string(50, 'x') + "a"})),
              HasSubstr(std::string(40, 'x') + "\"..."));
  EXPECT_EQ(refusal(make_null(3)), "");
}

Column decimals(int precision, const std::vector<int64_t>& values) {
  Column column;
  column.type = decimal(precision, 1);
  set_validity(column, std::vector<bool>(values.size(), true));
  std::vector<uint64_t> words;
  for (const int64_t value : values) {
    const Int256 wide = to_int256(value);
    words.insert(words.end(), wide.words.begin(), wide.words.begin() + (precision > kDecimal128DigitsMax ? 4 : 2));
  }
  column.values = make_buffer(std::move(words));
  return column;
}

TEST(SortCheck, DecimalsAreSigned) {
  for (const int precision : {5, 38, 39, 76}) {
    EXPECT_EQ(refusal(decimals(precision, {-99999, -10, -1, 0, 1, 1, 99999})), "") << precision;
    EXPECT_THAT(refusal(decimals(precision, {0, -1})), HasSubstr("row 1 (-0.1) belongs before row 0 (0.0)"));
    EXPECT_THAT(refusal(decimals(precision, {2, 1})), HasSubstr("row 1 (0.1)")) << precision;
  }
}

TEST(SortCheck, PlacesNulls) {
  const Column last = make_int64({1, 2, std::nullopt, std::nullopt});
  const Column first = make_int64({std::nullopt, std::nullopt, 1, 2});
  EXPECT_EQ(refusal(last), "");
  EXPECT_EQ(refusal(first, {"k", false, true}), "");
  EXPECT_THAT(refusal(last, {"k", false, true}), HasSubstr("row 2 (null) belongs before row 1 (2)"));
  EXPECT_THAT(refusal(first), HasSubstr("row 2 (1) belongs before row 1 (null)"));
  EXPECT_EQ(refusal(make_int64({2, 1, std::nullopt}), {"k", true}), "") << "not turned around";
  EXPECT_EQ(refusal(make_int64({std::nullopt, 2, 1}), {"k", true, true}), "");
}

// --- rows

const Schema& pair_schema() {
  static const Schema schema{{"a", int64()}, {"b", string()}};
  return schema;
}

Batch pair_batch(const std::vector<std::optional<int64_t>>& a, const std::vector<std::optional<std::string>>& b) {
  return batch_of(pair_schema(), {make_int64(a), make_text(string(), b)});
}

TEST(SortCheck, LaterColumnsDecideTies) {
  const std::vector<SortColumn> order{{"a"}, {"b", true}};
  EXPECT_EQ(
      refusal(pair_schema(), order, {pair_batch({1, 1, 2, std::nullopt, std::nullopt}, {"b", "a", "z", "y", "x"})}),
      "");
  EXPECT_EQ(refusal(pair_schema(), order, {pair_batch({1, 1}, {"a", "b"})}),
            "columns a, b: row 1 (1, \"b\") belongs before row 0 (1, \"a\"), but the rows are declared as sorted by a, "
            "b desc");
  EXPECT_THAT(refusal(pair_schema(), order, {pair_batch({2, 1}, {"a", "b"})}),
              HasSubstr("column a: row 1 (1) belongs before row 0 (2)"))
      << "b is not asked";
}

TEST(SortCheck, BatchesAreOneOrder) {
  const std::vector<SortColumn> order{{"a"}, {"b"}};
  const Batch first = pair_batch({1, 2}, {"x", "y"});
  const Batch none = pair_batch({}, {});
  EXPECT_EQ(refusal(pair_schema(), order, {first, none, pair_batch({2}, {"y"}), pair_batch({2}, {std::nullopt})}), "");
  EXPECT_THAT(refusal(pair_schema(), order, {first, none, pair_batch({2}, {"x"})}),
              HasSubstr("row 2 (2, \"x\") belongs before row 1 (2, \"y\")"));
  EXPECT_THAT(refusal(pair_schema(), order, {pair_batch({std::nullopt}, {"x"}), none, pair_batch({2}, {"x"})}),
              HasSubstr("row 1 (2) belongs before row 0 (null)"));
}

TEST(SortCheck, NamesTheFirstRowWhereverItIs) {
  constexpr int64_t kRows = 5000;
  for (const int64_t broken : {1, 2, 1023, 1024, 1025, 1026, 2048, 2049, 4998, 4999}) {
    std::vector<std::optional<int64_t>> a(kRows, 7);
    std::vector<std::optional<std::string>> b(kRows, "s");
    b[static_cast<size_t>(broken)] = "r";
    if (broken + 1 < kRows) a[static_cast<size_t>(broken) + 1] = 6;  // behind it, but in the column that counts more
    EXPECT_THAT(refusal(pair_schema(), {{"a"}, {"b"}}, {pair_batch(a, b)}),
                HasSubstr("row " + std::to_string(broken) + " (7, \"r\")"));
  }
}

/// A text column in dictionary form; a position of -1 is a null, and stands there.
Column in_dictionary_form(const std::vector<std::optional<std::string>>& entries,
                          const std::vector<int32_t>& positions) {
  std::vector<std::optional<std::string>> plain;
  for (const int32_t position : positions)
    plain.push_back(position < 0 ? std::nullopt : entries[static_cast<size_t>(position)]);
  Column column = make_text(string(), plain);
  column.values = make_buffer(positions);
  column.dictionary = std::make_shared<const Column>(make_text(string(), entries));
  return column;
}

TEST(SortCheck, LooksUpDictionaries) {
  const Schema schema{{"k", string()}};
  const auto batch = [&](std::vector<std::optional<std::string>> entries, const std::vector<int32_t>& positions) {
    return batch_of(schema, {in_dictionary_form(entries, positions)});
  };
  const std::vector<SortColumn> order{{"k"}};
  EXPECT_EQ(refusal(schema, order, {batch({"b", "a", "b"}, {1, 1, 0, 2, -1, -1})}), "");
  EXPECT_THAT(refusal(schema, order, {batch({"b", "a"}, {1, 0, 1})}),
              HasSubstr("row 2 (\"a\") belongs before row 1 (\"b\")"));
  EXPECT_EQ(refusal(schema, order, {batch({"b", "a"}, {1, 0}), batch({"c", "b"}, {1, 0})}), "");
  EXPECT_THAT(refusal(schema, order, {batch({"b", "a"}, {1, 0}), batch({"a", "c"}, {0, 1})}),
              HasSubstr("row 2 (\"a\") belongs before row 1 (\"b\")"));
  EXPECT_THAT(refusal(schema, order, {batch({"b", "a"}, {1, -1}), batch({"a", "c"}, {-1, 1})}),
              HasSubstr("row 3 (\"c\") belongs before row 2 (null)"));
  Column numbers = make_int64({7, 5, 5});
  const std::vector<int32_t> positions{1, 2, 0};
  Column column = make_int64({5, 5, 7});
  column.values = make_buffer(positions);
  column.dictionary = std::make_shared<const Column>(std::move(numbers));
  EXPECT_EQ(refusal(column), "");
  EXPECT_THAT(refusal(column, {"k", true}), HasSubstr("row 2 (7) belongs before row 1 (5)"));
}

TEST(SortCheck, ColumnsInsideStructsAreNullWithThem) {
  const Schema schema = parse_schema("s struct<n struct<v int64>>");
  const Type outer = schema[0].type;
  const Type inner = outer.children()[0].type;
  const auto batch = [&](const std::vector<bool>& outer_valid, const std::vector<bool>& inner_valid) {
    Column leaf = make_int64({1, 2, 3});
    Column middle = make_struct(inner, {std::move(leaf)}, inner_valid);
    return batch_of(schema, {make_struct(outer, {std::move(middle)}, outer_valid)});
  };
  const std::vector<SortColumn> order{{"s.n.v"}};
  EXPECT_EQ(refusal(schema, order, {batch({true, true, true}, {true, true, true})}), "");
  EXPECT_EQ(refusal(schema, order, {batch({true, true, false}, {true, false, true})}), "");
  EXPECT_THAT(refusal(schema, order, {batch({true, false, true}, {true, true, true})}),
              HasSubstr("row 2 (3) belongs before row 1 (null)"));
  EXPECT_THAT(refusal(schema, order, {batch({true, true, true}, {false, true, true}).slice(0, 2)}),
              HasSubstr("row 1 (2) belongs before row 0 (null)"));
}

// --- declarations

TEST(SortCheck, RefusesWhatHasNoOrder) {
  const Schema schema = parse_schema(
      "id int64, tags list<string>, m map<string, int64>, s struct<name string, p geometry>, \"s.name\" int8");
  const auto told = [&](const std::string& column) { return refusal(schema, {{column}}, {}, ErrorCode::invalid); };
  EXPECT_EQ(told("id"), "");
  EXPECT_EQ(told("ids"), "the rows cannot be sorted by \"ids\": there is no such column");
  EXPECT_THAT(told("tags"), HasSubstr("it has parts"));
  EXPECT_THAT(told("tags[]"), HasSubstr("several values"));
  EXPECT_THAT(told("m[].key"), HasSubstr("several values"));
  EXPECT_THAT(told("s"), HasSubstr("it has parts"));
  EXPECT_THAT(told("s.p"), HasSubstr("geometry has no order"));
  EXPECT_THAT(told("s.name"), HasSubstr("two columns are called so"));
  EXPECT_THAT(told(""), HasSubstr("no such column"));
  EXPECT_THAT(refusal(schema, {{"id"}, {"id", true}}, {}, ErrorCode::invalid), HasSubstr("named twice"));
  try {
    SortCheck(leaves_of(schema), {{"di"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.hint(), "Did you mean \"id\"?");
    EXPECT_EQ(error.place().field, "di");
  }
}

TEST(SortCheck, TellsTheFooterByLeaf) {
  const Schema schema = parse_schema("tags list<string>, s struct<a int64, b int64>");
  const SortCheck check(leaves_of(schema), {{"s.b", true, true}, {"s.a"}});
  EXPECT_EQ(check.sorting_columns(), (std::vector<SortingColumn>{{2, true, true}, {1, false, false}}));
}

TEST(SortCheck, FileWriterDeclaresAndChecks) {
  const TemporaryDirectory folder;
  const FileOptions options{.sync = false, .sorted_by = {{"a"}}};
  FileWriter good(folder / "good.parquet", pair_schema(), options);
  good.write(pair_batch({1, 2}, {"x", "y"}));
  good.write(pair_batch({2, std::nullopt}, {"x", "y"}));
  good.close();
  EXPECT_EQ(read_layout(folder / "good.parquet").row_groups.at(0).sorted_by, options.sorted_by);

  FileWriter bad(folder / "bad.parquet", pair_schema(), options);
  bad.write(pair_batch({1, 2}, {"x", "y"}));
  const Batch broken = pair_batch({2, 1}, {"x", "y"});
  try {
    bad.write(broken);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.place().row, 3);
    EXPECT_EQ(error.place().field, "a");
  }
  EXPECT_THROW(bad.close(), Error);
  EXPECT_THAT(folder.names(), testing::ElementsAre("good.parquet"));
  EXPECT_THROW(FileWriter(folder / "c.parquet", pair_schema(), {.sync = false, .sorted_by = {{"c"}}}), Error);
  EXPECT_THAT(folder.names(), testing::ElementsAre("good.parquet"));
}

// --- against rows compared one by one

template <typename T>
int order_as(uint64_t a, uint64_t b) {
  T x{};
  T y{};
  std::memcpy(&x, &a, sizeof x);
  std::memcpy(&y, &b, sizeof y);
  return x < y ? -1 : y < x ? 1 : 0;
}

int order_of_floats(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) - std::isnan(b);
  return a < b ? -1 : b < a ? 1 : 0;
}

float float_of(uint64_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits)); }

int order_of_values(const Type& type, const Value& a, const Value& b) {
  switch (type.kind()) {
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32:
    case TypeKind::uint64:
    case TypeKind::boolean: return order_as<uint64_t>(a.bits, b.bits);
    case TypeKind::float16:
      return order_of_floats(from_float16(static_cast<uint16_t>(a.bits)), from_float16(static_cast<uint16_t>(b.bits)));
    case TypeKind::float32: return order_of_floats(float_of(a.bits), float_of(b.bits));
    case TypeKind::float64: return order_of_floats(std::bit_cast<double>(a.bits), std::bit_cast<double>(b.bits));
    case TypeKind::decimal: {
      const auto byte = [](const std::string& text, size_t i) {
        const auto unsigned_byte = static_cast<unsigned char>(text[i]);
        return i + 1 == text.size() ? static_cast<int>(static_cast<signed char>(unsigned_byte)) : int{unsigned_byte};
      };
      for (size_t i = a.text.size(); i-- > 0;)
        if (byte(a.text, i) != byte(b.text, i)) return byte(a.text, i) - byte(b.text, i);
      return 0;
    }
    case TypeKind::fixed:
    case TypeKind::uuid:
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_: return a.text.compare(b.text);
    default: return order_as<int64_t>(a.bits, b.bits);
  }
}

struct DrawnKey {
  SortColumn column;
  Type type;
  bool in_struct = false;
  std::vector<Value> pool;
};

int order_of_rows(const std::vector<DrawnKey>& keys, const std::vector<Value>& a, const std::vector<Value>& b) {
  for (size_t k = 0; k < keys.size(); ++k) {
    const auto leaf = [&](const std::vector<Value>& row) -> const Value* {
      if (row[k].is_null) return nullptr;
      const Value& value = keys[k].in_struct ? row[k].parts[0] : row[k];
      return value.is_null ? nullptr : &value;
    };
    const Value* const x = leaf(a);
    const Value* const y = leaf(b);
    if (x == nullptr && y == nullptr) continue;
    if (x == nullptr || y == nullptr) return (x == nullptr) == keys[k].column.nulls_first ? -1 : 1;
    const int order = order_of_values(keys[k].type, *x, *y);
    if (order != 0) return keys[k].column.descending ? -order : order;
  }
  return 0;
}

Type draw_ordered_type(Draw& draw) {
  constexpr const char* kTypes[] = {
      "bool",          "int8",   "int16",   "int32",          "int64",           "uint8",         "uint16",
      "uint32",        "uint64", "float16", "float32",        "float64",         "date",          "time(ms)",
      "time(us)",      "string", "binary",  "timestamp(us)",  "duration(ns)",    "uuid",          "fixed(3)",
      "decimal(5, 1)", "enum",   "json",    "decimal(38, 0)", "decimal(60, 10)", "decimal(12, 2)"};
  return parse_schema(std::string("t ") + kTypes[draw.below(std::size(kTypes))])[0].type;
}

Value draw_key(Draw& draw, const DrawnKey& key, int null_percent) {
  Value value = key.pool[draw.below(key.pool.size())];
  if (draw.chance(null_percent)) value.is_null = true;
  if (!key.in_struct) return value;
  Value whole;
  whole.is_null = draw.chance(null_percent);
  if (!whole.is_null) whole.parts.push_back(std::move(value));
  return whole;
}

std::vector<DrawnKey> draw_keys(Draw& draw) {
  std::vector<DrawnKey> keys(1 + draw.below(3));
  for (size_t k = 0; k < keys.size(); ++k) {
    keys[k].type = draw_ordered_type(draw);
    keys[k].in_struct = draw.chance(30);
    const std::string name = "k" + std::to_string(k);
    keys[k].column = {keys[k].in_struct ? name + ".v" : name, draw.chance(50), draw.chance(50)};
    const int64_t distinct = draw.magnitude(40);
    for (int64_t i = 0; i < distinct; ++i)
      keys[k].pool.push_back(draw.chance(50) ? draw_extreme(draw, keys[k].type) : draw_ordinary(draw, keys[k].type));
  }
  return keys;
}

uint64_t property_seed() {
  const char* const given = std::getenv("SLUICE_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'121;
}

TEST(SortCheck, AgreesWithRowsComparedOneByOne) {
  const uint64_t seed = property_seed();
  size_t sorted = 0;
  for (uint64_t index = 0; index < 300; ++index) {
    SCOPED_TRACE("SLUICE_SEED=" + std::to_string(seed) + ", case " + std::to_string(index));
    Draw draw(seed, index);
    const std::vector<DrawnKey> keys = draw_keys(draw);
    const int64_t count = draw.magnitude(draw.chance(10) ? 3000 : 100);
    const int null_percent = draw.chance(50) ? 0 : 20;
    std::vector<std::vector<Value>> rows(static_cast<size_t>(count));
    for (auto& row : rows)
      for (const DrawnKey& key : keys) row.push_back(draw_key(draw, key, null_percent));
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const auto& a, const auto& b) { return order_of_rows(keys, a, b) < 0; });
    if (draw.chance(60)) std::swap(rows[draw.below(rows.size())], rows[draw.below(rows.size())]);

    std::vector<Field> fields;
    std::vector<SortColumn> order;
    for (size_t k = 0; k < keys.size(); ++k) {
      fields.push_back({"k" + std::to_string(k), keys[k].in_struct ? struct_({{"v", keys[k].type}}) : keys[k].type});
      order.push_back(keys[k].column);
    }
    RandomTable table{Schema(fields), count, {}};
    table.columns.resize(keys.size());
    for (const auto& row : rows)
      for (size_t k = 0; k < keys.size(); ++k) table.columns[k].push_back(row[k]);

    std::optional<int64_t> expected;
    for (size_t i = 1; i < rows.size() && !expected; ++i)
      if (order_of_rows(keys, rows[i - 1], rows[i]) > 0) expected = static_cast<int64_t>(i);
    sorted += !expected;

    std::optional<int64_t> found;
    SortCheck check(leaves_of(table.schema), order);
    int64_t taken = 0;
    try {
      for (const Batch& batch : draw_batches(draw, table, true)) {
        check.add(batch, taken);
        taken += batch.rows();
      }
    } catch (const Error& error) {
      found = error.place().row;
      ASSERT_EQ(error.code(), ErrorCode::data) << error.what();
    }
    ASSERT_EQ(found, expected) << to_text(table.schema) << " by " << to_text(order);
  }
  EXPECT_GT(sorted, 100u);
  EXPECT_LT(sorted, 280u);
}

}  // namespace
}  // namespace sluice::sort_check_test
