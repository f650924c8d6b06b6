#include "storage/staging_note.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/bytes.h"
#include "sluice/error.h"
#include "storage/descriptor.h"

namespace sluice {
namespace {

[[noreturn]] void fail(const char* what, const std::string& path, int error) {
  throw Error(ErrorCode::io,
              "cannot " + (what + (" the notes in the staging directory of " + path)) + ": " + system_reason(error),
              {.source = path});
}

}  // namespace

std::optional<std::string> read_note(int directory, const std::string& name, const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const Descriptor file(uninterrupted([&] { return ::openat(directory, name.c_str(), kFlags); }));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ELOOP) return std::nullopt;
    fail("read", path, errno);
  }
  std::string text;
  std::array<std::byte, 16'384> piece;
  while (true) {
    const Transfer read = read_all(file.get(), piece);
    if (read.error != 0) fail("read", path, read.error);
    text += as_text(ByteSpan(piece).first(read.count));
    if (read.count < piece.size()) return text;
  }
}

void write_note(int directory, const std::string& name, const std::string& text, bool sync, const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(uninterrupted([&] { return ::openat(directory, name.c_str(), kFlags, 0666); }));
  if (!file.is_open()) fail("write", path, errno);
  if (const Transfer done = write_all(file.get(), as_bytes(text)); done.error != 0) fail("write", path, done.error);
  if (sync && uninterrupted([&] { return ::fsync(file.get()); }) != 0) fail("write", path, errno);
  if (const int error = file.close(); error != 0) fail("write", path, error);
}

}  // namespace sluice
