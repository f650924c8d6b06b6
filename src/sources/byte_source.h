// The stages that the bytes of a source pass before formats see them: as they are stored, unpacked, turned into UTF-8
// (contents.h puts them together). All calls are made for blocks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "storage/input.h"

namespace sluice {

/// Not thread-safe; one that threw is not to be called again.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills as much of `into` as there is; less than asked only at the end. Throws Error.
  virtual size_t read(std::span<std::byte> into) = 0;
  /// From here on read() of a pipe may be short because nothing more came in time; then paused() is true.
  virtual void set_patience(std::chrono::milliseconds /*patience*/) {}
  virtual bool paused() const { return false; }
  /// Whether the end is none of the source's own (Input::open).
  virtual bool was_cut_off() const { return false; }
  /// Bytes of the source as it is stored that were needed for what has been read.
  virtual uint64_t bytes_read() const = 0;
};

/// What is stored is what there is to read.
class StoredSource final : public ByteSource {
 public:
  explicit StoredSource(Input input) : input_(std::move(input)) {}

  size_t read(std::span<std::byte> into) override {
    const size_t count = input_.read(into);
    bytes_read_ += count;
    return count;
  }
  void set_patience(std::chrono::milliseconds patience) override { input_.set_patience(patience); }
  bool paused() const override { return input_.paused(); }
  bool was_cut_off() const override { return input_.was_cut_off(); }
  uint64_t bytes_read() const override { return bytes_read_; }

 private:
  Input input_;
  uint64_t bytes_read_ = 0;
};

}  // namespace sluice
