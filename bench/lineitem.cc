// Rows of the bench table: drawn, put into columns, written as text. The distributions are described in lineitem.h.
#include "lineitem.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <vector>

#include "columns.h"

namespace sluice::bench {

namespace {

constexpr uint32_t kParts = 200'000;
constexpr uint32_t kSuppliers = 10'000;
constexpr int32_t kFirstOrderDate = 8'035;  // 1992-01-01
constexpr int32_t kLastOrderDate = 10'440;  // 1998-08-02
constexpr int32_t kCurrentDate = 9'298;     // 1995-06-17: what is received by then may come back
constexpr int32_t kLastDate = kLastOrderDate + 121 + 30;
constexpr uint32_t kCommentBytesMin = 10;
constexpr uint32_t kCommentBytesMax = 43;
constexpr size_t kTextBytes = 1 << 20;

constexpr std::array<std::string_view, 4> kShipInstructs = {"DELIVER IN PERSON", "COLLECT COD", "NONE",
                                                            "TAKE BACK RETURN"};
constexpr std::array<std::string_view, 7> kShipModes = {"REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"};
constexpr std::string_view kWords[] = {
    "about",   "above",   "across", "after",  "again",   "along",   "amber",  "among",   "anchor",  "apple",  "arrow",
    "asks",    "autumn",  "barrel", "basket", "beside",  "blue",    "bold",   "bridge",  "bright",  "brings", "broken",
    "calm",    "carry",   "cedar",  "chalk",  "cheap",   "clever",  "cloud",  "copper",  "counts",  "cranes", "daily",
    "deep",    "drift",   "eager",  "early",  "east",    "engine",  "evenly", "falls",   "farther", "few",    "final",
    "fold",    "forest",  "from",   "gather", "gentle",  "glass",   "grain",  "green",   "harbour", "hardly", "heavy",
    "hidden",  "hollow",  "idle",   "inside", "iron",    "keeps",   "kind",   "lamp",    "late",    "leaves", "light",
    "linen",   "listens", "long",   "loud",   "market",  "meadow",  "mill",   "moves",   "narrow",  "near",   "never",
    "night",   "north",   "oak",    "often",  "orders",  "outside", "over",   "packs",   "paper",   "past",   "patient",
    "pine",    "plain",   "quick",  "quiet",  "rain",    "rapid",   "reads",  "regular", "rests",   "ring",   "river",
    "rough",   "runs",    "salt",   "sells",  "shallow", "silver",  "sleeps", "slow",    "small",   "soft",   "special",
    "stone",   "strong",  "summer", "swift",  "table",   "the",     "thin",   "timber",  "towards", "under",  "until",
    "unusual", "valley",  "waits",  "warm",   "water",   "wheels",  "wide",   "willow",  "winter",  "wooden", "yellow"};

std::string random_text(Random& random) {
  constexpr std::string_view kEnds[] = {" ", " ", " ", " ", " ", ", ", ". ", "; "};
  std::string text;
  while (text.size() < kTextBytes) {
    text += pick(kWords, random);
    text += pick(kEnds, random);
  }
  return text;
}

double from_hundredths(uint32_t hundredths) { return hundredths / 100.0; }

// ---- text

struct DateText {
  char bytes[10];
};

// Every date that can occur, written once.
std::vector<DateText> date_texts() {
  std::vector<DateText> texts(static_cast<size_t>(kLastDate) + 1);
  for (int32_t days = kFirstOrderDate; days <= kLastDate; ++days) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    uint32_t digits = static_cast<uint32_t>(static_cast<int>(date.year())) * 10'000 +
                      static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
    char* bytes = texts[static_cast<size_t>(days)].bytes;
    for (int i = 9; i >= 0; --i) {
      bytes[i] = i == 4 || i == 7 ? '-' : static_cast<char>('0' + digits % 10);
      if (bytes[i] != '-') digits /= 10;
    }
  }
  return texts;
}

/// Writes to memory that is large enough.
class Line {
 public:
  explicit Line(char* to) : to_(to) {}

  Line& text(std::string_view text) {
    to_ = std::copy(text.begin(), text.end(), to_);
    return *this;
  }
  Line& number(int64_t number) {
    to_ = std::to_chars(to_, to_ + 20, number).ptr;
    return *this;
  }
  Line& decimal(uint32_t hundredths) {
    number(hundredths / 100);
    *to_++ = '.';
    *to_++ = static_cast<char>('0' + hundredths / 10 % 10);
    *to_++ = static_cast<char>('0' + hundredths % 10);
    return *this;
  }
  Line& date(int32_t days) {
    static const std::vector<DateText> texts = date_texts();
    return text({texts[static_cast<size_t>(days)].bytes, 10});
  }
  char* end() const { return to_; }

 private:
  char* to_;
};

}  // namespace

LineItems::LineItems(uint64_t seed) : random_(seed), text_(random_text(random_)) {}

