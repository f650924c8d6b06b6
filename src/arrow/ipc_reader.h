// Batches from Arrow IPC messages: the schema comes first, dictionaries before the rows that need them.
// (Arrow "Serialization and Interprocess Communication".)
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "arrow/ipc_columns.h"
#include "arrow/ipc_message.h"
#include "arrow/ipc_schema.h"
#include "sluice/batch.h"

namespace sluice {

/// The next message of a source; nothing at its end.
using NextMessage = std::function<std::optional<IpcMessage>()>;

struct IpcReaderLimits {
  uint64_t body_bytes = 0;        ///< what comes out of the compressed body of one message
  uint64_t dictionary_bytes = 0;  ///< all dictionaries together
  uint64_t looked_up_bytes = 0;   ///< what dictionaries may add to one batch; it gets fewer rows instead
};

class IpcReader {
 public:
  /// The messages are those behind the schema. `dictionaries_change`: a dictionary may come anew, as in a stream; in a
  /// file it may not, since there all dictionaries come before all rows.
  IpcReader(IpcSchema schema, NextMessage next_message, IpcReaderLimits limits, bool dictionaries_change);

  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// The next rows, at least one; nothing at the end. Throws Error{corrupt} or Error{unsupported} that names the
  /// message and the column, Error{data} beyond the limits.
  std::optional<Batch> next();

 private:
  /// What the batches of one dictionary hold.
  struct DictionaryForm {
    IpcSchema schema;  ///< one column
    std::shared_ptr<const Schema> proper;
    std::shared_ptr<const Schema> wire;
  };

  void note_dictionaries(const Field& field, const IpcField& form);
  void take_dictionary(const IpcMessage& message);
  Batch take_record_batch(const IpcMessage& message) const;
  Batch next_part();
  std::string place_of(const IpcMessage& message) const;

  NextMessage next_message_;
  IpcReaderLimits limits_;
  bool dictionaries_change_;
  const IpcSchema forms_;
  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const Schema> wire_;
  bool encoded_ = false;  ///< there are dictionaries
  std::map<int64_t, DictionaryForm> dictionary_forms_;
  Dictionaries dictionaries_;
  uint64_t dictionary_bytes_ = 0;

  int64_t batches_ = 0;
  Batch pending_;  ///< indices of which some rows are still to be looked up
  int64_t pending_begin_ = 0;
  int64_t rows_at_once_;
};

}  // namespace sluice
