// Thrift's compact protocol out (thrift, doc/specs/thrift-compact-protocol.md): fields with id deltas, zigzag varints,
// booleans inside the field header, short and long list headers.
//
//   ThriftWriter out(bytes);
//   out.begin_struct();
//   out.field(1, num_values);            // int32_t; an unset std::optional writes nothing
//   out.field(12, statistics);           // a struct: anything with `void write(ThriftWriter&) const`
//   out.begin_list<int64_t>(3, 2);       // then exactly two elements
//   out.element<int64_t>(7), out.element<int64_t>(8);
//   out.end_struct();
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/thrift_type.h"

namespace sluice {

/// Appends to `out`, which must outlive the writer. Fields of a struct are written in the order of their ids: another
/// order is valid, and longer. Throws Error{unsupported} for a list or a value beyond 2^31 - 1, and std::bad_alloc.
class ThriftWriter {
 public:
  explicit ThriftWriter(Bytes& out) : out_(out) {}

  /// Opens a struct: the message itself, or the value of `struct_header`, or a list's element.
  void begin_struct() {
    assert(depth_ < kThriftDepthMax);
    outer_ids_[static_cast<size_t>(depth_++)] = last_id_;
    last_id_ = 0;
  }
  void end_struct() {
    assert(depth_ > 0);
    out_.push_back(0);
    last_id_ = outer_ids_[static_cast<size_t>(--depth_)];
  }

  /// A whole field. The C++ type is the wire type, exactly: see wire_type().
  template <typename T>
  void field(int16_t id, const T& value);
  template <typename T>
  void field(int16_t id, const std::optional<T>& value) {
    if (value) field(id, *value);
  }
  template <typename T>
  void field(int16_t id, const std::vector<T>& values);
  /// For optional lists whose absence says the same.
  template <typename T>
  void field_unless_empty(int16_t id, const std::vector<T>& values) {
    if (!values.empty()) field(id, values);
  }

  /// Only the header of a struct field; its struct must follow.
  void struct_header(int16_t id) {
    std::byte* at = out_.prepare(kHeaderBytesMax);
    commit(put_header(at, id, ThriftType::structure));
  }
  /// Only the header of a list field; exactly `count` elements must follow.
  template <typename T>
  void begin_list(int16_t id, size_t count);
  template <typename T>
  void element(const T& value);

  /// A struct that was serialised before, its stop byte included, as value or element.
  void spliced_struct(ByteSpan bytes) { out_.append(bytes); }

 private:
  static constexpr size_t kHeaderBytesMax = 4;   // type, and a 16-bit id as varint
  static constexpr size_t kVarintBytesMax = 10;  // 64 bits in groups of seven

  static uint64_t zigzag(int64_t value) {
    return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  }
  static std::byte* put_varint(std::byte* at, uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::byte>(value | 0x80);
    *at++ = static_cast<std::byte>(value);
    return at;
  }
  std::byte* put_header(std::byte* at, int16_t id, ThriftType type) {
    const int delta = id - last_id_;
    last_id_ = id;
    if (delta > 0 && delta <= 15) {
      *at++ = static_cast<std::byte>(delta << 4 | static_cast<int>(type));
      return at;
    }
    *at++ = static_cast<std::byte>(type);
    return put_varint(at, zigzag(id));
  }
  void commit(const std::byte* end) { out_.advance(static_cast<size_t>(end - (out_.data() + out_.size()))); }
  void put_binary(std::byte* at, std::string_view bytes) {
    commit(put_varint(at, checked_size(bytes.size())));
    out_.append(bytes);
  }
  static size_t checked_size(size_t size) {
    if (size > INT32_MAX) refuse_size(size);
    return size;
  }
  [[noreturn]] static void refuse_size(size_t size);

  static std::string_view text_of(std::string_view text) { return text; }
  static std::string_view text_of(ByteSpan bytes) { return as_text(bytes); }

  Bytes& out_;
  int16_t last_id_ = 0;
  int depth_ = 0;
  std::array<int16_t, kThriftDepthMax> outer_ids_{};
};

template <typename T>
void ThriftWriter::field(int16_t id, const T& value) {
  constexpr ThriftType kType = wire_type<T>();
  if constexpr (kType == ThriftType::structure) {
    struct_header(id);
    value.write(*this);
  } else if constexpr (kType == ThriftType::boolean_true) {
    commit(put_header(out_.prepare(kHeaderBytesMax), id, value ? ThriftType::boolean_true : ThriftType::boolean_false));
  } else {
    std::byte* at = put_header(out_.prepare(kHeaderBytesMax + kVarintBytesMax), id, kType);
    commit(at);
    element<T>(value);
  }
}

template <typename T>
void ThriftWriter::field(int16_t id, const std::vector<T>& values) {
  begin_list<T>(id, values.size());
  for (const auto& value : values) element<T>(value);
}

template <typename T>
void ThriftWriter::begin_list(int16_t id, size_t count) {
  std::byte* at = put_header(out_.prepare(kHeaderBytesMax + 1 + kVarintBytesMax), id, ThriftType::list);
  constexpr auto kElement = static_cast<unsigned>(wire_type<T>());
  if (count < 15) {
    *at++ = static_cast<std::byte>(count << 4 | kElement);
  } else {
    *at++ = static_cast<std::byte>(0xF0 | kElement);
    at = put_varint(at, checked_size(count));
  }
  commit(at);
}

template <typename T>
void ThriftWriter::element(const T& value) {
  constexpr ThriftType kType = wire_type<T>();
  if constexpr (kType == ThriftType::structure) {
    value.write(*this);
  } else if constexpr (kType == ThriftType::boolean_true) {
    // The protocol's text once said 0 for false; the common implementations have always written 2.
    out_.push_back(value ? 1 : 2);
  } else if constexpr (kType == ThriftType::i8) {
    out_.push_back(static_cast<uint8_t>(value));
  } else if constexpr (kType == ThriftType::float64) {
    out_.append_value(value);
  } else if constexpr (kType == ThriftType::binary) {
    put_binary(out_.prepare(kVarintBytesMax), text_of(value));
  } else {
    commit(put_varint(out_.prepare(kVarintBytesMax), zigzag(static_cast<int64_t>(value))));
  }
}

}  // namespace sluice
