// Inference rules; see inference.h.
#include "schema/inference.h"

#include <algorithm>
#include <utility>

#include "base/calendar.h"
#include "base/short_text.h"
#include "base/size_text.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Of decimals for integers: as many as the largest of 64 bits has.
constexpr int kIntegerDigitsMax = 20;

constexpr std::string_view kKindNames[] = {"booleans", "numbers", "text", "objects", "arrays"};

std::string first_in(int64_t record) { return " (first in record " + std::to_string(record) + ")"; }

}  // namespace

/// The fields of a field's objects, in order of first appearance.
struct FieldGuess::Members {
  std::vector<std::unique_ptr<FieldGuess>> fields;
  /// Keys view the names in `fields`. A tree, because no choice of names makes it slow, as some make a hash table.
  std::map<std::string_view, size_t> positions;
  size_t next = 0;  ///< where the next field of the object at hand is expected
};

FieldGuess::FieldGuess(SchemaInference& inference, const FieldGuess* parent, std::string name)
    : inference_(&inference), parent_(parent), name_(std::move(name)) {}

FieldGuess::~FieldGuess() = default;

void FieldGuess::see(ValueKind kind) {
  Sightings& sightings = seen_[static_cast<size_t>(kind)];
  if (sightings.count++ != 0) return;
  mixed_ = value_count() > 1;
  sightings.first_record = inference_->record_;
  if ((kind == ValueKind::object || kind == ValueKind::array) && depth() > kSchemaDepthMax)
    throw Error(ErrorCode::data,
                "record " + format_count(inference_->record_) + ": more than " + std::to_string(kSchemaDepthMax) +
                    " objects and arrays inside each other",
                {.field = full_name(), .record = inference_->record_});
}

void FieldGuess::observe_number(const NumberText& number) {
  see(ValueKind::number);
  bool exact = number.exact;
  switch (number.kind) {
    case NumberKind::int64:
      numbers_.negative |= number.int64 < 0;
      exact = is_exact_in<double>(number.int64);
      break;
    case NumberKind::uint64:
      numbers_.unsigned_only = true;
      exact = is_exact_in<double>(number.uint64);
      break;
    case NumberKind::big_integer:
      if (numbers_.first_big == 0) numbers_.first_big = inference_->record_;
      numbers_.digits = std::max(numbers_.digits, number.digits);
      break;
    default: numbers_.fractions = true; break;
  }
  if (!exact && numbers_.first_inexact == 0) numbers_.first_inexact = inference_->record_;
}

void FieldGuess::observe_string(std::string_view value) {
  see(ValueKind::text);
  if (!texts_.plain) see_temporal(value);
}

void FieldGuess::see_temporal(std::string_view value) {
  if (parse_date(value)) {
    ++texts_.dates;
  } else if (const std::optional<TimestampText> timestamp = parse_timestamp(value)) {
    ++(timestamp->zone == ZoneMark::utc ? texts_.timestamps_utc : texts_.timestamps_naive);
    texts_.fraction_digits = std::max(texts_.fraction_digits, timestamp->fraction_digits);
    if (texts_.first_beyond_ns == 0 && !to_ticks(*timestamp, TimeUnit::nanosecond))
      texts_.first_beyond_ns = inference_->record_;
  } else {
    texts_.plain = true;
  }
  texts_.plain |= (texts_.dates != 0) + (texts_.timestamps_utc != 0) + (texts_.timestamps_naive != 0) > 1;
  if (texts_.plain) texts_.first_plain = inference_->record_;
}

bool FieldGuess::observe_object() {
  see(ValueKind::object);
  if (mixed_) return false;
  if (!members_) members_ = std::make_unique<Members>();
  members_->next = 0;
  return true;
}

FieldGuess& FieldGuess::child(std::string_view name) {
  /// Objects that leave out a field or two are still met without a search.
  constexpr size_t kLookAhead = 4;
  Members& members = *members_;
  const size_t stop = std::min(members.next + kLookAhead, members.fields.size());
  for (size_t i = members.next; i < stop; ++i) {
    if (!is_same_text(members.fields[i]->name_, name)) continue;
    members.next = i + 1;
    return *members.fields[i];
  }
  const auto found = members.positions.find(name);
  const size_t position = found != members.positions.end() ? found->second : members.fields.size();
  if (position == members.fields.size()) {
    members.fields.push_back(make_inner(std::string(name)));
    members.positions.emplace(members.fields.back()->name_, position);
  }
  members.next = position + 1;
  return *members.fields[position];
}

