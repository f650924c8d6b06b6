// One column of one row group: slices of a leaf in, finished pages and their metadata out (parquet-format README,
// "Column chunks", "Data Pages").
//
// Where a page ends depends on rows and on bytes before encoding alone, so it is the same however the rows arrive:
// a record goes into the page under way while the page has fewer than `page_rows` rows and stays within `page_bytes`;
// a record that is larger has a page of its own.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "format/file_metadata.h"
#include "format/page_header.h"
#include "format/page_index.h"
#include "pages/content_cuts.h"
#include "pages/fixed_encoder.h"
#include "pages/geo_bounds.h"
#include "pages/level_buffer.h"
#include "pages/page_pieces.h"
#include "pages/page_shelf.h"
#include "pages/page_writer.h"
#include "pages/striping.h"
#include "pages/value_check.h"
#include "pages/value_encoder.h"
#include "schema/leaves.h"
#include "sluice/compression.h"

namespace sluice {

struct ChunkOptions {
  Compression compression;
  uint64_t page_bytes = 0;
  int64_t page_rows = 0;
  uint64_t dictionary_bytes = 0;
  bool compat = false;                  ///< see EncodingRules
  std::optional<Encoding> encoding{};   ///< instead of a measured one; must suit the type (pages/encoding_request.h)
  bool statistics = true;               ///< bounds of the chunk and its pages; null counts are always kept
  PageType page = PageType::data_page;  ///< or data_page_v2
  std::optional<BloomFilterOptions> bloom_filter{};
  std::optional<ContentCutOptions> content_cuts{};  ///< pages end by them, not by page_bytes and page_rows
};

/// What a chunk would take in the file if it ended now.
struct ChunkForecast {
  uint64_t bytes = 0;    ///< of pages, dictionary, bloom filter, indexes and metadata together
  uint64_t guessed = 0;  ///< of these: the page under way, from what the page before it came to, and a look at its end
};

/// Pages ready to be written one after the other, dictionary first, and what the footer says of them.
struct FinishedChunk {
  Bytes dictionary_page;
  std::vector<ShelvedPages> shelved_pages{};  ///< the first data pages, where memory was short
  PagePieces data_pages;                      ///< those behind them
  ColumnMetaData metadata;
  OffsetIndex offset_index;
  std::optional<ColumnIndex> column_index;
  Bytes bloom_filter;  ///< its header and bits; empty where there is none. Not part of the chunk's bytes
  /// Of the headers of the data pages in their order, then of the dictionary page's, each with the digest so far as
  /// seed (docs/digests.md).
  uint64_t headers_digest = 0;
  uint64_t tail_bytes = 0;  ///< about what metadata and indexes will take in the footer and before it

  uint64_t bytes() const {
    uint64_t bytes = dictionary_page.size() + data_pages.size();
    for (const ShelvedPages& pages : shelved_pages) bytes += pages.bytes;
    return bytes;
  }
  /// Pages wait for long.
  void shrink_to_fit() {
    dictionary_page.shrink_to_fit();
    data_pages.shrink_to_fit();
  }
  /// In memory.
  uint64_t pages_memory_bytes() const { return dictionary_page.capacity() + data_pages.memory_bytes(); }
  uint64_t memory_bytes() const { return sizeof *this + pages_memory_bytes() + bloom_filter.capacity(); }
  /// Offsets count from the chunk's begin; this moves them to where the chunk stands in the file. Once.
  void place_at(uint64_t offset);
};

/// What the writer of a column has found out about it, for other writers of the same column.
struct ChunkLearnt {
  std::optional<EncodingChoice> choice;  ///< not for columns without values
  bool is_foretold = false;
  double page_shrink = 1;
  double tail_shrink = 1;
  double dictionary_shrink = 1;
  double bloom_share = 1;
};

class ChunkWriter {
 public:
  /// The leaf must outlive the writer. `scratch` may be that of other writers that are not at work at the same time.
  ChunkWriter(const Leaf& leaf, const ChunkOptions& options,
              std::shared_ptr<PageScratch> scratch = std::make_shared<PageScratch>());

