// What threads keep for as long as they live, for whatever they work on next: contexts of codecs. And what a codec
// takes for one call.
#pragma once

#include <atomic>
#include <cstdint>

namespace sluice {

/// One for each thing that a thread keeps; thread_local like it.
class KeptMemory {
 public:
  KeptMemory() = default;
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;
  ~KeptMemory() { set(0); }

  /// From here on the thread keeps so many bytes.
  void set(uint64_t bytes) {
    if (bytes != bytes_) all_.fetch_add(bytes - bytes_, std::memory_order_relaxed);
    bytes_ = bytes;
  }
  static uint64_t of_all_threads() { return all_.load(std::memory_order_relaxed); }

 private:
  static inline std::atomic<uint64_t> all_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace sluice
