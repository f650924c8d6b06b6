#include "files/amend_row_groups.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "files/null_chunk.h"
#include "files/placed_row_group.h"
#include "files/remade_chunk.h"
#include "files/written_row_group.h"
#include "format/page_index.h"
#include "pages/level_reader.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// Of the file in memory at a time while it moves up.
constexpr size_t kPieceBytes = size_t{1} << 20;

/// Moves the bytes [begin, end) of a file up by `shift`, the last ones first.
void move_up(Sink& file, uint64_t begin, uint64_t end, uint64_t shift) {
  Bytes piece;
  while (begin < end) {
    piece.resize(static_cast<size_t>(std::min<uint64_t>(kPieceBytes, end - begin)));
    end -= piece.size();
    file.read_at(end, {piece.data(), piece.size()});
    file.write_at(end + shift, piece);
  }
}

/// Amends one file.
class Amendment {
 public:
  Amendment(const Journal& written, std::span<const EarlierSchema> earlier, uint64_t end, const AmendTarget& target,
            FooterBuilder& tail)
      : written_(written), earlier_(earlier), end_(end), target_(target), tail_(tail) {}

  uint64_t run();

 private:
  /// A row group and what it lacks. `schema` is null where that is nothing.
  struct Group {
    const WrittenRowGroup& written;
    const EarlierSchema* schema;
    size_t index;

    int64_t rows() const { return written.totals().rows; }
  };

  /// What stands from `begin` on, up to the next row group, has been moved up by `shift`.
  struct Moved {
    uint64_t begin;
    uint64_t shift;
  };

  const EarlierSchema* schema_of(size_t group) const;
  uint64_t shift_at(uint64_t offset) const;
  uint64_t room_before(size_t group) const;
  void make_room();
  uint64_t room_of(const Group& group);
  void amend(const Group& group, uint64_t room);
  void add_late(const Group& group, size_t leaf, uint64_t room, ChunkTails& tails, RowGroupTotals& totals);
  FinishedChunk make_late(const Group& group, size_t leaf);
  size_t model_of(const Group& group, const LeafOrigin& origin) const;
  bool is_there_already(const Group& group, const LeafOrigin& origin, const FinishedChunk& chunk);
  void put(FinishedChunk chunk, int64_t rows, uint64_t& offset, ChunkTails& tails);

  const Journal& written_;
  const std::span<const EarlierSchema> earlier_;
  uint64_t end_;
  const AmendTarget& target_;
  FooterBuilder& tail_;
  std::vector<Moved> moved_;  ///< one for each row group; empty where none was moved
  Bytes buffer_;
};

const EarlierSchema* Amendment::schema_of(size_t group) const {
  const auto found = std::ranges::upper_bound(earlier_, group, {}, &EarlierSchema::row_groups_end);
  return found == earlier_.end() ? nullptr : &*found;
}

// Not what its row group was moved by: a chunk that came late, in an amendment before this one, stands behind the last
// row group.
uint64_t Amendment::shift_at(uint64_t offset) const {
  const auto behind = std::ranges::upper_bound(moved_, offset, {}, &Moved::begin);
  return behind == moved_.begin() ? 0 : std::prev(behind)->shift;
}

uint64_t Amendment::room_before(size_t group) const {
  if (moved_.empty()) return 0;
  return moved_[group].shift - (group == 0 ? 0 : moved_[group - 1].shift);
}

uint64_t Amendment::run() {
  const bool first_is_late =
      std::ranges::any_of(earlier_, [](const EarlierSchema& schema) { return schema.origins.front().is_late(); });
  if (first_is_late) make_room();
  size_t index = 0;
  for (JournalReader reader(written_); reader.next(); ++index) {
    const WrittenRowGroup written(reader);
    amend({written, schema_of(index), index}, room_before(index));
  }
  return end_;
}

// --- one row group

