// Reads ahead, parses ahead, delivers in order. Nothing here depends on which thread is the quicker one: blocks are cut
// before they are handed out, results are taken from the front, and the first fault in the order of records wins.
#include "sources/record_source.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/size_text.h"
#include "columns/builder.h"
#include "columns/counted_rows.h"
#include "schema/late_fields.h"
#include "sluice/error.h"
#include "sources/bad_record_counts.h"

namespace sluice {

namespace {

// Twice as many blocks as threads: one is parsed while the next one waits, so that nobody runs dry while the caller
// encodes.
constexpr size_t kBlocksPerThread = 2;
// Shares of the budget. A block in flight costs about three times its bytes: text, tokens, columns.
constexpr uint64_t kWindowShare = 16;
constexpr uint64_t kSampleShare = 4;
// A block of short records can unfold to a thousand times its bytes: a null vector is as long as any other. So a batch
// ends at a quarter of the window, but not before a block of usual records is through.
constexpr uint64_t kBatchesPerWindow = 4;
constexpr uint64_t kBatchBytesMin = 2 * kBlockBytes;
// DESIGN, "Memory": the text of a record has at most an eighth of the budget.
constexpr uint64_t kRecordShare = 8;
// And what its lists take in the columns, a quarter. Items with a value for every field hardly reach it: before that
// the text is too long, or one column has more than a row may have (files/value_limit.h).
constexpr uint64_t kUnfoldedShare = 4;
// Token positions have 32 bits and text columns 2^31-1 bytes.
constexpr uint64_t kRecordBytesMax = 1_GiB;
// Objects and arrays are followed by recursion.
constexpr int kDepthMax = 1'000;
// What a late field is, its first values tell: those of the records that begin within so many bytes. A multiple of
// usual records, and a small part of a block, which must not matter.
constexpr uint64_t kLateSampleBytes = 256_KiB;

// Where SourceOptions::patience is given, the sample of a pipe that is slower than inference may take so long.
constexpr std::chrono::seconds kSlowSample{1};
using Clock = std::chrono::steady_clock;

SourceOptions checked(SourceOptions options) {
  if (options.depth_max < 1 || options.depth_max > kDepthMax)
    throw Error(ErrorCode::invalid, "the depth of records is limited to " + std::to_string(options.depth_max) +
                                        "; 1 to " + std::to_string(kDepthMax) + " are allowed");
  if (options.schema && options.schema->size() == 0) throw Error(ErrorCode::invalid, "the schema has no columns");
  if (!options.runtime) options.runtime = std::make_shared<Runtime>();
  return options;
}

// Declared schemas stay as they are unless asked; what a sample could not tell is no surprise.
bool adds_late_fields(const SourceOptions& options) {
  return options.evolution.value_or(options.schema ? Evolution::strict : Evolution::add) != Evolution::strict;
}

// Relations would have other rows for the same records then, of objects that become text, and of items that were only
// null: where the change begins must not depend on the block that the record stands in.
bool moves_values(const SchemaChange& change) {
  if (!change.from) return false;
  return change.from->is_nested() ? !change.to.is_nested()
                                  : change.from->kind() == TypeKind::null && change.field.ends_with("[]");
}

std::vector<Column> empty_columns(const Schema& schema) {
  std::vector<Column> columns;
  for (const Field& field : schema.fields()) columns.push_back(ColumnBuilder(field.type).finish());
  return columns;
}

uint64_t bytes_of(const std::vector<Reject>& rejects) {
  uint64_t bytes = rejects.capacity() * sizeof(Reject);
  for (const Reject& reject : rejects)
    bytes += reject.text.size() + reject.fault.field.size() + reject.fault.sentence.size() + reject.fault.hint.size();
  return bytes;
}

std::string of_budget(uint64_t budget) {
  return ", which is all that a record may have of a memory budget of " + whole_mebibytes(budget);
}

FrameLimits frame_limits(const SourceOptions& options, uint64_t block_bytes) {
  const uint64_t budget = options.runtime->memory_bytes();
  return {.block_bytes = block_bytes,
          .record_bytes_max = std::min(budget / kRecordShare, kRecordBytesMax),
          .patience = options.patience,
          .passes_over = options.bad_records != BadRecords::fail,
          .is_cut_off = options.end_of_input,
          .reason = of_budget(budget),
          .hint = "--memory " + whole_mebibytes(2 * budget) + " allows records twice as long."};
}

}  // namespace

RecordSource::RecordSource(std::vector<SourceText> sources, std::unique_ptr<const RecordFormat> format,
                           SourceOptions options, uint64_t block_bytes, std::shared_ptr<RecordTally> tally,
                           std::shared_ptr<const DeliveredValues> delivered)
    : options_(checked(std::move(options))),
      adds_late_fields_(adds_late_fields(options_)),
      widens_(options_.evolution == Evolution::widen),
      is_alone_(!tally),
      tally_(tally ? std::move(tally) : std::make_shared<RecordTally>(options_)),
      format_(std::move(format)),
      chain_(std::move(sources), *format_, frame_limits(options_, block_bytes), unpack_rules(*options_.runtime)),
      window_blocks_(options_.runtime->threads() == 1 ? 1 : options_.runtime->threads() * kBlocksPerThread),
      window_bytes_(options_.runtime->memory_bytes() / kWindowShare),
      batch_bytes_max_(std::max(window_bytes_ / kBatchesPerWindow, kBatchBytesMin)),
      delivered_(std::move(delivered)),
      replay_account_(options_.runtime->budget()) {
  if (options_.schema)
    schema_ = std::make_shared<const Schema>(*options_.schema);
  else
    infer();
}

// Blocks of the sample are kept and read again. Text without a record is not worth keeping, and does not count.
void RecordSource::infer() {
  const uint64_t sample_bytes =
      std::clamp<uint64_t>(options_.sample_bytes, 1, options_.runtime->memory_bytes() / kSampleShare);
  const bool pass_over_bad = options_.bad_records != BadRecords::fail;
  const std::unique_ptr<FormatInference> inference = format_->make_inference(pass_over_bad);
  uint64_t bytes_before = 0;   // in earlier sources
  int64_t records_before = 0;  // in earlier sources
  size_t source = 0;
  uint64_t source_bytes = 0;
  RecordBlock block;
  std::optional<Clock::time_point> deadline;
  // A slow pipe is waited for until it has given a record, and then only for a while.
  const auto is_late = [&] { return options_.patience && deadline && Clock::now() >= *deadline; };
  while (bytes_before + source_bytes < sample_bytes && !is_late()) {
    if (!read_block(block)) {
      if (paused_) continue;
      break;
    }
    if (block.source != source) {
      bytes_before += source_bytes;
      records_before = inference->records();
      source = block.source;
    }
    std::optional<RecordFault> fault = observe(*inference, block, sample_bytes - bytes_before);
    if (!deadline && inference->records() > 0) deadline = Clock::now() + kSlowSample;
    const uint64_t block_end = block.offset + block.end;
    if (inference->records() > 0 || fault || block.passed_over) {
      source_bytes = block_end;
      replay_.push_back(std::exchange(block, {}));
      count_replay();
    }
    if (!fault) continue;
    fault->record -= records_before;
    fail_in_sample(inference->result().schema, *fault, source);
  }
  if (last_failure_ && inference->records() == 0) std::rethrow_exception(last_failure_);
  if (last_fault_ && inference->records() == 0) {
    enter(chain_.fault_source());
    fail(*last_fault_);
  }
  InferredSchema found = inference->result();
  if (inference->records() > 0 && found.schema.size() == 0)
    throw Error(ErrorCode::data,
                chain_.name() + ": none of the records in the sample has a field (" +
                    std::to_string(inference->records()) + " seen)",
                {.source = chain_.name()}, "--schema names the columns that are to come.");
  schema_ = std::make_shared<const Schema>(std::move(found.schema));
  notes_ = std::move(found.notes);
}

// What inference refuses by itself, more columns than anybody wants, gets the name of the source.
std::optional<RecordFault> RecordSource::observe(FormatInference& inference, const RecordBlock& block,
                                                 uint64_t text_end) const {
  if (block.passed_over) return std::nullopt;
  try {
    return inference.observe(block, text_end);
  } catch (const Error& error) {
    throw of_source(error, chain_.name(block.source));
  }
}

// Inference takes a second key of one name for a value like others: the reader may know of an earlier fault.
void RecordSource::fail_in_sample(Schema schema, const RecordFault& fault, size_t source) {
  schema_ = std::make_shared<const Schema>(std::move(schema));
  const std::unique_ptr<BlockReader> reader = make_reader();
  for (RecordBlock& block : replay_) {
    enter(block.source);
    while (block.begin < block.end) {
      BlockRead read = reader->read(block);
      if (read.fault && !read.fault->late_field) fail(std::move(*read.fault));
      if (read.fault) break;
      records_ += read.records;
      block.begin = read.end;
    }
  }
  enter(source);
  records_ = 0;
  fail(fault);
}

// The next block of the sources. False at the end, of whatever kind.
bool RecordSource::read_block(RecordBlock& block) {
  paused_ = false;
  block.passed_over.reset();
  if (at_end_) return false;
  try {
    const RecordFrames::Step step = chain_.next(block);
    if (step == RecordFrames::Step::block) return true;
    paused_ = step == RecordFrames::Step::pause;
    if (paused_) return false;
    if (step == RecordFrames::Step::fault) last_fault_ = chain_.fault();
  } catch (...) {
    last_failure_ = std::current_exception();
  }
  at_end_ = true;
  return false;
}

std::optional<RelationBatch> RecordSource::next() {
  for (;;) {
    paused_ = false;
    fill_window();
    if (window_.empty() && paused_) return RelationBatch{{}, Batch(schema_, empty_columns(*schema_), 0)};
    if (window_.empty()) {
      if (last_failure_) std::rethrow_exception(last_failure_);
      if (!last_fault_) {
        if (is_alone_) tally_->check_share(chain_.name());
        return std::nullopt;
      }
      enter(chain_.fault_source());
      fail(*last_fault_);
    }
    Flight& front = *window_.front();
    BlockRead read = front.job.take();
    enter(front.block.source);
    if (read.fault && read.fault->late_field && adds_late_fields_ && grow_schema(*read.fault)) continue;
    take_rejects(read.rejects);
    if (!read.rejects.empty()) front.account.set(front.kept_bytes());
    if (read.fault) fail(std::move(*read.fault));
    records_ += read.records;
    tally_->add_records(read.records);
    extra_values_ += read.extra_values;
    if (read.end < front.block.end) {
      front.block.begin = read.end;
      front.block.ends_before_late = false;
      start(front);
    } else {
      bytes_in_window_ -= front.block.end;
      bytes_read_ = front.block.bytes_read;
      idle_.push_back(std::move(window_.front()));
      window_.pop_front();
    }
    if (read.batch.rows() == 0) continue;
    if (widens_ && !delivered_) own_delivered_.add(read.batch);
    // Others parse on while the caller works on this batch.
    if (window_blocks_ > 1) fill_window();
    return RelationBatch{{}, std::move(read.batch)};
  }
}

void RecordSource::fill_window() {
  while (!paused_ && (window_.empty() || has_room()))
    if (!add_flight()) return;
}

// For one more block beside those that are on their way. Where the budget is spent, nothing is parsed ahead.
bool RecordSource::has_room() const {
  return window_.size() < window_blocks_ && bytes_in_window_ < window_bytes_ && !options_.runtime->budget()->is_spent();
}

void RecordSource::count_replay() {
  uint64_t bytes = 0;
  for (const RecordBlock& block : replay_) bytes += block.bytes.capacity();
  replay_account_.set(bytes);
}

// Sends one more block on its way. False when there is none.
bool RecordSource::add_flight() {
  std::unique_ptr<Flight> flight = idle_flight();
  if (!replay_.empty()) {
    flight->block = std::move(replay_.front());
    replay_.pop_front();
    count_replay();
  } else if (!read_block(flight->block)) {
    idle_.push_back(std::move(flight));
    return false;
  }
  bytes_in_window_ += flight->block.end;
  window_.push_back(std::move(flight));
  start(*window_.back());
  return true;
}

void RecordSource::start(Flight& flight) {
  flight.account.set(flight.kept_bytes() + flight.batch_bytes);
  flight.job = options_.runtime->workers().start([&flight] {
    if (!flight.block.passed_over) {
      BlockRead read = flight.reader->read(flight.block);
      flight.batch_bytes = bytes_of_buffers(read.batch.columns());
      flight.account.set(flight.kept_bytes() + bytes_of(read.rejects));
      return read;
    }
    BlockRead one;
    one.records = 1;
    one.rejects.push_back(*flight.block.passed_over);
    return one;
  });
}

std::unique_ptr<RecordSource::Flight> RecordSource::idle_flight() {
  if (!idle_.empty()) {
    std::unique_ptr<Flight> flight = std::move(idle_.back());
    idle_.pop_back();
    return flight;
  }
  auto flight = std::make_unique<Flight>();
  flight->account = Account(options_.runtime->budget());
  flight->reader = make_reader();
  return flight;
}

std::unique_ptr<BlockReader> RecordSource::make_reader() const {
  const uint64_t budget = options_.runtime->memory_bytes();
  const ReadRules rules{.depth_max = options_.depth_max,
                        .extra_fields = options_.extra_fields,
                        .inferred = inferred(),
                        .batch_bytes_max = batch_bytes_max_,
                        .unfolded_bytes_max = static_cast<double>(budget / kUnfoldedShare),
                        .unfolded_reason = of_budget(budget),
                        .unfolded_hint = "--memory " + whole_mebibytes(2 * budget) + " allows twice as much.",
                        .keep_rejects = options_.bad_records != BadRecords::fail,
                        .add_late_fields = adds_late_fields_,
                        .widen = widens_,
                        .budget = options_.runtime->budget()};
  return format_->make_reader(schema_, rules);
}

// The records to come are of this source; each counts its own.
void RecordSource::enter(size_t source) {
  if (source == source_) return;
  source_ = source;
  records_ = 0;
}

void RecordSource::take_rejects(std::vector<Reject>& rejects) {
  for (Reject& reject : rejects) {
    reject.fault.record += records_;
    tally_->add(reject.fault, format_->text_name());
    if (options_.on_bad_record) {
      const RecordFault& fault = reject.fault;
      options_.on_bad_record({.source = chain_.name(source_),
                              .record = fault.record + 1,
                              .byte = fault.byte,
                              .field = fault.field,
                              .reason = to_sentence(fault, format_->text_name()),
                              .text = reject.text});
    }
    if (!tally_->is_over()) continue;
    RecordFault last = std::move(reject.fault);
    last.hint = "More than " + std::to_string(options_.bad_records_max) + " records are bad; this is the last one.";
    throw to_error(last, chain_.name(source_), format_->text_name());
  }
}

// The record at the front has a value where the schema has no column, or none that can hold it. What its next records
// hold tells the type; the front and what is parsed ahead is read again with the schema that has grown. Batches
// delivered before keep theirs. False when nothing has grown.
bool RecordSource::grow_schema(const RecordFault& fault) {
  const DeliveredValues& delivered = delivered_ ? *delivered_ : own_delivered_;
  const Widening widening{fault.field, format_->mixed_type(),
                          [&](const std::string& field, const Type& to) { return delivered.keeps(field, to); }};
  std::unique_ptr<FormatInference> seen;
  LateFields grown;
  // Where one of the next records has something else in the place of what holds the field, this one alone tells.
  for (const uint64_t bytes : {kLateSampleBytes, uint64_t{1}}) {
    seen = infer_from(fault.record_byte, bytes);
    grown = with_late_fields(*schema_, seen->result().schema, widens_ ? &widening : nullptr);
    if (!grown.changes.empty()) break;
  }
  if (grown.changes.empty()) return false;
  if (fault.record > 0 && std::ranges::any_of(grown.changes, moves_values)) {
    window_.front()->block.ends_before_late = true;
    for (const std::unique_ptr<Flight>& flight : window_) flight->job = {};
    for (const std::unique_ptr<Flight>& flight : window_) start(*flight);
    return true;
  }
  schema_ = std::make_shared<const Schema>(std::move(grown.schema));
  const std::map<std::string, int64_t> first_records = seen->first_records();
  for (SchemaChange& change : grown.changes) {
    const auto first = first_records.find(change.field);
    const bool is_at_fault = change.field == fault.field || first == first_records.end();
    change.source = chain_.name(source_);
    change.record = records_ + fault.record + (is_at_fault ? 1 : first->second);
    note_change(std::move(change));
  }
  for (const std::unique_ptr<Flight>& flight : window_) {
    flight->job = {};
    flight->reader = make_reader();
  }
  for (const std::unique_ptr<Flight>& flight : window_) start(*flight);
  idle_.clear();
  return true;
}

// What was read again with a wider type may have a value before the one that asked for it, for which the type is still
// too narrow: then the field has changed once, where it first had to.
void RecordSource::note_change(SchemaChange change) {
  const std::string place =
      "record " + std::to_string(change.record) + (chain_.size() > 1 ? " of " + change.source : "");
  const bool has_no_values = !change.from || change.from->kind() == TypeKind::null;
  note_late_field(notes_, change.field,
                  has_no_values ? "new at " + place + ", null before"
                                : to_text(change.to) + " from " + place + " on, " + to_text(*change.from) + " before");
  const auto same = std::ranges::find_if(changes_, [&](const SchemaChange& earlier) {
    return earlier.field == change.field && earlier.source == change.source && earlier.record >= change.record;
  });
  if (same == changes_.end())
    changes_.push_back(std::move(change));
  else
    same->to = std::move(change.to);
}

// What the records hold that begin in these bytes of the source at hand.
std::unique_ptr<FormatInference> RecordSource::infer_from(uint64_t from, uint64_t bytes) {
  const uint64_t end = from + bytes;
  const auto covers = [&](const RecordBlock& block) {
    return block.source != source_ || block.offset + block.end >= end;
  };
  while (!covers(window_.back()->block) && add_flight()) {
  }
  std::unique_ptr<FormatInference> inference = format_->make_inference(/*pass_over_bad=*/true);
  for (const std::unique_ptr<Flight>& flight : window_) {
    RecordBlock& block = flight->block;
    if (block.source != source_) break;
    const size_t begin = block.begin;
    flight->job = {};  // nobody reads the block while its beginning is elsewhere
    if (from > block.offset + begin) block.begin = static_cast<size_t>(from - block.offset);
    observe(*inference, block, end);
    block.begin = begin;
  }
  return inference;
}

// Counts the records before the block in.
void RecordSource::fail(RecordFault fault) const {
  fault.record += records_;
  throw to_error(fault, chain_.name(source_), format_->text_name());
}

}  // namespace sluice
