// A producer of Arrow C structs that counts its releases and lies where it is told to: what the tests import from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/arrow.h"

namespace sluice::test {

/// One ArrowArray under construction. The buffers stay with the test; only the struct is released.
class ForeignArray {
 public:
  explicit ForeignArray(int64_t length = 0, std::vector<const void*> buffers = {}) : buffers_(std::move(buffers)) {
    array_.length = length;
    array_.null_count = -1;
  }
  ForeignArray(const ForeignArray&) = delete;
  ForeignArray& operator=(const ForeignArray&) = delete;

  ForeignArray& add(ForeignArray& child) {
    children_.push_back(child.get());
    return *this;
  }
  ArrowArray* get() {
    array_.n_buffers = static_cast<int64_t>(buffers_.size());
    array_.buffers = buffers_.data();
    array_.n_children = static_cast<int64_t>(children_.size());
    array_.children = children_.data();
    array_.private_data = this;
    array_.release = [](ArrowArray* array) {
      ++static_cast<ForeignArray*>(array->private_data)->releases;
      array->release = nullptr;
    };
    return &array_;
  }
  ArrowArray& raw() { return array_; }

  int releases = 0;

 private:
  std::vector<const void*> buffers_;
  std::vector<ArrowArray*> children_;
  ArrowArray array_{};
};

/// One ArrowSchema under construction.
class ForeignSchema {
 public:
  explicit ForeignSchema(const char* format, const char* name = "") {
    schema_.format = format;
    schema_.name = name;
    schema_.flags = ARROW_FLAG_NULLABLE;
  }
  ForeignSchema(const ForeignSchema&) = delete;
  ForeignSchema& operator=(const ForeignSchema&) = delete;

  ForeignSchema& add(ForeignSchema& child) {
    children_.push_back(child.get());
    return *this;
  }
  ArrowSchema* get() {
    schema_.n_children = static_cast<int64_t>(children_.size());
    schema_.children = children_.data();
    schema_.private_data = this;
    schema_.release = [](ArrowSchema* schema) {
      ++static_cast<ForeignSchema*>(schema->private_data)->releases;
      schema->release = nullptr;
    };
    return &schema_;
  }
  ArrowSchema& raw() { return schema_; }

  int releases = 0;

 private:
  std::vector<ArrowSchema*> children_;
  ArrowSchema schema_{};
};

}  // namespace sluice::test
