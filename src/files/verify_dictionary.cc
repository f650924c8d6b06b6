// Positions are read as what stands for them in a dictionary of the numbers from 0 on.
#include "files/verify_dictionary.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

#include "columns/widths.h"
#include "files/page_cursor.h"
#include "pages/page_fault.h"
#include "pages/page_reader.h"
#include "pages/value_reader.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Positions decoded at a time.
constexpr size_t kPositionsAtOnce = size_t{1} << 16;
/// Longer dictionaries are not looked at.
constexpr size_t kEntriesMax = size_t{1} << 22;

LeafForm position_form() {
  SchemaElement element;
  element.type = PhysicalType::int32;
  return leaf_form(element, int32(), Int96Unit::microsecond, InvalidText::error);
}

DictionaryEntries numbers_below(size_t count) {
  const auto numbers = std::make_shared<std::vector<int32_t>>(count);
  std::iota(numbers->begin(), numbers->end(), 0);
  auto column = std::make_shared<Column>();
  column->type = int32();
  column->length = static_cast<int64_t>(count);
  column->values = Buffer(std::as_bytes(std::span(*numbers)), numbers);
  return column;
}

/// Entries that are the same as one in front of them.
int64_t count_repeated(const Column& entries) {
  const size_t width = fixed_width(entries.type);
  const bool text = is_text(entries.type.kind());
  const char* const bytes = entries.values.as<char>();
  const auto entry = [&](int32_t i) -> std::string_view {
    if (!text) return {bytes + static_cast<size_t>(entries.offset + i) * width, width};
    const int32_t* const ends = entries.offsets_data() + i;
    return {bytes + ends[0], static_cast<size_t>(ends[1] - ends[0])};
  };
  std::vector<int32_t> order(static_cast<size_t>(entries.length));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, entry);
  int64_t repeated = 0;
  for (size_t i = 1; i < order.size(); ++i) repeated += entry(order[i - 1]) == entry(order[i]);
  return repeated;
}

class UseCounter {
 public:
  UseCounter(const FileLeaf& leaf, const ChunkFacts& facts, const ChunkContext& context)
      : leaf_(leaf), form_(position_form()), context_(context) {
    reader_.begin_chunk({.codec = facts.codec,
                         .definition_level_max = leaf.leaf.definition_level_max,
                         .repetition_level_max = leaf.leaf.repetition_level_max,
                         .page_bytes_max = context.page_bytes_max,
                         .checksums = false,
                         .is_ours = facts.is_ours},
                        static_cast<uint64_t>(facts.values), facts.raw_bytes);
  }

  void open_dictionary(const PlacedPageHeader& placed, ByteSpan stored) {
    const OpenDictionary open = reader_.open_dictionary(placed.header, placed.header_bytes, stored);
    if (open.entries > kEntriesMax) return;
    const DictionaryEntries entries = read_dictionary(leaf_.form, open.entries, open.values, context_.pool);
    use_.emplace();
    use_->entries = static_cast<int64_t>(open.entries);
    use_->repeated = count_repeated(*entries);
    is_used_.assign(open.entries, false);
    numbers_ = numbers_below(open.entries);
  }

  void take_page(const PlacedPageHeader& placed, ByteSpan stored) {
    const OpenPage page = reader_.open(placed.header, placed.header_bytes, stored);
    const bool has_positions = page.encoding == Encoding::rle_dictionary || page.encoding == Encoding::plain_dictionary;
    if (!has_positions || !use_) return;
    size_t left = page.slots;
    if (leaf_.leaf.definition_level_max > 0)
      left = LevelDecoder(page.definition, page.definition_encoding, leaf_.leaf.definition_level_max).skip(left);
    const auto values = make_value_reader(form_, page.encoding, page.values, page.slots, numbers_);
    LeafBuffers buffers(form_, context_.pool, false);
    while (left > 0) {
      left -= values->read(std::min(left, kPositionsAtOnce), UINT64_MAX, buffers);
      const Column positions = buffers.finish();
      for (int64_t i = 0; i < positions.length; ++i) is_used_[static_cast<size_t>(positions.data<int32_t>()[i])] = true;
    }
  }

  std::optional<EntryUse> use() {
    if (use_) use_->unused = std::ranges::count(is_used_, false);
    return use_;
  }

 private:
  const FileLeaf& leaf_;
  const LeafForm form_;
  const ChunkContext& context_;
  PageReader reader_;
  std::optional<EntryUse> use_;
  std::vector<bool> is_used_;  ///< of each entry
  DictionaryEntries numbers_;
};

}  // namespace

std::optional<EntryUse> entry_use(const StoredFile& file, size_t row_group, size_t leaf, const ChunkContext& context) {
  const FileLeaf& column = file.leaves()[leaf];
  if (!is_text(column.leaf.type.kind()) && fixed_width(column.leaf.type) == 0) return std::nullopt;
  try {
    UseCounter counter(column, file.chunk_facts(row_group, leaf), context);
    PageCursor cursor(file, row_group, leaf, {.page_bytes_max = context.page_bytes_max});
    while (const PlacedPageHeader* const placed = cursor.next()) {
      const PageHeader& header = placed->header;
      if (header.dictionary_page_header) counter.open_dictionary(*placed, cursor.body());
      if (header.data_page_header || header.data_page_header_v2) counter.take_page(*placed, cursor.body());
    }
    return counter.use();
  } catch (const PageFault&) {
    return std::nullopt;  // told before, by those who read the values
  }
}

}  // namespace sluice
