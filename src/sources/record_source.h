// Sources of text as one stream of batches: taken in their order, cut into blocks of records, parsed ahead by as many
// threads as there are, and delivered in order (DESIGN, "Inference and JSON"). What records look like is the format's
// affair (record_format.h). The public door is open_sources in sluice/write.h.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/workers.h"
#include "sluice/runtime.h"
#include "sluice/write.h"
#include "sources/bad_record_counts.h"
#include "sources/delivered_values.h"
#include "sources/record_format.h"
#include "sources/source_chain.h"

namespace sluice {

class RecordSource final : public RecordStream {
 public:
  /// `block_bytes` is kBlockBytes but for tests: nothing that is delivered depends on it, except where batches end.
  /// Records are counted in `tally` where it is given, which then looks at their share in the end: they are only a part
  /// of those of a run. `delivered`, where it is given, is told by the caller what was delivered, also of what came
  /// before these sources. Throws as open_sources does.
  RecordSource(std::vector<SourceText> sources, std::unique_ptr<const RecordFormat> format, SourceOptions options,
               uint64_t block_bytes = kBlockBytes, std::shared_ptr<RecordTally> tally = nullptr,
               std::shared_ptr<const DeliveredValues> delivered = nullptr);

  const Schema& schema() const override { return *schema_; }
  std::optional<RelationBatch> next() override;
  const std::string& name() const override { return chain_.name(); }
  uint64_t bytes_read() const override { return bytes_read_; }
  std::optional<uint64_t> bytes_total() const override { return chain_.bytes_total(); }
  int64_t extra_values() const override { return extra_values_; }
  bool inferred() const override { return !options_.schema; }
  const std::vector<InferenceNote>& notes() const override { return notes_; }
  const BadRecordCounts& bad_records() const override { return tally_->bad(); }
  std::vector<SchemaChange> changes() const override { return changes_; }

 private:
  // A block on its way through a thread. Destroying it waits for the thread.
  struct Flight {
    RecordBlock block;
    std::unique_ptr<BlockReader> reader;
    uint64_t batch_bytes = 0;  ///< of the last batch: about what the next one will take while it grows
    Account account;           ///< of all that
    Job<BlockRead> job;

    uint64_t kept_bytes() const { return block.bytes.capacity() + reader->memory_bytes(); }
  };

  void infer();
  std::optional<RecordFault> observe(FormatInference& inference, const RecordBlock& block, uint64_t text_end) const;
  [[noreturn]] void fail_in_sample(Schema schema, const RecordFault& fault, size_t source);
  bool read_block(RecordBlock& block);
  bool has_room() const;
  void count_replay();
  void fill_window();
  bool add_flight();
  void start(Flight& flight);
  std::unique_ptr<Flight> idle_flight();
  std::unique_ptr<BlockReader> make_reader() const;
  void enter(size_t source);
  void take_rejects(std::vector<Reject>& rejects);
  bool grow_schema(const RecordFault& fault);
  std::unique_ptr<FormatInference> infer_from(uint64_t from, uint64_t bytes);
  void note_change(SchemaChange change);
  [[noreturn]] void fail(RecordFault fault) const;

  const SourceOptions options_;  ///< checked, and with a runtime
  const bool adds_late_fields_;
  const bool widens_;
  const bool is_alone_;  ///< and so looks at the share of bad records itself
  const std::shared_ptr<RecordTally> tally_;
  std::unique_ptr<const RecordFormat> format_;
  SourceChain chain_;
  const size_t window_blocks_;
  const uint64_t window_bytes_;
  const uint64_t batch_bytes_max_;
  std::shared_ptr<const Schema> schema_;
  std::vector<InferenceNote> notes_;
  std::vector<SchemaChange> changes_;
  DeliveredValues own_delivered_;                           ///< where types may widen, and nobody else knows more
  const std::shared_ptr<const DeliveredValues> delivered_;  ///< who knows more

  std::deque<RecordBlock> replay_;  ///< the sample, to be read again
  Account replay_account_;
  bool at_end_ = false;                    ///< nothing more will be read
  bool paused_ = false;                    ///< nothing more has come in time
  std::optional<RecordFault> last_fault_;  ///< what reading ended with, if not well; its turn is behind the window
  std::exception_ptr last_failure_;

  size_t source_ = 0;    ///< that the records delivered last are of
  int64_t records_ = 0;  ///< delivered of that source
  uint64_t bytes_read_ = 0;
  int64_t extra_values_ = 0;
  uint64_t bytes_in_window_ = 0;
  std::vector<std::unique_ptr<Flight>> idle_;  ///< their memory is used again
  std::deque<std::unique_ptr<Flight>> window_;
};

}  // namespace sluice