  /// Throws Error{data} that names the column for a value that does not fit its stored form or a page beyond 2 GiB.
  void append(const LeafSlice& slice);
  /// Ends the chunk; the next append begins another. Also for a chunk without rows.
  FinishedChunk finish();

  /// Between two chunks: the rows to come are numbered from 0 on in messages.
  void restart() { check_.restart(); }
  /// Between two chunks. What comes next depends on this and on the rows to come alone.
  ChunkLearnt learnt() const;
  void learn_from(const ChunkLearnt& learnt);

  /// Encoded pages before compression, the page under way and the dictionary included. Depends on the rows alone, not
  /// on how they were sliced.
  uint64_t encoded_bytes() const;

  /// What is held in memory, this object included, the scratch memory left out.
  uint64_t memory_bytes() const;
  /// Lets go of what can be made again. Costs time when the next rows come.
  void relieve();
  /// Finished pages are in memory, and worth to be put on a shelf.
  bool has_pages_to_shelve() const;
  /// They go there.
  void shelve(const std::shared_ptr<PageShelf>& shelf);
  /// Nearly all that is held goes there, and comes back with the next call that needs it; append, finish, forecast and
  /// settle do. Worth it where others need the memory more. A writer has one such shelf for good.
  void park(const std::shared_ptr<PageShelf>& shelf);

  // Of chunk_forecast.cc. All of it depends on the rows alone, too.

  /// Cheap. Does not count what is only known at the end, as far as it has grown since the last settle(): how far the
  /// dictionary shrinks, how small the bloom filter becomes.
  ChunkForecast forecast();
  /// Ends the page under way, where there is one, and measures that: now nothing of the forecast is guessed, and only
  /// the metadata is not exact.
  void settle();

 private:
  using Encoder =
      std::variant<NullEncoder, BooleanEncoder, TextEncoder, NumberEncoder<int8_t, int32_t>,
                   NumberEncoder<int16_t, int32_t>, NumberEncoder<int32_t, int32_t>, NumberEncoder<uint8_t, uint32_t>,
                   NumberEncoder<uint16_t, uint32_t>, NumberEncoder<uint32_t, uint32_t>,
                   NumberEncoder<int64_t, int64_t>, NumberEncoder<uint64_t, uint64_t>, NumberEncoder<float, float>,
                   NumberEncoder<double, double>, FixedEncoder, DecimalEncoder<int32_t>, DecimalEncoder<int64_t>>;
  static Encoder make_encoder(const Leaf& leaf, const ChunkOptions& options,
                              const std::shared_ptr<PageScratch>& scratch);

