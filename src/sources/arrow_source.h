// Arrow IPC as a stream of batches. The public door is open_source in sluice/write.h.
// (Arrow "Serialization and Interprocess Communication".)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "arrow/ipc_file.h"
#include "arrow/ipc_reader.h"
#include "arrow/ipc_stream.h"
#include "sluice/error.h"
#include "sluice/write.h"
#include "sources/contents.h"
#include "sources/typed_source.h"
#include "storage/input.h"

namespace sluice {

class ArrowSource final : public TypedSource {
 public:
  /// `input` has been opened for `path` and stands at the beginning of the data. Throws as open_source does.
  ArrowSource(const std::string& path, Input input, SourceOptions options);
  /// Of data that are packed: read in their order, whatever the format.
  ArrowSource(Contents contents, SourceOptions options);

  const Schema& schema() const override { return *reader_->schema(); }
  std::optional<RelationBatch> next() override;
  uint64_t bytes_read() const override {
    return packed_ ? packed_->bytes_read() : file_ ? file_->bytes_read() : stream_->offset();
  }
  std::optional<uint64_t> bytes_total() const override { return bytes_total_; }

 private:
  template <typename OpenMessages>
  void open(const SourceOptions& options, OpenMessages open_messages);
  [[noreturn]] void fail(const Error& error) const;

  std::optional<uint64_t> bytes_total_;
  std::optional<Input> input_;       ///< of a stream
  std::optional<Contents> packed_;   ///< of a stream that is packed
  std::optional<IpcFile> file_;      ///< a file in which one can seek
  std::optional<IpcStream> stream_;  ///< anything else
  std::optional<IpcReader> reader_;
};

}  // namespace sluice
