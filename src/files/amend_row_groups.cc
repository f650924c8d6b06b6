#include "files/amend_row_groups.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "files/null_chunk.h"
#include "files/piece_copier.h"
#include "files/placed_row_group.h"
#include "files/remade_chunk.h"
#include "files/written_row_group.h"
#include "format/footer.h"
#include "format/page_index.h"
#include "pages/level_reader.h"
#include "sluice/error.h"
#include "storage/scratch_file.h"

namespace sluice {

namespace {

/// Of the file in memory at a time while it is copied.
constexpr size_t kPieceBytes = size_t{1} << 20;

/// The file as it was written. Where all of it is written anew, that goes on under it.
class WrittenBytes {
 public:
  explicit WrittenBytes(Sink& sink) : sink_(sink) {}

  /// The sink is to be written from its beginning, and what it has up to `end` is still to be read.
  void keep(uint64_t end);
  /// Whether the bytes behind what is written then are those of before.
  bool is_overwritten() const { return kept_ != nullptr; }
  void read(uint64_t offset, std::span<std::byte> into) {
    if (kept_)
      kept_->read_at(offset, into);
    else
      sink_.read_at(offset, into);
  }

 private:
  Sink& sink_;
  std::unique_ptr<ScratchFile> kept_;  ///< for sinks that have but one file
};

void WrittenBytes::keep(uint64_t end) {
  if (sink_.begin_copy()) return;
  kept_ = ScratchFile::unnamed();
  Bytes piece;
  for (uint64_t offset = 0; offset < end; offset += piece.size()) {
    piece.resize(static_cast<size_t>(std::min<uint64_t>(kPieceBytes, end - offset)));
    sink_.read_at(offset, {piece.data(), piece.size()});
    kept_->append(piece);
  }
}

/// Amends one file.
class Amendment {
 public:
  Amendment(const Journal& written, std::span<const EarlierSchema> earlier, uint64_t end, const AmendTarget& target,
            FooterBuilder& tail)
      : written_(written),
        earlier_(earlier),
        end_(end),
        target_(target),
        tail_(tail),
        before_(target.sink),
        copier_([this](uint64_t offset, std::span<std::byte> into) { before_.read(offset, into); }, target.sink,
                kMagic.size()) {}

  uint64_t run();

 private:
  /// A row group and what it lacks. `schema` is null where that is nothing.
  struct Group {
    const WrittenRowGroup& written;
    const EarlierSchema* schema;
    size_t index;

    int64_t rows() const { return written.totals().rows; }
  };

  const EarlierSchema* schema_of(size_t group) const;
  bool wants_room();
  bool wants_room(const Group& group);
  void write_anew();
  void write_anew(const Group& group);
  void amend(const Group& group);
  FinishedChunk make_late(const Group& group, size_t leaf);
  FinishedChunk make_null(const Group& group, size_t leaf);
  size_t model_of(const Group& group, const LeafOrigin& origin) const;
  bool is_there_already(const Group& group, const LeafOrigin& origin, const FinishedChunk& chunk);
  void put(FinishedChunk chunk, const Group& group, uint64_t& offset, ChunkTails& tails);
  void tell(const RowGroupTotals& totals, ChunkTails tails);
  /// The leaf of the row group that leaf `leaf` is; none where it has to be made.
  static std::optional<size_t> kept_leaf(const Group& group, size_t leaf) {
    return group.schema ? group.schema->origins[leaf].kept : leaf;
  }

