// Row groups that were written before the schema had grown get the chunks that they lack, before anybody can see the
// file (parquet-format, parquet.thrift, RowGroup: chunks may stand anywhere in the file). Late chunks go to the end of
// the file, group by group, and the metadata names them in the order of the schema.
//
// A chunk whose field has got a wider type is written anew from its values (remade_chunk.h), and so is the file then,
// or the old chunk would stay behind as bytes that no metadata names: row group by row group, the other chunks as they
// are.
//
// The chunk of the first leaf must begin its row group, for there are readers that share out row groups by where that
// chunk stands. A first leaf is late when its field got another type; then the file is written anew likewise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "files/amend_origins.h"
#include "files/field_totals.h"
#include "files/footer_builder.h"
#include "files/journal.h"
#include "pages/chunk_writer.h"
#include "schema/leaves.h"
#include "sluice/schema.h"
#include "sluice/storage.h"

namespace sluice {

/// A schema that the file had for a while.
struct EarlierSchema {
  Schema schema;
  std::vector<Leaf> leaves;
  std::vector<LeafOrigin> origins;  ///< of the leaves that the file has in the end
  size_t row_groups_end = 0;        ///< row groups before this one have the schema, or an earlier one
};

/// Whether row groups with `origins` can only be amended where Sink::readable().
bool wants_reading(std::span<const LeafOrigin> origins);

/// What the file has in the end.
struct AmendTarget {
  const std::vector<Leaf>& leaves;
  const std::vector<ChunkOptions>& options;  ///< one for each leaf
  Sink& sink;
  FieldTotals& fields;  ///< of `leaves`; late chunks are added
};

/// Goes through `written`, the row groups of a file up to its byte `end`, writes what they lack, and hands all of them
/// to `tail`. `earlier`: in their order, at least one. Returns where what comes next in the file begins. Where the file
/// is written anew, Sink::begin_copy() is called before: the caller ends the copy when the file is whole; of a sink
/// that has but one file, what it had goes to a scratch file first. Holds the metadata of one row group, one late
/// chunk, a page of each of its models and a mebibyte of what is copied at a time. Throws Error{io}, and Error{corrupt}
/// where the file does not hold what was written to it.
uint64_t amend_row_groups(const Journal& written, std::span<const EarlierSchema> earlier, uint64_t end,
                          const AmendTarget& target, FooterBuilder& tail);

}  // namespace sluice
