// Shelves for pages of row groups under way (pages/page_shelf.h): one scratch file without a name for each row group
// that needs one, made when it does, and gone when the last chunk that has pages there is written. And one for columns
// that wait for their next rows, whose places are used again.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pages/page_shelf.h"

namespace sluice {

/// Thread-safe.
class ScratchShelves {
 public:
  /// `directory`: for the scratch files; empty: ScratchFile's own.
  explicit ScratchShelves(std::string directory = {}) : directory_(std::move(directory)) {}

  /// That of row group `number`. Throws Error{io} where there is no place for it.
  std::shared_ptr<PageShelf> of_row_group(uint64_t number);
  /// That of columns (ChunkWriter::park). Throws Error{io} where there is no place for it.
  std::shared_ptr<PageShelf> of_columns();

 private:
  struct Shelf {
    uint64_t number;
    std::weak_ptr<PageShelf> shelf;
  };
  const std::string directory_;
  std::mutex mutex_;
  std::vector<Shelf> shelves_;  ///< of few row groups: columns are never far apart
  std::shared_ptr<PageShelf> columns_;
};

}  // namespace sluice
