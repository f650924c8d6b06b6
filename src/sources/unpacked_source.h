// A source that is stored in a container, unpacked while it is read (RFC 1952, RFC 8878, the .xz file format). All
// members of the container are read; zeros may follow each, as padding. Whatever else is no text: data that end amid a
// member or are damaged, and anything behind the last member, are errors that name the byte.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "codecs/unpacker.h"
#include "sluice/budget.h"
#include "sources/byte_source.h"

namespace sluice {

class UnpackedSource final : public ByteSource {
 public:
  /// `input` stands at the beginning of data that container_of_bytes takes for `container`. Windows and dictionaries
  /// get at most about `memory_bytes_max` bytes, which count in `budget`, where there is one.
  UnpackedSource(Input input, Container container, uint64_t memory_bytes_max, std::shared_ptr<Budget> budget = nullptr);

  /// Throws Error{io}; Error{corrupt} for damaged data; Error{data} for data that need more memory.
  size_t read(std::span<std::byte> into) override;
  void set_patience(std::chrono::milliseconds patience) override {
    patience_ = patience;
    input_.set_patience(patience);
  }
  bool paused() const override { return paused_; }
  bool was_cut_off() const override { return input_.was_cut_off(); }
  uint64_t bytes_read() const override { return offset_; }

 private:
  bool begin_member();
  bool is_at_cut() const;
  size_t unpack(std::span<std::byte> into);
  void skip_padding();
  void fetch(size_t count);
  void drop(size_t count);
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_memory() const;

  Input input_;
  const Container container_;
  const uint64_t memory_bytes_max_;
  std::unique_ptr<Unpacker> unpacker_;
  bool is_inside_ = false;  ///< a member has begun and not ended
  Bytes buffer_;
  ByteSpan packed_;  ///< in buffer_: read, not unpacked yet
  bool input_ended_ = false;
  std::optional<std::chrono::milliseconds> patience_;
  bool paused_ = false;
  uint64_t padding_ = 0;  ///< zeros since the last member
  uint64_t offset_ = 0;   ///< of packed_ in the source as it is stored
  Account account_;
};

}  // namespace sluice
