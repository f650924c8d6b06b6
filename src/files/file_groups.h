// The row groups of one file, in their order, for a scan.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "files/file_shape.h"
#include "files/scan.h"
#include "files/stored_file.h"

namespace sluice {

class FileGroups final : public GroupSource {
 public:
  FileGroups(std::shared_ptr<const StoredFile> file, std::shared_ptr<const FileShape> shape)
      : file_(std::move(file)), shape_(std::move(shape)) {}

  std::optional<ScanGroup> next() override {
    if (next_ == file_->row_groups()) return std::nullopt;
    return ScanGroup{file_, shape_, next_++};
  }

 private:
  std::shared_ptr<const StoredFile> file_;
  std::shared_ptr<const FileShape> shape_;
  size_t next_ = 0;
};

}  // namespace sluice
