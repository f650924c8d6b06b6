#include "codecs/container.h"

namespace sluice {
namespace {

struct Ending {
  std::string_view ending;
  Container container;
};

constexpr Ending kEndings[] = {
    {".gz", Container::gzip},   {".zst", Container::zstd}, {".zstd", Container::zstd},
    {".bz2", Container::bzip2}, {".xz", Container::xz},
};

const Ending* ending_of(std::string_view path) {
  for (const Ending& known : kEndings)
    if (path.ends_with(known.ending)) return &known;
  return nullptr;
}

// "BZh" may begin a text. So the six bytes behind the size of blocks are asked for too: those of a block, or of the
// end.
bool begins_like_bzip2(std::string_view start) {
  if (start.size() < kContainerStartBytes || !start.starts_with("BZh") || start[3] < '1' || start[3] > '9')
    return false;
  const std::string_view next = start.substr(4, 6);
  return next == "\x31\x41\x59\x26\x53\x59" || next == "\x17\x72\x45\x38\x50\x90";
}

// A frame of data, or one to be skipped: its first byte may have sixteen values.
bool begins_like_zstd(std::string_view start) {
  if (start.starts_with("\x28\xB5\x2F\xFD")) return true;
  return start.size() >= 4 && start[0] >= '\x50' && start[0] <= '\x5F' && start.substr(1, 3) == "\x2A\x4D\x18";
}

}  // namespace

std::string_view to_string(Container container) {
  switch (container) {
    case Container::none: return "none";
    case Container::gzip: return "gzip";
    case Container::zstd: return "zstd";
    case Container::bzip2: return "bzip2";
    case Container::xz: return "xz";
  }
  return "unknown";
}

Container container_of_bytes(ByteSpan start) {
  const std::string_view text = as_text(start);
  if (text.starts_with("\x1F\x8B\x08")) return Container::gzip;  // the third byte: deflate, the only method there is
  if (begins_like_zstd(text)) return Container::zstd;
  if (begins_like_bzip2(text)) return Container::bzip2;
  if (text.starts_with(std::string_view("\xFD\x37\x7A\x58\x5A\x00", 6))) return Container::xz;
  return Container::none;
}

Container container_of_name(std::string_view path) {
  const Ending* const known = ending_of(path);
  return known == nullptr ? Container::none : known->container;
}

std::string_view name_without_container(std::string_view path) {
  const Ending* const known = ending_of(path);
  return known == nullptr ? path : path.substr(0, path.size() - known->ending.size());
}

}  // namespace sluice
