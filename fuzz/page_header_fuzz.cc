// Foreign page headers and what stands behind them: any bytes, as the one page of a chunk of some column, end in values
// or in an Error; the page is opened, its levels and values are decoded.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "format/schema_elements.h"
#include "format/thrift_reader.h"
#include "pages/chunk_reader.h"
#include "sluice/error.h"
#include "target.h"

namespace sluice::page_header_fuzz {
namespace {

/// Pages as they come, one behind the other, until bytes end or are no header.
class BytePages final : public PageSource {
 public:
  explicit BytePages(ByteSpan bytes) : left_(bytes) {}

  std::optional<PlannedPage> planned() const override { return std::nullopt; }
  void pass_planned() override {}
  const PlacedPageHeader* next() override {
    left_ = left_.subspan(std::min(left_.size(), body_.size()));
    if (left_.empty()) return nullptr;
    try {
      placed_ = read_page_header(left_);
    } catch (const ThriftError& error) {
      throw Error(ErrorCode::corrupt, error.what());
    }
    left_ = left_.subspan(placed_.header_bytes);
    const auto bytes = static_cast<size_t>(placed_.header.compressed_page_size);
    if (bytes > left_.size()) throw Error(ErrorCode::corrupt, "the page ends early");
    body_ = left_.first(bytes);
    return &placed_;
  }
  ByteSpan body() override { return body_; }
  uint64_t offset() const override { return 0; }

 private:
  ByteSpan left_;
  ByteSpan body_;
  PlacedPageHeader placed_;
};

/// The column that the first bytes choose.
Schema schema_of(uint8_t choice) {
  const Type kTypes[] = {int64(),   int8(),         boolean(), float64(),
                         string(),  decimal(20, 2), uuid(),    timestamp(TimeUnit::second),
                         float16(), binary()};
  const Type type = kTypes[choice % std::size(kTypes)];
  const int shape = choice / 16 % 4;
  if (shape == 0) return Schema{{"a", type, false}};
  if (shape == 1) return Schema{{"a", type}};
  if (shape == 2) return Schema{{"a", list(type)}};
  return Schema{{"a", list(struct_({{"b", list(type)}}))}};
}

void read_chunk(ByteSpan bytes) {
  const auto choice = static_cast<uint8_t>(bytes[0]);
  const Leaf leaf = leaves_of(schema_of(choice))[0];
  SchemaElement element;
  element.type = physical_type_of(leaf.type);
  if (element.type == PhysicalType::fixed_len_byte_array)
    element.type_length = leaf.type.kind() == TypeKind::decimal ? 9 : leaf.type.kind() == TypeKind::uuid ? 16 : 2;
  const LeafForm form = leaf_form(element, leaf.type, Int96Unit::microsecond, InvalidText::error);
  const auto rows = static_cast<int64_t>(static_cast<uint8_t>(bytes[1])) * 16 + 1;
  ChunkFacts facts{.file = "fuzz", .rows = rows, .values = rows, .raw_bytes = uint64_t{1} << 20};
  facts.codec = static_cast<CompressionCodec>(static_cast<uint8_t>(bytes[2]) % 8);
  ChunkContext context;
  context.pool = std::make_shared<BufferPool>(uint64_t{1} << 20);
  context.page_bytes_max = uint64_t{1} << 20;
  context.row_bytes_max = uint64_t{1} << 20;
  context.checksums = false;
  context.dictionaries = static_cast<uint8_t>(bytes[3]) % 2 == 0;
  BytePages pages(bytes.subspan(4));
  ChunkReader reader(leaf, form, facts, pages, context);
  const int64_t step = static_cast<uint8_t>(bytes[3]) / 2 + 1;
  while (reader.row() < rows) {
    const int64_t next = std::min(step, rows - reader.row());
    if (reader.row() % 3 == 2)
      reader.skip(next);
    else
      reader.read(next, uint64_t{1} << 16);
  }
  reader.finish();
}

void run(ByteSpan input) {
  if (input.size() < 4) return;
  try {
    read_chunk(input);
  } catch (const Error&) {
  } catch (const PageFault&) {
  }
}

const fuzz::Registered kTarget("page_header", run);

}  // namespace
}  // namespace sluice::page_header_fuzz
