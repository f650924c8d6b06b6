// NDJSON as a stream of batches: blocks of lines are read in order, parsed ahead by as many threads as there are, and
// delivered in order (ndjson.org; DESIGN, "Inference and JSON"). The public door is open_ndjson in sluice/write.h.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/workers.h"
#include "sluice/runtime.h"
#include "sluice/write.h"
#include "sources/line_frames.h"
#include "sources/record_inference.h"
#include "sources/record_reader.h"
#include "storage/input.h"

namespace sluice {

class NdjsonSource final : public RecordStream {
 public:
  /// `block_bytes` is kBlockBytes but for tests: nothing that is delivered depends on it, except where batches end.
  /// Throws as open_ndjson does.
  NdjsonSource(const Source& source, SourceOptions options, uint64_t block_bytes = kBlockBytes);
  /// From where `input` stands.
  NdjsonSource(Input input, SourceOptions options, uint64_t block_bytes = kBlockBytes);

  const Schema& schema() const override { return *schema_; }
  std::optional<RelationBatch> next() override;
  const std::string& name() const override { return input_.name(); }
  uint64_t bytes_read() const override { return bytes_read_; }
  std::optional<uint64_t> bytes_total() const override { return input_.size(); }
  int64_t extra_values() const override { return extra_values_; }
  bool inferred() const override { return !options_.schema; }
  const std::vector<InferenceNote>& notes() const override { return notes_; }

 private:
  // A block on its way through a thread. Destroying it waits for the thread.
  struct Flight {
    LineBlock block;
    std::unique_ptr<RecordReader> reader;
    Job<BlockRead> job;
  };

  void infer();
  std::optional<RecordFault> observe(RecordInference& inference, const LineBlock& block, uint64_t sample_bytes) const;
  [[noreturn]] void fail_in_sample(Schema schema, const RecordFault& fault);
  bool read_block(LineBlock& block);
  void fill_window();
  void start(Flight& flight);
  std::unique_ptr<Flight> idle_flight();
  std::unique_ptr<RecordReader> make_reader() const;
  [[noreturn]] void fail(RecordFault fault) const;

  const SourceOptions options_;  ///< checked, and with a runtime
  Input input_;
  const uint64_t record_bytes_max_;
  LineFrames frames_;
  const size_t window_blocks_;
  const uint64_t window_bytes_;
  const uint64_t batch_bytes_max_;
  std::shared_ptr<const Schema> schema_;
  std::vector<InferenceNote> notes_;

  std::deque<LineBlock> replay_;           ///< the sample, to be read again
  bool at_end_ = false;                    ///< nothing more will be read
  std::optional<RecordFault> last_fault_;  ///< what reading ended with, if not well; its turn is behind the window
  std::exception_ptr last_failure_;

  int64_t records_ = 0;  ///< delivered
  uint64_t bytes_read_ = 0;
  int64_t extra_values_ = 0;
  uint64_t bytes_in_window_ = 0;
  std::vector<std::unique_ptr<Flight>> idle_;  ///< their memory is used again
  std::deque<std::unique_ptr<Flight>> window_;
};

}  // namespace sluice
