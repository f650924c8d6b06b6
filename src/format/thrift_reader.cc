// The parts of the compact protocol's reader that need no template: field and list headers, skipping (thrift,
// doc/specs/thrift-compact-protocol.md, "Struct encoding", "List and Set", "Map").
#include "format/thrift_reader.h"

namespace sluice {
namespace {

std::string_view name_of(ThriftType type) {
  switch (type) {
    case ThriftType::stop: return "stop";
    case ThriftType::boolean_true:
    case ThriftType::boolean_false: return "bool";
    case ThriftType::i8: return "i8";
    case ThriftType::i16: return "i16";
    case ThriftType::i32: return "i32";
    case ThriftType::i64: return "i64";
    case ThriftType::float64: return "double";
    case ThriftType::binary: return "binary";
    case ThriftType::list: return "list";
    case ThriftType::set: return "set";
    case ThriftType::map: return "map";
    case ThriftType::structure: return "struct";
    case ThriftType::uuid: return "uuid";
  }
  return "unknown";
}

bool is_boolean(ThriftType type) { return type == ThriftType::boolean_true || type == ThriftType::boolean_false; }

/// The fewest bytes that a list's element of this type takes.
size_t wire_bytes_min(ThriftType type) {
  if (type == ThriftType::float64) return 8;
  return type == ThriftType::uuid ? 16 : 1;
}

}  // namespace

void ThriftReader::fail_ran_out() const { throw ThriftError(offset(), "the bytes end inside a value", true); }

void ThriftReader::fail_type(ThriftField field, ThriftType expected) const {
  fail("field " + std::to_string(field.id) + " is of type " + std::string(name_of(field.type)) + ", expected " +
       std::string(name_of(expected)));
}

void ThriftReader::require(ThriftFields fields, std::string_view name, std::initializer_list<int16_t> ids) const {
  for (const int16_t id : ids)
    if (!fields.has(id)) fail(std::string(name) + " lacks its field " + std::to_string(id));
}

// The end of a struct, an id that is written in full, or what is wrong.
ThriftField ThriftReader::next_rare_field(uint8_t header) {
  if (header == 0) return {};
  const unsigned type = header & 0x0F;
  if (type == 0 || type > static_cast<unsigned>(ThriftType::uuid))
    fail("a field is of the unknown wire type " + std::to_string(type));
  if (header >= 0x10) fail("a field id exceeds 32767");
  return {read_element<int16_t>(), static_cast<ThriftType>(type)};
}

ThriftReader::ListHeader ThriftReader::list_header() {
  const uint8_t header = next_byte();
  const size_t count = header >> 4 == 15 ? take_size() : header >> 4;
  return {static_cast<ThriftType>(header & 0x0F), count};
}

size_t ThriftReader::begin_list(ThriftField field, ThriftType element, size_t element_bytes_min) {
  if (field.type != ThriftType::list) fail_type(field, ThriftType::list);
  const ListHeader header = list_header();
  // An empty list's element type means nothing: some writers leave it 0.
  if (header.count == 0) return 0;
  if (header.element != element && !(is_boolean(header.element) && is_boolean(element)))
    fail("field " + std::to_string(field.id) + " is a list of " + std::string(name_of(header.element)) +
         ", expected a list of " + std::string(name_of(element)));
  const auto left = static_cast<size_t>(end_ - at_);
  if (header.count > left / element_bytes_min)
    throw ThriftError(offset(),
                      "field " + std::to_string(field.id) + " is a list of " + std::to_string(header.count) +
                          " elements, but only " + std::to_string(left) + " bytes are left",
                      true);
  return header.count;
}

void ThriftReader::skip_element(ThriftType type) {
  switch (type) {
    case ThriftType::boolean_true:
    case ThriftType::boolean_false:
    case ThriftType::i8: take(1); return;
    case ThriftType::i16:
    case ThriftType::i32:
    case ThriftType::i64: varint<64>(); return;
    case ThriftType::float64: take(8); return;
    case ThriftType::uuid: take(16); return;
    case ThriftType::binary: take_binary(); return;
    case ThriftType::list:
    case ThriftType::set: {
      const ListHeader header = list_header();
      skip_elements(header.element, header.count);
      return;
    }
    case ThriftType::map: skip_map(); return;
    case ThriftType::structure: read_struct([](ThriftField) { return false; }); return;
    case ThriftType::stop: break;
  }
  fail("a list is of the unknown wire type " + std::to_string(static_cast<unsigned>(type)));
}

void ThriftReader::skip_elements(ThriftType type, size_t count) {
  if (count > static_cast<size_t>(end_ - at_) / wire_bytes_min(type)) fail_ran_out();
  enter();
  for (size_t i = 0; i < count; ++i) skip_element(type);
  leave();
}

void ThriftReader::skip_map() {
  const size_t count = take_size();
  if (count == 0) return;
  const uint8_t types = next_byte();
  if (count > static_cast<size_t>(end_ - at_) / 2) fail_ran_out();
  enter();
  for (size_t i = 0; i < count; ++i) {
    skip_element(static_cast<ThriftType>(types >> 4));
    skip_element(static_cast<ThriftType>(types & 0x0F));
  }
  leave();
}

}  // namespace sluice
