// Batches from Arrow IPC messages: the schema comes first, dictionaries before the rows that need them.
// (Arrow "Serialization and Interprocess Communication".)
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "arrow/ipc_message.h"
#include "arrow/ipc_rows.h"
#include "arrow/ipc_schema.h"
#include "sluice/batch.h"

namespace sluice {

/// The next message of a source; nothing at its end.
using NextMessage = std::function<std::optional<IpcMessage>()>;

struct IpcReaderLimits {
  uint64_t batch_bytes = 0;       ///< the body of one message and what comes out of it, together
  uint64_t dictionary_bytes = 0;  ///< all dictionaries together
  uint64_t shared_bytes = 0;  ///< a batch that takes more is copied out in parts, so that it goes when the next comes
  uint64_t part_bytes = 0;    ///< what rows may need beside the memory of their message; they become fewer instead
  uint64_t row_bytes = 0;     ///< the same of a single row
};

class IpcReader {
 public:
  /// The messages are those behind the schema. `dictionaries_change`: a dictionary may come anew, as in a stream; in a
  /// file it may not, since there all dictionaries come before all rows.
  /// Batches count in `budget`, where there is one.
  IpcReader(IpcSchema schema, NextMessage next_message, IpcReaderLimits limits, bool dictionaries_change,
            std::shared_ptr<Budget> budget = nullptr);

  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// The next rows, at least one; nothing at the end. Throws Error{corrupt} or Error{unsupported} that names the
  /// message and the column, Error{data} beyond the limits.
  std::optional<Batch> next();

 private:
  /// What the batches of one dictionary hold.
  struct DictionaryForm {
    IpcSchema schema;  ///< one column
    std::shared_ptr<const Schema> proper;
  };

  void note_dictionaries(const Field& field, const IpcField& form);
  void take_dictionary(const IpcMessage& message);
  IpcRows read_body(const FlatTable& record_batch, const IpcMessage& message, const IpcSchema& schema) const;
  Batch next_part();
  std::string place_of(const IpcMessage& message) const;

  NextMessage next_message_;
  IpcReaderLimits limits_;
  const std::shared_ptr<Budget> budget_;
  Account pending_account_;  ///< of what was made of the message of `pending_`
  bool dictionaries_change_;
  const IpcSchema forms_;
  std::shared_ptr<const Schema> schema_;
  bool is_reformed_ = false;  ///< columns come otherwise than ours are
  std::map<int64_t, DictionaryForm> dictionary_forms_;
  Dictionaries dictionaries_;
  uint64_t dictionary_bytes_ = 0;

  int64_t batches_ = 0;
  IpcRows pending_;  ///< of which rows from `pending_begin_` on are still to be taken
  int64_t pending_begin_ = 0;
  int64_t rows_at_once_;
};

}  // namespace sluice
