// JSON in any shape: blocks of any size make the same of a text, records and faults, with and without a pointer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "nameless_file.h"
#include "sluice/error.h"
#include "sluice/schema.h"
#include "sources/json_format.h"
#include "target.h"

namespace sluice::json_fuzz {
namespace {

std::string fault_text(const RecordFault& fault, int64_t records_before) {
  return std::to_string(records_before + fault.record) + " " + std::to_string(fault.byte) + " " + fault.field + " " +
         fault.sentence + "\n";
}

// Bad records, how many good ones there are, and the fault that ends them.
std::string outcome(const std::string& path, const JsonFormat& format, uint64_t block_bytes, bool skips) {
  static const auto schema = std::make_shared<const Schema>(parse_schema("a json, b int64"));
  Contents contents = Contents::open(path);
  const auto frames = format.open(contents, {.block_bytes = block_bytes,
                                             .record_bytes_max = uint64_t{skips ? 50U : 1000U},
                                             .passes_over = skips,
                                             .reason = "",
                                             .hint = ""});
  const auto reader = format.make_reader(
      schema, {.extra_fields = ExtraFields::ignore, .batch_bytes_max = UINT64_MAX, .keep_rejects = true});
  std::string text;
  int64_t records = 0;
  int64_t rows = 0;
  RecordBlock block;
  RecordFrames::Step step;
  while ((step = frames->next(block)) == RecordFrames::Step::block) {
    if (block.passed_over) {
      text += fault_text(block.passed_over->fault, records++) + block.passed_over->text.substr(0, 51) + "\n";
      block.passed_over.reset();
      continue;
    }
    const BlockRead read = reader->read(block);
    if (read.fault || read.end != block.end) std::abort();
    for (const Reject& reject : read.rejects) text += fault_text(reject.fault, records) + reject.text + "\n";
    records += read.records;
    rows += read.batch.rows();
  }
  if (step == RecordFrames::Step::fault) text += fault_text(frames->fault(), records);
  return text + std::to_string(rows);
}

void run(ByteSpan input) {
  static fuzz::NamelessFile file;
  static const JsonFormat formats[] = {JsonFormat({}), JsonFormat({.records_pointer = "/a"}),
                                       JsonFormat({.records_pointer = "/a/1/b"})};
  file.write(input);
  try {
    Contents contents = Contents::open(file.path());
    std::byte rest[4096];
    while (contents.read(rest) > 0) {
    }
  } catch (const Error&) {
    return;  // a container or UTF-16, and broken: the affair of contents_fuzz
  }
  for (const JsonFormat& format : formats)
    for (const bool skips : {false, true}) {
      const std::string whole = outcome(file.path(), format, kBlockBytes, skips);
      for (const uint64_t block_bytes : {1, 13, 64, 300})
        if (outcome(file.path(), format, block_bytes, skips) != whole) std::abort();
    }
}

const fuzz::Registered kTarget("json", run);

}  // namespace
}  // namespace sluice::json_fuzz
