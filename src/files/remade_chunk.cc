#include "files/remade_chunk.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "columns/evolved.h"
#include "format/schema_elements.h"
#include "pages/assemble.h"
#include "pages/chunk_reader.h"
#include "pages/striping.h"
#include "schema/nested.h"
#include "sluice/error.h"
#include "sluice/literals.h"

namespace sluice {

namespace {

/// Of values in memory at a time, and rows.
constexpr uint64_t kPartBytes = 4_MiB;
constexpr int64_t kPartRows = 65'536;
/// Rows were written, so they may be read however long they are.
constexpr uint64_t kRowBytesMax = uint64_t{1} << 31;

/// `field` with what lies on the way of `steps` alone, and there with the type `end`, if one is given. An entry of a
/// map stays whole beside the way.
Field on_the_way(const Field& field, std::span<const size_t> steps, const Type* end) {
  Field out = field;
  if (steps.empty()) {
    if (end != nullptr) out.type = *end;
    return out;
  }
  const std::span<const Field> parts = field.type.children();
  if (field.type.kind() == TypeKind::map) {
    const size_t side = steps[1];
    std::vector<Field> entry(parts[0].type.children().begin(), parts[0].type.children().end());
    entry[side] = on_the_way(entry[side], steps.subspan(2), end);
    out.type = map(entry[0], entry[1]);
    return out;
  }
  const Field part = on_the_way(parts[steps[0]], steps.subspan(1), end);
  out.type = field.type.kind() == TypeKind::struct_ ? struct_({part}) : with_parts(field.type, {part});
  return out;
}

/// The pages of a chunk, from where its row group was written.
class WrittenPages final : public PageSource {
 public:
  WrittenPages(const WrittenChunks& from, size_t chunk) : from_(from) {
    const OffsetIndex index = from.group.offset_index(chunk);
    const uint64_t begin = from.group.offset(chunk);
    const auto first = static_cast<uint64_t>(index.page_locations.empty() ? 0 : index.page_locations[0].offset);
    if (first > begin) places_.push_back({begin, first - begin});
    for (const PageLocation& page : index.page_locations)
      places_.push_back({static_cast<uint64_t>(page.offset), static_cast<uint64_t>(page.compressed_page_size)});
  }

  std::optional<PlannedPage> planned() const override { return std::nullopt; }
  void pass_planned() override {}
  const PlacedPageHeader* next() override {
    if (next_ == places_.size()) return nullptr;
    const Place& place = places_[next_++];
    page_.resize(static_cast<size_t>(place.bytes));
    from_.read(place.offset, {page_.data(), page_.size()});
    header_ = read_page_header(page_);
    return &header_;
  }
  ByteSpan body() override { return ByteSpan(page_).subspan(header_.header_bytes); }
  uint64_t offset() const override { return places_[next_ == 0 ? 0 : next_ - 1].offset; }

 private:
  struct Place {
    uint64_t offset;
    uint64_t bytes;
  };
  const WrittenChunks& from_;
  std::vector<Place> places_;  ///< the dictionary's first
  size_t next_ = 0;
  Bytes page_;
  PlacedPageHeader header_;
};

/// One leaf on its way back.
class WrittenLane {
 public:
  WrittenLane(const WrittenChunks& from, size_t chunk, const ChunkContext& context)
      : leaf_(from.leaves[chunk]),
        form_(form_of(leaf_)),
        pages_(from, chunk),
        reader_(leaf_, form_, facts_of(from, chunk), pages_, context) {}

  /// How many rows there are to be taken: those that an earlier call has left, else at most `rows` new ones.
  int64_t fill(int64_t rows, uint64_t bytes_max) {
    if (!left_) left_ = reader_.read(rows, bytes_max);
    return std::min(rows, left_->rows);
  }
  LeafPart take(int64_t rows) {
    if (rows < left_->rows) return left_->take_front(rows, leaf_);
    return *std::exchange(left_, std::nullopt);
  }
  void finish() { reader_.finish(); }

