// The settings of one column; see column_option.h.
#include "column_option.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "values.h"

namespace sluice::cli {
namespace {

constexpr double kBloomShareDefault = 0.01;

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

[[noreturn]] void refuse_form(std::string_view option, std::string_view text) {
  throw UsageError(std::string(option) + " \"" + std::string(text) + "\" is not NAME: SETTING, ...",
                   std::string(option) + " 'user.name: compression=zstd:9, encoding=delta'");
}

/// Takes the name and the colon behind it off the front of `text`.
std::string take_name(std::string_view option, std::string_view& text) {
  const std::string_view whole = text;
  std::string name;
  if (!text.starts_with('"')) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) refuse_form(option, whole);
    name = trimmed(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  } else {
    size_t at = 1;
    for (; at < text.size(); ++at) {
      if (text[at] == '"' && (at + 1 == text.size() || text[at + 1] != '"')) break;
      at += text[at] == '"';
      name += text[at];
    }
    text = trimmed(text.substr(std::min(at + 1, text.size())));
    if (!text.starts_with(':')) refuse_form(option, whole);
    text.remove_prefix(1);
  }
  if (name.empty()) refuse_form(option, whole);
  return name;
}

ValueEncoding encoding_value(const std::string& what, const std::string& value) {
  constexpr ValueEncoding kEncodings[] = {ValueEncoding::measured,
                                          ValueEncoding::plain,
                                          ValueEncoding::dictionary,
                                          ValueEncoding::delta,
                                          ValueEncoding::delta_binary_packed,
                                          ValueEncoding::delta_length_byte_array,
                                          ValueEncoding::delta_byte_array,
                                          ValueEncoding::byte_stream_split,
                                          ValueEncoding::rle};
  return kEncodings[choice_value(what, value,
                                 {"measured", "plain", "dictionary", "delta", "delta_binary_packed",
                                  "delta_length_byte_array", "delta_byte_array", "byte_stream_split", "rle"})];
}

double bloom_value(const std::string& what, const std::string& value) {
  if (value.empty() || value == "on") return kBloomShareDefault;
  if (value == "off") return 0;
  double share = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), share);
  if (error == std::errc() && end == value.data() + value.size() && share > 0 && share <= 0.5) return share;
  throw UsageError(what + " \"" + value + "\" is not a share of false positives up to 0.5", what + "=0.01");
}

/// "on" and "off", or a size.
uint64_t dictionary_value(const std::string& what, const std::string& value) {
  if (value == "off") return 0;
  if (value == "on") return FileOptions().dictionary_bytes;
  return size_value(what, value);
}

void set(std::string_view option, ColumnOptions& column, std::string_view setting) {
  const size_t equals = setting.find('=');
  const std::string key(trimmed(setting.substr(0, equals)));
  const bool has_value = equals != std::string_view::npos;
  const std::string value(has_value ? trimmed(setting.substr(equals + 1)) : std::string_view());
  const std::string what = std::string(option) + " " + column.column + ": " + key;
  constexpr std::string_view kKeys[] = {"compression", "encoding", "dictionary", "statistics", "bloom", "id"};
  if (key == "bloom") {
    column.bloom_filter = bloom_value(what, value);
    return;
  }
  if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys))
    throw UsageError(std::string(option) + " " + column.column + ": " + unknown("setting", key, kKeys),
                     column_settings_words());
  if (!has_value) throw UsageError(what + " needs a value", column_settings_words());
  if (key == "compression") column.compression = compression_value(what, value);
  if (key == "encoding") column.encoding = encoding_value(what, value);
  if (key == "dictionary") column.dictionary_bytes = dictionary_value(what, value);
  if (key == "statistics") column.statistics = choice_value(what, value, {"off", "on"}) == 1;
  if (key == "id")
    column.field_id = static_cast<int32_t>(count_value(what, value, 0, std::numeric_limits<int32_t>::max()));
}

}  // namespace

std::string column_settings_words() {
  return "settings are compression=CODEC[:LEVEL], encoding=NAME, dictionary=on|off|SIZE, statistics=on|off, "
         "bloom[=SHARE], id=N";
}

ColumnOptions column_value(std::string_view option, const std::string& text) {
  std::string_view rest = trimmed(text);
  ColumnOptions column{.column = take_name(option, rest)};
  if (trimmed(rest).empty()) refuse_form(option, text);
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view setting = trimmed(rest.substr(0, comma));
    if (setting.empty()) refuse_form(option, text);
    set(option, column, setting);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
    if (trimmed(rest).empty()) refuse_form(option, text);
  }
  return column;
}

}  // namespace sluice::cli
