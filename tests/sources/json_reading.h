// What the tests of JSON sources share: all that blocks of any size make of a text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/schema.h"
#include "sources/json_format.h"
#include "sources/source_text.h"

namespace sluice::test {

struct JsonReading {
  std::string pointer{};
  std::string schema = "k json, l json";
  uint64_t block_bytes = kBlockBytes;
  uint64_t record_bytes_max = 1_MiB;
  bool keep_rejects = false;
  uint64_t batch_bytes_max = UINT64_MAX;
  ExtraFields extra_fields = ExtraFields::ignore;
};

struct JsonOutcome {
  std::vector<std::string> rows;
  std::vector<Reject> rejects;
  int64_t records = 0;               ///< good and bad, before the fault
  std::optional<RecordFault> fault;  ///< its record counts from the first of the source

  /// All of it, for comparisons and messages.
  std::string text() const {
    std::string all;
    for (const std::string& row : rows) all += row + "\n";
    for (const Reject& reject : rejects) all += "reject " + text_of(reject.fault) + ": " + reject.text + "\n";
    return fault ? all + "fault " + text_of(*fault) : all;
  }

 private:
  static std::string text_of(const RecordFault& fault) {
    return std::to_string(fault.record) + " at " + std::to_string(fault.byte) +
           (fault.malformed ? " malformed " : " ") + fault.field + " " + fault.sentence;
  }
};

// Reads a block to its end or to a fault; false behind one.
inline bool read_block(BlockReader& reader, RecordBlock& block, JsonOutcome& all) {
  while (block.begin < block.end) {
    BlockRead read = reader.read(block);
    for (Reject& reject : read.rejects) {
      reject.fault.record += all.records;
      all.rejects.push_back(std::move(reject));
    }
    if (read.fault) {
      read.fault->record += all.records;
      all.fault = std::move(read.fault);
      all.rows.clear();  // how many batches there were before it depends on the blocks
      return false;
    }
    all.records += read.records;
    for (int64_t row = 0; row < read.batch.rows(); ++row) all.rows.push_back(row_text(read.batch, row));
    block.begin = read.end;
  }
  return true;
}

inline JsonOutcome read_json_file(const std::string& path, const JsonReading& reading = {}) {
  const JsonFormat format({.records_pointer = reading.pointer});
  Contents contents = Contents::open(path);
  const auto frames = format.open(
      contents,
      {.block_bytes = reading.block_bytes, .record_bytes_max = reading.record_bytes_max, .reason = "", .hint = ""});
  const auto reader = format.make_reader(std::make_shared<const Schema>(parse_schema(reading.schema)),
                                         {.extra_fields = reading.extra_fields,
                                          .batch_bytes_max = reading.batch_bytes_max,
                                          .keep_rejects = reading.keep_rejects});
  JsonOutcome all;
  RecordBlock block;
  for (;;) {
    const RecordFrames::Step step = frames->next(block);
    if (step == RecordFrames::Step::end) return all;
    if (step == RecordFrames::Step::fault) {
      all.fault = frames->fault();
      all.fault->record += all.records;
      return all;
    }
    if (!read_block(*reader, block, all)) return all;
  }
}

inline JsonOutcome read_json(std::string_view text, const JsonReading& reading = {}) {
  const TextFile file(text);
  return read_json_file(file.path(), reading);
}

}  // namespace sluice::test
