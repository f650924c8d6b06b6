#include "relations/key_columns.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "columns/builder.h"
#include "columns/dictionary_form.h"
#include "columns/gather.h"
#include "columns/widths.h"
#include "relations/key_fields.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Of the budget, for keys that were seen.
constexpr uint64_t kSeenKeysShare = 16;
constexpr size_t kUuidBytes = 16;

std::shared_ptr<const Column> column_of(Type type, int64_t length, Bytes values) {
  Column column;
  column.type = std::move(type);
  column.length = length;
  column.values = to_buffer(std::move(values));
  return std::make_shared<const Column>(std::move(column));
}

/// Marks 16 bytes as a UUID of the version (RFC 9562, section 4).
void make_uuid(uint8_t version, std::byte* bytes) {
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte(version << 4);
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
}

void put_digest(const Digest128& digest, std::byte* to) {
  std::memcpy(to, &digest.high, sizeof digest.high);
  std::memcpy(to + sizeof digest.high, &digest.low, sizeof digest.low);
  make_uuid(8, to);
}

/// The bytes of a value of a plain column that is not boolean.
ByteSpan value_at(const Column& column, int64_t row) {
  if (has_offsets(column.type.kind())) {
    const int32_t* at = column.offsets_data() + row;
    return column.values.bytes().subspan(static_cast<size_t>(at[0]), static_cast<size_t>(at[1] - at[0]));
  }
  const size_t width = fixed_width(column.type);
  return column.values.bytes().subspan(static_cast<size_t>(column.offset + row) * width, width);
}

/// The value of each row; for numbers of 64 bits at once, which ordinals are.
Column picked_keys(const std::shared_ptr<const Column>& keys, const std::vector<int32_t>& rows) {
  const auto count = static_cast<int64_t>(rows.size());
  if (keys->type.kind() == TypeKind::int64) {
    Bytes values(rows.size() * sizeof(int64_t));
    auto* const out = reinterpret_cast<int64_t*>(values.data());
    const int64_t* const from = keys->data<int64_t>();
    for (size_t i = 0; i < rows.size(); ++i) out[i] = from[rows[i]];
    return *column_of(int64(), count, std::move(values));
  }
  Bytes positions;
  positions.append(rows.data(), rows.size() * sizeof(int32_t));
  return from_dictionary(*column_of(int32(), count, std::move(positions)), keys);
}

uint64_t milliseconds_of(std::chrono::system_clock::time_point time) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

}  // namespace

KeyMaker::KeyMaker(const FlattenPlan& plan) : plan_(plan), options_(plan.options()) {
  if (options_.id_generation == KeyStrategy::random) {
    random_state_ = options_.seed ? *options_.seed : (uint64_t{std::random_device()()} << 32 | std::random_device()());
    milliseconds_ = milliseconds_of(options_.time.value_or(std::chrono::system_clock::now()));
  } else if (options_.id_generation != KeyStrategy::ordinal && !options_.count_equal_records) {
    unique_.emplace((options_.runtime ? options_.runtime->memory_bytes() : RuntimeOptions().memory_bytes) /
                    kSeenKeysShare);
  }
}

// --- records

RowKeys KeyMaker::of_records(const Column& record, const Column* natural_key) {
  RowKeys keys;
  switch (options_.id_generation) {
    case KeyStrategy::ordinal: keys.ids = ordinals(0, record.length); break;
    case KeyStrategy::random: keys.ids = random_ids(record.length); break;
    case KeyStrategy::natural: keys.ids = natural_ids(*natural_key); break;
    case KeyStrategy::hash:
    case KeyStrategy::composite: keys.ids = record_digests(record); break;
  }
  if (!options_.root_column.empty()) keys.roots = keys.ids;
  records_ += record.length;
  return keys;
}

std::shared_ptr<const Column> KeyMaker::ordinals(size_t relation, int64_t count) {
  if (next_.size() <= relation) next_.resize(relation + 1);
  std::optional<int64_t>& next = next_[relation];
  if (!next) next = options_.first_ordinal ? options_.first_ordinal(plan_.relations()[relation].relation.name) : 0;
  if (*next < 0 || *next > std::numeric_limits<int64_t>::max() - count)
    throw Error(ErrorCode::data, "relation " + plan_.relations()[relation].relation.name +
                                     " has no keys left: counting begins at " + std::to_string(*next));
  Bytes values(static_cast<size_t>(count) * sizeof(int64_t));
  auto* const out = reinterpret_cast<int64_t*>(values.data());
  for (int64_t i = 0; i < count; ++i) out[i] = *next + i;
  *next += count;
  return column_of(int64(), count, std::move(values));
}

// The state is one more than the last, mixed (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014).
uint64_t KeyMaker::draw() {
  uint64_t mixed = random_state_ += 0x9e37'79b9'7f4a'7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
  return mixed ^ (mixed >> 31);
}

// 48 bits of time, the highest byte first, then what was drawn: 74 bits.
std::shared_ptr<const Column> KeyMaker::random_ids(int64_t count) {
  Bytes values(static_cast<size_t>(count) * kUuidBytes);
  std::byte* to = values.data();
  for (int64_t i = 0; i < count; ++i, to += kUuidBytes) {
    const std::array<uint64_t, 2> drawn{draw(), draw()};
    std::memcpy(to, drawn.data(), kUuidBytes);
    for (int byte = 0; byte < 6; ++byte) to[byte] = std::byte(milliseconds_ >> (40 - 8 * byte) & 0xff);
    make_uuid(7, to);
  }
  return column_of(uuid(), count, std::move(values));
}

