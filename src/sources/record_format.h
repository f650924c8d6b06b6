// The seam between formats and the source that reads them ahead, in order and in parallel (record_source.h): a format
// says how text is cut into blocks of whole records, what their fields seem to be, and what a block becomes. All calls
// are made for blocks, none for records or values.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/inference.h"
#include "sluice/batch.h"
#include "sluice/budget.h"
#include "sluice/write.h"
#include "sources/contents.h"
#include "sources/record_block.h"
#include "sources/record_fault.h"

namespace sluice {

struct FrameLimits {
  uint64_t block_bytes = kBlockBytes;
  uint64_t record_bytes_max = 0;  ///< of one record's text
  /// How long to wait for text that does not come before what is there is cut; for ever where it is not given.
  std::optional<std::chrono::milliseconds> patience{};
  /// Records that are too long are passed over and told of (RecordBlock::passed_over), not a fault.
  bool passes_over = false;
  /// Asked when the text has ended: true where it was cut off by the caller, so that a record without its end is none.
  std::function<bool()> is_cut_off{};
  /// Where that limit comes from, and what allows more, for people: ", which is all that ...", "--memory ...".
  std::string reason{};
  std::string hint{};

  /// The fault of a record that is longer; `what` is "line", "record". Its place is for the caller to fill in.
  RecordFault too_long(std::string_view what) const {
    return {.sentence =
                "the " + std::string(what) + " is longer than " + std::to_string(record_bytes_max) + " bytes" + reason,
            .hint = hint};
  }
};

/// Makes the block one of a record that was passed over, up to `end` in the text of the source.
inline void pass_over(RecordBlock& block, Reject reject, uint64_t end, uint64_t bytes_read) {
  block.offset = end;
  block.begin = block.end = 0;
  block.stops.clear();
  block.bytes_read = bytes_read;
  block.csv = nullptr;
  block.passed_over = std::move(reject);
}

/// Cuts the text of one source. Not thread-safe.
class RecordFrames {
 public:
  enum class Step {
    block,
    pause,  ///< nothing has come for as long as FrameLimits::patience: call again
    end,
    fault,  ///< the text ends or goes on as no records do, or a record is too long: see fault()
  };
  virtual ~RecordFrames() = default;

  /// Fills `block`, whose memory is used again and whose `passed_over` is empty. After Step::end and Step::fault no
  /// further call is allowed. Throws Error{io}.
  virtual Step next(RecordBlock& block) = 0;
  /// Requires Step::fault. `record` counts from the beginning of the block that could not be cut.
  virtual RecordFault fault() const = 0;
};

struct ReadRules {
  int depth_max = 64;
  ExtraFields extra_fields = ExtraFields::error;
  /// The schema was found in a sample, not given: floats take only numbers that they keep, and a field that is not in
  /// the schema may be there as null.
  bool inferred = false;
  /// A batch ends behind the record with which its columns reach so many bytes.
  uint64_t batch_bytes_max = UINT64_MAX;
  /// A record whose lists and maps take more bytes in the columns is a bad one: each of their items has room for all
  /// fields, also for those that it lacks. Why, and what allows more, is told as of FrameLimits.
  double unfolded_bytes_max = std::numeric_limits<double>::infinity();
  std::string unfolded_reason{};
  std::string unfolded_hint{};
  /// Bad records are put aside, and reading goes on.
  bool keep_rejects = false;
  /// A value in a field that the schema has not, or has as null, ends the reading with RecordFault::late_field,
  /// whatever the other rules say.
  bool add_late_fields = false;
  /// So does a value that its column cannot hold and a wider one could. Floats take only numbers that they keep, and
  /// timestamps without a zone take dates, which are midnights: what stood there before a type was widened is read so.
  bool widen = false;
  /// Where given, batches count there for as long as anybody has them.
  std::shared_ptr<Budget> budget{};
};

/// Of one batch, which ends with the last: a block may have a bad record in every other byte, and each that waits for
/// its turn takes a few hundred bytes.
inline constexpr size_t kRejectsMax = 4'096;

/// What a block became, or a part of one.
struct BlockRead {
  Batch batch;                    ///< of the good records; empty when there is a fault
  int64_t records = 0;            ///< read before the fault, good and bad
  int64_t extra_values = 0;       ///< dropped, as ExtraFields::ignore asks
  size_t end = 0;                 ///< in the block's bytes, behind the last record that was read; 0 after a fault
  std::vector<Reject> rejects{};  ///< at most kRejectsMax, in order; `record` of each counts as that of the fault does
  std::optional<RecordFault> fault;  ///< `record` counts from the beginning of what was to be read
};

/// Reads one block after the other, of any source of the format. Not thread-safe; several work side by side.
class BlockReader {
 public:
  virtual ~BlockReader() = default;

  /// Reads block.text(), or as much of it as makes one batch: `end` of the result is then below that of the block, and
  /// is to be its `begin` when the rest is read. Where a batch ends depends on the records alone.
  virtual BlockRead read(const RecordBlock& block) = 0;
  /// What it keeps from one block to the next, about.
  virtual uint64_t memory_bytes() const = 0;
};

/// Finds out what the fields are.
class FormatInference {
 public:
  virtual ~FormatInference() = default;

  /// Takes in the records of the block that begin before `text_end`, an offset in the text of the source. Returns the
  /// first that cannot be read, unless those are passed over; its number counts from the first record of all.
  virtual std::optional<RecordFault> observe(const RecordBlock& block, uint64_t text_end) = 0;
  /// Seen so far.
  virtual int64_t records() const = 0;
  virtual InferredSchema result() const = 0;
  /// See SchemaInference::first_records.
  virtual std::map<std::string, int64_t> first_records() const = 0;
};

class RecordFormat {
 public:
  virtual ~RecordFormat() = default;

  /// What the text is, in the words of messages: "JSON".
  virtual std::string_view text_name() const = 0;
  /// The type in which values of any kind stand side by side, each as its own text: json() or string().
  virtual Type mixed_type() const = 0;
  /// Begins with a source. `contents` must outlive the frames. Throws Error{data} for one that cannot be begun.
  virtual std::unique_ptr<RecordFrames> open(Contents& contents, FrameLimits limits) const = 0;
  /// `pass_over_bad`: records that cannot be read are left out.
  virtual std::unique_ptr<FormatInference> make_inference(bool pass_over_bad) const = 0;
  virtual std::unique_ptr<BlockReader> make_reader(std::shared_ptr<const Schema> schema, ReadRules rules) const = 0;
};

}  // namespace sluice
