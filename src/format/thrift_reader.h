// Thrift's compact protocol in (thrift, doc/specs/thrift-compact-protocol.md), over bytes that may be hostile: every
// length is held against the bytes that are left, every wire type against the one that is meant, nesting and memory
// have limits, and what is unknown is skipped.
//
//   Statistics Statistics::read(ThriftReader& in) {
//     Statistics out;
//     in.read_struct([&](ThriftField field) {
//       switch (field.id) {
//         case 3: return in.read(field, out.null_count);  // the C++ type says which wire type is meant
//         default: return false;                          // not ours: skipped
//       }
//     });
//     return out;
//   }
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/thrift_type.h"

namespace sluice {

/// What is wrong with a message, and where in it. Internal: whoever knows the file's name makes an Error{corrupt} of
/// it.
class ThriftError : public std::runtime_error {
 public:
  ThriftError(size_t offset, const std::string& reason, bool ran_out)
      : std::runtime_error(reason), offset_(offset), ran_out_(ran_out) {}
  /// Bytes from the start of the message to where reading stopped.
  size_t offset() const { return offset_; }
  /// All was well as far as the bytes went: more of them might help.
  bool ran_out() const { return ran_out_; }

 private:
  size_t offset_;
  bool ran_out_;
};

struct ThriftField {
  int16_t id = 0;
  ThriftType type = ThriftType::stop;
};

/// Which fields a struct had. Ids outside 0..63 are not remembered: Parquet has none that are required.
class ThriftFields {
 public:
  void add(int16_t id) {
    if (id >= 0 && id < 64) bits_ |= uint64_t{1} << id;
  }
  bool has(int16_t id) const { return (bits_ >> id & 1) != 0; }

 private:
  uint64_t bits_ = 0;
};

/// A cursor over one message; keeps views of `bytes`, so they must stay. Every call may throw ThriftError, after which
/// the reader is of no use.
class ThriftReader {
 public:
  explicit ThriftReader(ByteSpan bytes)
      : begin_(bytes.data()),
        at_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        memory_left_(kMemoryBase + kMemoryPerByte * bytes.size()) {}

  /// Bytes read so far.
  size_t offset() const { return static_cast<size_t>(at_ - begin_); }
  /// The bytes from an earlier offset() to here.
  ByteSpan bytes_since(size_t offset) const { return {begin_ + offset, at_}; }
  [[noreturn]] void fail(const std::string& reason) const { throw ThriftError(offset(), reason, false); }

  /// Reads one struct to its stop byte. `on_field` reads the value and returns true, or returns false without having
  /// read any of it.
  template <typename OnField>
  ThriftFields read_struct(OnField&& on_field);
  /// Fails, naming `name`, unless all of `ids` were there.
  void require(ThriftFields fields, std::string_view name, std::initializer_list<int16_t> ids) const;

  /// Reads a field's value into a bool, integer, double, enum (any number: the caller judges it), std::string, struct
  /// with `static T read(ThriftReader&)`, vector or optional of these. Always true, so that `on_field` can return it.
  template <typename T>
  bool read(ThriftField field, T& into);
  template <typename T>
  bool read(ThriftField field, std::optional<T>& into);
  template <typename T>
  bool read(ThriftField field, std::vector<T>& into);

  /// Counts memory that a message unfolds to. Fails beyond 48 MiB + 10 bytes for each of the message: 3 bytes can
  /// announce a column chunk of 700, and no honest writer does so a hundred thousand times.
  void charge(size_t bytes) {
    if (bytes > memory_left_) fail("the message unfolds to more memory than its size allows");
    memory_left_ -= bytes;
  }

 private:
  static constexpr size_t kMemoryBase = size_t{48} << 20;
  static constexpr size_t kMemoryPerByte = 10;

  [[noreturn]] void fail_ran_out() const;
  [[noreturn]] void fail_type(ThriftField field, ThriftType expected) const;
  void enter() {
    if (++depth_ > kThriftDepthMax) fail("structs nest deeper than " + std::to_string(kThriftDepthMax));
  }
  void leave() { --depth_; }