std::shared_ptr<const Column> KeyMaker::natural_ids(const Column& key) {
  const std::string& field = plan_.natural_field();
  auto ids = std::make_shared<const Column>(unfold(key));
  for (int64_t row = 0; row < ids->length; ++row) {
    const bool is_there = ids->is_valid(row);
    if (!is_there || value_at(*ids, row).empty())
      throw Error(ErrorCode::data,
                  "record " + std::to_string(records_ + row + 1) + " has " + (is_there ? "an empty" : "no") + " " +
                      field + ", which is to be its key",
                  {.field = field, .record = records_ + row + 1}, "Have keys made (--ids ordinal).");
    if (!unique_->add(digest128_of(value_at(*ids, row)))) refuse_repeated(records_ + row);
  }
  return ids;
}

void KeyMaker::prepare(const Type& record) {
  if (record_text_ && record_type_ == record) return;
  record_type_ = record;
  record_text_.emplace(record);
  parts_.clear();
  std::vector<std::string> fields = options_.id_fields;
  std::ranges::sort(fields);
  const Schema schema(std::vector<Field>(record.children().begin(), record.children().end()));
  for (const std::string& path : fields) {
    const std::optional<KeyField> found = find_key_field(schema, path);
    parts_.push_back({found ? found->steps : std::vector<size_t>(), RecordText(found ? found->field->type : null())});
  }
}

void KeyMaker::append_key_text(const Column& record, int64_t row, std::string& out) {
  if (options_.id_generation == KeyStrategy::hash) {
    record_text_->append(record, row, out);
    return;
  }
  for (const KeyPart& part : parts_) {
    const Column* column = &record;
    bool is_there = !part.steps.empty();
    for (const size_t step : part.steps) {
      column = &column->children[step];
      is_there = is_there && column->is_valid(row);
    }
    if (!is_there || !part.text.append(*column, row, out)) out += "null";
    out += ',';
  }
}

std::shared_ptr<const Column> KeyMaker::record_digests(const Column& record) {
  prepare(record.type);
  Bytes values(static_cast<size_t>(record.length) * kUuidBytes);
  std::string text;
  for (int64_t row = 0; row < record.length; ++row) {
    text.clear();
    append_key_text(record, row, text);
    if (options_.count_equal_records) text.append("#").append(std::to_string(records_ + row));
    const Digest128 digest = digest128_of(as_bytes(text));
    if (unique_ && !unique_->add(digest)) refuse_repeated(records_ + row);
    put_digest(digest, values.data() + static_cast<size_t>(row) * kUuidBytes);
  }
  return column_of(uuid(), record.length, std::move(values));
}

void KeyMaker::finish() {
  if (!unique_) return;
  if (const std::optional<int64_t> record = unique_->find_repeated()) refuse_repeated(*record);
}

void KeyMaker::refuse_repeated(int64_t record) const {
  const std::string number = std::to_string(record + 1);
  switch (options_.id_generation) {
    case KeyStrategy::hash:
      throw Error(ErrorCode::data, "record " + number + " equals an earlier one, and so does its key, a digest of it",
                  {.record = record + 1}, "--ids hash+ordinal tells equal records apart by counting them.");
    case KeyStrategy::composite:
      throw Error(ErrorCode::data, "record " + number + " has the same key fields as an earlier one",
                  {.record = record + 1}, "Name more fields (--id-field), or have keys made (--ids ordinal).");
    default:
      throw Error(ErrorCode::data,
                  "record " + number + " has the same " + plan_.natural_field() + " as an earlier one: it is no key",
                  {.field = plan_.natural_field(), .record = record + 1}, "Have keys made (--ids ordinal).");
  }
}

// --- items of lists

RowKeys KeyMaker::of_items(size_t relation, const RowKeys& parents, const ListCut::Places& places) {
  RowKeys keys;
  const auto count = static_cast<int64_t>(places.rows.size());
  switch (options_.id_generation) {
    case KeyStrategy::ordinal: keys.ids = ordinals(relation, count); break;
    case KeyStrategy::random: keys.ids = random_ids(count); break;
    default: keys.ids = item_digests(relation, *parents.ids, places);
  }
  if (parents.roots) keys.roots = std::make_shared<const Column>(unfold(picked_keys(parents.roots, places.rows)));
  return keys;
}

std::shared_ptr<const Column> KeyMaker::item_digests(size_t relation, const Column& parents,
                                                     const ListCut::Places& places) {
  const uint64_t path = digest_of(as_bytes(plan_.relations()[relation].relation.path));
  Bytes values(places.rows.size() * kUuidBytes);
  Bytes text;
  for (size_t i = 0; i < places.rows.size(); ++i) {
    text.clear();
    text.append_value(path);
    text.append_value(places.indexes[i]);
    text.append(value_at(parents, places.rows[i]));
    put_digest(digest128_of(text), values.data() + i * kUuidBytes);
  }
  return column_of(uuid(), static_cast<int64_t>(places.rows.size()), std::move(values));
}

Column KeyMaker::of_parents(const RowKeys& parents, const ListCut::Places& places) {
  return picked_keys(parents.ids, places.rows);
}

}  // namespace sluice
