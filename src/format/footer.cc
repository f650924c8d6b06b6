// The end of a Parquet file: length of the footer and magic (parquet-format, README.md, "File format").
#include "format/footer.h"

#include "sluice/error.h"

namespace sluice {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& file, const std::string& what) {
  throw Error(code, file + " " + what, {.source = file, .field = {}, .record = {}, .byte = {}, .row = {}});
}

/// Bytes of a magic, fit to print.
std::string printable(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\')
      text += c;
    else
      text.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return text;
}

}  // namespace

FooterPlace parse_trailer(ByteSpan trailer, uint64_t file_bytes, const std::string& file) {
  if (file_bytes < kFileBytesMin || trailer.size() < kTrailerBytes)
    refuse(ErrorCode::corrupt, file,
           "is not a Parquet file: it has " + std::to_string(file_bytes) + " bytes, and the smallest have " +
               std::to_string(kFileBytesMin));
  const ByteSpan last = trailer.last(kTrailerBytes);
  const std::string_view magic = as_text(last.subspan(4));
  if (magic == kEncryptedMagic)
    refuse(ErrorCode::unsupported, file, "has an encrypted footer (it ends in \"PARE\"), which Sluice does not read");
  if (magic != kMagic)
    refuse(ErrorCode::corrupt, file,
           "is not a Parquet file, or is cut off: it ends in \"" + printable(magic) + "\", expected \"PAR1\"");
  const auto footer_bytes = load<uint32_t>(last.data());
  if (footer_bytes == 0 || footer_bytes > file_bytes - kFileBytesMin)
    refuse(ErrorCode::corrupt, file,
           "is damaged: its footer claims " + std::to_string(footer_bytes) + " bytes, expected 1 to " +
               std::to_string(file_bytes - kFileBytesMin) + " in a file of " + std::to_string(file_bytes));
  return {file_bytes - kTrailerBytes - footer_bytes, footer_bytes};
}

void append_trailer(size_t footer_bytes, Bytes& out) {
  if (footer_bytes > INT32_MAX)
    throw Error(ErrorCode::unsupported, "the footer has " + std::to_string(footer_bytes) +
                                            " bytes, and a Parquet file can hold 2147483647: write fewer row groups");
  out.append_value(static_cast<uint32_t>(footer_bytes));
  out.append(kMagic);
}

}  // namespace sluice
