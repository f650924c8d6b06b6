// Sentences about records that cannot be read.
#include "sources/record_fault.h"

#include "base/utf8.h"

namespace sluice {

namespace {

// What fits beside the place in one line of a terminal.
constexpr size_t kExcerptBytes = 60;

// Text of the source must not drive the reader's terminal: C0, DEL and C1 are written as numbers.
void append_printable(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (byte >= 0x20 && byte != 0x7f && !c1) {
      out += text[i];
      continue;
    }
    const unsigned char code = c1 ? next : byte;
    out += "\\u00";
    out += kHex[code >> 4];
    out += kHex[code & 15];
    i += c1;
  }
}

}  // namespace

std::string excerpt(std::string_view text) {
  const std::string_view shown = utf8_prefix(text, kExcerptBytes);
  std::string out;
  append_printable(shown, out);
  if (shown.size() < text.size()) out += "...";
  return out;
}

std::string to_sentence(const RecordFault& fault, std::string_view text_name) {
  std::string sentence;
  if (fault.malformed) sentence = "malformed " + std::string(text_name) + ": ";
  if (!fault.field.empty()) {
    sentence += "column ";
    append_printable(fault.field, sentence);
    sentence += ": ";
  }
  return sentence + fault.sentence;
}

Error to_error(const RecordFault& fault, const std::string& source, std::string_view text_name) {
  const ErrorPlace where{.source = source,
                         .field = fault.field,
                         .record = fault.record + 1,
                         .byte = static_cast<int64_t>(fault.byte),
                         .row = std::nullopt};
  std::string place = "record " + std::to_string(fault.record + 1) + " (byte " + std::to_string(fault.byte) + "): ";
  std::string sentence = to_sentence(fault, text_name);
  if (fault.malformed) {  // "malformed JSON in record 7 (byte 90): expected ..."
    const std::string words = "malformed " + std::string(text_name);
    place = words + " in " + place;
    sentence.erase(0, words.size() + 2);
  }
  return Error(ErrorCode::data, source + ": " + place + sentence, where, fault.hint);
}

Error of_source(const Error& error, const std::string& source) {
  ErrorPlace place = error.place();
  place.source = source;
  return Error(error.code(), source + ": " + error.what(), std::move(place), error.hint());
}

}  // namespace sluice
