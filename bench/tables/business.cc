// Bench tables from trade: orders, trips, bookings, trades, keys, choices.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "columns.h"
#include "lineitem.h"
#include "random.h"
#include "tables/tables.h"

namespace sluice::bench {

namespace {

constexpr int64_t kSecondsBegin = 1'700'000'000;  // 2023-11-14
constexpr int64_t kDaySeconds = 86'400;

double hundredths(int64_t units) { return static_cast<double>(units) / 100.0; }

}  // namespace

Batch make_orders() {
  LineItems items;
  return next_batch(items, 400'000);
}

Batch make_trips() {
  constexpr int kRows = 350'000;
  Random random(2);
  Numbers<int64_t> pickup, dropoff, payment;
  Numbers<int32_t> vendor, from, to;
  Numbers<double> passengers, distance, rate, fare, extra, tax, tip, tolls, improvement, total, congestion, airport;
  Texts stored;
  int64_t now = kSecondsBegin;
  for (int i = 0; i < kRows; ++i) {
    now += random.skewed(12);
    const int64_t begin = now - random.skewed(900);
    const uint32_t seconds = 60 + random.skewed(4'000);
    const int64_t miles = std::max<int64_t>(int64_t{seconds} * random.between(15, 60) / 100, 10);
    const int64_t fare_cents = (250 + miles * 2 + seconds / 3) / 50 * 50;
    const bool is_card = random.chance(720);
    const bool is_known = random.chance(960);
    vendor(static_cast<int32_t>(random.between(1, 2)));
    pickup(begin * 1'000'000), dropoff((begin + seconds) * 1'000'000);
    is_known ? passengers(1 + random.skewed(6)) : passengers.null();
    distance(hundredths(miles));
    is_known ? rate(random.chance(950) ? 1 : random.between(2, 6)) : rate.null();
    is_known ? stored(random.chance(6) ? "Y" : "N") : stored.null();
    from(static_cast<int32_t>(1 + random.skewed(265))), to(static_cast<int32_t>(1 + random.skewed(265)));
    payment(is_known ? (is_card ? 1 : 2) : 0);
    const int64_t extra_cents = std::array{0, 0, 50, 100, 250}[random.between(0, 4)];
    const int64_t tip_cents = is_card ? fare_cents * random.between(0, 5) * 5 / 100 : 0;
    const int64_t toll_cents = random.chance(50) ? 655 : 0;
    fare(hundredths(fare_cents)), extra(hundredths(extra_cents)), tax(0.5), tip(hundredths(tip_cents));
    tolls(hundredths(toll_cents)), improvement(0.3);
    total(hundredths(fare_cents + extra_cents + tip_cents + toll_cents + 80 + 250));
    is_known ? congestion(random.chance(900) ? 2.5 : 0) : congestion.null();
    is_known ? airport(random.chance(80) ? 1.25 : 0) : airport.null();
  }
  TableColumns table;
  table.add("vendor_id", vendor.finish(int32()));
  table.add("pickup_at", pickup.finish(timestamp(TimeUnit::microsecond)));
  table.add("dropoff_at", dropoff.finish(timestamp(TimeUnit::microsecond)));
  table.add("passengers", passengers.finish(float64()));
  table.add("distance", distance.finish(float64()));
  table.add("rate_code", rate.finish(float64()));
  table.add("stored", stored.finish());
  table.add("pickup_zone", from.finish(int32()));
  table.add("dropoff_zone", to.finish(int32()));
  table.add("payment", payment.finish(int64()));
  table.add("fare", fare.finish(float64()));
  table.add("extra", extra.finish(float64()));
  table.add("tax", tax.finish(float64()));
  table.add("tip", tip.finish(float64()));
  table.add("tolls", tolls.finish(float64()));
  table.add("improvement", improvement.finish(float64()));
  table.add("total", total.finish(float64()));
  table.add("congestion", congestion.finish(float64()));
  table.add("airport_fee", airport.finish(float64()));
  return table.finish();
}

Batch make_ledger() {
  constexpr int kRows = 500'000;
  constexpr uint32_t kAccounts = 3'000;
  constexpr std::array<std::string_view, 6> kCurrencies{"EUR", "USD", "GBP", "CHF", "SEK", "PLN"};
  constexpr std::array<int64_t, 6> kRates{1'000'000, 1'083'000, 861'000, 955'000, 11'420'000, 4'310'000};
  Random random(3);
  std::vector<int64_t> balances(kAccounts, 100'000);
  Numbers<int64_t> id;
  Numbers<int32_t> account, booked;
  Numbers<DecimalWords> amount, balance, rate;
  Texts currency, reference;
  for (int i = 0; i < kRows; ++i) {
    const uint32_t owner = random.skewed(kAccounts);
    const uint32_t money = owner % 6;
    const bool is_round = random.chance(300);
    const int64_t size = is_round ? int64_t{random.between(1, 60)} * 500 : 1 + int64_t{random.skewed(300'000)};
    const int64_t change = random.chance(600) ? -size : size;
    id(9'000'000'000 + i);
    account(static_cast<int32_t>(100'000 + owner));
    booked(19'700 + i * 365 / kRows);
    amount(decimal_words(change)), balance(decimal_words(balances[owner] += change));
    rate(decimal_words(kRates[money] + (money == 0 ? 0 : random.noise(4'000))));
    currency(kCurrencies[money]);
    if (random.chance(350)) {
      reference.null();
    } else {
      reference("INV-" + std::to_string(2'023 + i / 300'000) + "-" +
                std::to_string(100'000 + random.between(0, 899'999)));
    }
  }
  TableColumns table;
  table.add("booking_id", id.finish(int64()));
  table.add("account", account.finish(int32()));
  table.add("booked_on", booked.finish(date()));
  table.add("amount", amount.finish(decimal(18, 2)));
  table.add("balance", balance.finish(decimal(18, 2)));
  table.add("rate", rate.finish(decimal(9, 6)));
  table.add("currency", currency.finish());
  table.add("reference", reference.finish());
  return table.finish();
}

Batch make_trades() {
  constexpr int kRows = 700'000;
  constexpr uint32_t kSymbols = 500;
  constexpr std::array<std::string_view, 5> kVenues{"XNAS", "XNYS", "BATS", "EDGX", "IEXG"};
  constexpr std::array<std::string_view, 4> kConditions{"@", "@ I", "@F", "@ TI"};
  Random random(4);
  std::vector<std::string> symbols;
  std::vector<int64_t> prices;
  for (uint32_t i = 0; i < kSymbols; ++i) {
    std::string& symbol = symbols.emplace_back();
    for (uint32_t letters = random.between(1, 4); letters > 0; --letters)
      symbol += static_cast<char>('A' + random.between(0, 25));
    prices.push_back(1'000 + random.between(0, 40'000));
  }
  Numbers<int64_t> at, id;
  Numbers<double> price;
  Numbers<int32_t> size;
  Texts symbol, venue, condition;
  int64_t now = kSecondsBegin * 1'000'000'000;
  for (int i = 0; i < kRows; ++i) {
    now += 100 + random.skewed(1 << 26);
    const uint32_t which = random.skewed(kSymbols);
    prices[which] = std::max<int64_t>(prices[which] + random.noise(3), 100);
    at(now), id(52'983'525'000'000 + int64_t{i} * 3 + random.between(0, 2));
    symbol(symbols[which]), venue(pick_skewed(kVenues, random));
    price(hundredths(prices[which]));
    size(static_cast<int32_t>(random.chance(500) ? random.between(1, 10) * 100 : 1 + random.skewed(500)));
    random.chance(300) ? condition.null() : condition(pick_skewed(kConditions, random));
  }
  TableColumns table;
  table.add("traded_at", at.finish(timestamp(TimeUnit::nanosecond)));
  table.add("trade_id", id.finish(int64()));
  table.add("symbol", symbol.finish());
  table.add("venue", venue.finish());
  table.add("price", price.finish(float64()));
  table.add("size", size.finish(int32()));
  table.add("condition", condition.finish());
  return table.finish();
}

Batch make_keys() {
  constexpr int kRows = 900'000;
  Random random(5);
  Numbers<int64_t> id, parent, customer, updated;
  Numbers<int32_t> product, version, created;
  int64_t group = 1'000;
  uint32_t left = 0;
  for (int i = 0; i < kRows; ++i) {
    if (left == 0) {
      group += random.between(1, 3);
      left = random.between(1, 9);
    }
    --left;
    const int64_t made = 19'000 + i / 700;
    id(1'000'001 + i), parent(group), customer(random.between(1, 1'000'000));
    product(static_cast<int32_t>(random.skewed(50'000)));
    version(static_cast<int32_t>(1 + random.skewed(20)));
    created(static_cast<int32_t>(made));
    updated((made * kDaySeconds + random.between(0, 86'399) + kDaySeconds * random.skewed(300)) * 1'000'000);
  }
  TableColumns table;
  table.add("id", id.finish(int64()));
  table.add("parent_id", parent.finish(int64()));
  table.add("customer_id", customer.finish(int64()));
  table.add("product_id", product.finish(int32()));
  table.add("version", version.finish(int32()));
  table.add("created_on", created.finish(date()));
  table.add("updated_at", updated.finish(timestamp(TimeUnit::microsecond, "UTC")));
  return table.finish();
}

Batch make_choices() {
  constexpr int kRows = 500'000;
  constexpr std::array<uint32_t, 7> kCounts{2, 3, 7, 15, 40, 200, 2'000};
  constexpr std::array<std::string_view, 4> kStates{"pending", "active", "suspended", "closed"};
  Random random(6);
  std::array<Texts, kCounts.size()> texts;
  Texts region, state;
  Numbers<int32_t> grade, step;
  Flags is_member, is_rare;
  for (int i = 0; i < kRows; ++i) {
    region("region-" + std::to_string(10 + i * 60 / kRows));
    state(pick_skewed(kStates, random));
    for (size_t c = 0; c < kCounts.size(); ++c) {
      const uint32_t choice = c % 2 == 0 ? random.between(0, kCounts[c] - 1) : random.skewed(kCounts[c]);
      texts[c]("choice " + std::to_string(choice * 7));
    }
    grade(static_cast<int32_t>(random.between(1, 5))), step(i / 1'000 % 12);
    is_member(random.chance(500)), is_rare(random.chance(2));
  }
  TableColumns table;
  table.add("region", region.finish());
  table.add("state", state.finish());
  for (size_t c = 0; c < kCounts.size(); ++c) table.add("of_" + std::to_string(kCounts[c]), texts[c].finish());
  table.add("grade", grade.finish(int32()));
  table.add("step", step.finish(int32()));
  table.add("is_member", is_member.finish());
  table.add("is_rare", is_rare.finish());
  return table.finish();
}

}  // namespace sluice::bench
