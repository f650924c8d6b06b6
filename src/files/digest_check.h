// Whether the parts of a file that have no checksum by Parquet's own rules are as they were written: footer, indexes
// and page headers, by the digests that our files carry (docs/digests.md). Page bodies have their CRC.
//
//   DigestReport report = check_digests(RandomReader::open("visits.parquet"));
//   if (report.state == DigestState::damaged) std::cerr << report.fault;
#pragma once

#include <cstdint>
#include <string>

#include "storage/input.h"

namespace sluice {

enum class DigestState : uint8_t {
  intact,
  damaged,
  absent,  ///< no file of ours, or one from before there were digests: nothing is known
};

enum class DigestPart : uint8_t { none, footer, indexes, page_headers };

/// The first thing that is wrong.
struct DigestReport {
  DigestState state = DigestState::absent;
  DigestPart part = DigestPart::none;
  std::string fault;  ///< a sentence that names the file
};

/// Reads the footer, the indexes, the bloom filters and the header of each page; memory stays in proportion to the
/// footer. Digests in files of other writers, who may have copied the keys along with the rest of the metadata, count
/// as absent. Throws Error{io} and, where the damage is such that there is no footer to be read, Error{corrupt} and
/// Error{unsupported}.
DigestReport check_digests(RandomReader file);

}  // namespace sluice
