// Reads ahead, parses ahead, delivers in order. Nothing here depends on which thread is the quicker one: blocks are cut
// before they are handed out, results are taken from the front, and the first fault in the order of records wins.
#include "sources/ndjson_source.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sluice/error.h"

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
// Token positions have 32 bits and text columns 2^31-1 bytes.
constexpr uint64_t kRecordBytesMax = 1_GiB;
// Objects and arrays are followed by recursion.
constexpr int kDepthMax = 1'000;

SourceOptions checked(SourceOptions options) {
  if (options.depth_max < 1 || options.depth_max > kDepthMax)
    throw Error(ErrorCode::invalid, "the depth of records is limited to " + std::to_string(options.depth_max) +
                                        "; 1 to " + std::to_string(kDepthMax) + " are allowed");
  if (options.schema && options.schema->size() == 0) throw Error(ErrorCode::invalid, "the schema has no columns");
  if (!options.runtime) options.runtime = std::make_shared<Runtime>();
  return options;
}

// The lines of the block that begin before `sample_bytes` of the source.
std::string_view sampled(const LineBlock& block, uint64_t sample_bytes) {
  const std::string_view lines = block.text();
  const uint64_t begin = block.offset + block.begin;
  if (begin >= sample_bytes || sample_bytes - begin >= lines.size()) return lines;
  return lines.substr(0, lines.find('\n', sample_bytes - begin - 1) + 1);
}

std::string megabytes(uint64_t bytes) { return std::to_string((bytes + 1_MiB - 1) / 1_MiB) + "MiB"; }

}  // namespace

NdjsonSource::NdjsonSource(const Source& source, SourceOptions options, uint64_t block_bytes)
    : NdjsonSource(Input::open(source.path), std::move(options), block_bytes) {}

NdjsonSource::NdjsonSource(Input input, SourceOptions options, uint64_t block_bytes)
    : options_(checked(std::move(options))),
      input_(std::move(input)),
      record_bytes_max_(std::min(options_.runtime->memory_bytes() / kRecordShare, kRecordBytesMax)),
      frames_(input_, {.block_bytes = block_bytes, .record_bytes_max = record_bytes_max_}),
      window_blocks_(options_.runtime->threads() == 1 ? 1 : options_.runtime->threads() * kBlocksPerThread),
      window_bytes_(options_.runtime->memory_bytes() / kWindowShare),
      batch_bytes_max_(std::max(window_bytes_ / kBatchesPerWindow, kBatchBytesMin)) {
  if (options_.schema)
    schema_ = std::make_shared<const Schema>(*options_.schema);
  else
    infer();
}

// Blocks of the sample are kept and read again. Lines without a record are not worth keeping, and do not count.
void NdjsonSource::infer() {
  const uint64_t sample_bytes =
      std::clamp<uint64_t>(options_.sample_bytes, 1, options_.runtime->memory_bytes() / kSampleShare);
  RecordInference inference(options_.depth_max);
  LineBlock block;
  while ((replay_.empty() || replay_.back().bytes_read < sample_bytes) && read_block(block)) {
    const std::optional<RecordFault> fault = observe(inference, block, sample_bytes);
    if (inference.records() > 0 || fault) replay_.push_back(std::exchange(block, {}));
    if (fault) fail_in_sample(inference.result().schema, *fault);
  }
  if (last_failure_) std::rethrow_exception(last_failure_);
  if (last_fault_ && inference.records() == 0) fail(*last_fault_);
  InferredSchema found = inference.result();
  if (inference.records() > 0 && found.schema.size() == 0)
    throw Error(ErrorCode::data,
                input_.name() + ": none of the first " + std::to_string(inference.records()) + " records has a field",
                {.source = input_.name()}, "--schema names the columns that are to come.");
  schema_ = std::make_shared<const Schema>(std::move(found.schema));
  notes_ = std::move(found.notes);
}

// What inference refuses by itself, more columns than anybody wants, gets the name of the source.
std::optional<RecordFault> NdjsonSource::observe(RecordInference& inference, const LineBlock& block,
                                                 uint64_t sample_bytes) const {
  try {
    return inference.observe(block, sampled(block, sample_bytes));
  } catch (const Error& error) {
    ErrorPlace place = error.place();
    place.source = input_.name();
    throw Error(error.code(), input_.name() + ": " + error.what(), std::move(place), error.hint());
  }
}

