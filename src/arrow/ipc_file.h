// Messages of an Arrow file in the order of its footer, which has the schema too: first all dictionaries, which may
// stand anywhere, then the record batches.
// (Arrow "Serialization and Interprocess Communication", IPC file format.)
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "arrow/ipc_batch_slots.h"
#include "arrow/ipc_message.h"
#include "arrow/ipc_schema.h"
#include "storage/input.h"

namespace sluice {

class IpcFile {
 public:
  /// Reads the footer. Throws Error{corrupt} where it is missing or contradicts the file, and as read_ipc_schema does.
  IpcFile(RandomReader file, IpcLimits limits);

  /// To be taken once.
  IpcSchema take_schema() { return std::move(schema_); }
  /// The next message; nothing after the last one. Throws as IpcFrames does.
  std::optional<IpcMessage> next();
  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t size() const { return file_.size(); }

 private:
  struct Place {
    ipc::Header header;
    uint64_t offset;
    uint64_t bytes;
  };

  void read_footer();
  void add_places(ByteSpan blocks, ipc::Header header, uint64_t end);

  RandomReader file_;
  IpcSchema schema_;
  IpcLimits limits_;
  std::vector<Place> places_;
  size_t next_ = 0;
  uint64_t bytes_read_ = 0;
};

}  // namespace sluice
