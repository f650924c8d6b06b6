// What stands around the records of a JSON document, before and behind them: read byte by byte, checked like everything
// else (RFC 8259), and held nowhere, whatever its size.
//
//   {"type":"FeatureCollection","features":[   records   ],"bbox":[1,2]}
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sources/json_input.h"
#include "sources/record_fault.h"

namespace sluice {

/// Not thread-safe. All functions throw a RecordFault with its place, and what JsonInput throws.
class JsonEnvelope {
 public:
  /// `steps` lead to the records (json_pointer.h). Values are at most `depth_max` levels deep; keys and numbers have at
  /// most `text_bytes_max`. The input must outlive this.
  JsonEnvelope(JsonInput& input, std::vector<std::string> steps, int depth_max, size_t text_bytes_max)
      : input_(input), steps_(std::move(steps)), depth_max_(depth_max), text_bytes_max_(text_bytes_max) {}

  enum class Records { array, object };
  /// From the beginning of a document to the first of its records: behind the '[' of the array that holds them, or
  /// before the object that is the only one. Without steps everything that is no array counts as an object.
  Records enter();
  /// From behind that array or object to the end of the document.
  void leave();

 private:
  void find_member(size_t level);
  void find_element(size_t level);
  [[noreturn]] void not_found(size_t level) const;
  void leave_object(const std::string& name);
  void leave_array();

  void skip_value();
  void begin_container(char open);
  bool skip_ends();
  void skip_key();
  std::string_view take_key();
  void take_string(Bytes* content);
  void take_escape(Bytes* content);
  void take_code_point(Bytes* content);
  void take_scalar();
  bool take_if(char c);
  bool has_more(char close);
  [[noreturn]] void malformed(std::string_view reason) const;
  [[noreturn]] void fail(RecordFault fault) const;
  [[noreturn]] void fail_at(uint64_t byte, RecordFault fault) const;

  JsonInput& input_;
  const std::vector<std::string> steps_;
  const int depth_max_;
  const size_t text_bytes_max_;
  std::string levels_;  ///< the bracket of each container that a step leads through
  std::string open_;    ///< those of the value that is being skipped
  Bytes raw_;
  Bytes text_;
};

}  // namespace sluice
