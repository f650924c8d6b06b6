// JSON in any shape: blocks of any size make the same of a text, records and faults, with and without a pointer.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "sluice/error.h"
#include "sluice/schema.h"
#include "sources/json_format.h"

namespace {

using sluice::RecordFrames;

std::string fault_text(const sluice::RecordFault& fault, int64_t records_before) {
  return std::to_string(records_before + fault.record) + " " + std::to_string(fault.byte) + " " + fault.field + " " +
         fault.sentence + "\n";
}

// Bad records, how many good ones there are, and the fault that ends them.
std::string outcome(const std::string& path, const sluice::JsonFormat& format, uint64_t block_bytes, bool skips) {
  static const auto schema = std::make_shared<const sluice::Schema>(sluice::parse_schema("a json, b int64"));
  sluice::Contents contents = sluice::Contents::open(path);
  const auto frames = format.open(contents, {.block_bytes = block_bytes,
                                             .record_bytes_max = uint64_t{skips ? 50U : 1000U},
                                             .passes_over = skips,
                                             .reason = "",
                                             .hint = ""});
  const auto reader = format.make_reader(
      schema, {.extra_fields = sluice::ExtraFields::ignore, .batch_bytes_max = UINT64_MAX, .keep_rejects = true});
  std::string text;
  int64_t records = 0;
  int64_t rows = 0;
  sluice::RecordBlock block;
  RecordFrames::Step step;
  while ((step = frames->next(block)) == RecordFrames::Step::block) {
    if (block.passed_over) {
      text += fault_text(block.passed_over->fault, records++) + block.passed_over->text.substr(0, 51) + "\n";
      block.passed_over.reset();
      continue;
    }
    const sluice::BlockRead read = reader->read(block);
    if (read.fault || read.end != block.end) std::abort();
    for (const sluice::Reject& reject : read.rejects) text += fault_text(reject.fault, records) + reject.text + "\n";
    records += read.records;
    rows += read.batch.rows();
  }
  if (step == RecordFrames::Step::fault) text += fault_text(frames->fault(), records);
  return text + std::to_string(rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("json", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  static const sluice::JsonFormat formats[] = {sluice::JsonFormat({}), sluice::JsonFormat({.records_pointer = "/a"}),
                                               sluice::JsonFormat({.records_pointer = "/a/1/b"})};
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  try {
    sluice::Contents contents = sluice::Contents::open(path);
    std::byte rest[4096];
    while (contents.read(rest) > 0) {
    }
  } catch (const sluice::Error&) {
    return 0;  // a container or UTF-16, and broken: the affair of contents_fuzz
  }
  for (const sluice::JsonFormat& format : formats)
    for (const bool skips : {false, true}) {
      const std::string whole = outcome(path, format, sluice::kBlockBytes, skips);
      for (const uint64_t block_bytes : {1, 13, 64, 300})
        if (outcome(path, format, block_bytes, skips) != whole) std::abort();
    }
  return 0;
}
