// Schemas as IPC messages. FlatBuffers are built from the end: whatever a table points at is written before it.
// (Arrow "Serialization and Interprocess Communication", Schema.fbs and Message.fbs.)
#include <flatbuffers/flatbuffers.h>

#include <string>
#include <vector>

#include "arrow/field_metadata.h"
#include "arrow/ipc_schema.h"
#include "arrow/ipc_slots.h"
#include "base/base64.h"
#include "base/decimal.h"

namespace sluice {
namespace {

using flatbuffers::FlatBufferBuilder;
using Table = flatbuffers::Offset<flatbuffers::Table>;
using Tables = flatbuffers::Offset<flatbuffers::Vector<Table>>;

flatbuffers::voffset_t at(int slot) {
  return flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(slot));
}

struct TypeTable {
  ipc::TypeId id;
  Table table;
};

template <typename Fields>
Table build_table(FlatBufferBuilder& out, Fields&& fields) {
  const flatbuffers::uoffset_t start = out.StartTable();
  fields();
  return Table(out.EndTable(start));
}

TypeTable build_empty(FlatBufferBuilder& out, ipc::TypeId id) {
  return {id, build_table(out, [] {})};
}

TypeTable build_integer(FlatBufferBuilder& out, int32_t bits, bool is_signed) {
  return {ipc::TypeId::integer, build_table(out, [&] {
            out.AddElement<int32_t>(at(ipc::kIntBitWidth), bits, 0);
            out.AddElement<uint8_t>(at(ipc::kIntIsSigned), is_signed, 0);
          })};
}

TypeTable build_float(FlatBufferBuilder& out, int16_t precision) {
  return {ipc::TypeId::floating_point,
          build_table(out, [&] { out.AddElement<int16_t>(at(ipc::kFloatPrecision), precision, 0); })};
}

TypeTable build_date(FlatBufferBuilder& out) {
  return {ipc::TypeId::date,
          build_table(out, [&] { out.AddElement<int16_t>(at(ipc::kDateUnit), ipc::kDateDay, ipc::kDateMillisecond); })};
}

TypeTable build_timestamp(FlatBufferBuilder& out, const Type& type) {
  flatbuffers::Offset<flatbuffers::String> zone;
  if (!type.zone().empty()) zone = out.CreateString(type.zone());
  return {ipc::TypeId::timestamp, build_table(out, [&] {
            out.AddElement<int16_t>(at(ipc::kTimestampUnit), static_cast<int16_t>(type.unit()), 0);
            out.AddOffset(at(ipc::kTimestampZone), zone);  // leaves out what was not made
          })};
}

TypeTable build_time(FlatBufferBuilder& out, const Type& type) {
  const int32_t bits = type.unit() <= TimeUnit::millisecond ? 32 : 64;
  return {ipc::TypeId::time, build_table(out, [&] {
            out.AddElement<int16_t>(at(ipc::kTimeUnit), static_cast<int16_t>(type.unit()), ipc::kUnitMillisecond);
            out.AddElement<int32_t>(at(ipc::kTimeBitWidth), bits, ipc::kTimeBits);
          })};
}

TypeTable build_duration(FlatBufferBuilder& out, const Type& type) {
  return {ipc::TypeId::duration, build_table(out, [&] {
            out.AddElement<int16_t>(at(ipc::kDurationUnit), static_cast<int16_t>(type.unit()), ipc::kUnitMillisecond);
          })};
}

TypeTable build_decimal(FlatBufferBuilder& out, const Type& type) {
  const int32_t bits = type.precision() <= kDecimal128DigitsMax ? 128 : 256;
  return {ipc::TypeId::decimal, build_table(out, [&] {
            out.AddElement<int32_t>(at(ipc::kDecimalPrecision), type.precision(), 0);
            out.AddElement<int32_t>(at(ipc::kDecimalScale), type.scale(), 0);
            out.AddElement<int32_t>(at(ipc::kDecimalBitWidth), bits, ipc::kDecimalBits);
          })};
}

/// Bytes of a value or elements of a list: the one number that says it all.
TypeTable build_sized(FlatBufferBuilder& out, ipc::TypeId id, int slot, int32_t size) {
  return {id, build_table(out, [&] { out.AddElement<int32_t>(at(slot), size, 0); })};
}

TypeTable build_type(FlatBufferBuilder& out, const Type& type) {
  switch (type.kind()) {
    case TypeKind::null: return build_empty(out, ipc::TypeId::null);
    case TypeKind::boolean: return build_empty(out, ipc::TypeId::boolean);
    case TypeKind::int8: return build_integer(out, 8, true);
    case TypeKind::int16: return build_integer(out, 16, true);
    case TypeKind::int32: return build_integer(out, 32, true);
    case TypeKind::int64: return build_integer(out, 64, true);
    case TypeKind::uint8: return build_integer(out, 8, false);
    case TypeKind::uint16: return build_integer(out, 16, false);
    case TypeKind::uint32: return build_integer(out, 32, false);
    case TypeKind::uint64: return build_integer(out, 64, false);
    case TypeKind::float16: return build_float(out, ipc::kHalfPrecision);
    case TypeKind::float32: return build_float(out, ipc::kSinglePrecision);
    case TypeKind::float64: return build_float(out, ipc::kDoublePrecision);
    case TypeKind::string:
    case TypeKind::json:
    case TypeKind::enum_: return build_empty(out, ipc::TypeId::utf8);
    case TypeKind::binary:
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography: return build_empty(out, ipc::TypeId::binary);
    case TypeKind::decimal: return build_decimal(out, type);
    case TypeKind::fixed:
    case TypeKind::uuid: return build_sized(out, ipc::TypeId::fixed_binary, ipc::kFixedBinaryBytes, type.size());
    case TypeKind::time: return build_time(out, type);
    case TypeKind::duration: return build_duration(out, type);
    case TypeKind::date: return build_date(out);
    case TypeKind::timestamp: return build_timestamp(out, type);
    case TypeKind::list: return build_empty(out, ipc::TypeId::list);
    case TypeKind::fixed_list: return build_sized(out, ipc::TypeId::fixed_list, ipc::kFixedListSize, type.size());
    case TypeKind::map: return build_empty(out, ipc::TypeId::map);
    case TypeKind::struct_: return build_empty(out, ipc::TypeId::struct_);
  }
  return build_empty(out, ipc::TypeId::null);
}

Tables build_metadata(FlatBufferBuilder& out, const Field& field) {
  std::vector<Table> entries;
  for (const auto& [key, value] : field_metadata(field)) {
    const auto key_text = out.CreateString(key.data(), key.size());
    const auto value_text = out.CreateString(value);
    entries.push_back(build_table(out, [&] {
      out.AddOffset(at(ipc::kKey), key_text);
      out.AddOffset(at(ipc::kValue), value_text);
    }));
  }
  return entries.empty() ? Tables() : out.CreateVector(entries);
}

Tables build_fields(FlatBufferBuilder& out, std::span<const Field> fields);

Table build_field(FlatBufferBuilder& out, const Field& field) {
  const Tables children = build_fields(out, field.type.children());  // an empty vector too: some readers insist on one
  const auto name = out.CreateString(field.name);
  const TypeTable type = build_type(out, field.type);
  const Tables metadata = build_metadata(out, field);
  return build_table(out, [&] {
    out.AddOffset(at(ipc::kFieldName), name);
    out.AddElement<uint8_t>(at(ipc::kFieldNullable), field.nullable, 0);
    out.AddElement<uint8_t>(at(ipc::kFieldTypeId), static_cast<uint8_t>(type.id), 0);
    out.AddOffset(at(ipc::kFieldType), type.table);
    out.AddOffset(at(ipc::kFieldChildren), children);
    out.AddOffset(at(ipc::kFieldMetadata), metadata);
  });
}

Tables build_fields(FlatBufferBuilder& out, std::span<const Field> fields) {
  std::vector<Table> built;
  for (const Field& field : fields) built.push_back(build_field(out, field));
  return out.CreateVector(built);
}

Table build_schema(FlatBufferBuilder& out, const Schema& schema) {
  const Tables fields = build_fields(out, schema.fields());
  return build_table(out, [&] {
    out.AddElement<int16_t>(at(ipc::kSchemaEndianness), ipc::kLittleEndian, ipc::kLittleEndian);
    out.AddOffset(at(ipc::kSchemaFields), fields);
  });
}

}  // namespace

