// Nested records as flat relations, which join back to them. Structs become columns, lists of structs relations of
// their own; every row has a key, and every row of a list the key of the row that it was in. (docs/flattening.md.)
//
//   auto flat = sluice::flatten(sluice::open_source({"events.ndjson"}), {.name = "events"});
//   while (auto next = flat->next()) use(next->relation, next->batch);   // "events", "events_payload_commits" ...
//   sluice::unflatten(flat->relations(), batches);                       // the records again
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/batch.h"
#include "sluice/runtime.h"

namespace sluice {
inline namespace v0 {

/// What becomes of a list or map.
enum class ArrayMode : uint8_t {
  smart,     ///< lists of scalars stay lists; all others become relations
  separate,  ///< all become relations; scalars stand in a column "value"
  inline_,   ///< JSON text
  skip,      ///< left out, and told
};

/// How rows get their keys.
enum class KeyStrategy : uint8_t {
  ordinal,    ///< int64, counted in each relation: the same input has the same keys, and they take next to no room
  random,     ///< UUIDs of version 7
  natural,    ///< the root has a field that is its key; rows of lists: digest of their parent's key, path and index
  hash,       ///< digest of the whole record, key order and nulls aside; rows of lists as with natural
  composite,  ///< digest of some fields of the record; rows of lists as with natural
};

/// What a field leads to whose name is that of a key column.
enum class KeyClash : uint8_t {
  error,
  rename,  ///< the field becomes "_id_2"; nothing is overwritten
};

struct FlattenOptions {
  /// Of the root's relation; those of lists add their path: "events_payload_commits".
  std::string name = "records";
  /// Between the names of a struct and its field, and of a relation and its list.
  std::string separator = "_";
  /// Levels of fields that become columns: 1 takes those of the record alone. What is deeper stays whole as JSON text,
  /// and is counted (FlattenNote).
  int max_depth = 100;
  ArrayMode array_mode = ArrayMode::smart;
  struct ModeOfPath {
    std::string path;  ///< "payload.commits", "payload.commits.files": without brackets
    ArrayMode mode = ArrayMode::smart;
  };
  /// Other modes for single lists. A path that no list has when the stream ends is told.
  std::vector<ModeOfPath> array_modes{};

  KeyStrategy id_generation = KeyStrategy::ordinal;
  /// natural: the field, or none: the first of the usual names that the records have. composite: one or more, whose
  /// order does not count. Fields of the record itself, or of structs: "user.id".
  std::vector<std::string> id_fields{};
  /// hash: records that are equal are told apart by counting them, instead of being an error.
  bool count_equal_records = false;
  /// random: the same seed (and `time`) gives the same keys. None: a new one each time.
  std::optional<uint64_t> seed{};
  /// ordinal: the first key of a relation, where rows come to others. Empty: 0.
  std::function<int64_t(const std::string& relation)> first_ordinal{};
  /// A relation of earlier runs, with the schema of its files, which tells what each column is of (Field::origin).
  struct RelationThere {
    std::string name;
    Schema schema;
  };
  /// Those that rows come to. A field or list that has a name there has it again, and no other one gets it.
  std::vector<RelationThere> relations_there{};

  /// Key columns, which come first. Names must differ and not be empty, but for the last two, which are off then.
  std::string id_column = "_id";
  std::string parent_column = "_parent_id";
  std::string index_column = "_index";  ///< place in the list, from 0
  std::string root_column{};            ///< key of the record that the row is of
  std::string time_column{};            ///< one time for all rows of a run: `time`
  /// When the run is; now, when empty.
  std::optional<std::chrono::system_clock::time_point> time{};
  KeyClash key_clash = KeyClash::error;

  /// Fields that never had a value become columns, too, of the null type.
  bool include_nulls = false;
  /// Texts without a letter become null.
  bool empty_as_null = false;
  /// NaN and infinities become null.
  bool nan_as_null = false;
  /// Every value becomes a text.
  bool stringify_values = false;

  /// Records that are taken at a time; changes nothing in the relations.
  int64_t batch_size = 65'536;
  /// Threads and budget; a fresh Runtime with its defaults when empty.
  std::shared_ptr<Runtime> runtime{};
};

/// What a column of a relation is.
enum class ColumnRole : uint8_t {
  id,
  parent_id,
  root_id,
  index,
  time,
  value,      ///< a field as it is
  json_text,  ///< what is nested at `steps`, as JSON
  length,     ///< items of the list at `steps`, which stand in a relation of their own, or were all null
};

struct RelationColumn {
  std::string name;
  ColumnRole role = ColumnRole::value;
  std::vector<size_t> steps{};  ///< child indexes from the record, or from the item of the list; none: the item itself
};

/// A relation that has begun, and how it was cut out of the records: what unflatten() needs.
struct Relation {
  std::string name;
  std::string path{};              ///< "payload.commits[]"; empty for the root
  std::optional<size_t> parent{};  ///< among the relations
  std::vector<size_t> steps{};     ///< of the list, from the parent's record or item
  size_t id_column = 0;            ///< of `columns`, which are those of the batches, in their order
  std::vector<RelationColumn> columns{};
};

/// What is worth telling: names that were taken, what stayed JSON text, what was left out.
struct FlattenNote {
  std::string path;
  std::string remark;
  int64_t values = 0;  ///< that it concerns, where they are counted
};

class FlattenedStream : public BatchStream {
 public:
  /// Of the root's relation; empty as long as the records have no column.
  const Schema& schema() const override = 0;
  /// So far; grows with the schema of the records. Those that there are keep their places.
  virtual const std::vector<Relation>& relations() const = 0;
  /// Of the records so far.
  virtual const Schema& record_schema() const = 0;
  virtual std::vector<FlattenNote> notes() const = 0;
};

/// The relations of the records of `stream`, batch by batch: rows of a list come behind the rows that they belong to,
/// in the same round. The first round has a batch of every relation, if need be without rows. Throws Error{invalid} for
/// options that contradict each other, here; Error{data} from next() for records whose key is missing, empty or not
/// unique, and for a field whose name is that of a key column.
std::unique_ptr<FlattenedStream> flatten(std::unique_ptr<BatchStream> stream, FlattenOptions options = {});

/// The records of `rows`, batches of `relations` in any order: what flatten() was given, except that what is JSON text
/// stays so, that a struct whose fields are all null is null, and that what was skipped is null. Takes memory for all
/// of them at once. Throws Error{data} for a row whose parent is not there, or whose place in its list is taken or
/// beyond its length, and for keys that are not unique.
Batch unflatten(const std::vector<Relation>& relations, const Schema& record_schema, std::vector<RelationBatch> rows);

}  // namespace v0
}  // namespace sluice