LineItem LineItems::next() {
  if (lines_left_ == 0) {
    ++orders_;
    lines_left_ = random_.between(1, 7);
    line_number_ = 0;
    order_date_ = static_cast<int32_t>(random_.between(kFirstOrderDate, kLastOrderDate));
  }
  --lines_left_;
  LineItem item;
  item.order_key = static_cast<int64_t>((orders_ - 1) / 8 * 32 + (orders_ - 1) % 8 + 1);  // 8 of each 32 keys are used
  const uint32_t part = random_.between(1, kParts);
  item.part_key = part;
  item.supplier_key = static_cast<int32_t>(random_.between(1, kSuppliers));
  item.line_number = ++line_number_;
  item.quantity = random_.between(1, 50);
  item.price_hundredths = item.quantity * (90'000 + part / 10 % 20'001 + 100 * (part % 1'000));
  item.discount_hundredths = random_.between(0, 10);
  item.tax_hundredths = random_.between(0, 8);
  item.ship_date = order_date_ + static_cast<int32_t>(random_.between(1, 121));
  item.commit_date = order_date_ + static_cast<int32_t>(random_.between(30, 90));
  item.receipt_date = item.ship_date + static_cast<int32_t>(random_.between(1, 30));
  item.return_flag = item.receipt_date > kCurrentDate ? 'N' : "AR"[random_.between(0, 1)];
  item.line_status = item.ship_date > kCurrentDate ? 'O' : 'F';
  item.ship_instruct = pick(kShipInstructs, random_);
  item.ship_mode = pick(kShipModes, random_);
  const uint32_t bytes = random_.between(kCommentBytesMin, kCommentBytesMax);
  item.comment =
      std::string_view(text_).substr(random_.between(0, static_cast<uint32_t>(kTextBytes) - bytes - 1), bytes);
  return item;
}

Schema lineitem_schema() {
  return Schema{
      {"l_orderkey", int64()},    {"l_partkey", int64()},         {"l_suppkey", int32()},    {"l_linenumber", int32()},
      {"l_quantity", float64()},  {"l_extendedprice", float64()}, {"l_discount", float64()}, {"l_tax", float64()},
      {"l_returnflag", string()}, {"l_linestatus", string()},     {"l_shipdate", date()},    {"l_commitdate", date()},
      {"l_receiptdate", date()},  {"l_shipinstruct", string()},   {"l_shipmode", string()},  {"l_comment", string()}};
}

Batch next_batch(LineItems& items, int64_t rows) {
  static const auto schema = std::make_shared<const Schema>(lineitem_schema());
  Numbers<int64_t> order_key, part_key;
  Numbers<int32_t> supplier_key, line_number, ship_date, commit_date, receipt_date;
  Numbers<double> quantity, price, discount, tax;
  Texts return_flag, line_status, ship_instruct, ship_mode, comment;
  for (int64_t row = 0; row < rows; ++row) {
    const LineItem item = items.next();
    order_key(item.order_key);
    part_key(item.part_key);
    supplier_key(item.supplier_key);
    line_number(item.line_number);
    quantity(item.quantity);
    price(from_hundredths(item.price_hundredths));
    discount(from_hundredths(item.discount_hundredths));
    tax(from_hundredths(item.tax_hundredths));
    return_flag({&item.return_flag, 1});
    line_status({&item.line_status, 1});
    ship_date(item.ship_date);
    commit_date(item.commit_date);
    receipt_date(item.receipt_date);
    ship_instruct(item.ship_instruct);
    ship_mode(item.ship_mode);
    comment(item.comment);
  }
  return Batch(
      schema,
      {order_key.finish(int64()), part_key.finish(int64()), supplier_key.finish(int32()), line_number.finish(int32()),
       quantity.finish(float64()), price.finish(float64()), discount.finish(float64()), tax.finish(float64()),
       return_flag.finish(), line_status.finish(), ship_date.finish(date()), commit_date.finish(date()),
       receipt_date.finish(date()), ship_instruct.finish(), ship_mode.finish(), comment.finish()},
      rows);
}

void append_ndjson(const LineItem& item, std::string& out) {
  constexpr size_t kLineBytesMax = 1'024;  // keys 230, twelve numbers of at most 20 bytes, text 70
  const size_t begin = out.size();
  out.resize(begin + kLineBytesMax);
  Line line(out.data() + begin);
  line.text(R"({"l_orderkey":)").number(item.order_key);
  line.text(R"(,"l_partkey":)").number(item.part_key);
  line.text(R"(,"l_suppkey":)").number(item.supplier_key);
  line.text(R"(,"l_linenumber":)").number(item.line_number);
  line.text(R"(,"l_quantity":)").decimal(item.quantity * 100);
  line.text(R"(,"l_extendedprice":)").decimal(item.price_hundredths);
  line.text(R"(,"l_discount":)").decimal(item.discount_hundredths);
  line.text(R"(,"l_tax":)").decimal(item.tax_hundredths);
  line.text(R"(,"l_returnflag":")").text({&item.return_flag, 1});
  line.text(R"(","l_linestatus":")").text({&item.line_status, 1});
  line.text(R"(","l_shipdate":")").date(item.ship_date);
  line.text(R"(","l_commitdate":")").date(item.commit_date);
  line.text(R"(","l_receiptdate":")").date(item.receipt_date);
  line.text(R"(","l_shipinstruct":")").text(item.ship_instruct);
  line.text(R"(","l_shipmode":")").text(item.ship_mode);
  line.text(R"(","l_comment":")").text(item.comment).text("\"}\n");
  out.resize(static_cast<size_t>(line.end() - out.data()));
}

}  // namespace sluice::bench
