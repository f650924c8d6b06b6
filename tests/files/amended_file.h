// Reads a file whose chunks do not stand in the order of the schema, as late ones do not, and holds it against what it
// must contain: pages, levels, places, indexes, digests, and what its writer told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "files/digest_check.h"
#include "files/footer_reader.h"
#include "sluice/file_writer.h"
#include "sluice/layout.h"
#include "storage/input.h"
#include "storage/temporary_directory.h"
#include "support/page_reader.h"
#include "support/random_table.h"
#include "support/reference_slots.h"

namespace sluice::test {

struct Extent {
  int64_t begin = 0;
  int64_t end = 0;
  friend auto operator<=>(const Extent& a, const Extent& b) = default;
};

class AmendedFile {
 public:
  /// `path` is read, `table` is what must be in it.
  AmendedFile(const std::string& path, const RandomTable& table)
      : path_(path),
        bytes_(read_file(path)),
        table_(table),
        leaves_(leaves_of(table.schema)),
        footer_(read_footer(RandomReader::open(path))) {}

  void check(const WrittenFile& told) {
    EXPECT_EQ(read_layout(path_).schema.size(), table_.schema.size());
    const DigestReport digests = check_digests(RandomReader::open(path_));
    EXPECT_EQ(digests.state, DigestState::intact) << digests.fault;
    check_places();
    check_pages();
    check_values();
    check_told(told);
  }
  const std::vector<RowGroup>& groups() const { return footer_.metadata.row_groups; }
  /// The pages of a chunk as they are stored.
  ByteSpan chunk(size_t group, size_t leaf) const {
    const ColumnMetaData& meta = *groups()[group].columns[leaf].meta_data;
    const auto begin = static_cast<size_t>(meta.dictionary_page_offset.value_or(meta.data_page_offset));
    return as_bytes(bytes_).subspan(begin, static_cast<size_t>(meta.total_compressed_size));
  }

 private:
  // The first chunk begins its row group, groups follow each other, their middle lies in the file, and nothing
  // overlaps.
  void check_places() const {
    std::vector<Extent> extents;
    int64_t before = 0;
    for (const RowGroup& group : groups()) {
      ASSERT_EQ(group.columns.size(), leaves_.size());
      ASSERT_TRUE(group.file_offset && group.total_compressed_size);
      EXPECT_GT(*group.file_offset, before);
      before = *group.file_offset;
      int64_t stored = 0;
      int64_t raw = 0;
      for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
        const ColumnMetaData& meta = *group.columns[leaf].meta_data;
        EXPECT_EQ(meta.path_in_schema, leaves_[leaf].path);
        const int64_t begin = meta.dictionary_page_offset.value_or(meta.data_page_offset);
        EXPECT_TRUE(leaf > 0 || begin == *group.file_offset);
        extents.push_back({begin, begin + meta.total_compressed_size});
        if (meta.bloom_filter_offset)
          extents.push_back({*meta.bloom_filter_offset, *meta.bloom_filter_offset + *meta.bloom_filter_length});
        stored += meta.total_compressed_size;
        raw += meta.total_uncompressed_size;
      }
      EXPECT_EQ(stored, *group.total_compressed_size);
      EXPECT_EQ(raw, group.total_byte_size);
      EXPECT_LT(*group.file_offset + stored / 2, static_cast<int64_t>(bytes_.size()));
    }
    std::ranges::sort(extents);
    for (size_t i = 1; i < extents.size(); ++i) EXPECT_LE(extents[i - 1].end, extents[i].begin);
  }

  void check_pages() const {
    const FilePages pages(path_);
    for (size_t group = 0; group < groups().size(); ++group)
      for (size_t leaf = 0; leaf < leaves_.size(); ++leaf)
        pages.read(group, leaf, [](const PageLayout& page) {
          EXPECT_EQ(page.checksum, Checksum::right);
          EXPECT_TRUE(page.rows || page.kind == "dictionary");
        });
  }

  void check_values() const {
    for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      const size_t root = leaves_[leaf].steps[0];
      const std::vector<Slot> expected = ReferenceSlots(table_.schema[root], leaves_[leaf], table_.columns[root]).all();
      std::vector<Slot> found;
      for (size_t group = 0; group < groups().size(); ++group) {
        const ColumnMetaData& meta = *groups()[group].columns[leaf].meta_data;
        EXPECT_EQ(meta.type, physical_type_of(leaves_[leaf].type));
        const std::vector<Slot> some = SlowChunkReader(leaves_[leaf], meta.codec).read(chunk(group, leaf)).slots();
        check_counts(meta, leaves_[leaf], some);
        found.insert(found.end(), some.begin(), some.end());
      }
      ASSERT_EQ(found, expected) << "column " << leaves_[leaf].name;
    }
  }

  static void check_counts(const ColumnMetaData& meta, const Leaf& leaf, const std::vector<Slot>& slots) {
    const auto nulls = std::ranges::count_if(slots, [](const Slot& slot) { return !slot.value; });
    EXPECT_EQ(meta.num_values, static_cast<int64_t>(slots.size()));
    EXPECT_EQ(meta.statistics.value().null_count, nulls);
    if (leaf.definition_level_max <= 1) return;
    std::vector<int64_t> histogram(leaf.definition_level_max + size_t{1});
    for (const Slot& slot : slots) ++histogram[static_cast<size_t>(slot.definition)];
    EXPECT_EQ(meta.size_statistics.value().definition_level_histogram, histogram);
  }

  void check_told(const WrittenFile& told) const {
    EXPECT_EQ(told.rows, table_.rows);
    EXPECT_EQ(told.bytes, bytes_.size());
    EXPECT_EQ(told.row_groups, static_cast<int64_t>(groups().size()));
    ASSERT_EQ(told.fields.size(), leaves_.size());
    for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      const FieldResult& field = told.fields[leaf];
      EXPECT_EQ(field.name, leaves_[leaf].name);
      EXPECT_EQ(field.type, leaves_[leaf].type);
      FieldResult sum;
      for (const RowGroup& group : groups()) {
        const ColumnMetaData& meta = *group.columns[leaf].meta_data;
        sum.values += meta.num_values;
        sum.nulls += *meta.statistics->null_count;
        sum.bytes += static_cast<uint64_t>(meta.total_compressed_size);
        sum.raw_bytes += static_cast<uint64_t>(meta.total_uncompressed_size);
      }
      EXPECT_EQ(field.values, sum.values);
      EXPECT_EQ(field.nulls, sum.nulls);
      EXPECT_EQ(field.bytes, sum.bytes);
      EXPECT_EQ(field.raw_bytes, sum.raw_bytes);
    }
    for (size_t group = 0; group < groups().size(); ++group)
      EXPECT_EQ(told.row_group_offsets.at(group), static_cast<uint64_t>(*groups()[group].file_offset));
  }

  const std::string path_;
  const std::string bytes_;
  const RandomTable& table_;
  const std::vector<Leaf> leaves_;
  const FileFooter footer_;
};

}  // namespace sluice::test
