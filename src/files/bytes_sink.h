// A destination in memory for the ends of files: where their bytes are wanted before a file has them, or their length.
#pragma once

#include <string>
#include <utility>

#include "base/bytes.h"
#include "sluice/storage.h"

namespace sluice {

/// Takes bytes one behind the other, from wherever in the file they begin.
class BytesSink final : public Sink {
 public:
  explicit BytesSink(std::string name) : name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  bool positional() const override { return false; }
  void write_at(uint64_t, std::span<const std::byte> bytes) override { bytes_.append(bytes); }
  void publish() override {}

  Bytes take() { return std::move(bytes_); }

 private:
  const std::string name_;
  Bytes bytes_;
};

}  // namespace sluice
