// Several sources of text, one after the other, as one row of blocks. One is open at a time: there may be more of them
// than file descriptors.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sources/contents.h"
#include "sources/record_format.h"

namespace sluice {

/// A source that is to be read: opened already, where it had to be looked at, or only known to be there.
struct SourceText {
  std::string path;
  std::optional<Contents> contents{};
};

/// How sources are unpacked on the threads and with the budget of `runtime`, which must outlive them.
UnpackRules unpack_rules(Runtime& runtime);

class SourceChain {
 public:
  /// The format must outlive this. `sources` holds at least one. Throws Error{io} for one that is not there.
  SourceChain(std::vector<SourceText> sources, const RecordFormat& format, FrameLimits limits, UnpackRules unpacking);

  /// Fills `block` with records of the source at hand, or of the next one that has any. After Step::end and Step::fault
  /// no further call is allowed. Throws Error{io}, Error{data} of a source that cannot be begun.
  RecordFrames::Step next(RecordBlock& block);
  /// Requires Step::fault; the place is in the source `fault_source()`.
  RecordFault fault() const { return frames_->fault(); }
  size_t fault_source() const { return next_source_ - 1; }

  /// "events.ndjson", "events.ndjson and 3 more".
  const std::string& name() const { return name_; }
  const std::string& name(size_t source) const { return names_[source]; }
  size_t size() const { return names_.size(); }
  /// Of all sources as they are stored, where each tells its size.
  std::optional<uint64_t> bytes_total() const { return bytes_total_; }

 private:
  bool open_next();
  bool is_cut_off() const { return limits_.is_cut_off && limits_.is_cut_off(); }

  const RecordFormat& format_;
  const FrameLimits limits_;
  const UnpackRules unpacking_;
  std::vector<SourceText> sources_;
  std::vector<std::string> names_;
  std::string name_;
  std::optional<uint64_t> bytes_total_ = 0;
  size_t next_source_ = 0;
  uint64_t bytes_before_ = 0;  ///< in the sources that are done
  std::optional<Contents> contents_;
  std::unique_ptr<RecordFrames> frames_;
};

}  // namespace sluice
