// Owned bytes that grow without being zeroed first, and a view of bytes. All integers are written little-endian, as
// Parquet and Arrow want them; the host is little-endian too (checked below).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice {

static_assert(std::endian::native == std::endian::little, "Sluice runs on little-endian machines only");

using ByteSpan = std::span<const std::byte>;

/// A growing byte string. Move-only: a copy of megabytes should be asked for by name.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(size_t size) { resize(size); }
  Bytes(Bytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Bytes& operator=(Bytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { std::free(data_); }

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  operator ByteSpan() const { return {data_, size_}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }

  void clear() { size_ = 0; }
  /// Room for `capacity` bytes in all; contents stay.
  void reserve(size_t capacity) {
    if (capacity > capacity_) reallocate(capacity);
  }
  /// New bytes, if any, are uninitialised: the caller writes them.
  void resize(size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }
  /// Makes room for `count` more bytes and returns where they go; `advance` then says how many were written.
  std::byte* prepare(size_t count) {
    if (size_ + count > capacity_) grow(size_ + count);
    return data_ + size_;
  }
  void advance(size_t count) { size_ += count; }

  void append(const void* bytes, size_t count) {
    if (count == 0) return;
    std::memcpy(prepare(count), bytes, count);
    size_ += count;
  }
  void append(ByteSpan bytes) { append(bytes.data(), bytes.size()); }
  void append(std::string_view text) { append(text.data(), text.size()); }
  void push_back(uint8_t byte) { *prepare(1) = std::byte{byte}, ++size_; }

  template <typename T>
  requires std::is_trivially_copyable_v<T>
  void append_value(T value) {
    std::memcpy(prepare(sizeof value), &value, sizeof value);
    size_ += sizeof value;
  }
  /// Gives back memory that is not used; worth it for what is kept for long.
  void shrink_to_fit() {
    if (size_ < capacity_) reallocate(size_);
  }

 private:
  // The allocator rounds up what is small, and to ask it again and again takes longer than to fill it.
  static constexpr size_t kGrownCapacityMin = 64;
  // Never inlined, so that what asks for room is.
  [[gnu::noinline]] void grow(size_t needed) {
    const size_t larger = capacity_ + capacity_ / 2 > kGrownCapacityMin ? capacity_ + capacity_ / 2 : kGrownCapacityMin;
    reallocate(needed > larger ? needed : larger);
  }
  void reallocate(size_t capacity) {
    if (capacity == 0) {
      std::free(data_);
      data_ = nullptr;
      capacity_ = 0;
      return;
    }
    void* moved = std::realloc(data_, capacity);
    if (moved == nullptr) throw std::bad_alloc();
    data_ = static_cast<std::byte*>(moved);
    capacity_ = capacity;
  }

  std::byte* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

inline ByteSpan as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Reads a value at any alignment.
template <typename T>
requires std::is_trivially_copyable_v<T> T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace sluice