  /// A run of whole records of a slice.
  struct Span {
    size_t slots = 0;
    size_t values = 0;
    int64_t rows = 0;
    uint64_t bytes = 0;  ///< before encoding
  };
  struct Cursor {
    size_t slot = 0;
    size_t value = 0;
  };
  Span fitting_rows(const LeafSlice& slice, const Cursor& at) const;
  Span fitting_records(const LeafSlice& slice, const Cursor& at) const;
  Span measure_record(const LeafSlice& slice, const Cursor& at) const;
  size_t fitting_texts(const LeafSlice& slice, const Cursor& at, size_t rows_max, uint64_t bytes_left) const;
  static uint64_t text_bytes(const LeafSlice& slice, size_t value, size_t count);
  void append_by_content(const LeafSlice& slice);
  Span span_until(const LeafSlice& slice, const Cursor& at, size_t end) const;
  void add_shapes(const LeafSlice& slice);
  void append_span(const LeafSlice& slice, const Cursor& at, const Span& span);
  bool append_values(const Column& column, const ValueSelection& values);
  void cut_page(bool ends_chunk);
  size_t take_levels();
  PageHeader data_page_header(Encoding encoding, size_t repetition_bytes) const;
  size_t append_data_page(const RawPage& page, size_t repetition_bytes);
  bool pays(const PageWriter::Sizes& page) const;
  void compress_pages();
  void compress_page(PageLocation& page, ByteSpan stored);
  /// What stands on a shelf while the writer is parked, and stays the writer's place there.
  struct Parking {
    std::shared_ptr<PageShelf> shelf;
    uint64_t place = 0;
    size_t room = 0;   ///< at that place
    size_t bytes = 0;  ///< that stand there; 0: all are in memory
    uint64_t encoded_bytes = 0;
  };
  template <typename Visit>
  void each_buffer(Visit visit);
  bool is_parked() const { return parking_ && parking_->bytes > 0; }
  void unpark() {
    if (is_parked()) fetch_parked();
  }
  void fetch_parked();
  void unpack() {
    std::visit([](auto& encoder) { encoder.unpack(); }, encoder_);
  }
  /// Of finished pages, wherever they are.
  uint64_t pages_bytes() const { return shelved_bytes_ + pages_.size(); }
  void add_header_digest(ByteSpan pages, size_t begin, const PageWriter::Sizes& page);
  size_t append_dictionary_page(const DictionaryPage& dictionary, Bytes& out);
  std::string encoding_reason() const;
  void describe(FinishedChunk& chunk, size_t dictionary_raw_bytes);
  void describe_statistics(FinishedChunk& chunk);
  // With levels 0 and 1 alone, the null count says it all (parquet.thrift, SizeStatistics).
  bool wants_repetition_histograms() const { return leaf_.repetition_level_max > 0; }
  bool wants_definition_histograms() const { return leaf_.definition_level_max > 1; }
  void reset();
  uint64_t page_bytes_before_compression() const;
  double tail_shrink() const;
  double expected_page_shrink() const;
  uint64_t tail_bytes(size_t reason_bytes) const;

  const Leaf& leaf_;
  const ChunkOptions options_;
  const bool is_text_;
  const size_t width_;  ///< bytes that a value counts for in the account of a page, the text itself not included
  ValueCheck check_;
  std::unique_ptr<ContentCuts> content_cuts_;  ///< where they are asked for
  std::unique_ptr<GeoBounds> shapes_;          ///< of geometries and geographies
  std::shared_ptr<PageScratch> scratch_;
  Encoder encoder_;
  LevelBuffer repetition_;
  LevelBuffer definition_;
  PageWriter page_writer_;
  Span page_;  ///< what is in the page under way
  std::unique_ptr<Parking> parking_;

  // The chunk so far.
  Compression compression_;                    ///< as asked, or none as long as pages have shown that it does not pay
  Encoding tried_encoding_ = Encoding::plain;  ///< of the page that has shown it last
  std::vector<ShelvedPages> shelved_;          ///< the first pages
  uint64_t shelved_bytes_ = 0;
  PagePieces pages_;  ///< those behind them
  uint64_t headers_digest_ = 0;
  uint64_t raw_bytes_ = 0;  ///< of finished pages, headers included
  int64_t rows_ = 0;
  int64_t slots_ = 0;
  int64_t text_bytes_ = 0;
  std::array<int32_t, kEncodings> pages_by_encoding_{};
  OffsetIndex offset_index_;
  std::vector<int64_t> null_counts_;            ///< by page
  std::vector<int64_t> repetition_histograms_;  ///< by page, then level
  std::vector<int64_t> definition_histograms_;

  bool is_foretold_ = false;  ///< somebody has asked: samples of pages are worth their time
  // What forecasts are made of: from the last page, or the last settle(), of this chunk or those before it.
  double page_shrink_ = 1;        ///< what a page took in the file, by what was known of it before it ended
  double tail_shrink_ = 1;        ///< of the last values of that page, under a quick codec
  double dictionary_shrink_ = 1;  ///< the same of the dictionary
  double bloom_share_ = 1;        ///< bytes of the bloom filter, by what as many distinct values would take
};

}  // namespace sluice
