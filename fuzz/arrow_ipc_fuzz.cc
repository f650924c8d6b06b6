// Arrow IPC, streams and files: any bytes end in batches as sound as those of a caller have to be, or in an Error; and
// what is read in small pieces is the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "arrow/ipc_file.h"
#include "arrow/ipc_reader.h"
#include "arrow/ipc_slots.h"
#include "arrow/ipc_stream.h"
#include "columns/equality.h"
#include "nameless_file.h"
#include "sluice/batch.h"
#include "sluice/error.h"
#include "storage/input.h"
#include "target.h"

namespace sluice::arrow_ipc_fuzz {
namespace {

const IpcLimits kLimits{.metadata_bytes = 1 << 16, .body_bytes = 1 << 20};
/// `part_bytes`: of rows that come at a time, where they need memory beside that of their message.
IpcReaderLimits reader_limits(uint64_t part_bytes) {
  return {.batch_bytes = 1 << 20,
          .dictionary_bytes = 1 << 20,
          .shared_bytes = part_bytes,
          .part_bytes = part_bytes,
          .row_bytes = 1 << 16};
}

using Batches = std::vector<Batch>;

/// The constructor of Batch checks what readers take on trust; what it throws, nobody catches.
void check(const Batch& batch) noexcept {
  if (batch.rows() == 0) std::abort();
  const Batch checked(batch.shared_schema(), batch.columns(), batch.rows());
}

Batches batches_of(IpcReader reader) {
  Batches batches;
  while (std::optional<Batch> batch = reader.next()) {
    check(*batch);
    batches.push_back(std::move(*batch));
  }
  return batches;
}

/// Nothing where the bytes are refused.
template <typename Read>
std::optional<Batches> or_nothing(Read read) {
  try {
    return read();
  } catch (const Error&) {
    return std::nullopt;
  }
}

Batches read_stream(ByteSpan input, uint64_t part_bytes, bool is_file) {
  const ReadBytes source = [left = input](std::span<std::byte> into) mutable {
    const size_t count = std::min(into.size(), left.size());
    std::ranges::copy(left.first(count), into.begin());
    left = left.subspan(count);
    return count;
  };
  IpcStream stream(source, kLimits, is_file);
  return batches_of({stream.take_schema(), [&] { return stream.next(); }, reader_limits(part_bytes), true});
}

Batches read_file(ByteSpan input) {
  static fuzz::NamelessFile file;
  file.write(input);
  IpcFile messages(RandomReader::open(file.path()), kLimits);
  return batches_of({messages.take_schema(), [&] { return messages.next(); }, reader_limits(1 << 20), false});
}

/// Rows of both, which may be cut into batches at other places.
bool have_same_rows(const Batches& a, const Batches& b) {
  size_t at = 0;      // of b
  int64_t taken = 0;  // of that one
  for (const Batch& batch : a)
    for (int64_t begin = 0; begin < batch.rows();) {
      if (at == b.size() || b[at].schema() != batch.schema()) return false;
      const int64_t rows = std::min(batch.rows() - begin, b[at].rows() - taken);
      for (size_t i = 0; i < batch.columns().size(); ++i)
        if (!are_equal(batch.column(i), begin, b[at].column(i), taken, rows)) return false;
      begin += rows;
      taken += rows;
      if (taken < b[at].rows()) continue;
      ++at;
      taken = 0;
    }
  return at == b.size();
}

void run(ByteSpan input) {
  const bool is_file = as_text(input).starts_with(ipc::kFileMagic);
  const auto whole = or_nothing([&] { return read_stream(input, 1 << 20, is_file); });
  const auto in_parts = or_nothing([&] { return read_stream(input, 1 << 8, is_file); });
  if (whole.has_value() != in_parts.has_value() || (whole && !have_same_rows(*whole, *in_parts))) std::abort();
  if (is_file) or_nothing([&] { return read_file(input); });
}

const fuzz::Registered kTarget("arrow_ipc", run);

}  // namespace
}  // namespace sluice::arrow_ipc_fuzz
