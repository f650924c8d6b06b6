// The text of one source in order, as formats cut it into records: unpacked if it is stored in a container (gzip, zstd,
// bzip2, xz), in UTF-8 if it was in UTF-16.
//
// The first bytes decide, not the name: "dump" may hold gzip data and "-" too. A name that announces a container over
// data in none is an error, as they may be cut off or someone else's; no bytes at all are no text. Text that begins
// with a byte order mark of UTF-16 becomes UTF-8 without one; a mark of UTF-8 stays for the formats to pass over.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "sluice/literals.h"
#include "sluice/runtime.h"
#include "sources/byte_source.h"
#include "storage/input.h"

namespace sluice {

/// What unpacking may take of a memory budget, three eighths: enough for `xz -9` with the default. One source is
/// unpacked at a time.
constexpr uint64_t unpack_bytes_max(uint64_t budget_bytes) { return budget_bytes / 8 * 3; }
/// The budget of which `bytes` are that share.
constexpr uint64_t budget_for_unpacking(uint64_t bytes) { return (bytes + 2) / 3 * 8; }

struct UnpackRules {
  uint64_t memory_bytes_max = unpack_bytes_max(192_MiB);
  /// Where given, files are unpacked ahead on them; they must outlive the contents.
  Workers* workers = nullptr;
  /// Where given, what unpacking holds counts there.
  std::shared_ptr<Budget> budget{};
};

/// Not thread-safe. One that threw is not to be called again.
class Contents {
 public:
  /// "-" is standard input; `is_cut_off` as for Input::open. Throws Error{io} as that does, and as the constructor.
  static Contents open(const std::string& path, UnpackRules rules = {}, std::function<bool()> is_cut_off = {});
  /// From where `input` stands; reads its beginning. Throws as read() does, and Error{data} or Error{unsupported} for a
  /// beginning that does not go with the name, or of which nobody knows how to read on.
  explicit Contents(Input input, UnpackRules rules = {});

  /// The path, or "stdin".
  const std::string& name() const { return name_; }
  /// Fills as much of `into` as there is; less than asked only at the end. Throws Error{io}; Error{corrupt} for a
  /// container that is damaged or ends too early; Error{data} for one that needs more memory than is allowed, and for
  /// broken UTF-16. Such errors name the byte of the source as it is stored; for UTF-16, of the text.
  size_t read(std::span<std::byte> into);
  /// From here on read() waits no longer than this for what does not come down a pipe; then paused() says that there
  /// may be more.
  void set_patience(std::chrono::milliseconds patience) { text_->set_patience(patience); }
  bool paused() const { return text_->paused(); }
  /// Whether the end is one that `is_cut_off` has made.
  bool was_cut_off() const { return text_->was_cut_off(); }
  /// The next `count` bytes, which stay to be read; fewer only at the end. Valid until the next call. Throws as read().
  ByteSpan peek(size_t count);
  /// As much of what is to come as holds a line, and not much more of a pipe that gives it slowly; at most `count`
  /// bytes. Valid until the next call. Throws as read().
  ByteSpan peek_line(size_t count);
  /// Bytes of the source as it is stored that have been read, and that there are, where that is known.
  uint64_t bytes_read() const { return text_->bytes_read(); }
  std::optional<uint64_t> bytes_total() const { return bytes_total_; }

 private:
  void take_byte_order_mark();

  std::string name_;
  std::optional<uint64_t> bytes_total_;
  std::unique_ptr<ByteSource> text_;
  Bytes peeked_;
  size_t peeked_begin_ = 0;  ///< what is before it has been read
  Account account_;          ///< of what is unpacked ahead
};

}  // namespace sluice
