// Which text is JSON, and which byte is the first that is not: by RFC 8259, by a table, and by another parser.
#include "base/json_grammar.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>
#include <string>

namespace sluice::json_grammar_test {
namespace {

std::optional<size_t> fault_of(std::string_view text) { return JsonGrammar().find_fault(text); }

TEST(JsonGrammar, TakesEveryKindOfValue) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-0",
                           "12",
                           "-1.5e+10",
                           "1E5",
                           "0.1e-7",
                           "123456789012345678901234567890",
                           "1e999",
                           "\"\"",
                           "\"a\"",
                           R"("\"\\\/\b\f\n\r\t\u00e9\uD834\uDD1E")",
                           R"("\ud800")",
                           "\"\xc3\xa4 and more than eight\"",
                           "[]",
                           "{}",
                           "[1]",
                           "[[],{}]",
                           "{\"a\":1}",
                           "{\"a\":{\"b\":[1,2,{}]},\"a\":null}",
                           " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : \"\" } \n"})
    EXPECT_EQ(fault_of(text), std::nullopt) << text;
}

TEST(JsonGrammar, NamesTheFirstByteThatDoesNotFit) {
  const std::pair<std::string, size_t> cases[] = {{"", 0},           {"  ", 2},
                                                  {"nul", 3},        {"nulL", 3},
                                                  {"null null", 5},  {"True", 0},
                                                  {"01", 1},         {"-", 1},
                                                  {"-a", 1},         {"+1", 0},
                                                  {"1.", 2},         {".5", 0},
                                                  {"1e", 2},         {"1e+", 3},
                                                  {"0x1", 1},        {"1,", 1},
                                                  {"NaN", 0},        {"\"", 1},
                                                  {"\"a", 2},        {"\"\n\"", 1},
                                                  {"\"\\x\"", 2},    {"\"\\u12G4\"", 5},
                                                  {"\"\\u12", 5},    {"\"\\", 2},
                                                  {"[", 1},          {"[1", 2},
                                                  {"[1,", 3},        {"[1,]", 3},
                                                  {"[,1]", 1},       {"[1 2]", 3},
                                                  {"[}", 1},         {"[1}", 2},
                                                  {"{", 1},          {"{]", 1},
                                                  {"{1:2}", 1},      {"{\"a\"}", 4},
                                                  {"{\"a\":}", 5},   {"{\"a\":1", 6},
                                                  {"{\"a\":1,}", 7}, {"{\"a\":1]", 6},
                                                  {"{\"a\" 1}", 5},  {"]", 0},
                                                  {"{} {}", 3},      {"[]]", 2},
                                                  {"'a'", 0},        {"\"12345678\x01\"", 9}};
  for (const auto& [text, place] : cases) EXPECT_EQ(fault_of(text), place) << text;
  EXPECT_EQ(fault_of(std::string_view("\"\0\"", 3)), 1u);
  EXPECT_EQ(fault_of(std::string_view("1\0", 2)), 1u);
}

// Only numbers are whole before they are at their end, and this is none.
TEST(JsonGrammar, CutAnywhereGoesOn) {
  const std::string text = R"({"key one":[1.5e3,{"x":"\u00e9 long enough for words"},true,false,null],"b":""})";
  EXPECT_EQ(fault_of(text), std::nullopt);
  for (size_t size = 0; size < text.size(); ++size) EXPECT_EQ(fault_of(text.substr(0, size)), size);
}

// One bit for each bracket: what is open around the 64th and every other depth must close in its own kind.
TEST(JsonGrammar, DepthIsOnlyLimitedByTheText) {
  JsonGrammar grammar;
  for (const size_t depth : {63, 64, 65, 127, 128, 129, 1'000'000}) {
    std::string open;
    std::string close;
    for (size_t i = 0; i < depth; ++i) {
      const bool is_object = i % 3 == 1 || i % 64 == 0;
      open += is_object ? "{\"\":" : "[";
      close += is_object ? '}' : ']';
    }
    std::ranges::reverse(close);
    const std::string text = open + "1" + close;
    EXPECT_EQ(grammar.find_fault(text), std::nullopt) << depth;
    EXPECT_EQ(grammar.find_fault(open), open.size()) << depth;
    for (const size_t wrong : {size_t{0}, depth / 2, depth - 1}) {
      std::string other = text;
      char& bracket = other[open.size() + 1 + wrong];
      bracket = bracket == '}' ? ']' : '}';
      EXPECT_EQ(grammar.find_fault(other), open.size() + 1 + wrong) << depth;
    }
  }
}

// simdjson also reads the values: what it says of numbers out of range and halves of surrogate pairs is not grammar.
TEST(JsonGrammar, AgreesWithAnotherParser) {
  constexpr uint64_t kSeed = 20'261'121;
  std::mt19937_64 random(kSeed);
  const std::string_view pieces[] = {"{",     "}",    "[",    "]",       ",",    ":",  "\"",          "\"a\"",
                                     "\"\":", "\\",   "1",    "0",       "-",    ".5", "e1",          " ",
                                     "\n",    "true", "null", "\\u0041", "\x01", "x",  "\"\xc3\xa9\""};
  simdjson::dom::parser parser;
  JsonGrammar grammar;
  int valid = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (uint64_t left = random() % 9; left > 0; --left) text += pieces[random() % std::size(pieces)];
    const auto error = parser.parse(text).error();
    if (error == simdjson::NUMBER_ERROR) continue;
    const bool is_valid = grammar.find_fault(text) == std::nullopt;
    ASSERT_EQ(is_valid, error == simdjson::SUCCESS) << "seed " << kSeed << ", case " << i << ": " << text;
    valid += is_valid;
  }
  EXPECT_GT(valid, 2'000);
}

}  // namespace
}  // namespace sluice::json_grammar_test