void Amendment::amend(const Group& group, uint64_t room) {
  RowGroupTotals totals = group.written.totals();
  totals.offset += shift_at(totals.offset) - room;
  totals.bytes = 0;
  totals.raw_bytes = 0;
  ChunkTails tails;
  for (size_t leaf = 0; leaf < target_.leaves.size(); ++leaf) {
    const size_t kept = group.schema ? group.schema->origins[leaf].kept.value_or(SIZE_MAX) : leaf;
    if (kept == SIZE_MAX) {
      add_late(group, leaf, leaf == 0 ? room : 0, tails, totals);
      continue;
    }
    const ColumnMetaData& metadata = group.written.metadata(kept);
    const auto filter = static_cast<uint64_t>(metadata.bloom_filter_offset.value_or(0));
    group.written.append_to(tails, kept, static_cast<int64_t>(shift_at(group.written.offset(kept))),
                            static_cast<int64_t>(shift_at(filter)));
    totals.bytes += static_cast<uint64_t>(metadata.total_compressed_size);
    totals.raw_bytes += static_cast<uint64_t>(metadata.total_uncompressed_size);
  }
  const auto tail_of_group = tail_.begin(totals, 1);
  tail_of_group->parts[0] = std::move(tails);
  tail_.finish(tail_of_group);
}

/// `room`: bytes before the row group that were made for this chunk.
void Amendment::add_late(const Group& group, size_t leaf, uint64_t room, ChunkTails& tails, RowGroupTotals& totals) {
  FinishedChunk chunk = make_late(group, leaf);
  target_.fields.add(leaf, chunk.metadata);
  totals.bytes += chunk.bytes();
  totals.raw_bytes += static_cast<uint64_t>(chunk.metadata.total_uncompressed_size);
  const LeafOrigin& origin = group.schema->origins[leaf];
  if (room > 0) {
    uint64_t offset = totals.offset;
    put(std::move(chunk), group.rows(), offset, tails);
  } else if (is_there_already(group, origin, chunk)) {
    const uint64_t offset = group.written.offset(origin.models_begin);
    chunk.place_at(offset + shift_at(offset));
    tails.add(chunk);
  } else {
    put(std::move(chunk), group.rows(), end_, tails);
  }
}

/// At `offset`, which moves behind it.
void Amendment::put(FinishedChunk chunk, int64_t rows, uint64_t& offset, ChunkTails& tails) {
  std::vector<FinishedChunk> chunks;
  chunks.push_back(std::move(chunk));
  PlacedRowGroup placed(std::move(chunks), rows, offset, 1);
  placed.write(0, target_.sink, true, tails);
  offset = placed.end();
}

FinishedChunk Amendment::make_late(const Group& group, size_t leaf) {
  const LeafOrigin& origin = group.schema->origins[leaf];
  if (origin.takes_values) {
    const auto read = [this](uint64_t offset, std::span<std::byte> into) {
      target_.sink.read_at(offset + shift_at(offset), into);
    };
    const WrittenChunks from{group.schema->schema, group.schema->leaves, group.written,
                             group.index,          read,                 target_.sink.name()};
    return remake_chunk(from, target_.leaves[leaf], target_.options[leaf]);
  }
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
    const auto offset = static_cast<uint64_t>(page.offset);
    target_.sink.read_at(offset + shift_at(offset), {buffer_.data(), buffer_.size()});
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
  const uint64_t offset = group.written.offset(origin.models_begin);
  target_.sink.read_at(offset + shift_at(offset), {buffer_.data(), buffer_.size()});
  return buffer_.view() == chunk.data_pages.view();
}

// --- room for chunks of the first leaf

/// Bytes that the chunk of the first leaf, if it is late, takes before its row group.
uint64_t Amendment::room_of(const Group& group) {
  if (group.schema == nullptr || !group.schema->origins.front().is_late()) return 0;
  const FinishedChunk chunk = make_late(group, 0);
  if (is_there_already(group, group.schema->origins.front(), chunk)) return 0;
  return chunk.bytes() + chunk.bloom_filter.size();
}

// What is moved keeps the chunks that serve as models: they stay where they are within their row group. Moving is done
// in a copy: until that is whole, the journal's row groups stand where it says (files/recover_file.h).
void Amendment::make_room() {
  std::vector<Moved> to_move;
  uint64_t shift = 0;
  for (JournalReader reader(written_); reader.next();) {
    const WrittenRowGroup written(reader);
    shift += room_of({written, schema_of(to_move.size()), to_move.size()});
    to_move.push_back({written.totals().offset, shift});
  }
  if (shift == 0) return;
  target_.sink.begin_copy();
  uint64_t group_end = std::exchange(end_, end_ + shift);
  for (const Moved& group : std::views::reverse(to_move)) {
    if (group.shift == 0) break;
    move_up(target_.sink, group.begin, group_end, group.shift);
    group_end = group.begin;
  }
  moved_ = std::move(to_move);
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