  uint8_t next_byte() {
    if (at_ == end_) fail_ran_out();
    return std::to_integer<uint8_t>(*at_++);
  }
  /// Steps over `count` bytes and returns where they begin.
  const std::byte* take(size_t count) {
    if (count > static_cast<size_t>(end_ - at_)) fail_ran_out();
    at_ += count;
    return at_ - count;
  }
  template <unsigned bits>
  uint64_t varint();
  int64_t zigzag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }
  std::string_view take_binary() {
    const size_t size = take_size();
    return {reinterpret_cast<const char*>(take(size)), size};
  }
  /// A length or count: 31 bits.
  size_t take_size() {
    const uint64_t size = varint<32>();
    if (size > INT32_MAX) fail("a size of " + std::to_string(size) + " is negative in 32 bits");
    return static_cast<size_t>(size);
  }
  /// The header of the next field, after the field `previous`.
  ThriftField next_field(int16_t previous) {
    const uint8_t header = next_byte();
    const unsigned type = header & 0x0F;
    const int id = previous + (header >> 4);
    if (header < 0x10 || type == 0 || type > static_cast<unsigned>(ThriftType::uuid) || id > INT16_MAX)
      return next_rare_field(header);
    return {static_cast<int16_t>(id), static_cast<ThriftType>(type)};
  }
  ThriftField next_rare_field(uint8_t header);
  struct ListHeader {
    ThriftType element = ThriftType::stop;
    size_t count = 0;
  };
  ListHeader list_header();
  /// The count of a list field of such elements, each of at least `element_bytes_min` on the wire.
  size_t begin_list(ThriftField field, ThriftType element, size_t element_bytes_min);
  void skip_field(ThriftType type) {
    if (type != ThriftType::boolean_true && type != ThriftType::boolean_false) skip_element(type);
  }
  void skip_element(ThriftType type);
  void skip_elements(ThriftType type, size_t count);
  void skip_map();

  template <typename T>
  T read_element();
  /// Turns into the element that comes next where one is constructed: large structs are not moved there.
  template <typename T>
  struct NextElement {
    ThriftReader& in;
    operator T() const { return in.read_element<T>(); }
  };

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  size_t memory_left_;
  int depth_ = 0;
};

template <typename OnField>
ThriftFields ThriftReader::read_struct(OnField&& on_field) {
  enter();
  ThriftFields fields;
  for (ThriftField field = next_field(0); field.type != ThriftType::stop; field = next_field(field.id)) {
    if (!on_field(field)) skip_field(field.type);
    fields.add(field.id);
  }
  leave();
  return fields;
}

template <typename T>
bool ThriftReader::read(ThriftField field, T& into) {
  constexpr ThriftType kType = wire_type<T>();
  if constexpr (kType == ThriftType::boolean_true) {
    if (field.type != ThriftType::boolean_true && field.type != ThriftType::boolean_false) fail_type(field, kType);
    into = field.type == ThriftType::boolean_true;
  } else {
    if (field.type != kType) fail_type(field, kType);
    into = read_element<T>();
  }
  return true;
}

template <typename T>
bool ThriftReader::read(ThriftField field, std::optional<T>& into) {
  if constexpr (wire_type<T>() == ThriftType::structure) {
    if (field.type != ThriftType::structure) fail_type(field, ThriftType::structure);
    into.emplace(NextElement<T>{*this});
    return true;
  } else {
    return read(field, into.emplace());
  }
}

template <typename T>
bool ThriftReader::read(ThriftField field, std::vector<T>& into) {
  size_t element_bytes_min = 1;
  if constexpr (wire_type<T>() == ThriftType::structure) element_bytes_min = T::kWireBytesMin;
  if constexpr (wire_type<T>() == ThriftType::float64) element_bytes_min = sizeof(double);
  const size_t count = begin_list(field, wire_type<T>(), element_bytes_min);
  charge(count * sizeof(T));
  into.clear();
  into.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    if constexpr (wire_type<T>() == ThriftType::structure)
      into.emplace_back(NextElement<T>{*this});
    else
      into.push_back(read_element<T>());
  }
  return true;
}

template <typename T>
T ThriftReader::read_element() {
  constexpr ThriftType kType = wire_type<T>();
  if constexpr (kType == ThriftType::structure) {
    return T::read(*this);
  } else if constexpr (kType == ThriftType::boolean_true) {
    const uint8_t value = next_byte();
    if (value > 2) fail("a boolean is " + std::to_string(value) + ", expected 1 for true, 0 or 2 for false");
    return value == 1;
  } else if constexpr (kType == ThriftType::i8) {
    return static_cast<int8_t>(next_byte());
  } else if constexpr (kType == ThriftType::float64) {
    return load<double>(take(sizeof(double)));
  } else if constexpr (kType == ThriftType::binary) {
    const std::string_view bytes = take_binary();
    charge(bytes.size());
    return T(bytes);
  } else if constexpr (kType == ThriftType::i64) {
    return zigzag(varint<64>());
  } else {
    const int64_t value = zigzag(varint<32>());
    if (kType == ThriftType::i16 && (value < INT16_MIN || value > INT16_MAX))
      fail("an i16 is " + std::to_string(value));
    return static_cast<T>(static_cast<int32_t>(value));
  }
}

template <unsigned bits>
uint64_t ThriftReader::varint() {
  uint64_t value = next_byte();
  if (value < 0x80) return value;
  value &= 0x7F;
  for (unsigned shift = 7; shift < bits; shift += 7) {
    const uint64_t group = next_byte();
    const bool last = shift + 7 >= bits;
    if (last && group >> (bits - shift) != 0) break;
    value |= (group & 0x7F) << shift;
    if (group < 0x80) return value;
  }
  fail("a varint exceeds " + std::to_string(bits) + " bits");
}

}  // namespace sluice