// Inference takes a second key of one name for a value like others: the reader may know of an earlier fault.
void NdjsonSource::fail_in_sample(Schema schema, const RecordFault& fault) {
  schema_ = std::make_shared<const Schema>(std::move(schema));
  const std::unique_ptr<RecordReader> reader = make_reader();
  for (LineBlock& block : replay_) {
    while (block.begin < block.end) {
      BlockRead read = reader->read(block);
      if (read.fault) fail(std::move(*read.fault));
      records_ += read.records;
      block.begin = read.end;
    }
  }
  records_ = 0;
  fail(fault);
}

// The next block of the sample or of the source. False at the end, of whatever kind.
bool NdjsonSource::read_block(LineBlock& block) {
  if (at_end_) return false;
  LineFrames::Step step = LineFrames::Step::end;
  try {
    step = frames_.next(block);
  } catch (...) {
    last_failure_ = std::current_exception();
  }
  if (step == LineFrames::Step::block) return true;
  at_end_ = true;
  if (step == LineFrames::Step::record_too_long) {
    const uint64_t budget = options_.runtime->memory_bytes();
    last_fault_ = {.sentence = "the line is longer than " + std::to_string(record_bytes_max_) +
                               " bytes, which is all that a record may have of a memory budget of " + megabytes(budget),
                   .hint = "--memory " + megabytes(2 * budget) + " allows records twice as long.",
                   .byte = block.offset + block.begin};
  }
  return false;
}

std::optional<RelationBatch> NdjsonSource::next() {
  for (;;) {
    fill_window();
    if (window_.empty()) {
      if (last_failure_) std::rethrow_exception(last_failure_);
      if (last_fault_) fail(*last_fault_);
      return std::nullopt;
    }
    std::unique_ptr<Flight> flight = std::move(window_.front());
    window_.pop_front();
    BlockRead read = flight->job.take();
    const bool has_more = !read.fault && read.end < flight->block.end;
    if (!has_more) bytes_in_window_ -= flight->block.end;
    if (read.fault) fail(std::move(*read.fault));
    records_ += read.records;
    extra_values_ += read.extra_values;
    if (has_more) {
      flight->block.begin = read.end;
      window_.push_front(std::move(flight));
      start(*window_.front());
    } else {
      bytes_read_ = flight->block.bytes_read;
      idle_.push_back(std::move(flight));
    }
    if (read.records == 0) continue;
    // Others parse on while the caller works on this batch.
    if (window_blocks_ > 1) fill_window();
    return RelationBatch{{}, std::move(read.batch)};
  }
}

void NdjsonSource::fill_window() {
  while (window_.size() < window_blocks_ && (window_.empty() || bytes_in_window_ < window_bytes_)) {
    std::unique_ptr<Flight> flight = idle_flight();
    if (!replay_.empty()) {
      flight->block = std::move(replay_.front());
      replay_.pop_front();
    } else if (!read_block(flight->block)) {
      idle_.push_back(std::move(flight));
      return;
    }
    bytes_in_window_ += flight->block.end;
    window_.push_back(std::move(flight));
    start(*window_.back());
  }
}

void NdjsonSource::start(Flight& flight) {
  flight.job = options_.runtime->workers().start([&flight] { return flight.reader->read(flight.block); });
}

std::unique_ptr<NdjsonSource::Flight> NdjsonSource::idle_flight() {
  if (!idle_.empty()) {
    std::unique_ptr<Flight> flight = std::move(idle_.back());
    idle_.pop_back();
    return flight;
  }
  auto flight = std::make_unique<Flight>();
  flight->reader = make_reader();
  return flight;
}

std::unique_ptr<RecordReader> NdjsonSource::make_reader() const {
  const ReadRules rules{.depth_max = options_.depth_max,
                        .extra_fields = options_.extra_fields,
                        .inferred = inferred(),
                        .batch_bytes_max = batch_bytes_max_};
  return std::make_unique<RecordReader>(schema_, rules);
}

// Counts the records before the block in.
void NdjsonSource::fail(RecordFault fault) const {
  fault.record += records_;
  throw to_error(fault, input_.name());
}

inline namespace v0 {

std::unique_ptr<RecordStream> open_ndjson(const Source& source, SourceOptions options) {
  return std::make_unique<NdjsonSource>(source, std::move(options));
}

}  // namespace v0

}  // namespace sluice