bool FieldGuess::observe_array() {
  see(ValueKind::array);
  return !mixed_;
}

FieldGuess& FieldGuess::element() {
  if (!element_) element_ = make_inner({});
  return *element_;
}

/// A guess inside this one, counted.
std::unique_ptr<FieldGuess> FieldGuess::make_inner(std::string name) const {
  SchemaInference& inference = *inference_;
  // The first field inside takes over from this one, which then is a leaf no more; the root never was.
  const bool takes_over = parent_ != nullptr && !element_ && (!members_ || members_->fields.empty());
  if (!takes_over) ++inference.leaves_;
  if (++inference.fields_ > kInferredFieldsMax || inference.leaves_ > kInferredLeavesMax) {
    const std::string where = full_name();
    throw Error(ErrorCode::data,
                "record " + format_count(inference.record_) + ": more than " +
                    format_count(static_cast<int64_t>(kInferredLeavesMax)) + " columns" +
                    (where.empty() ? "" : "; the latest are the keys of \"" + where + "\""),
                {.field = where, .record = inference.record_},
                where.empty() ? "--schema with those that are wanted, and --extra ignore, leaves out the others"
                              : "where keys are data, --schema with that column as json keeps its objects as text");
  }
  return std::unique_ptr<FieldGuess>(new FieldGuess(inference, this, std::move(name)));
}

size_t FieldGuess::depth() const {
  size_t depth = 0;
  for (const FieldGuess* guess = parent_; guess != nullptr; guess = guess->parent_) ++depth;
  return depth;
}

std::string FieldGuess::full_name() const {
  if (parent_ == nullptr) return {};
  if (parent_->parent_ == nullptr) return name_;
  const std::string outer = parent_->full_name();
  return parent_->element_.get() == this ? element_name(outer) : child_name(outer, name_);
}

int64_t FieldGuess::value_count() const {
  int64_t count = 0;
  for (const Sightings& sightings : seen_) count += sightings.count;
  return count;
}

Type FieldGuess::type(std::vector<InferenceNote>& notes) const {
  const auto first = std::ranges::find_if(seen_, [](const Sightings& sightings) { return sightings.count != 0; });
  if (first == seen_.end()) {
    notes.push_back({full_name(), "never held a value"});
    return null();
  }
  if (mixed_) return mixed_type(notes);
  switch (static_cast<ValueKind>(first - seen_.begin())) {
    case ValueKind::boolean: return boolean();
    case ValueKind::number: return number_type(notes);
    case ValueKind::text: return text_type(notes);
    case ValueKind::object: {
      std::vector<Field> inner = fields(notes);
      if (!inner.empty()) return struct_(std::move(inner));
      notes.push_back({full_name(), "objects without any field"});
      return json();
    }
    case ValueKind::array: break;
  }
  if (element_) return list(element_->type(notes));
  notes.push_back({element_name(full_name()), "never held a value"});
  return list(null());
}

Type FieldGuess::number_type(std::vector<InferenceNote>& notes) const {
  const bool signs_clash = numbers_.negative && numbers_.unsigned_only;
  if (!numbers_.fractions && numbers_.first_big == 0 && !signs_clash)
    return numbers_.unsigned_only ? uint64() : int64();
  if (!numbers_.fractions && std::cmp_less_equal(numbers_.digits, kIntegerDigitsMax)) {
    notes.push_back({full_name(), numbers_.first_big != 0 ? "integers beyond 64 bits" + first_in(numbers_.first_big)
                                                          : "integers below 0 and beyond int64"});
    return decimal(kIntegerDigitsMax, 0);
  }
  if (numbers_.first_inexact != 0) {
    notes.push_back({full_name(), "numbers that float64 does not keep exactly" + first_in(numbers_.first_inexact)});
    return inference_->mixed_;
  }
  if (numbers_.first_big != 0)
    notes.push_back({full_name(), "integers beyond 64 bits, each exact as float64" + first_in(numbers_.first_big)});
  else if (signs_clash)
    notes.push_back({full_name(), "integers below 0 and beyond int64, each exact as float64"});
  return float64();
}

