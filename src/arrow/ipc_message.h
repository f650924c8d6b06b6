// The frames of Arrow IPC: each message is a FlatBuffer that describes it and a body of plain bytes, one behind the
// other. (Arrow "Serialization and Interprocess Communication", encapsulated message format, IPC streaming format.)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "arrow/flat_table.h"
#include "arrow/ipc_slots.h"
#include "base/bytes.h"
#include "sluice/budget.h"

namespace sluice {

/// Fills as much of the span as there is and says how much; less than asked only at the end.
using ReadBytes = std::function<size_t(std::span<std::byte>)>;

/// What one message may have, in bytes. Nothing is allocated because a message says so: memory grows with what arrives.
struct IpcLimits {
  uint64_t metadata_bytes = 0;
  uint64_t body_bytes = 0;
  uint64_t budget_bytes = 0;  ///< of which the others are shares, for messages; 0 = not known
  /// Bodies count there for as long as anybody has them, where it is given.
  std::shared_ptr<Budget> budget{};
};

struct IpcMessage {
  uint64_t offset = 0;  ///< where it begins in the source
  ipc::Header header = ipc::Header::none;
  Bytes metadata;                     ///< its FlatBuffer, a Message
  std::shared_ptr<const Bytes> body;  ///< never null; at an address that is a multiple of 16, like all our memory

  /// The table that `header` tells of. Borrows from `metadata`. Throws Error{corrupt}.
  FlatTable table() const;
};

/// Takes messages from bytes in order.
class IpcFrames {
 public:
  /// `offset`: where the first byte to be read stands in the source, for messages.
  IpcFrames(ReadBytes read, IpcLimits limits, uint64_t offset);

  /// The next message. Nothing where the source marks its end, or ends between two messages: `ended` tells which.
  /// Throws Error{corrupt} where it ends elsewhere or contradicts itself, Error{data} for a message beyond the limits,
  /// Error{unsupported} for the metadata of versions before 4.
  std::optional<IpcMessage> next();
  /// The end was marked.
  bool ended() const { return ended_; }
  /// Bytes taken so far, counted from the source's beginning.
  uint64_t offset() const { return offset_; }

 private:
  bool read_into(Bytes& out, uint64_t size);
  std::optional<uint32_t> read_size();
  void read_head(IpcMessage& message, uint32_t size);

  ReadBytes read_;
  IpcLimits limits_;
  uint64_t offset_;
  bool ended_ = false;
};

}  // namespace sluice
