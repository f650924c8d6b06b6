// (No specification: pages that are not yet part of a file.)
#include "files/scratch_shelves.h"

#include "storage/scratch_file.h"

namespace sluice {
namespace {

class ScratchShelf final : public PageShelf {
 public:
  explicit ScratchShelf(std::unique_ptr<ScratchFile> file) : file_(std::move(file)) {}

  uint64_t put(ByteSpan bytes) override {
    const std::lock_guard lock(mutex_);
    const uint64_t place = file_->size();
    file_->append(bytes);
    return place;
  }
  void replace(uint64_t place, ByteSpan bytes) override {
    const std::lock_guard lock(mutex_);
    file_->replace(place, bytes);
  }
  void get(uint64_t place, std::span<std::byte> into) const override {
    const std::lock_guard lock(mutex_);
    file_->read_at(place, into);
  }

 private:
  mutable std::mutex mutex_;
  std::unique_ptr<ScratchFile> file_;
};

}  // namespace

std::shared_ptr<PageShelf> ScratchShelves::of_row_group(uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::erase_if(shelves_, [](const Shelf& shelf) { return shelf.shelf.expired(); });
  for (const Shelf& shelf : shelves_)
    if (shelf.number == number)
      if (std::shared_ptr<PageShelf> found = shelf.shelf.lock()) return found;
  auto made = std::make_shared<ScratchShelf>(ScratchFile::unnamed(directory_));
  shelves_.push_back({number, made});
  return made;
}

std::shared_ptr<PageShelf> ScratchShelves::of_columns() {
  const std::lock_guard lock(mutex_);
  if (!columns_) columns_ = std::make_shared<ScratchShelf>(ScratchFile::unnamed(directory_));
  return columns_;
}

}  // namespace sluice