Bytes encode_schema_message(const Schema& schema) {
  FlatBufferBuilder out;
  const Table header = build_schema(out, schema);
  out.Finish(build_table(out, [&] {
    out.AddElement<int16_t>(at(ipc::kMessageVersion), ipc::kMetadataV5, 0);
    out.AddElement<uint8_t>(at(ipc::kMessageHeaderType), static_cast<uint8_t>(ipc::Header::schema), 0);
    out.AddOffset(at(ipc::kMessageHeader), header);
    out.AddElement<int64_t>(at(ipc::kMessageBodyLength), 0, 0);
  }));
  const size_t padded = (out.GetSize() + 7) / 8 * 8;
  Bytes message;
  message.append_value(ipc::kContinuation);
  message.append_value(static_cast<int32_t>(padded));
  message.append(out.GetBufferPointer(), out.GetSize());
  for (size_t i = out.GetSize(); i < padded; ++i) message.push_back(0);
  return message;
}

void append_file_footer(const Schema& schema, const std::vector<ipc::Block>& record_batches, Bytes& out) {
  constexpr size_t kSchemaBytes = 4096;  // most have less; the places of a long file are not to be moved while it grows
  FlatBufferBuilder footer(record_batches.size() * sizeof(ipc::Block) + kSchemaBytes);
  const Table schema_table = build_schema(footer, schema);
  const auto dictionaries = footer.CreateVectorOfStructs(std::vector<ipc::Block>());
  const auto blocks = footer.CreateVectorOfStructs(record_batches);
  footer.Finish(build_table(footer, [&] {
    footer.AddElement<int16_t>(at(ipc::kFooterVersion), ipc::kMetadataV5, 0);
    footer.AddOffset(at(ipc::kFooterSchema), schema_table);
    footer.AddOffset(at(ipc::kFooterDictionaries), dictionaries);
    footer.AddOffset(at(ipc::kFooterBatches), blocks);
  }));
  out.append(footer.GetBufferPointer(), footer.GetSize());
}

std::string stored_arrow_schema(const Schema& schema) { return encode_base64(encode_schema_message(schema)); }

}  // namespace sluice
