// A bench table whose columns are nested: for reading, where levels cost more than values do.
#include <array>
#include <string>
#include <string_view>

#include "columns.h"
#include "random.h"
#include "tables/tables.h"

namespace sluice::bench {

namespace {

constexpr int kRows = 400'000;
constexpr std::array<std::string_view, 8> kCities{"Rome", "Oslo", "Lyon", "Porto", "Ghent", "Graz", "Kiel", "Split"};

/// Who bought: a struct with a struct in it, each of which may be missing.
class Users {
 public:
  void operator()(Random& random) {
    const bool is_there = !random.chance(30);
    const bool has_home = is_there && !random.chance(100);
    is_there_.add(is_there), has_home_.add(has_home);
    is_there ? name_("user" + std::to_string(random.between(0, 99'999))) : name_.null();
    has_home ? city_(pick(kCities, random)) : city_.null();
    has_home ? zip_(std::to_string(random.between(10'000, 99'999))) : zip_.null();
  }
  Column finish() {
    TableColumns home, user;
    home.add("city", city_.finish()), home.add("zip", zip_.finish());
    user.add("name", name_.finish()), user.add("address", home.finish_struct(has_home_));
    return user.finish_struct(is_there_);
  }

 private:
  Texts name_, city_, zip_;
  Presence is_there_, has_home_;
};

/// What was bought: lists of structs, some of them empty.
class Items {
 public:
  void operator()(Random& random) {
    const uint32_t count = random.between(0, 6);
    items_(count);
    for (uint32_t i = 0; i < count; ++i) {
      sku_("S" + std::to_string(random.between(0, 49'999)));
      quantity_(static_cast<int32_t>(random.between(1, 20))), price_(random.between(0, 99'999) / 100.0);
    }
  }
  Column finish() {
    TableColumns item;
    item.add("sku", sku_.finish()), item.add("qty", quantity_.finish(int32()));
    item.add("price", price_.finish(float64()));
    return items_.finish(item.finish_struct());
  }

 private:
  Texts sku_;
  Numbers<int32_t> quantity_;
  Numbers<double> price_;
  Lists items_;
};

}  // namespace

Batch make_carts() {
  Random random(18);
  Numbers<int64_t> id;
  Numbers<double> score;
  Texts tag;
  Lists tags, scores;
  Users user;
  Items items;
  for (int i = 0; i < kRows; ++i) {
    id(i), user(random), items(random);
    const uint32_t tag_count = random.between(0, 4);
    tag_count == 4 ? tags.null() : tags(tag_count);
    for (uint32_t t = 0; t < tag_count % 4; ++t) tag("w" + std::to_string(random.skewed(5'000)));
    const uint32_t score_count = random.between(0, 9);
    scores(score_count);
    for (uint32_t s = 0; s < score_count; ++s) score(static_cast<double>(random.next() >> 11) * 0x1p-53);
  }
  TableColumns table;
  table.add("id", id.finish(int64()));
  table.add("tags", tags.finish(tag.finish()));
  table.add("items", items.finish());
  table.add("user", user.finish());
  table.add("scores", scores.finish(score.finish(float64())));
  return table.finish();
}

}  // namespace sluice::bench
