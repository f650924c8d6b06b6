// Messages in the order of a stream: of the streaming format, or of a file that is read like one because nobody can
// seek in it. (Arrow "Serialization and Interprocess Communication", IPC streaming format, IPC file format.)
#pragma once

#include <cstdint>
#include <optional>

#include "arrow/ipc_message.h"
#include "arrow/ipc_schema.h"

namespace sluice {

class IpcStream {
 public:
  /// `is_file`: the source begins with the magic of the file format.
  IpcStream(ReadBytes source, IpcLimits limits, bool is_file);
  IpcStream(const IpcStream&) = delete;
  IpcStream& operator=(const IpcStream&) = delete;

  /// The first message. Throws Error{corrupt} where that is no schema, and as read_ipc_schema does.
  IpcSchema take_schema();
  /// The next message; nothing at the end. Throws as IpcFrames does, and Error{corrupt} for bytes behind the end of a
  /// stream and for a file without its end: only a stream may end without a mark.
  std::optional<IpcMessage> next();
  /// Bytes taken so far.
  uint64_t offset() const { return taken_; }

 private:
  size_t read(std::span<std::byte> into);
  void check_end();

  ReadBytes source_;
  uint64_t taken_ = 0;
  bool is_file_;
  IpcFrames frames_;
};

}  // namespace sluice
