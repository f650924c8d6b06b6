// JSON for machines: `--json` prints exactly one object on standard output, whose "format" names its kind and version
// ("sluice.write/1"); within a version members are only added (docs/json.md). Sizes and counts are numbers; bounds and
// other values are strings in the text form of their type.
//
//   JsonWriter json;
//   json.begin_object().member("format", "sluice.write/1").member("rows", rows).end_object();
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/schema.h"

namespace sluice::cli {

/// Appends tokens in the order of the calls and puts the commas; the caller pairs begin and end.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth) { return token(truth ? "true" : "false"); }
  JsonWriter& value(std::integral auto number) { return token(std::to_string(number)); }
  /// Three digits behind the point: seconds.
  JsonWriter& value(double seconds);
  template <typename T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : token("null");
  }
  JsonWriter& value(const std::vector<std::string>& texts);

  template <typename T>
  JsonWriter& member(std::string_view name, const T& its_value) {
    return key(name).value(its_value);
  }
  /// "notes": [{"field": ..., "remark": ...}]
  JsonWriter& notes(const std::vector<InferenceNote>& notes);

  /// The text and a newline.
  std::string line() { return text_ + "\n"; }
  /// The text so far, which `line` then goes on from: what is long is written in pieces.
  std::string take() { return std::exchange(text_, {}); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& token(std::string_view text);
  void separate();

  std::string text_;
  bool first_ = true;  ///< nothing stands yet in the object or array, or a key was just written
};

}  // namespace sluice::cli
