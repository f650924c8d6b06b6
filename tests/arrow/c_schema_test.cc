// Schemas through the Arrow C data interface, both ways.

#include <gtest/gtest.h>

#include "arrow/foreign_array.h"
#include "sluice/arrow.h"
#include "sluice/error.h"

namespace sluice::c_schema_test {
namespace {

using test::ForeignSchema;

static_assert(sizeof(ArrowSchema) == 72);
static_assert(sizeof(ArrowArray) == 80);
static_assert(sizeof(ArrowArrayStream) == 40);

Schema all_types() {
  return Schema{{"n", null()},
                {"b", boolean(), false},
                {"i8", int8()},
                {"i16", int16()},
                {"i32", int32(), true, 7},
                {"i64", int64(), false, -2147483647},
                {"u8", uint8()},
                {"u16", uint16()},
                {"u32", uint32()},
                {"u64", uint64()},
                {"f", float32()},
                {"d", float64()},
                {"s", string()},
                {"bin", binary()},
                {"j", json(), true, 0},
                {"day", date()},
                {"ts", timestamp(TimeUnit::second)},
                {"tms", timestamp(TimeUnit::millisecond, "UTC")},
                {"tus", timestamp(TimeUnit::microsecond, "Europe/Berlin")},
                {"tns", timestamp(TimeUnit::nanosecond, "+07:30")},
                {"l", list({"item", json(), false, 9})},
                {"", struct_({{"x", list(list(int8()))}, {"y", struct_({{"z", date(), false}})}}), false},
                {"h", float16()},
                {"d32", decimal(9, 2)},
                {"d128", decimal(38, 0)},
                {"d256", decimal(39, 39)},
                {"w", fixed(3)},
                {"id", uuid(), false},
                {"t", time(TimeUnit::second)},
                {"tn", time(TimeUnit::nanosecond)},
                {"D", duration(TimeUnit::microsecond)},
                {"g", geometry()},
                {"gp", geometry("{\"type\":\"GeographicCRS\"}")},
                {"gu", geometry("srid:0")},
                {"gg", geography("EPSG:4326", "karney")},
                {"fl", fixed_list(Field{"item", float32(), false}, 4)},
                {"m", map(Field{"", string(), false, 40}, Field{"", list(int8())})}};
}

TEST(ArrowSchemas, ComeBackAsTheyWent) {
  ArrowSchema out;
  export_arrow_schema(all_types(), &out);
  EXPECT_EQ(import_arrow_schema(out), all_types());
  out.release(&out);
  EXPECT_EQ(out.release, nullptr);
}

TEST(ArrowSchemas, HaveTheFormatsOfTheSpecification) {
  ArrowSchema out;
  export_arrow_schema(all_types(), &out);
  const char* formats[] = {"n",
                           "b",
                           "c",
                           "s",
                           "i",
                           "l",
                           "C",
                           "S",
                           "I",
                           "L",
                           "f",
                           "g",
                           "u",
                           "z",
                           "u",
                           "tdD",
                           "tss:",
                           "tsm:UTC",
                           "tsu:Europe/Berlin",
                           "tsn:+07:30",
                           "+l",
                           "+s",
                           "e",
                           "d:9,2",
                           "d:38,0",
                           "d:39,39,256",
                           "w:3",
                           "w:16",
                           "tts",
                           "ttn",
                           "tDu",
                           "z",
                           "z",
                           "z",
                           "z",
                           "+w:4",
                           "+m"};
  ASSERT_EQ(out.n_children, static_cast<int64_t>(std::size(formats)));
  EXPECT_STREQ(out.format, "+s");
  for (int64_t i = 0; i < out.n_children; ++i) EXPECT_STREQ(out.children[i]->format, formats[i]);
  EXPECT_EQ(out.children[0]->flags, ARROW_FLAG_NULLABLE);
  EXPECT_EQ(out.children[1]->flags, 0);
  EXPECT_EQ(out.children[1]->metadata, nullptr);
  EXPECT_STREQ(out.children[20]->children[0]->name, "item");
  const std::string_view id(out.children[4]->metadata, 29);
  EXPECT_EQ(id, std::string_view("\1\0\0\0\x10\0\0\0PARQUET:field_id\1\0\0\0"
                                 "7",
                                 29));
  out.release(&out);
}

TEST(ArrowSchemas, LetTheReceiverMoveChildrenAway) {
  ArrowSchema out;
  export_arrow_schema(Schema{{"a", list(int64())}}, &out);
  ArrowSchema moved = *out.children[0];
  out.children[0]->release = nullptr;
  out.release(&out);
  EXPECT_STREQ(moved.name, "a");
  EXPECT_STREQ(moved.children[0]->format, "l");
  moved.release(&moved);
}

Error refusal(ForeignSchema& column) {
  ForeignSchema record("+s");
  record.add(column);
  try {
    import_arrow_schema(*record.get());
  } catch (const Error& error) {
    EXPECT_EQ(record.releases, 0) << "import_arrow_schema releases nothing";
    return error;
  }
  return Error(ErrorCode::bug, "was accepted");
}

TEST(ArrowSchemas, NameWhatIsNotBuilt) {
  for (const char* format :
       {"d:10,-2", "d:0,0", "d:39,2", "d:77,2,256", "d:5,6",   "d:10,2,32", "d:10,2,12", "d:10",  "d:10,2x",
        "tdx",     "w:0",   "w:",     "w:x",        "w:-1",    "+r",        "+w:0",      "+w:3x", "+ud:0,1",
        "tt",      "ttx",   "tDs:",   "ttsx",       "+us:0,1", "tiM",       "tiD",       "tin",   "",
        "q",       "ts",    "tsu",    "tsx:",       "tsu;UTC", "ll"}) {
    ForeignSchema column(format, "amount");
    const Error error = refusal(column);
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_EQ(error.what(),
              "Arrow field \"amount\" has the format \"" + std::string(format) + "\", which is not built yet");
  }
}

TEST(ArrowSchemas, NameTheNestedFieldThatIsNotBuilt) {
  ForeignSchema leaf("tiM", "name"), element("+s", "item"), column("+l", "tags");
  element.add(leaf);
  column.add(element);
  EXPECT_EQ(refusal(column).place().field, "tags[].name");
}

TEST(ArrowSchemas, OtherLayoutsAreTheSameTypes) {
  const auto type_of = [](const char* format, const char* element) {
    ForeignSchema column(format, "a"), item(element == nullptr ? "" : element, "item"), record("+s");
    if (element != nullptr) column.add(item);
    record.add(column);
    return to_text(import_arrow_schema(*record.get())[0].type);
  };
  EXPECT_EQ(type_of("U", nullptr), "string");
  EXPECT_EQ(type_of("Z", nullptr), "binary");
  EXPECT_EQ(type_of("vu", nullptr), "string");
  EXPECT_EQ(type_of("vz", nullptr), "binary");
  EXPECT_EQ(type_of("d:9,2,32", nullptr), "decimal(9, 2)");
  EXPECT_EQ(type_of("d:18,2,64", nullptr), "decimal(18, 2)");
  EXPECT_EQ(type_of("d:5,2,256", nullptr), "decimal(5, 2)");
  EXPECT_EQ(type_of("+L", "U"), "list<\"item\" string>");
  EXPECT_EQ(type_of("+vl", "c"), "list<\"item\" int8>");
  EXPECT_EQ(type_of("+vL", "c"), "list<\"item\" int8>");
}

TEST(ArrowSchemas, DictionariesAreTheirValues) {
  ForeignSchema values("U"), column("C", "kind"), record("+s");
  column.raw().dictionary = values.get();
  record.add(column);
  EXPECT_EQ(to_text(import_arrow_schema(*record.get())), "kind string");
  ForeignSchema odd("f", "kind"), of_reals("+s");
  odd.raw().dictionary = values.get();
  EXPECT_EQ(refusal(odd).code(), ErrorCode::invalid);
}

TEST(ArrowSchemas, MapsWhateverTheirPartsAreCalled) {
  ForeignSchema key("u", "k"), value("c", "v"), entries("+s", "some"), column("+m", "m"), record("+s");
  entries.add(key).add(value);
  column.add(entries);
  record.add(column);
  EXPECT_EQ(to_text(import_arrow_schema(*record.get())), "m map<string, int8>");
  ForeignSchema lone("u", "k"), half("+s", "some"), broken("+m", "m");
  half.add(lone);
  broken.add(half);
  EXPECT_EQ(refusal(broken).code(), ErrorCode::invalid);
}

TEST(ArrowSchemas, RefuseMalformedTrees) {
  ForeignSchema no_format(nullptr, "a");
  EXPECT_EQ(refusal(no_format).code(), ErrorCode::invalid);
  ForeignSchema no_fields("+s", "a");
  EXPECT_EQ(refusal(no_fields).code(), ErrorCode::unsupported);
  ForeignSchema no_element("+l", "a");
  EXPECT_EQ(refusal(no_element).code(), ErrorCode::invalid);
  ForeignSchema child("l"), parent("l", "a");
  parent.add(child);
  EXPECT_EQ(refusal(parent).code(), ErrorCode::invalid);
  ForeignSchema twin("l", "x"), twin2("l", "x"), twins("+s", "a");
  twins.add(twin).add(twin2);
  EXPECT_EQ(refusal(twins).place().field, "a");
  ForeignSchema released("l", "x"), holder("+s", "a");
  holder.add(released);
  released.raw().release = nullptr;
  EXPECT_EQ(refusal(holder).code(), ErrorCode::invalid);
  ForeignSchema bad_metadata("l", "a");
  bad_metadata.raw().metadata = "\xff\xff\xff\xff";
  EXPECT_EQ(refusal(bad_metadata).code(), ErrorCode::invalid);
}

TEST(ArrowSchemas, RefuseWhatIsNoRecordBatch) {
  ForeignSchema number("l");
  EXPECT_THROW(import_arrow_schema(*number.get()), Error);
  ArrowSchema released{};
  EXPECT_THROW(import_arrow_schema(released), Error);
}

// `levels` lists around an int64.
Error import_lists(int levels) {
  std::vector<std::unique_ptr<ForeignSchema>> chain;
  chain.push_back(std::make_unique<ForeignSchema>("l"));
  for (int i = 0; i < levels; ++i) {
    chain.push_back(std::make_unique<ForeignSchema>("+l", "deep"));
    chain.back()->add(*chain[chain.size() - 2]);
  }
  return refusal(*chain.back());
}

TEST(ArrowSchemas, NestNoDeeperThan64Levels) {
  EXPECT_STREQ(import_lists(63).what(), "was accepted");
  EXPECT_EQ(import_lists(64).code(), ErrorCode::unsupported);
  EXPECT_EQ(import_lists(5000).code(), ErrorCode::unsupported);
}

TEST(ArrowSchemas, IgnoreForeignMetadata) {
  ForeignSchema column("i", "a"), record("+s");
  const std::string metadata(
      "\2\0\0\0\1\0\0\0k\0\0\0\0\x10\0\0\0PARQUET:field_id\2\0\0\0"
      "7x",
      39);
  column.raw().metadata = metadata.data();
  record.add(column);
  EXPECT_EQ(import_arrow_schema(*record.get()), (Schema{{"a", int32()}}));
}

TEST(ArrowSchemas, RefuseNamesThatCWouldCutShort) {
  ArrowSchema out{};
  EXPECT_THROW(export_arrow_schema(Schema{{std::string("a\0b", 3), int64()}}, &out), Error);
  EXPECT_THROW(export_arrow_schema(Schema{{"s", struct_({{"x", int8()}, {std::string("\0", 1), int8()}})}}, &out),
               Error);
  EXPECT_EQ(out.release, nullptr);
}

}  // namespace
}  // namespace sluice::c_schema_test
