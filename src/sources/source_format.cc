#include "sources/source_format.h"

#include <utility>

#include "arrow/ipc_batch_slots.h"
#include "arrow/ipc_slots.h"
#include "sources/arrow_source.h"
#include "sources/ndjson_source.h"

namespace sluice {
namespace {

struct Ending {
  std::string_view ending;
  SourceFormat format;
};

constexpr Ending kEndings[] = {
    {".ndjson", SourceFormat::ndjson}, {".jsonl", SourceFormat::ndjson},  {".arrow", SourceFormat::arrow},
    {".arrows", SourceFormat::arrow},  {".feather", SourceFormat::arrow}, {".ipc", SourceFormat::arrow},
};

}  // namespace

std::optional<SourceFormat> format_of_name(std::string_view path) {
  for (const Ending& known : kEndings)
    if (path.ends_with(known.ending)) return known.format;
  return std::nullopt;
}

SourceFormat format_of_bytes(ByteSpan start) {
  const bool is_stream = start.size() >= sizeof(uint32_t) && load<uint32_t>(start.data()) == ipc::kContinuation;
  return is_stream || begins_with_arrow_magic(start) ? SourceFormat::arrow : SourceFormat::ndjson;
}

bool begins_with_arrow_magic(ByteSpan start) {
  return as_text(start).substr(0, ipc::kFileMagicBytes) == ipc::kFileMagic;
}

inline namespace v0 {

std::unique_ptr<RecordStream> open_source(const Source& source, SourceOptions options) {
  Input input = Input::open(source.path);
  SourceFormat format = source.format;
  if (format == SourceFormat::automatic) format = format_of_name(source.path).value_or(SourceFormat::automatic);
  if (format == SourceFormat::automatic) format = format_of_bytes(input.peek(ipc::kFileStartBytes));
  if (format == SourceFormat::arrow) return std::make_unique<ArrowSource>(source, std::move(input), std::move(options));
  return std::make_unique<NdjsonSource>(std::move(input), std::move(options));
}

}  // namespace v0
}  // namespace sluice
