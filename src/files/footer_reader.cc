#include "files/footer_reader.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace sluice {

FileFooter read_footer(const RandomReader& file) {
  FileFooter footer;
  footer.file_bytes = file.size();
  std::array<std::byte, kTrailerBytes> trailer;
  const auto there = static_cast<size_t>(std::min<uint64_t>(file.size(), trailer.size()));
  file.read_at(file.size() - there, std::span(trailer).first(there));
  footer.place = parse_trailer(std::span(trailer).first(there), file.size(), file.name());
  Bytes bytes(footer.place.bytes);
  file.read_at(footer.place.offset, {bytes.data(), bytes.size()});
  footer.metadata = parse_file_metadata(bytes, file.name());
  return footer;
}

}  // namespace sluice
