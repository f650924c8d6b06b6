// A source that is read ahead on the threads of a runtime, one piece at a time: while a piece is used, the next one is
// unpacked. With one thread a piece is made when it is asked for.
#pragma once

#include <cstdint>
#include <memory>

#include "runtime/workers.h"
#include "sources/byte_source.h"

namespace sluice {

class AheadSource final : public ByteSource {
 public:
  /// Of the pieces: one is used, one is made.
  static constexpr uint64_t kMemoryBytes = uint64_t{2} << 20;

  /// `workers` must outlive this. What `source` reads from must not keep a thread waiting: a file, never a pipe.
  AheadSource(std::unique_ptr<ByteSource> source, Workers& workers);
  AheadSource(const AheadSource&) = delete;
  AheadSource& operator=(const AheadSource&) = delete;

  /// Throws as the source does.
  size_t read(std::span<std::byte> into) override;
  uint64_t bytes_read() const override { return piece_.bytes_read; }

 private:
  struct Piece {
    Bytes bytes;
    uint64_t bytes_read = 0;
    bool is_last = false;
  };
  bool next_piece();
  void start();

  std::unique_ptr<ByteSource> source_;
  Workers& workers_;
  Piece piece_;
  size_t begin_ = 0;  ///< what is before it in the piece has been read
  Bytes spare_;       ///< memory for the piece that is made next
  Job<Piece> ahead_;  ///< destroyed first: it uses the others
};

}  // namespace sluice