 private:
  static LeafForm form_of(const Leaf& leaf) {
    const Schema alone({{"value", leaf.type, leaf.nullable}});
    return leaf_form(to_schema_elements(alone).back(), leaf.type, Int96Unit::microsecond, InvalidText::error);
  }
  static ChunkFacts facts_of(const WrittenChunks& from, size_t chunk) {
    const ColumnMetaData& metadata = from.group.metadata(chunk);
    return {.file = from.file,
            .row_group = from.group_index,
            .rows = from.group.totals().rows,
            .values = metadata.num_values,
            .raw_bytes = static_cast<uint64_t>(metadata.total_uncompressed_size),
            .codec = metadata.codec,
            .is_ours = true};
  }

  const Leaf& leaf_;
  const LeafForm form_;
  WrittenPages pages_;
  ChunkReader reader_;
  std::optional<LeafPart> left_;
};

/// The way from the field's old leaves to its new one.
class Remaking {
 public:
  Remaking(const WrittenChunks& from, const Leaf& leaf, const ChunkOptions& options)
      : from_(from),
        leaf_(leaf),
        field_(field_of(nullptr)),
        wider_field_(field_of(&leaf.type)),
        wider_leaves_(leaves_of(Schema({wider_field_}))),
        writer_(*leaf_in(wider_leaves_, leaf.path), options) {
    context_.pool = std::make_shared<BufferPool>(kPartBytes);
    context_.page_bytes_max = kPageBytesMax;
    context_.row_bytes_max = kRowBytesMax;
    add_lanes();
  }

  FinishedChunk run() {
    const Leaf& leaf = *leaf_in(wider_leaves_, leaf_.path);
    for (int64_t rows_left = from_.group.totals().rows; rows_left > 0;) {
      int64_t rows = std::min(rows_left, kPartRows);
      for (const auto& lane : lanes_) rows = lane->fill(rows, kPartBytes / lanes_.size());
      const Column column = evolved(take(rows), wider_field_.type);
      writer_.append(striper_.stripe(column, wider_field_, leaf, 0, rows));
      rows_left -= rows;
    }
    for (const auto& lane : lanes_) lane->finish();
    return writer_.finish();
  }

 private:
  using Leaves = std::vector<Leaf>;

  Field field_of(const Type* end) const {
    const std::span<const size_t> steps = leaf_.steps;
    return on_the_way(from_.schema[steps[0]], steps.subspan(1), end);
  }
  static Leaves::const_iterator leaf_in(const Leaves& leaves, const std::vector<std::string>& path) {
    return std::ranges::find(leaves, path, &Leaf::path);
  }
  /// For each leaf of the field as it is read.
  void add_lanes() {
    std::vector<AssemblyLeaf> assembly;
    const size_t column = leaf_.steps[0];
    const auto first =
        std::ranges::lower_bound(from_.leaves, column, {}, [](const Leaf& leaf) { return leaf.steps[0]; });
    auto chunk = static_cast<size_t>(first - from_.leaves.begin());
    for (const Leaf& wanted : leaves_of(Schema({field_}))) {
      while (from_.leaves[chunk].path != wanted.path) ++chunk;
      lanes_.push_back(std::make_unique<WrittenLane>(from_, chunk, context_));
      assembly.push_back({&from_.leaves[chunk], lanes_.size() - 1});
    }
    if (field_.type.is_nested()) assembler_.emplace(field_, std::move(assembly), from_.file + ": column " + leaf_.name);
  }
  Column take(int64_t rows) {
    parts_.clear();
    for (const auto& lane : lanes_) parts_.push_back(lane->take(rows));
    return assembler_ ? assembler_->assemble(parts_, *context_.pool) : std::move(parts_[0].values);
  }

  const WrittenChunks& from_;
  const Leaf& leaf_;
  const Field field_;        ///< of the root, as far as it leads to the leaf
  const Field wider_field_;  ///< the same with the wider type
  const Leaves wider_leaves_;
  ChunkWriter writer_;
  ChunkContext context_;
  std::vector<std::unique_ptr<WrittenLane>> lanes_;
  std::optional<Assembler> assembler_;  ///< of nested fields
  std::vector<LeafPart> parts_;
  Striper striper_;
};

}  // namespace

FinishedChunk remake_chunk(const WrittenChunks& from, const Leaf& leaf, const ChunkOptions& options) {
  try {
    return Remaking(from, leaf, options).run();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    throw Error(error.code(), from.file + ": column " + leaf.name + ": " + error.what(),
                {.source = from.file, .field = leaf.name});
  }
}

}  // namespace sluice
