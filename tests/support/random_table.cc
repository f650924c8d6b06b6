#include "support/random_table.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "support/random_scalar.h"
#include "support/random_schema.h"

namespace sluice::test {

namespace {

constexpr int64_t kLongList = 300;
constexpr double kTextCost = 3;  // a text takes as long to write and to read as so many numbers

/// How the values of one leaf follow each other.
enum class Pattern { few, many, runs, ascending, extremes, mixed, constant };

/// Makes the values of one field, one after the other.
class ValueSource {
 public:
  ValueSource(Draw& draw, const Field& field);
  Value next(Draw& draw);
  /// Leaf values of one value, about.
  double cost() const;

 private:
  Value next_scalar(Draw& draw);
  Value next_list(Draw& draw);
  Value next_map(Draw& draw);
  int64_t draw_items(Draw& draw);

  const Field& field_;
  int null_percent_ = 0;
  Pattern pattern_ = Pattern::mixed;
  std::vector<Value> pool_;  // few: what there is to choose from
  Value current_;            // runs, constant: the value that is repeated
  int64_t run_left_ = 0;
  uint64_t counter_ = 0;
  int64_t items_max_ = 0;
  bool has_long_lists_ = false;
  std::vector<ValueSource> children_;
};

ValueSource::ValueSource(Draw& draw, const Field& field) : field_(field) {
  static const std::array null_percents{0, 0, 1, 20, 50, 99, 100};
  static const std::array patterns{Pattern::few,      Pattern::few,   Pattern::many,
                                   Pattern::many,     Pattern::runs,  Pattern::ascending,
                                   Pattern::extremes, Pattern::mixed, Pattern::constant};
  static const std::array<int64_t, 6> items_maxima{0, 1, 2, 3, 5, 10};
  null_percent_ = field.nullable ? draw.one_of(null_percents) : 0;
  pattern_ = draw.one_of(patterns);
  for (const Field& child : field.type.children()) children_.emplace_back(draw, child);
  if (field.type.has_ranges()) {
    items_max_ = draw.one_of(items_maxima);
    has_long_lists_ = draw.chance(20) && children_[0].cost() < 4;
  } else if (!field.type.is_nested() && field.type.kind() != TypeKind::null) {
    for (int64_t i = draw.magnitude(40); pattern_ == Pattern::few && i > 0; --i)
      pool_.push_back(draw.chance(20) ? draw_extreme(draw, field.type) : draw_ordinary(draw, field.type));
    current_ = draw_ordinary(draw, field.type);
    counter_ = draw.below(1'000);
  }
}

double ValueSource::cost() const {
  double sum = field_.type.is_nested() ? 0.5 : 1;
  for (const ValueSource& child : children_) sum += child.cost();
  switch (field_.type.kind()) {
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::enum_:
    case TypeKind::bson:
    case TypeKind::fixed:
    case TypeKind::uuid:
    case TypeKind::decimal:
    case TypeKind::json: return kTextCost;
    case TypeKind::fixed_list: return sum * field_.type.size();
    case TypeKind::map:
    case TypeKind::list: return sum * (static_cast<double>(items_max_) / 2 + (has_long_lists_ ? 3 : 0)) + 0.5;
    default: return sum;
  }
}

Value ValueSource::next(Draw& draw) {
  Value value;
  if (field_.type.kind() == TypeKind::null || draw.chance(null_percent_)) {
    value.is_null = true;
  } else if (field_.type.kind() == TypeKind::list || field_.type.kind() == TypeKind::fixed_list) {
    value = next_list(draw);
  } else if (field_.type.kind() == TypeKind::map) {
    value = next_map(draw);
  } else if (field_.type.kind() == TypeKind::struct_) {
    for (ValueSource& child : children_) value.parts.push_back(child.next(draw));
  } else {
    value = next_scalar(draw);
  }
  return value;
}

int64_t ValueSource::draw_items(Draw& draw) {
  if (field_.type.kind() == TypeKind::fixed_list) return field_.type.size();
  if (has_long_lists_ && draw.chance(2)) return draw.magnitude(kLongList);
  return draw.chance(30) ? 0 : draw.between(0, items_max_);
}

Value ValueSource::next_list(Draw& draw) {
  Value value;
  for (int64_t items = draw_items(draw); items > 0; --items) value.parts.push_back(children_[0].next(draw));
  return value;
}

// No key comes twice in one map: readers may drop one of two.
Value ValueSource::next_map(Draw& draw) {
  Value value;
  std::set<std::pair<uint64_t, std::string>> keys;
  for (int64_t items = draw_items(draw); items > 0; --items) {
    Value entry = children_[0].next(draw);
    if (keys.insert({entry.parts[0].bits, entry.parts[0].text}).second) value.parts.push_back(std::move(entry));
  }
  return value;
}

Value ValueSource::next_scalar(Draw& draw) {
  const Type& type = field_.type;
  switch (pattern_) {
    case Pattern::constant: return current_;
    case Pattern::few: return pool_[draw.below(pool_.size())];
    case Pattern::many: return draw_ordinary(draw, type);
    case Pattern::ascending: return counted_value(type, counter_ += draw.below(5));
    case Pattern::extremes: return draw_extreme(draw, type);
    case Pattern::mixed: return draw.chance(30) ? draw_extreme(draw, type) : draw_ordinary(draw, type);
    case Pattern::runs: break;
  }
  if (run_left_-- <= 0) {
    current_ = draw_ordinary(draw, type);
    run_left_ = draw.magnitude(2'000);
  }
  return current_;
}

int64_t draw_rows(Draw& draw, int64_t rows_max) {
  static const std::array<int64_t, 14> edges{0, 1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 128, 1'024};
  if (draw.chance(20)) return std::min(draw.one_of(edges), rows_max);
  return draw.chance(30) ? draw.between(0, rows_max) : draw.magnitude(std::min<int64_t>(rows_max, 300));
}

}  // namespace

RandomTable draw_table(Draw& draw, const RandomTableOptions& options) {
  RandomTable table{draw_schema(draw, options.depth_max), 0, {}};
  std::vector<ValueSource> sources;
  double cost = 0;
  for (const Field& field : table.schema.fields()) cost += sources.emplace_back(draw, field).cost();
  const bool is_large = draw.chance(1);
  const auto leaves_max = static_cast<double>(is_large ? options.leaves_max_large : options.leaves_max);
  const int64_t affordable = std::max<int64_t>(static_cast<int64_t>(leaves_max / cost), 1);
  table.rows =
      is_large ? std::min(options.rows_max, affordable) : std::min(draw_rows(draw, options.rows_max), affordable);
  for (ValueSource& source : sources) {
    std::vector<Value>& values = table.columns.emplace_back();
    for (int64_t row = 0; row < table.rows; ++row) values.push_back(source.next(draw));
  }
  return table;
}

}  // namespace sluice::test
