// Text in UTF-16, turned into UTF-8 while it is read (RFC 2781).
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <string>

#include "sources/byte_source.h"

namespace sluice {

class Utf16Source final : public ByteSource {
 public:
  /// The text is `begun`, what stands behind the byte order mark and has been read already, and then `units`. `name` is
  /// that of the source, for messages.
  Utf16Source(Bytes begun, std::unique_ptr<ByteSource> units, std::endian order, std::string name);

  /// Throws as `units` does, and Error{data} for half a surrogate pair or half a unit.
  size_t read(std::span<std::byte> into) override;
  void set_patience(std::chrono::milliseconds patience) override { units_->set_patience(patience); }
  bool paused() const override { return paused_; }
  bool was_cut_off() const override { return units_->was_cut_off(); }
  uint64_t bytes_read() const override { return units_->bytes_read(); }

 private:
  bool refill();
  [[noreturn]] void fail(const std::string& what) const;

  std::unique_ptr<ByteSource> units_;
  const std::endian order_;
  const std::string name_;
  Bytes raw_;            ///< what could not be turned into UTF-8 yet: part of a character
  uint64_t raw_offset_;  ///< of raw_ in the UTF-16 text, the mark included
  Bytes text_;
  size_t text_begin_ = 0;  ///< what is before it has been read
  bool paused_ = false;
};

}  // namespace sluice
