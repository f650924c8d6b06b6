// A destination in memory, for tests: what was written, and whether it was published, outlives the sink.
//
//   auto file = std::make_shared<MemoryFile>();
//   FileWriter writer(std::make_unique<MemorySink>(file), schema);
#pragma once

#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sluice/storage.h"

namespace sluice {

struct MemoryFile {
  std::mutex mutex;  ///< guards `bytes` while a sink is written to from several threads
  std::vector<std::byte> bytes;
  bool published = false;
};

class MemorySink : public Sink {
 public:
  /// `positional`: false plays a pipe, and a write anywhere but at the end throws std::logic_error.
  explicit MemorySink(std::shared_ptr<MemoryFile> file, bool positional = true, std::string name = "memory")
      : file_(std::move(file)), positional_(positional), name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  bool positional() const override { return positional_; }

  void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(file_->mutex);
    if (!positional_ && offset != file_->bytes.size()) throw std::logic_error("a pipe is written in order");
    if (bytes.empty()) return;
    if (file_->bytes.size() < offset + bytes.size()) file_->bytes.resize(offset + bytes.size());
    std::memcpy(file_->bytes.data() + offset, bytes.data(), bytes.size());
  }

  bool readable() const override { return positional_; }
  void read_at(uint64_t offset, std::span<std::byte> into) override {
    if (!readable()) return Sink::read_at(offset, into);
    const std::lock_guard lock(file_->mutex);
    if (offset > file_->bytes.size() || into.size() > file_->bytes.size() - offset)
      throw std::logic_error("more is read back than was written");
    if (!into.empty()) std::memcpy(into.data(), file_->bytes.data() + offset, into.size());
  }

  void publish() override {
    const std::lock_guard lock(file_->mutex);
    file_->published = true;
  }

 private:
  std::shared_ptr<MemoryFile> file_;
  bool positional_;
  std::string name_;
};

}  // namespace sluice
