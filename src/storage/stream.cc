// An output that only goes forward: standard output, a pipe. Whoever reads it sees the bytes as they come.
#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/descriptor.h"

namespace sluice {
namespace {

class StreamSink : public Sink {
 public:
  StreamSink(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  bool positional() const override { return false; }

  void write_at(uint64_t offset, std::span<const std::byte> bytes) override {
    if (offset != written_)
      throw Error(ErrorCode::bug,
                  "a write at byte " + std::to_string(offset) + " of " + name_ + ", where byte " +
                      std::to_string(written_) + " comes next",
                  {.source = name_});
    const Transfer done = write_all(descriptor_, bytes);
    written_ += done.count;
    if (done.error == EPIPE)
      throw Error(ErrorCode::io, "cannot write " + name_ + ": its reader has closed it", {.source = name_});
    if (done.error != 0)
      throw Error(ErrorCode::io, "cannot write " + name_ + ": " + system_reason(done.error), {.source = name_});
  }

  void publish() override {}  // what was written has long been seen

 private:
  int descriptor_;
  std::string name_;
  uint64_t written_ = 0;
};

}  // namespace

inline namespace v0 {

std::unique_ptr<Sink> create_stream_sink(int descriptor, std::string name) {
  return std::make_unique<StreamSink>(descriptor, std::move(name));
}

}  // namespace v0
}  // namespace sluice
