// Bench tables of text: requests, hashes, documents, paths, nested events.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "columns.h"
#include "random.h"
#include "tables/tables.h"

namespace sluice::bench {

namespace {

constexpr int64_t kSecondsBegin = 1'700'000'000;
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string hex_text(Random& random, int digits) {
  std::string text;
  for (int i = 0; i < digits; ++i) text += kHexDigits[random.between(0, 15)];
  return text;
}

std::string uuid_text(Random& random) {
  std::string text = hex_text(random, 32);
  for (const size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  text[14] = '4';
  return text;
}

/// Words that can be spoken, no two much alike; the first ones are short, as common words are.
std::vector<std::string> make_words(Random& random, uint32_t count) {
  constexpr std::array<std::string_view, 12> kBegins{"b", "c", "d", "f", "gr", "l", "m", "n", "p", "s", "st", "t"};
  constexpr std::array<std::string_view, 9> kMiddles{"a", "e", "i", "o", "u", "ea", "io", "ou", "y"};
  constexpr std::array<std::string_view, 10> kEnds{"", "", "n", "r", "s", "t", "l", "nd", "st", "ng"};
  std::vector<std::string> words;
  for (uint32_t i = 0; i < count; ++i) {
    std::string& word = words.emplace_back();
    for (uint32_t left = 1 + (i > 30 ? 1 : 0) + (i > 1'000 ? random.between(0, 2) : 0); left > 0; --left) {
      word += pick(kBegins, random);
      word += pick(kMiddles, random);
      word += pick(kEnds, random);
    }
  }
  return words;
}

std::string make_agent(Random& random) {
  constexpr std::array<std::string_view, 4> kSystems{"Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7",
                                                     "X11; Linux x86_64", "Linux; Android 14; Mobile"};
  const std::string version = std::to_string(random.between(90, 125));
  std::string agent = "Mozilla/5.0 (" + std::string(pick(kSystems, random)) + ") ";
  if (random.chance(300)) return agent + "Gecko/20100101 Firefox/" + version + ".0";
  return agent + "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + ".0." +
         std::to_string(random.between(4'000, 6'400)) + "." + std::to_string(random.between(1, 200)) + " Safari/537.36";
}

std::string make_path(Random& random, const std::vector<std::string>& words) {
  std::string path = "/" + words[random.skewed(12)];
  for (uint32_t left = random.between(0, 3); left > 0; --left) path += "/" + words[random.skewed(800)];
  if (random.chance(350)) path += "/" + std::to_string(random.between(1, 200'000));
  if (random.chance(250))
    path += "?page=" + std::to_string(1 + random.skewed(40)) + "&q=" + words[random.skewed(3'000)];
  return path;
}

}  // namespace

Batch make_requests() {
  constexpr int kRows = 220'000;
  constexpr std::array<std::string_view, 5> kMethods{"GET", "GET", "POST", "HEAD", "PUT"};
  constexpr std::array<int32_t, 7> kStatuses{200, 200, 304, 404, 301, 500, 403};
  Random random(13);
  const std::vector<std::string> words = make_words(random, 3'000);
  std::vector<std::string> agents, addresses;
  for (int i = 0; i < 400; ++i) agents.push_back(make_agent(random));
  for (int i = 0; i < 20'000; ++i) {
    std::string& address = addresses.emplace_back(std::to_string(random.between(1, 223)));
    for (int part = 0; part < 3; ++part) address += "." + std::to_string(random.between(0, 255));
  }
  Numbers<int64_t> at, bytes;
  Numbers<int32_t> status, microseconds;
  Texts address, method, path, referrer, agent;
  int64_t now = kSecondsBegin * 1'000;
  for (int i = 0; i < kRows; ++i) {
    now += random.skewed(400);
    const int32_t code = pick_skewed(kStatuses, random);
    at(now), address(pick_skewed(addresses, random)), method(pick_skewed(kMethods, random));
    path(make_path(random, words)), status(code);
    bytes(code == 200 ? 200 + random.skewed(2'000'000) : random.between(0, 1) * 162);
    random.chance(400) ? referrer.null() : referrer("https://www.example.com" + make_path(random, words));
    agent(pick_skewed(agents, random)), microseconds(static_cast<int32_t>(150 + random.skewed(900'000)));
  }
  TableColumns table;
  table.add("at", at.finish(timestamp(TimeUnit::millisecond, "UTC")));
  table.add("address", address.finish());
  table.add("method", method.finish());
  table.add("path", path.finish());
  table.add("status", status.finish(int32()));
  table.add("bytes", bytes.finish(int64()));
  table.add("referrer", referrer.finish());
  table.add("agent", agent.finish());
  table.add("microseconds", microseconds.finish(int32()));
  return table.finish();
}

Batch make_hashes() {
  constexpr int kRows = 250'000;
  Random random(14);
  Texts uuid_column, digest, raw;
  Numbers<int64_t> number;
  Numbers<int32_t> shard;
  for (int i = 0; i < kRows; ++i) {
    uuid_column(uuid_text(random)), digest(hex_text(random, 40));
    const std::array<uint64_t, 2> bytes{random.next(), random.next()};
    raw({reinterpret_cast<const char*>(bytes.data()), sizeof bytes});
    number(static_cast<int64_t>(bytes[0])), shard(static_cast<int32_t>(bytes[0] % 1'024));
  }
  TableColumns table;
  table.add("uuid", uuid_column.finish());
  table.add("sha1", digest.finish());
  table.add("md5", raw.finish(binary()));
  table.add("number", number.finish(int64()));
  table.add("shard", shard.finish(int32()));
  return table.finish();
}

Batch make_documents() {
  constexpr int kRows = 11'000;
  constexpr std::array<std::string_view, 5> kLanguages{"en", "de", "fr", "es", "pl"};
  Random random(15);
  const std::vector<std::string> words = make_words(random, 30'000);
  Numbers<int64_t> id;
  Numbers<int32_t> word_count;
  Texts title, body, language;
  std::string text;
  for (int i = 0; i < kRows; ++i) {
    const uint32_t count = 30 + random.skewed(3'000);
    text.clear();
    for (uint32_t w = 0; w < count; ++w) {
      text += words[random.skewed(30'000)];
      text += random.chance(90) ? ". " : random.chance(80) ? ", " : " ";
    }
    std::string heading;
    for (uint32_t w = random.between(3, 9); w > 0; --w) (heading += words[random.skewed(30'000)]) += ' ';
    id(40'000 + i), title(heading), body(text), language(pick_skewed(kLanguages, random));
    word_count(static_cast<int32_t>(count));
  }
  TableColumns table;
  table.add("id", id.finish(int64()));
  table.add("title", title.finish());
  table.add("body", body.finish());
  table.add("language", language.finish());
  table.add("words", word_count.finish(int32()));
  return table.finish();
}

Batch make_paths() {
  constexpr int kFolders = 22'000;
  constexpr std::array<std::string_view, 6> kEndings{".txt", ".json", ".html", ".so", ".h", ".png"};
  constexpr std::array<std::string_view, 3> kOwners{"root", "daemon", "backup"};
  Random random(16);
  const std::vector<std::string> words = make_words(random, 4'000);
  Texts path, owner;
  Numbers<int64_t> bytes, modified;
  Numbers<int32_t> mode;
  for (int folder = 0; folder < kFolders; ++folder) {
    const std::string number = std::to_string(100'000 + folder);
    const std::string parent = "/srv/archive/" + number.substr(0, 3) + "/" + number + "/" + words[random.skewed(4'000)];
    const int64_t made = kSecondsBegin - random.skewed(200'000'000);
    for (uint32_t file = 0, count = 1 + random.skewed(80); file < count; ++file) {
      path(parent + "/" + std::to_string(100 + file) + "-" + words[random.skewed(4'000)] +
           std::string(pick_skewed(kEndings, random)));
      bytes(random.skewed(40'000'000)),
          modified((made + random.skewed(5'000)) * 1'000'000'000 + random.between(0, 999'999'999));
      mode(random.chance(900) ? 0644 : 0755), owner(pick_skewed(kOwners, random));
    }
  }
  TableColumns table;
  table.add("path", path.finish());
  table.add("bytes", bytes.finish(int64()));
  table.add("modified_at", modified.finish(timestamp(TimeUnit::nanosecond)));
  table.add("mode", mode.finish(int32()));
  table.add("owner", owner.finish());
  return table.finish();
}

Batch make_events() {
  constexpr int kRows = 150'000;
  constexpr std::array<std::string_view, 6> kKinds{"view", "click", "add_to_cart", "search", "purchase", "logout"};
  constexpr std::array<std::string_view, 8> kCountries{"DE", "FR", "PL", "US", "GB", "ES", "IT", "SE"};
  Random random(17);
  const std::vector<std::string> words = make_words(random, 2'000);
  Numbers<int64_t> at, user_id;
  Numbers<int32_t> quantity;
  Numbers<double> price;
  Texts id, kind, name, country, tag, sku;
  Lists tags, items;
  int64_t now = kSecondsBegin * 1'000;
  for (int i = 0; i < kRows; ++i) {
    now += random.skewed(900);
    const uint32_t who = random.skewed(80'000);
    at(now), id("evt_" + hex_text(random, 16)), kind(pick_skewed(kKinds, random));
    user_id(1'000 + who), name(words[who % 2'000] + " " + words[who * 7 % 1'999]);
    random.chance(150) ? country.null() : country(kCountries[who % kCountries.size()]);
    const uint32_t tag_count = random.skewed(6);
    tag_count == 5 ? tags.null() : tags(tag_count);
    for (uint32_t t = 0; t < (tag_count == 5 ? 0 : tag_count); ++t) tag(words[random.skewed(500)]);
    const uint32_t item_count = random.skewed(8);
    items(item_count);
    for (uint32_t n = 0; n < item_count; ++n) {
      const uint32_t product = random.skewed(20'000);
      sku("SKU-" + std::to_string(100'000 + product)), quantity(static_cast<int32_t>(1 + random.skewed(5)));
      price((499 + product * 37 % 20'000) / 100.0);
    }
  }
  TableColumns user, item, table;
  user.add("id", user_id.finish(int64())), user.add("name", name.finish()), user.add("country", country.finish());
  item.add("sku", sku.finish()), item.add("quantity", quantity.finish(int32())),
      item.add("price", price.finish(float64()));
  table.add("at", at.finish(timestamp(TimeUnit::millisecond, "UTC")));
  table.add("id", id.finish());
  table.add("kind", kind.finish());
  table.add("user", user.finish_struct());
  table.add("tags", tags.finish(tag.finish()));
  table.add("items", items.finish(item.finish_struct()));
  return table.finish();
}

}  // namespace sluice::bench
