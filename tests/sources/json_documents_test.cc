// JSON in every shape: what is a record, what is none, and where the fault is.
#include "sources/json_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/json_reading.h"

namespace sluice::json_documents_test {
namespace {

using test::JsonOutcome;
using test::JsonReading;
using test::read_json;
using Rows = std::vector<std::string>;

constexpr uint64_t kBlockSizes[] = {1, 7, 64, 4096, 1_MiB};

// Blocks of every size must agree.
JsonOutcome read_in_all_blocks(std::string_view text, JsonReading reading = {}) {
  JsonOutcome last;
  for (const uint64_t bytes : kBlockSizes) {
    reading.block_bytes = bytes;
    JsonOutcome outcome = read_json(text, reading);
    EXPECT_TRUE(bytes == kBlockSizes[0] || outcome.text() == last.text())
        << "blocks of " << bytes << ": " << text << "\n"
        << outcome.text() << "\n"
        << last.text();
    last = std::move(outcome);
  }
  return last;
}

Rows rows_of(std::string_view text, const std::string& pointer = "") {
  const JsonOutcome outcome = read_in_all_blocks(text, {.pointer = pointer, .schema = "k json"});
  if (outcome.fault) return {outcome.text()};
  return outcome.rows;
}

// "record at byte: sentence" of the fault, after so many rows.
std::string fault_of(std::string_view text, const std::string& pointer = "") {
  const JsonOutcome outcome = read_in_all_blocks(text, {.pointer = pointer, .schema = "k json"});
  if (!outcome.fault) return "no fault";
  const RecordFault& fault = *outcome.fault;
  return std::to_string(fault.record) + " at " + std::to_string(fault.byte) + ": " +
         (fault.malformed ? "malformed: " : "") + fault.sentence;
}

TEST(JsonDocuments, OneArray) {
  EXPECT_EQ(rows_of("[]"), Rows{});
  EXPECT_EQ(rows_of(" [ ] \n"), Rows{});
  EXPECT_EQ(rows_of("[{\"k\":1}]"), Rows{"{k:'1'}"});
  EXPECT_EQ(rows_of("\n[\n  {\n    \"k\": 1\n  },\n  {}, {\"k\":[2,\n3]}\n]\n"),
            (Rows{"{k:'1'}", "{k:null}", "{k:'[2,\n3]'}"}));
  EXPECT_EQ(rows_of("[{\"k\":\"],[}\\\"{\"},{\"k\":{\"a\":[{}]}}]"),
            (Rows{"{k:'\"],[}\\\"{\"'}", "{k:'{\"a\":[{}]}'}"}));
}

TEST(JsonDocuments, SeveralArrays) {
  EXPECT_EQ(rows_of("[{\"k\":1}][{\"k\":2}]\n[] [{\"k\":3}]"), (Rows{"{k:'1'}", "{k:'2'}", "{k:'3'}"}));
}

TEST(JsonDocuments, DocumentsOneBehindTheOther) {
  const Rows expected{"{k:'1'}", "{k:'2'}", "{k:null}"};
  EXPECT_EQ(rows_of("{\"k\":1}{\"k\":2}{}"), expected);
  EXPECT_EQ(rows_of("{\"k\":1}\n{\"k\":2}\n\n{}\n"), expected);
  EXPECT_EQ(rows_of("{\"k\":1}\r\n{\"k\":2}\r\n{}"), expected);
  EXPECT_EQ(rows_of("\n  {\n\"k\"\n:\n1\n}{\"k\" :\t2 } \t{\n}\n"), expected);
  EXPECT_EQ(rows_of(""), Rows{});
  EXPECT_EQ(rows_of(" \r\n\t"), Rows{});
  EXPECT_EQ(rows_of(std::string(10'000, ' ') + "{\"k\":1}" + std::string(10'000, '\n') + "{\"k\":2} {}"), expected);
}

TEST(JsonDocuments, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(rows_of("\xEF\xBB\xBF[{\"k\":1}]"), Rows{"{k:'1'}"});
  EXPECT_EQ(rows_of("\xEF\xBB\xBF{\"k\":1}"), Rows{"{k:'1'}"});
  EXPECT_EQ(rows_of("\xEF\xBB\xBF"), Rows{});
  EXPECT_EQ(fault_of("\xEF\xBB\xBF {\"k\":1}x"), "1 at 11: malformed: expected a value");
  EXPECT_EQ(fault_of("{}\xEF\xBB\xBF"), "1 at 2: malformed: expected a JSON object");
}

TEST(JsonDocuments, FaultsBetweenRecordsNameTheirPlace) {
  EXPECT_EQ(fault_of("[{} {}]"), "1 at 4: malformed: expected ',' or ']' behind a record");
  EXPECT_EQ(fault_of("[{},{},]"), "2 at 7: malformed: expected a JSON object");
  EXPECT_EQ(fault_of("[,{}]"), "0 at 1: malformed: expected a JSON object");
  EXPECT_EQ(fault_of("[{},,{}]"), "1 at 4: malformed: expected a JSON object");
  EXPECT_EQ(fault_of("[{}}"), "1 at 3: malformed: expected ',' or ']' behind a record");
  EXPECT_EQ(fault_of("[{}] {}"), "1 at 5: malformed: the text goes on behind the array");
  EXPECT_EQ(fault_of("[{}],"), "1 at 4: malformed: the text goes on behind the array");
  EXPECT_EQ(fault_of("{},{}"), "1 at 2: malformed: expected a JSON object");
  EXPECT_EQ(fault_of("{}]"), "1 at 2: malformed: expected a JSON object");
  EXPECT_EQ(fault_of("{}\\\"{}"), "1 at 2: malformed: expected a JSON object");
  EXPECT_EQ(fault_of("{}1\"a\""), "1 at 2: malformed: expected a JSON object") << "one token to a reader";
  EXPECT_EQ(fault_of(std::string_view("{}\0{}", 5)), "1 at 2: malformed: expected a JSON object");
}

TEST(JsonDocuments, TextThatEndsTooEarly) {
  EXPECT_EQ(fault_of("["), "0 at 1: malformed: the text ends inside the array");
  EXPECT_EQ(fault_of("[{}"), "1 at 3: malformed: the text ends inside the array");
  EXPECT_EQ(fault_of("[{}, "), "1 at 5: malformed: the text ends inside the array");
  EXPECT_EQ(fault_of("[{},{\"k\":1"), "1 at 4: malformed: the text ends inside the record");
  EXPECT_EQ(fault_of("{\"k\":tr"), "0 at 0: malformed: the text ends inside the record");
  EXPECT_EQ(fault_of("{} {"), "1 at 3: malformed: the text ends inside the record");
  EXPECT_EQ(fault_of("{} {\"k\":\"a,b"), "1 at 8: malformed: a string has no closing quote");
}

// A bracket that is never closed takes all that follows with it; the fault is told where it is.
TEST(JsonDocuments, BracketsThatDoNotMatch) {
  EXPECT_EQ(fault_of("{\"k\":[1}\n{\"k\":2}\n"), "0 at 7: malformed: expected ',' or ']' after a value");
  EXPECT_EQ(fault_of("{\"k\":[1}]\n{\"k\":2}\n"), "0 at 7: malformed: expected ',' or ']' after a value");
  EXPECT_EQ(fault_of("[{\"k\":{}},{\"k\":{]}]"), "1 at 16: malformed: expected a key in double quotes");
}

TEST(JsonDocuments, FaultsInRecordsHaveTheWordsOfLines) {
  EXPECT_EQ(fault_of("[{},1]"), "1 at 4: expected a JSON object, found 1");
  EXPECT_EQ(fault_of("{}\n[1, 2]"), "1 at 3: expected a JSON object, found [1, 2]");
  EXPECT_EQ(fault_of("{}\"a{\"{}"), "1 at 2: expected a JSON object, found \"a{\"");
  EXPECT_EQ(fault_of("{} null"), "1 at 3: expected a JSON object, found null");
  EXPECT_EQ(fault_of("{} nul"), "1 at 3: malformed: expected a value");
  EXPECT_EQ(fault_of("{}{\"k\":1,\n\"k\":2}"), "1 at 10: the key stands twice in one object");
  EXPECT_EQ(fault_of("[{\"k\":1},{\"k\":01}]"), "1 at 14: malformed: expected a value");
  EXPECT_EQ(fault_of("[{},{\"k\":\"\xC3\"},{}]"), "1 at 10: malformed: invalid UTF-8");
  EXPECT_EQ(fault_of("{}{\"k\":\"\xC3\"}{}"), "1 at 8: malformed: invalid UTF-8");
  EXPECT_EQ(fault_of("{}{\"k\":\"a\nb\"}{}"), "1 at 9: malformed: a control byte in a string must be escaped");
  EXPECT_EQ(fault_of("{}{\"k\":\"\\ud800\"}"),
            "1 at 7: malformed: a string has an escape that JSON does not know, or half "
            "of a surrogate pair");
  std::string deep = "{}{\"k\":" + std::string(64, '[') + std::string(64, ']') + "}";
  EXPECT_EQ(fault_of(deep), "1 at 70: more than 64 levels of objects and arrays");
}

TEST(JsonDocuments, RecordsThatAreTooLongArePassedOver) {
  const std::string long_one = "{\"k\":[" + std::string(300, ' ') + "\"]}\\\"" + std::string(200, '[') + "\",{}]}";
  const std::string array = "[{\"k\":1}," + long_one + ",{\"k\":2} ,\n" + long_one + "\n]";
  const std::string documents = "{\"k\":1}" + long_one + "{\"k\":2}\n" + long_one;
  const std::string inside = "{\"x\":[0],\"r\":" + array + ",\"y\":{}}";
  const std::string only = "{\"r\":" + long_one + ",\"y\":1}{\"r\":{\"k\":1}}{\"r\":{\"k\":2}}{\"r\":" + long_one + "}";
  for (const auto& [text, pointer] : {std::pair(array, ""), {documents, ""}, {inside, "/r"}, {only, "/r"}}) {
    const test::TextFile file(text);
    for (const uint64_t block_bytes : {1, 7, 64, 100, 512, 4'096}) {
      SCOPED_TRACE(text.substr(0, 20) + " in blocks of " + std::to_string(block_bytes));
      const JsonFormat format({.records_pointer = pointer});
      Contents contents = Contents::open(file.path());
      const auto frames =
          format.open(contents, {.block_bytes = block_bytes, .record_bytes_max = 100, .passes_over = true});
      std::string seen;
      std::vector<size_t> places;
      RecordBlock block;
      RecordFrames::Step step;
      while ((step = frames->next(block)) == RecordFrames::Step::block) {
        seen += block.text();
        if (!block.passed_over) continue;
        places.push_back(block.passed_over->fault.byte);
        EXPECT_EQ(block.passed_over->text, long_one.substr(0, block.passed_over->text.size()));
        block.passed_over.reset();
      }
      EXPECT_EQ(step, RecordFrames::Step::end);
      std::erase_if(seen, [](char c) { return is_json_blank(c); });
      EXPECT_EQ(seen, "{\"k\":1}{\"k\":2}");
      EXPECT_EQ(places, (std::vector<size_t>{text.find(long_one), text.rfind(long_one)}));
    }
  }
}

TEST(JsonDocuments, RecordsMayBeAsLongAsTheLimit) {
  for (const std::string text :
       {"[{},{\"k\":\"0123456789\"}]", "{}{\"k\":\"0123456789\"}", "{} {\"k\":[1,2,3,4,5,6]}  "}) {
    const size_t at = text.find('{', 2);
    const size_t length = text.find_last_of('}') + 1 - at;
    for (const size_t limit : {length, length - 1, size_t{3}}) {
      const JsonOutcome outcome = read_in_all_blocks(text, {.record_bytes_max = limit});
      ASSERT_EQ(outcome.rows.size(), limit == length ? 2u : 1u) << text;
      ASSERT_EQ(outcome.fault.has_value(), limit != length);
      if (limit == length) continue;
      EXPECT_EQ(outcome.fault->byte, at);
      EXPECT_EQ(outcome.fault->record, 1);
      EXPECT_EQ(outcome.fault->sentence, "the record is longer than " + std::to_string(limit) + " bytes");
    }
  }
  EXPECT_EQ(read_in_all_blocks("{\"k\":" + std::string(5'000, '['), {.record_bytes_max = 100}).fault->sentence,
            "the record is longer than 100 bytes");
}

TEST(JsonDocuments, RecordsAtAPointer) {
  const Rows expected{"{k:'1'}", "{k:'2'}"};
  EXPECT_EQ(rows_of("{\"a\":[{\"k\":1},{\"k\":2}]}", "/a"), expected);
  EXPECT_EQ(rows_of(" { \"x\" : [ [ ] , { } , { \"y\" : -1.5e3 } , \"\\u00e9\\ud83d\\ude00\\n\" , true , null ] ,"
                    " \"a\" : [ {\"k\":1} , {\"k\":2} ] , \"z\" : { \"a\" : [ ] } , \"w\" : false } ",
                    "/a"),
            expected);
  EXPECT_EQ(rows_of("{\"x\":{\"k\":0},\"a\":{\"b/c\":{\"\":[{\"k\":1},{\"k\":2}],\"z\":1}},\"b/c\":2}", "/a/b~1c/"),
            expected);
  EXPECT_EQ(rows_of("{\"\\u0061\":[{\"k\":1},{\"k\":2}]}", "/a"), expected) << "names may be escaped";
  EXPECT_EQ(rows_of("[0,[{\"k\":1},{\"k\":2}],{}]", "/1"), expected);
  EXPECT_EQ(rows_of("{\"a\":[[],{\"b\":[{\"k\":1},{\"k\":2}]},[]]}", "/a/1/b"), expected);
  EXPECT_EQ(rows_of("{\"a\":{\"k\":1}}{\"a\":{\"k\":2},\"b\":0}", "/a"), expected) << "an object is one record";
  EXPECT_EQ(rows_of("{\"a\":[{\"k\":1}]} {\"a\":[]}\n{\"a\":[{\"k\":2}]}", "/a"), expected) << "in each document";
  EXPECT_EQ(rows_of("{\"a\":[]}", "/a"), Rows{});
  EXPECT_EQ(rows_of("", "/a"), Rows{});
}

TEST(JsonDocuments, PointersThatLeadNowhere) {
  EXPECT_EQ(fault_of("{}", "/a"), "0 at 1: the document has nothing at /a, where --records /a leads");
  EXPECT_EQ(fault_of("{\"b\":1, \"c\":[]}", "/a"), "0 at 14: the document has nothing at /a, where --records /a leads");
  EXPECT_EQ(fault_of("{\"a\":{\"c\":1}}", "/a/b"),
            "0 at 11: the document has nothing at /a/b, where --records /a/b leads");
  EXPECT_EQ(fault_of("{\"a\":1}", "/a/b"), "0 at 5: the document has nothing at /a/b, where --records /a/b leads");
  EXPECT_EQ(fault_of("{\"a\":1}", "/a"), "0 at 5: what --records /a leads to is neither an array nor an object");
  EXPECT_EQ(fault_of("[[]]", "/a"), "0 at 0: the document has nothing at /a, where --records /a leads");
  EXPECT_EQ(fault_of("[[]]", "/1"), "0 at 3: the document has nothing at /1, where --records /1 leads");
  EXPECT_EQ(fault_of("[[]]", "/00"), "0 at 0: the document has nothing at /00, where --records /00 leads");
  EXPECT_EQ(fault_of("{\"a\":[{}],\"b\":1,\"a\":2}", "/a"),
            "1 at 16: the key a on the way to the records stands twice in one object");
}

TEST(JsonDocuments, WhatStandsAroundTheRecordsIsChecked) {
  const std::string bad_values[] = {
      "",           "01",  "1.",      "tru",    "{1:2}",       "{\"a\" 1}", "{\"a\":}", "[1,]",
      "[1 2]",      "[1}", "\"\\x\"", "\"\n\"", "\"\\ud800\"", "\"\xFF\"",  "\"\xC3\"", "\"\xED\xA0\x80\"",
      "{\"a\":1,}", "\"a", "\"a\"b",  "nan",    "'a'"};
  for (const std::string& bad : bad_values) {
    EXPECT_THAT(fault_of("{\"x\":" + bad + ",\"a\":[{}]}", "/a"), testing::StartsWith("0 at ")) << bad;
    EXPECT_THAT(fault_of("{\"a\":[{}],\"x\":" + bad + "}", "/a"), testing::StartsWith("1 at ")) << bad;
    EXPECT_THAT(fault_of("[" + bad + ",[{}]]", "/1"), testing::StartsWith("0 at ")) << bad;
  }
  EXPECT_EQ(fault_of("{\"a\":[{}]", "/a"), "1 at 9: malformed: the text ends inside the document");
  EXPECT_EQ(fault_of("{\"a\":[{}]}}", "/a"), "1 at 10: malformed: expected a value");
  EXPECT_EQ(fault_of("{\"a\":[{}] \"b\":1}", "/a"), "1 at 10: malformed: expected ',' or '}' after a value");
  EXPECT_EQ(fault_of("{\"x\":" + std::string(65, '[') + std::string(65, ']') + ",\"a\":[]}", "/a"),
            "0 at 69: more than 64 levels of objects and arrays");
  EXPECT_EQ(rows_of("{\"x\":" + std::string(64, '[') + std::string(64, ']') + ",\"a\":[]}", "/a"), Rows{});
}

// Every prefix of a text is an error, unless it is a text itself.
TEST(JsonDocuments, NoPrefixIsTakenForTheWhole) {
  const std::string document =
      "{\"x\":[1,{\"y\":\"\xC3\xA9\\u00e9\"}],\"a\":[{\"k\":1.5,\"l\":\"}\"}, {\"k\":null},{}],\"z\":-0}";
  const std::string array = "[{\"k\":1.5,\"l\":\"}\"}, {\"k\":[true,null]},{}]\n";
  for (size_t size = 1; size < document.size(); ++size)
    ASSERT_TRUE(read_in_all_blocks(document.substr(0, size), {.pointer = "/a"}).fault) << document.substr(0, size);
  ASSERT_EQ(read_in_all_blocks(document, {.pointer = "/a"}).rows.size(), 3u);
  for (size_t size = 1; size < array.size(); ++size)
    ASSERT_EQ(!read_in_all_blocks(array.substr(0, size)).fault, size >= array.find_last_of(']') + 1)
        << array.substr(0, size);
  const std::string documents = "{\"k\":1}\n{\"k\":{\"a\":\"\\\"\"}} {} ";
  for (size_t size = 1; size < documents.size(); ++size) {
    const std::string_view prefix = std::string_view(documents).substr(0, size);
    const bool is_whole =
        prefix.back() == ' ' || prefix.back() == '\n' || size == 7 || prefix.ends_with("}}") || prefix.ends_with("{}");
    const JsonOutcome outcome = read_in_all_blocks(documents.substr(0, size));
    ASSERT_EQ(!outcome.fault, is_whole) << documents.substr(0, size) << outcome.text();
  }
}

TEST(JsonDocuments, BadRecordsAreLeftOut) {
  const auto rejects_of = [](std::string_view text) {
    const JsonOutcome outcome = read_in_all_blocks(text, {.schema = "k int64 not null", .keep_rejects = true});
    Rows rejects;
    for (const Reject& reject : outcome.rejects)
      rejects.push_back(std::to_string(reject.fault.record) + " " + std::to_string(reject.fault.byte) + " " +
                        reject.text);
    rejects.push_back(std::to_string(outcome.rows.size()) + (outcome.fault ? " good, fault" : " good"));
    return rejects;
  };
  EXPECT_EQ(rejects_of("[{\"k\":1},{\"k\":\"x\"},{\"k\":2},7,[{}],\"a,]\",{\"k\":3}]"),
            (Rows{"1 14 {\"k\":\"x\"}", "3 27 7", "4 29 [{}]", "5 34 \"a,]\"", "3 good"}));
  EXPECT_EQ(rejects_of("{\"k\":1}{}{\"k\":2}{\"k\":[\n1}]{\"k\":3}"), (Rows{"1 8 {}", "3 24 {\"k\":[\n1}]", "3 good"}))
      << "brackets that are closed end a record, whatever their kind";
  EXPECT_EQ(rejects_of("{\"k\":1}{\"k\":\"\xFF\"}{\"k\":2}{\"k\":\"a\nb\"} {\"k\":3}"),
            (Rows{"1 13 {\"k\":\"\xFF\"}", "3 30 {\"k\":\"a\nb\"}", "3 good"}));
  EXPECT_EQ(rejects_of("{\"k\":1} x {\"k\":2} [ {\"k\":3}"), (Rows{"1 8 x", "2 good, fault"}));
  EXPECT_EQ(rejects_of("[{\"k\":1},{\"l\":1} {\"k\":2}]"), (Rows{"1 15 {\"l\":1}", "1 good, fault"}));
}

// Many records that slices of every size cut, some of them bad, in one block and in many.
TEST(JsonDocuments, LongTextIsReadInParts) {
  for (const std::string separator : {",", ",\n  ", ""}) {
    std::string text = separator.empty() ? "" : "[";
    size_t bad = 0;
    for (size_t i = 0; i < 1'500; ++i) {
      const bool is_bad = i % 497 == 5;
      bad += is_bad;
      text += (i > 0 ? separator : "") + "{\"k\":" + std::to_string(i) + ",\"l\":\"" + std::string(i % 50, 'x') +
              (is_bad ? "\xFF" : "\xC3\xA9") + "\\n\"}";
    }
    text += separator.empty() ? "" : "]";
    for (const uint64_t block : {uint64_t{1'000}, uint64_t{65'536}, uint64_t{1_MiB}}) {
      JsonReading reading{.schema = "k int64, l string", .block_bytes = block, .keep_rejects = true};
      const JsonOutcome all = read_json(text, reading);
      ASSERT_FALSE(all.fault) << all.text();
      ASSERT_EQ(all.rejects.size(), bad);
      ASSERT_EQ(all.rejects[1].fault.record, 502);
      ASSERT_EQ(all.rows.size(), 1'500 - bad);
      ASSERT_EQ(all.rows.back(), "{k:1499,l:'" + std::string(1'499 % 50, 'x') + "\xC3\xA9\n'}");
      reading.keep_rejects = false;
      const JsonOutcome first = read_json(text, reading);
      ASSERT_EQ(first.fault->record, 5);
      ASSERT_EQ(first.fault->byte, text.find('\xFF'));
      reading.batch_bytes_max = 1;
      reading.keep_rejects = true;
      ASSERT_EQ(read_json(text, reading).text(), all.text()) << "a record a batch";
    }
  }
}

// As a run has it: schema found in a sample, threads, several sources, errors with their names.
TEST(JsonDocuments, SourcesOfAnyShapeAreOneStream) {
  const test::TextFile array("[{\"k\":1},\n{\"k\":2,\"l\":\"a\"}]");
  const test::TextFile documents("{\"k\":3}{\"l\":\"b\",\n\"k\":4}");
  const test::TextFile broken("[{\"k\":5} {\"k\":6}]");
  for (const uint64_t block_bytes : kBlockSizes) {
    const auto open = [&](const std::vector<std::string>& paths) {
      std::vector<SourceText> sources;
      for (const std::string& path : paths) sources.push_back({path, std::nullopt});
      SourceOptions options;
      options.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 2});
      return RecordSource(std::move(sources), std::make_unique<JsonFormat>(JsonOptions{}), options, block_bytes);
    };
    RecordSource source = open({array.path(), documents.path()});
    EXPECT_EQ(to_text(source.schema()), "k int64, l string");
    Rows rows;
    while (const auto next = source.next())
      for (int64_t row = 0; row < next->batch.rows(); ++row) rows.push_back(test::row_text(next->batch, row));
    EXPECT_EQ(rows, (Rows{"{k:1,l:null}", "{k:2,l:'a'}", "{k:3,l:null}", "{k:4,l:'b'}"}));
    RecordSource bad = open({array.path(), broken.path()});
    try {
      while (bad.next()) continue;
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.what(),
                broken.path() + ": malformed JSON in record 2 (byte 9): expected ',' or ']' behind a record");
    }
  }
}

// Nothing of the text is looked at again for each bad record that it has.
TEST(JsonDocuments, ManyBadRecordsTakeLinearTime) {
  for (const std::string record : {"{\"k\":\"\xFF\"}", "{\"k\":\"\xFF\"}\n"}) {
    std::string text;
    while (text.size() < 150'000) text += record;
    EXPECT_EQ(read_json(text, {.keep_rejects = true}).rejects.size(), text.size() / record.size());
  }
}

TEST(JsonDocuments, ASampleHoldsWhatBeginsBeforeItsEnd) {
  const test::TextFile file("[{\"a\":1},\n {\"b\":2},{\"c\":\"\xFF\"}]");
  const JsonFormat format({});
  Contents contents = Contents::open(file.path());
  const auto frames = format.open(contents, {.record_bytes_max = 1'000, .reason = "", .hint = ""});
  RecordBlock block;
  ASSERT_EQ(frames->next(block), RecordFrames::Step::block);
  for (const auto& [text_end, records] : {std::pair{1, 0}, {2, 1}, {11, 1}, {12, 2}, {19, 2}}) {
    const auto inference = format.make_inference(false);
    EXPECT_FALSE(inference->observe(block, static_cast<uint64_t>(text_end))) << text_end;
    EXPECT_EQ(inference->records(), records) << text_end;
    EXPECT_EQ(inference->result().schema.size(), static_cast<size_t>(records));
  }
  const auto inference = format.make_inference(false);
  const std::optional<RecordFault> fault = inference->observe(block, 20);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->record, 2);
  EXPECT_EQ(fault->byte, 25u);
}

}  // namespace
}  // namespace sluice::json_documents_test