  const Journal& written_;
  const std::span<const EarlierSchema> earlier_;
  uint64_t end_;
  const AmendTarget& target_;
  FooterBuilder& tail_;
  WrittenBytes before_;
  PieceCopier copier_;
  Bytes buffer_;
};

const EarlierSchema* Amendment::schema_of(size_t group) const {
  const auto found = std::ranges::upper_bound(earlier_, group, {}, &EarlierSchema::row_groups_end);
  return found == earlier_.end() ? nullptr : &*found;
}

uint64_t Amendment::run() {
  if (wants_room()) {
    write_anew();
    return end_;
  }
  size_t index = 0;
  for (JournalReader reader(written_); reader.next(); ++index) {
    const WrittenRowGroup written(reader);
    amend({written, schema_of(index), index});
  }
  return end_;
}

void Amendment::tell(const RowGroupTotals& totals, ChunkTails tails) {
  const auto tail_of_group = tail_.begin(totals, 1);
  tail_of_group->parts[0] = std::move(tails);
  tail_.finish(tail_of_group);
}

/// At `offset`, which moves behind it.
void Amendment::put(FinishedChunk chunk, const Group& group, uint64_t& offset, ChunkTails& tails) {
  std::vector<FinishedChunk> chunks;
  chunks.push_back(std::move(chunk));
  PlacedRowGroup placed(std::move(chunks), group.rows(), offset, 1);
  placed.write(0, target_.sink, true, tails);
  offset = placed.end();
}

// --- row groups that stay where they are

void Amendment::amend(const Group& group) {
  RowGroupTotals totals = group.written.totals();
  totals.bytes = 0;
  totals.raw_bytes = 0;
  ChunkTails tails;
  for (size_t leaf = 0; leaf < target_.leaves.size(); ++leaf) {
    if (const std::optional<size_t> kept = kept_leaf(group, leaf)) {
      const ColumnMetaData& metadata = group.written.metadata(*kept);
      group.written.append_to(tails, *kept, 0);
      totals.bytes += static_cast<uint64_t>(metadata.total_compressed_size);
      totals.raw_bytes += static_cast<uint64_t>(metadata.total_uncompressed_size);
      continue;
    }
    FinishedChunk chunk = make_late(group, leaf);
    totals.bytes += chunk.bytes();
    totals.raw_bytes += static_cast<uint64_t>(chunk.metadata.total_uncompressed_size);
    const LeafOrigin& origin = group.schema->origins[leaf];
    if (is_there_already(group, origin, chunk)) {
      chunk.place_at(group.written.offset(origin.models_begin));
      tails.add(chunk);
    } else {
      put(std::move(chunk), group, end_, tails);
    }
  }
  tell(totals, std::move(tails));
}

// --- row groups that are written anew

/// Whether chunks cannot go behind the last row group: those that take the place of others, which would stay behind as
/// bytes of no use, and those of the first leaf.
bool Amendment::wants_room() {
  const auto has_values = [](const EarlierSchema& schema) {
    return std::ranges::any_of(schema.origins, &LeafOrigin::takes_values);
  };
  if (std::ranges::any_of(earlier_, has_values)) return true;
  const auto has_late_first = [](const EarlierSchema& schema) { return schema.origins.front().is_late(); };
  if (std::ranges::none_of(earlier_, has_late_first)) return false;
  size_t index = 0;
  for (JournalReader reader(written_); reader.next(); ++index) {
    const WrittenRowGroup written(reader);
    if (wants_room({written, schema_of(index), index})) return true;
  }
  return false;
}

bool Amendment::wants_room(const Group& group) {
  if (kept_leaf(group, 0)) return false;
  return !is_there_already(group, group.schema->origins.front(), make_null(group, 0));
}

// Until the new file is whole, the journal's row groups stand where it says (files/recover_file.h).
void Amendment::write_anew() {
  const uint64_t end_before = end_;
  before_.keep(end_before);
  target_.sink.write_at(0, as_bytes(kMagic));
  size_t index = 0;
  for (JournalReader reader(written_); reader.next(); ++index) {
    const WrittenRowGroup written(reader);
    write_anew({written, schema_of(index), index});
  }
  end_ = copier_.settle();
  if (before_.is_overwritten()) end_ = std::max(end_, end_before);
}

void Amendment::write_anew(const Group& group) {
  RowGroupTotals totals{.rows = group.rows(), .offset = copier_.settle()};
  ChunkTails tails;
  for (size_t leaf = 0; leaf < target_.leaves.size(); ++leaf) {
    if (const std::optional<size_t> kept = kept_leaf(group, leaf)) {
      const ColumnMetaData& metadata = group.written.metadata(*kept);
      const auto bytes = static_cast<uint64_t>(metadata.total_compressed_size);
      const int64_t shift = copier_.add(group.written.offset(*kept), bytes);
      int64_t filter_shift = 0;
      if (metadata.bloom_filter_offset)
        filter_shift = copier_.add(static_cast<uint64_t>(*metadata.bloom_filter_offset),
                                   static_cast<uint64_t>(metadata.bloom_filter_length.value_or(0)));
      group.written.append_to(tails, *kept, shift, filter_shift);
      totals.bytes += bytes;
      totals.raw_bytes += static_cast<uint64_t>(metadata.total_uncompressed_size);
      continue;
    }
    FinishedChunk chunk = make_late(group, leaf);
    totals.bytes += chunk.bytes();
    totals.raw_bytes += static_cast<uint64_t>(chunk.metadata.total_uncompressed_size);
    uint64_t offset = copier_.settle();
    put(std::move(chunk), group, offset, tails);
    copier_.skip_to(offset);
  }
  tell(totals, std::move(tails));
}

// --- late chunks

FinishedChunk Amendment::make_late(const Group& group, size_t leaf) {
  FinishedChunk chunk = [&] {
    if (!group.schema->origins[leaf].takes_values) return make_null(group, leaf);
    const auto read = [this](uint64_t offset, std::span<std::byte> into) { before_.read(offset, into); };
    const WrittenChunks from{group.schema->schema, group.schema->leaves, group.written, group.index, read,
                             target_.sink.name()};
    return remake_chunk(from, target_.leaves[leaf], target_.options[leaf]);
  }();
  target_.fields.add(leaf, chunk.metadata);
  return chunk;
}

FinishedChunk Amendment::make_null(const Group& group, size_t leaf) {
  const LeafOrigin& origin = group.schema->origins[leaf];
  NullChunk chunk(target_.leaves[leaf], target_.options[leaf]);
  if (!origin.repeats_levels()) {
    chunk.add_rows(group.rows());
    return chunk.finish();
  }
  const size_t model = model_of(group, origin);
  const std::string& file = target_.sink.name();
  LevelReader levels(group.schema->leaves[model], group.written.metadata(model), file);
  for (const PageLocation& page : group.written.offset_index(model).page_locations) {
    buffer_.resize(static_cast<size_t>(page.compressed_page_size));
    before_.read(static_cast<uint64_t>(page.offset), {buffer_.data(), buffer_.size()});
    chunk.add_like(levels.read(buffer_), origin);
  }
  if (chunk.rows() != group.rows())
    throw Error(ErrorCode::corrupt,
                file + ": column " + group.schema->leaves[model].name + " has " + std::to_string(chunk.rows()) +
                    " rows in a row group of " + std::to_string(group.rows()),
                {.source = file, .field = group.schema->leaves[model].name});
  return chunk.finish();
}

/// The one with the fewest levels to be dropped, and of those the quickest to be read.
size_t Amendment::model_of(const Group& group, const LeafOrigin& origin) const {
  const auto cost = [&](size_t leaf) {
    return std::tuple(group.schema->leaves[leaf].repetition_level_max,
                      group.written.metadata(leaf).total_uncompressed_size);
  };
  size_t best = origin.models_begin;
  for (size_t leaf = best + 1; leaf < origin.models_end; ++leaf)
    if (cost(leaf) < cost(best)) best = leaf;
  return best;
}

/// A field of the null type that got another one: its pages are mostly what they would be anyway.
bool Amendment::is_there_already(const Group& group, const LeafOrigin& origin, const FinishedChunk& chunk) {
  if (!origin.replaces_model || !target_.sink.readable()) return false;
  const ColumnMetaData& model = group.written.metadata(origin.models_begin);
  if (!chunk.dictionary_page.empty() || !chunk.bloom_filter.empty() || model.codec != chunk.metadata.codec ||
      static_cast<uint64_t>(model.total_compressed_size) != chunk.bytes())
    return false;
  buffer_.resize(static_cast<size_t>(chunk.bytes()));
  before_.read(group.written.offset(origin.models_begin), {buffer_.data(), buffer_.size()});
  return buffer_.view() == chunk.data_pages.joined().view();
}

}  // namespace

bool wants_reading(std::span<const LeafOrigin> origins) {
  return origins.front().is_late() || std::ranges::any_of(origins, &LeafOrigin::repeats_levels) ||
         std::ranges::any_of(origins, &LeafOrigin::takes_values);
}

uint64_t amend_row_groups(const Journal& written, std::span<const EarlierSchema> earlier, uint64_t end,
                          const AmendTarget& target, FooterBuilder& tail) {
  try {
    return Amendment(written, earlier, end, target, tail).run();
  } catch (const ThriftError& error) {
    const std::string& file = target.sink.name();
    throw Error(ErrorCode::corrupt,
                file + ": the notes about its row groups are damaged, at byte " + std::to_string(error.offset()) +
                    " of a chunk's: " + error.what(),
                {.source = file});
  }
}

}  // namespace sluice
