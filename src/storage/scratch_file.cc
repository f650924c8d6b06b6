// Scratch files, with a name or without. (Linux O_TMPFILE; mkostemp and unlink where a file system lacks it.)
#include "storage/scratch_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sluice/error.h"

namespace sluice {
namespace {

Descriptor open_unnamed(const std::string& directory) {
  constexpr int kFlags = O_TMPFILE | O_RDWR | O_CLOEXEC;
  Descriptor file(uninterrupted([&] { return ::open(directory.c_str(), kFlags, 0600); }));
  // A kernel or file system that does not know the flag takes it for O_DIRECTORY, or says so.
  if (file.is_open() || (errno != EISDIR && errno != EOPNOTSUPP && errno != EINVAL)) return file;
  std::string path = directory + "/sluice-XXXXXX";
  file = Descriptor(uninterrupted([&] { return ::mkostemp(path.data(), O_CLOEXEC); }));
  if (file.is_open()) ::unlink(path.c_str());
  return file;
}

}  // namespace

inline namespace v0 {

std::unique_ptr<ScratchFile> ScratchFile::unnamed(const std::string& wanted) {
  const char* const usual = ::getenv("TMPDIR");
  const std::string directory = !wanted.empty() ? wanted : usual != nullptr && *usual != '\0' ? usual : "/tmp";
  Descriptor file = open_unnamed(directory);
  if (!file.is_open())
    throw Error(ErrorCode::io, "no scratch file can be made in " + directory + ": " + system_reason(errno),
                {.source = directory}, "set TMPDIR to a directory with room");
  return std::make_unique<ScratchFile>(std::move(file), "a scratch file in " + directory);
}

int ScratchFile::handle() const {
  if (file_.is_open()) return file_.get();
  if (reopen_) file_ = reopen_();
  return file_.get();
}

void ScratchFile::append(ByteSpan bytes) {
  replace(size_, bytes);
  size_ += bytes.size();
}

void ScratchFile::replace(uint64_t offset, ByteSpan bytes) {
  const Transfer done = write_all_at(handle(), offset, bytes);
  if (done.error != 0)
    throw Error(ErrorCode::io, "cannot write " + name_ + ": " + system_reason(done.error), {.source = name_});
}

void ScratchFile::read_at(uint64_t offset, std::span<std::byte> into) const {
  const Transfer done = read_all_at(handle(), offset, into);
  if (done.error != 0)
    throw Error(ErrorCode::io, "cannot read " + name_ + ": " + system_reason(done.error), {.source = name_});
  if (done.count < into.size())
    throw Error(ErrorCode::io,
                name_ + " ends at byte " + std::to_string(offset + done.count) + ", though " + std::to_string(size_) +
                    " bytes were written to it",
                {.source = name_, .byte = static_cast<int64_t>(offset)});
}

void ScratchFile::sync() {
  if (uninterrupted([&] { return ::fdatasync(handle()); }) != 0)
    throw Error(ErrorCode::io, "cannot write " + name_ + ": " + system_reason(errno), {.source = name_});
}

void ScratchFile::release() {
  if (!reopen_) return;
  if (const int error = file_.close(); error != 0)
    throw Error(ErrorCode::io, "cannot write " + name_ + ": " + system_reason(error), {.source = name_});
}

}  // namespace v0
}  // namespace sluice
