// Opens one source after the other.
#include "sources/source_chain.h"

#include <sys/stat.h>

#include <utility>

#include "sluice/runtime.h"

namespace sluice {
namespace {

constexpr std::string_view kStdin = "-";

// Opened and closed again: what is missing should not be found out after hours. Pipes give what they have only once.
std::optional<uint64_t> size_of_regular(const std::string& path) {
  struct stat status {};
  if (path == kStdin || (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)))
    return std::nullopt;
  return Input::open(path).size();
}

}  // namespace

UnpackRules unpack_rules(Runtime& runtime) {
  return {.memory_bytes_max = unpack_bytes_max(runtime.memory_bytes()),
          .workers = &runtime.workers(),
          .budget = runtime.budget()};
}

SourceChain::SourceChain(std::vector<SourceText> sources, const RecordFormat& format, FrameLimits limits,
                         UnpackRules unpacking)
    : format_(format), limits_(std::move(limits)), unpacking_(std::move(unpacking)), sources_(std::move(sources)) {
  for (const SourceText& source : sources_) {
    const std::optional<uint64_t> size =
        source.contents ? source.contents->bytes_total() : size_of_regular(source.path);
    bytes_total_ = bytes_total_ && size ? std::optional(*bytes_total_ + *size) : std::nullopt;
    names_.push_back(source.path == kStdin ? "stdin" : source.path);
  }
  name_ = names_.front();
  if (names_.size() > 1) name_ += " and " + std::to_string(names_.size() - 1) + " more";
}

RecordFrames::Step SourceChain::next(RecordBlock& block) {
  for (;;) {
    // What has come down a pipe is read to its end; a file has no end that would come soon.
    const bool goes_on = (!frames_ && next_source_ > 0) || (frames_ && contents_->bytes_total());
    if (goes_on && is_cut_off()) return RecordFrames::Step::end;
    if (!frames_ && !open_next()) return RecordFrames::Step::end;
    const RecordFrames::Step step = frames_->next(block);
    if (step == RecordFrames::Step::pause) return step;
    if (step == RecordFrames::Step::fault) {
      // Text that was cut off is not to blame for the end that it lacks.
      return is_cut_off() ? RecordFrames::Step::end : step;
    }
    if (step == RecordFrames::Step::block) {
      block.source = next_source_ - 1;
      block.bytes_read += bytes_before_;
      return step;
    }
    bytes_before_ += contents_->bytes_read();
    frames_.reset();
    contents_.reset();
  }
}

bool SourceChain::open_next() {
  if (next_source_ == sources_.size()) return false;
  SourceText& source = sources_[next_source_++];
  contents_.emplace(source.contents ? std::move(*source.contents)
                                    : Contents::open(source.path, unpacking_, limits_.is_cut_off));
  source.contents.reset();
  frames_ = format_.open(*contents_, limits_);
  return true;
}

}  // namespace sluice
