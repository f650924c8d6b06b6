#include "files/footer_reader.h"

#include <algorithm>
#include <array>

namespace sluice {

FooterBytes read_footer_bytes(const RandomReader& file) {
  std::array<std::byte, kTrailerBytes> trailer;
  const auto there = static_cast<size_t>(std::min<uint64_t>(file.size(), trailer.size()));
  file.read_at(file.size() - there, std::span(trailer).first(there));
  FooterBytes footer;
  footer.place = parse_trailer(std::span(trailer).first(there), file.size(), file.name());
  footer.bytes.resize(footer.place.bytes);
  file.read_at(footer.place.offset, {footer.bytes.data(), footer.bytes.size()});
  return footer;
}

FileFooter parse_footer(const RandomReader& file, const FooterBytes& footer) {
  return {parse_file_metadata(footer.bytes, file.name()), footer.place, file.size()};
}

FileFooter read_footer(const RandomReader& file) { return parse_footer(file, read_footer_bytes(file)); }

}  // namespace sluice