Type FieldGuess::text_type(std::vector<InferenceNote>& notes) const {
  const int64_t timestamps = texts_.timestamps_utc + texts_.timestamps_naive;
  if (texts_.plain) {
    std::string what;
    if (texts_.dates != 0 && timestamps != 0)
      what = "dates and timestamps mixed";
    else if (texts_.timestamps_utc != 0 && texts_.timestamps_naive != 0)
      what = "timestamps with and without zone mixed";
    else if (texts_.dates != 0 || timestamps != 0)
      what = texts_.dates != 0 ? "dates and other text mixed" : "timestamps and other text mixed";
    if (!what.empty()) notes.push_back({full_name(), what + first_in(texts_.first_plain)});
    return string();
  }
  if (texts_.dates != 0) return date();
  const std::string zone = texts_.timestamps_utc != 0 ? "UTC" : "";
  if (texts_.fraction_digits <= 3) return timestamp(TimeUnit::millisecond, zone);
  if (texts_.fraction_digits <= 6) return timestamp(TimeUnit::microsecond, zone);
  if (texts_.first_beyond_ns == 0) return timestamp(TimeUnit::nanosecond, zone);
  notes.push_back(
      {full_name(), "timestamps with nanoseconds, and some outside 1677 to 2262" + first_in(texts_.first_beyond_ns)});
  return string();
}

/// "numbers and text mixed (first in record 17)": kinds in order of appearance, the record that brought the second.
Type FieldGuess::mixed_type(std::vector<InferenceNote>& notes) const {
  std::vector<size_t> kinds;
  for (size_t kind = 0; kind < kKinds; ++kind)
    if (seen_[kind].count != 0) kinds.push_back(kind);
  std::ranges::stable_sort(kinds, {}, [&](size_t kind) { return seen_[kind].first_record; });
  std::string remark(kKindNames[kinds[0]]);
  for (size_t i = 1; i < kinds.size(); ++i)
    remark.append(i + 1 == kinds.size() ? " and " : ", ").append(kKindNames[kinds[i]]);
  notes.push_back({full_name(), remark + " mixed" + first_in(seen_[kinds[1]].first_record)});
  return inference_->mixed_;
}

std::vector<Field> FieldGuess::fields(std::vector<InferenceNote>& notes) const {
  std::vector<Field> fields;
  if (!members_) return fields;
  for (const std::unique_ptr<FieldGuess>& member : members_->fields)
    fields.push_back({member->name_, member->type(notes)});
  return fields;
}

void FieldGuess::add_first_records(const std::string& name, std::map<std::string, int64_t>& records) const {
  for (const Sightings& sightings : seen_) {
    if (sightings.count == 0 || parent_ == nullptr) continue;
    int64_t& first = records.try_emplace(name, sightings.first_record).first->second;
    first = std::min(first, sightings.first_record);
  }
  if (element_) element_->add_first_records(element_name(name), records);
  if (!members_) return;
  for (const std::unique_ptr<FieldGuess>& member : members_->fields)
    member->add_first_records(parent_ == nullptr ? member->name_ : child_name(name, member->name_), records);
}

SchemaInference::SchemaInference(Type mixed) : mixed_(std::move(mixed)), root_(new FieldGuess(*this, nullptr, {})) {}

SchemaInference::~SchemaInference() = default;

FieldGuess& SchemaInference::begin_record(int64_t record) {
  record_ = record;
  (void)root_->observe_object();  // always true: the root sees nothing but objects
  return *root_;
}

InferredSchema SchemaInference::result() const {
  InferredSchema found;
  found.schema = Schema(root_->fields(found.notes));
  return found;
}

std::map<std::string, int64_t> SchemaInference::first_records() const {
  std::map<std::string, int64_t> records;
  root_->add_first_records({}, records);
  return records;
}

}  // namespace sluice
