// Schemas from IPC messages that may be malformed on purpose.
// (Arrow "Serialization and Interprocess Communication", Schema.fbs and Message.fbs.)
#include <string>
#include <utility>
#include <vector>

#include "arrow/field_metadata.h"
#include "arrow/flat_table.h"
#include "arrow/ipc_schema.h"
#include "arrow/ipc_slots.h"
#include "base/base64.h"
#include "base/decimal.h"
#include "sluice/error.h"

namespace sluice {
namespace {

constexpr int kDepthMax = 64;

// Tables of a FlatBuffer may share parts, so that a small one can unfold to a huge tree. Every field and every text
// that is taken is charged; honest messages, which share little, cost less than their own size.
constexpr size_t kFieldCost = 48;
constexpr size_t kMetadataCost = 16;
constexpr size_t kBudgetFactor = 4;
constexpr size_t kBudgetSlack = 4096;

Type integer_type(int32_t bits, bool is_signed) {
  switch (bits) {
    case 8: return is_signed ? int8() : uint8();
    case 16: return is_signed ? int16() : uint16();
    case 32: return is_signed ? int32() : uint32();
    case 64: return is_signed ? int64() : uint64();
    default: return null();
  }
}

class SchemaReader {
 public:
  /// `buffer_bytes`: of the FlatBuffer that tables are in.
  explicit SchemaReader(size_t buffer_bytes) : budget_(buffer_bytes * kBudgetFactor + kBudgetSlack) {}

  IpcSchema read(const FlatTable& schema);

 private:
  std::vector<Field> fields(const FlatTables& tables, int depth, std::vector<IpcField>& forms);
  Field field(const FlatTable& table, int depth, IpcField& form);
  Type type(const FlatTable& field, int depth, IpcField& form);
  Type nested_type(ipc::TypeId id, const FlatTable& table, const FlatTable& field, int depth, IpcField& form);
  Type decimal_type(const FlatTable& table, IpcField& form);
  TimeUnit unit(int16_t number);
  Type time_type(const FlatTable& table);
  std::optional<IpcDictionary> dictionary(const FlatTable& field);
  FieldNotes notes(const FlatTable& field);
  std::string_view text(const FlatTable& table, int slot);
  void charge(size_t cost);
  [[noreturn]] void fail(const std::string& what) const { fail(ErrorCode::corrupt, what); }
  [[noreturn]] void fail_unbuilt(const std::string& what) const { fail(ErrorCode::unsupported, what); }
  [[noreturn]] void fail(ErrorCode code, const std::string& what) const;

  size_t budget_;
  std::string path_;  // of the field at hand
};

IpcSchema SchemaReader::read(const FlatTable& schema) {
  if (schema.scalar<int16_t>(ipc::kSchemaEndianness, ipc::kLittleEndian) != ipc::kLittleEndian)
    fail_unbuilt("is that of a big-endian machine");
  IpcSchema read;
  read.schema = Schema(fields(schema.tables(ipc::kSchemaFields), 1, read.fields));
  return read;
}

std::vector<Field> SchemaReader::fields(const FlatTables& tables, int depth, std::vector<IpcField>& forms) {
  if (depth > kDepthMax) fail_unbuilt("is nested deeper than " + std::to_string(kDepthMax) + " levels");
  std::vector<Field> fields;
  for (size_t i = 0; i < tables.size(); ++i) fields.push_back(field(tables[i], depth, forms.emplace_back()));
  return fields;
}

Field SchemaReader::field(const FlatTable& table, int depth, IpcField& form) {
  charge(kFieldCost);
  Field field;
  field.name = text(table, ipc::kFieldName);
  const size_t path_size = path_.size();
  path_ += (depth > 1 ? "." : "") + field.name;
  field.nullable = table.scalar<uint8_t>(ipc::kFieldNullable, 0) != 0;
  form.dictionary = dictionary(table);
  field.type = type(table, depth, form);
  const FieldNotes noted = notes(table);
  field.type = with_extension(field.type, noted);
  field.id = noted.id;
  path_.resize(path_size);
  return field;
}

// The id under which the values of the field come, and the type of the indices that stand in their place.
std::optional<IpcDictionary> SchemaReader::dictionary(const FlatTable& field) {
  const auto table = field.table(ipc::kFieldDictionary);
  if (!table) return std::nullopt;
  if (table->scalar<int16_t>(ipc::kDictionaryKind, 0) != 0) fail_unbuilt("has a dictionary that is no array");
  IpcDictionary dictionary{.id = table->scalar<int64_t>(ipc::kDictionaryId, 0), .index = int32()};
  if (const auto index = table->table(ipc::kDictionaryIndexType))
    dictionary.index =
        integer_type(index->scalar<int32_t>(ipc::kIntBitWidth, 0), index->scalar<uint8_t>(ipc::kIntIsSigned, 0) != 0);
  if (dictionary.index.kind() == TypeKind::null) fail("has dictionary indices of an unknown width");
  return dictionary;
}

Type SchemaReader::type(const FlatTable& field, int depth, IpcField& form) {
  const auto id = static_cast<ipc::TypeId>(field.scalar<uint8_t>(ipc::kFieldTypeId, 0));
  const auto table = field.table(ipc::kFieldType);
  if (!table) fail("has a field without a type");
  switch (id) {
    case ipc::TypeId::null: return null();
    case ipc::TypeId::boolean: return boolean();
    case ipc::TypeId::large_utf8:
    case ipc::TypeId::utf8_view:
      form.form = id == ipc::TypeId::utf8_view ? ArrayForm::view : ArrayForm::large;
      return string();
    case ipc::TypeId::large_binary:
    case ipc::TypeId::binary_view:
      form.form = id == ipc::TypeId::binary_view ? ArrayForm::view : ArrayForm::large;
      return binary();
    case ipc::TypeId::utf8: return string();
    case ipc::TypeId::binary: return binary();
    case ipc::TypeId::decimal: return decimal_type(*table, form);
    case ipc::TypeId::time: return time_type(*table);
    case ipc::TypeId::duration:
      return duration(unit(table->scalar<int16_t>(ipc::kDurationUnit, ipc::kUnitMillisecond)));
    case ipc::TypeId::fixed_binary: {
      const int32_t bytes = table->scalar<int32_t>(ipc::kFixedBinaryBytes, 0);
      if (bytes < 1) fail_unbuilt("has values of " + std::to_string(bytes) + " bytes");
      return fixed(bytes);
    }
    case ipc::TypeId::integer: {
      const Type integer =
          integer_type(table->scalar<int32_t>(ipc::kIntBitWidth, 0), table->scalar<uint8_t>(ipc::kIntIsSigned, 0) != 0);
      if (integer.kind() == TypeKind::null) fail("has integers of an unknown width");
      return integer;
    }
    case ipc::TypeId::floating_point: {
      const int16_t precision = table->scalar<int16_t>(ipc::kFloatPrecision, 0);
      if (precision == ipc::kHalfPrecision) return float16();
      if (precision == ipc::kSinglePrecision) return float32();
      if (precision == ipc::kDoublePrecision) return float64();
      fail_unbuilt("has floating-point numbers of a precision that is not built");
    }
    case ipc::TypeId::date:
      if (table->scalar<int16_t>(ipc::kDateUnit, ipc::kDateMillisecond) != ipc::kDateDay)
        form.form = ArrayForm::milliseconds;
      return date();
    case ipc::TypeId::timestamp: {
      const TimeUnit of_zone = unit(table->scalar<int16_t>(ipc::kTimestampUnit, 0));
      return timestamp(of_zone, std::string(text(*table, ipc::kTimestampZone)));
    }
    default: return nested_type(id, *table, field, depth, form);
  }
}

Type SchemaReader::nested_type(ipc::TypeId id, const FlatTable& table, const FlatTable& field, int depth,
                               IpcField& form) {
  std::vector<Field> children = fields(field.tables(ipc::kFieldChildren), depth + 1, form.children);
  if (id == ipc::TypeId::struct_) return struct_(std::move(children));
  if (id == ipc::TypeId::map) {
    const bool is_whole = children.size() == 1 && children[0].type.kind() == TypeKind::struct_;
    const std::span<const Field> entry = is_whole ? children[0].type.children() : std::span<const Field>();
    if (entry.size() != 2) fail("has a map that is not one of keys and values");
    return map(entry[0], entry[1]);
  }
  switch (id) {
    case ipc::TypeId::list:
    case ipc::TypeId::fixed_list: break;
    case ipc::TypeId::large_list: form.form = ArrayForm::large; break;
    case ipc::TypeId::list_view: form.form = ArrayForm::view; break;
    case ipc::TypeId::large_list_view: form.form = ArrayForm::large_view; break;
    case ipc::TypeId::interval: fail_unbuilt("is an interval, which is not built yet");
    case ipc::TypeId::union_: fail_unbuilt("is a union, which is not built yet");
    case ipc::TypeId::run_end_encoded: fail_unbuilt("is run-end encoded, which is not built yet");
    default:
      fail_unbuilt("is of type " + std::to_string(static_cast<int>(id)) + ", which Arrow had not when this was built");
  }
  if (children.size() != 1) fail("has a list of not one child");
  if (id != ipc::TypeId::fixed_list) return list(std::move(children.front()));
  const int32_t size = table.scalar<int32_t>(ipc::kFixedListSize, 0);
  if (size < 1) fail_unbuilt("has lists of " + std::to_string(size) + " elements");
  return fixed_list(std::move(children.front()), size);
}

Type SchemaReader::decimal_type(const FlatTable& table, IpcField& form) {
  const int32_t precision = table.scalar<int32_t>(ipc::kDecimalPrecision, 0);
  const int32_t scale = table.scalar<int32_t>(ipc::kDecimalScale, 0);
  const int32_t bits = table.scalar<int32_t>(ipc::kDecimalBitWidth, ipc::kDecimalBits);
  const std::string name = "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
  if (precision < 1 || precision > kDecimalDigitsMax || scale < 0 || scale > precision)
    fail_unbuilt("is a " + name + ": expected 1 to 76 digits, none to all of them behind the point");
  const bool is_short = precision <= kDecimal128DigitsMax;
  switch (bits) {
    case 32: form.form = ArrayForm::bits32; break;
    case 64: form.form = ArrayForm::bits64; break;
    case 128: break;
    case 256: form.form = is_short ? ArrayForm::bits256 : ArrayForm::plain; break;
    default: fail("is a " + name + " of " + std::to_string(bits) + " bits");
  }
  if (static_cast<size_t>(bits) / 8 < decimal_bytes(precision)) fail("is a " + name + " of too few bits");
  return decimal(precision, scale);
}

TimeUnit SchemaReader::unit(int16_t number) {
  if (number < 0 || number > static_cast<int16_t>(TimeUnit::nanosecond)) fail("has times of an unknown unit");
  return static_cast<TimeUnit>(number);
}

Type SchemaReader::time_type(const FlatTable& table) {
  const TimeUnit of_day = unit(table.scalar<int16_t>(ipc::kTimeUnit, ipc::kUnitMillisecond));
  const int32_t bits = table.scalar<int32_t>(ipc::kTimeBitWidth, ipc::kTimeBits);
  if (bits != (of_day <= TimeUnit::millisecond ? 32 : 64)) fail("has times of " + std::to_string(bits) + " bits");
  return time(of_day);
}

FieldNotes SchemaReader::notes(const FlatTable& field) {
  FieldNotes notes;
  const FlatTables pairs = field.tables(ipc::kFieldMetadata);
  for (size_t i = 0; i < pairs.size(); ++i) {
    charge(kMetadataCost);
    const FlatTable pair = pairs[i];
    notes.note(text(pair, ipc::kKey), text(pair, ipc::kValue));
  }
  return notes;
}

std::string_view SchemaReader::text(const FlatTable& table, int slot) {
  const std::string_view text = table.text(slot).value_or(std::string_view());
  charge(text.size());
  return text;
}

void SchemaReader::charge(size_t cost) {
  if (cost > budget_) fail("unfolds to many times its size");
  budget_ -= cost;
}

void SchemaReader::fail(ErrorCode code, const std::string& what) const {
  if (path_.empty()) throw Error(code, "the Arrow schema " + what);
  throw Error(code, "field \"" + path_ + "\" of the Arrow schema " + what, {.field = path_});
}

// The FlatBuffer of an encapsulated message; old writers left the continuation out.
std::optional<ByteSpan> unwrap(ByteSpan message) {
  if (message.size() >= sizeof(uint32_t) && load<uint32_t>(message.data()) == ipc::kContinuation)
    message = message.subspan(sizeof(uint32_t));
  if (message.size() < sizeof(int32_t)) return std::nullopt;
  const int32_t size = load<int32_t>(message.data());
  message = message.subspan(sizeof size);
  if (size < 0 || static_cast<size_t>(size) > message.size()) return std::nullopt;
  return message.first(static_cast<size_t>(size));
}

// The bodies of messages bring no list views yet.
void refuse_list_views(const Field& field, const IpcField& form, const std::string& path) {
  if (field.type.has_ranges() && (form.form == ArrayForm::view || form.form == ArrayForm::large_view))
    throw Error(ErrorCode::unsupported,
                "field \"" + path + "\" of the Arrow schema is a list view, which is not built yet", {.field = path},
                "Write it as a plain or a large list.");
  const std::span<const Field> children = field.type.children();
  for (size_t i = 0; i < form.children.size(); ++i)
    refuse_list_views(children[i], form.children[i],
                      path + (field.type.kind() == TypeKind::struct_ ? "." + children[i].name : "[]"));
}

}  // namespace

IpcSchema read_ipc_schema(const FlatTable& schema, size_t buffer_bytes) {
  IpcSchema read = SchemaReader(buffer_bytes).read(schema);
  for (size_t i = 0; i < read.fields.size(); ++i)
    refuse_list_views(read.schema[i], read.fields[i], read.schema[i].name);
  return read;
}

Schema read_stored_arrow_schema(std::string_view text) {
  const std::optional<Bytes> bytes = decode_base64(text);
  if (!bytes) throw Error(ErrorCode::corrupt, "it is no base64");
  const std::optional<ByteSpan> message = unwrap(*bytes);
  if (!message) throw Error(ErrorCode::corrupt, "its message ends early");
  const FlatTable table = FlatTable::root(*message);
  const auto schema = table.table(ipc::kMessageHeader);
  const auto header = static_cast<ipc::Header>(table.scalar<uint8_t>(ipc::kMessageHeaderType, 0));
  if (!schema || header != ipc::Header::schema) throw Error(ErrorCode::corrupt, "its message has no schema");
  return SchemaReader(message->size()).read(*schema).schema;
}

std::optional<Schema> parse_stored_arrow_schema(std::string_view text) {
  try {
    return read_stored_arrow_schema(text);
  } catch (const Error&) {  // all of it is a hint of whoever wrote the file: none is better than half
    return std::nullopt;
  }
}

}  // namespace sluice
