// Rows to their relations; see relation_files.h.
#include "datasets/relation_files.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "columns/dictionary_form.h"
#include "columns/raw_rows.h"
#include "datasets/partition_names.h"
#include "files/row_cutter.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Names of files have the name of the directory in front (file_names.h).
constexpr size_t kDirectoryBytesMax = 160;

}  // namespace

std::string relation_directory(std::string_view relation) {
  std::string name = encoded_partition_text(relation);
  // Readers pass over directories whose names begin so.
  if (name[0] == '.') name.replace(0, 1, "%2E");
  if (name[0] == '_') name.replace(0, 1, "%5F");
  if (name.size() <= kDirectoryBytesMax) return name;
  const std::string digest = "-" + digest_text(digest_of(as_bytes(relation)));
  return name.substr(0, kDirectoryBytesMax - digest.size()) + digest;
}

// --- in

RelationFiles::Relation& RelationFiles::begin(const RelationBatch& rows) {
  auto relation = std::make_unique<Relation>();
  relation->name = rows.relation;
  relation->schema = rows.batch.shared_schema();
  numbers_.emplace(rows.relation, relations_.size());
  relations_.push_back(std::move(relation));
  return *relations_.back();
}

void RelationFiles::write(const RelationBatch& rows) {
  if (!rows.batch.shared_schema()) return;  // never given anything
  const auto known = numbers_.find(rows.relation);
  Relation& relation = known == numbers_.end() ? begin(rows) : *relations_[known->second];
  const auto& schema = rows.batch.shared_schema();
  if (known == numbers_.end() || (schema != relation.schema && !(*schema == *relation.schema)))
    places_.check(relation.name, *schema);
  relation.last_use = ++uses_;
  relation.schema = schema;
  rows_ += rows.batch.rows();
  if (relation.is_open) {
    write_through(relation, rows.batch);
  } else if (relation.waiting_bytes + bytes_of_rows(rows.batch, 0, rows.batch.rows()) >= limits_.waiting_bytes) {
    write_waiting(relation);
    open(relation, *schema);
    write_through(relation, rows.batch);
  } else if (rows.batch.rows() > 0) {
    add_waiting(relation, rows.batch);
  }
  keep_within_limits();
}

void RelationFiles::add_waiting(Relation& relation, const Batch& batch) {
  if (relation.waiting.empty() || relation.waiting.back().schema != batch.shared_schema())
    relation.waiting.push_back({batch.shared_schema()});
  Waiting& waiting = relation.waiting.back();
  std::vector<Column> plain;
  for (const Column& column : batch.columns()) plain.push_back(unfold(column));
  const size_t before = waiting.bytes.size();
  const size_t memory_before = waiting.bytes.capacity();
  append_raw_rows(plain, 0, batch.rows(), waiting.bytes);
  relation.waiting_memory_bytes += waiting.bytes.capacity() - memory_before;
  account_.set(account_.bytes() + waiting.bytes.capacity() - memory_before);
  waiting.pieces.emplace_back(waiting.bytes.size(), batch.rows());
  relation.waiting_bytes += waiting.bytes.size() - before;
  waiting_bytes_ += waiting.bytes.size() - before;
}

void RelationFiles::write_waiting(Relation& relation) {
  waiting_bytes_ -= std::exchange(relation.waiting_bytes, 0);
  for (const Waiting& waiting : std::exchange(relation.waiting, {})) {
    std::vector<RawPiece> pieces;
    size_t begin = 0;
    for (const auto& [end, rows] : waiting.pieces) {
      pieces.push_back({ByteSpan(waiting.bytes).subspan(begin, end - begin), rows});
      begin = end;
    }
    open(relation, *waiting.schema);
    const std::vector<std::shared_ptr<const Column>> no_dictionaries(waiting.schema->size());
    write_through(relation, read_raw_rows(waiting.schema, pieces, no_dictionaries));
  }
  account_.set(account_.bytes() - std::exchange(relation.waiting_memory_bytes, 0));
}

void RelationFiles::open(Relation& relation, const Schema& schema) {
  if (!relation.files) relation.files = places_.open(relation.name, schema);
  if (!relation.is_open) ++open_count_;
  relation.is_open = true;
}

void RelationFiles::write_through(Relation& relation, const Batch& batch) {
  if (!(batch.schema() == relation.files->schema())) relation.files->extend_schema(batch.schema());
  relation.files->write(batch);
  count_under_way(relation);
}

void RelationFiles::count_under_way(Relation& relation) {
  under_way_bytes_ -= relation.under_way_bytes;
  relation.under_way_bytes = relation.files->bytes_under_way();
  under_way_bytes_ += relation.under_way_bytes;
}

void RelationFiles::rest(Relation& relation) {
  relation.files->rest();
  count_under_way(relation);
  relation.is_open = false;
  --open_count_;
}

// By counts of rows and bytes alone: where row groups end does not depend on threads.
void RelationFiles::keep_within_limits() {
  const auto largest_of = [this](uint64_t Relation::*bytes) -> Relation& {
    return **std::ranges::max_element(relations_, {}, [&](const auto& relation) { return (*relation).*bytes; });
  };
  while (waiting_bytes_ > limits_.all_waiting_bytes) write_waiting(largest_of(&Relation::waiting_bytes));
  while (under_way_bytes_ > limits_.under_way_bytes) {
    Relation& largest = largest_of(&Relation::under_way_bytes);
    largest.files->relieve();
    count_under_way(largest);
  }
  while (open_count_ > limits_.open_max)
    rest(**std::ranges::min_element(
        relations_, {}, [](const auto& relation) { return relation->is_open ? relation->last_use : UINT64_MAX; }));
}

void RelationFiles::write(const Batch&) {
  throw Error(ErrorCode::invalid, "rows of no relation were written to a dataset that has relations");
}

void RelationFiles::extend_schema(const Schema&) {
  throw Error(ErrorCode::invalid, "each relation of the dataset has a schema of its own, which grows with its rows");
}

void RelationFiles::tick() {
  for (const auto& relation : relations_)
    if (relation->is_open) relation->files->tick();
}

void RelationFiles::flush() {
  for (const auto& relation : relations_) {
    write_waiting(*relation);
    if (!relation->is_open) continue;
    relation->files->flush();
    count_under_way(*relation);
    keep_within_limits();
  }
}

void RelationFiles::rest() {
  for (const auto& relation : relations_)
    if (relation->is_open) rest(*relation);
}

// --- out

std::vector<WrittenFile> RelationFiles::finish(const std::function<void()>& on_progress) {
  std::vector<WrittenFile> all;
  for (const auto& relation : relations_) {
    write_waiting(*relation);
    if (!relation->files) open(*relation, *relation->schema);  // without a row
    for (WrittenFile& file : relation->files->finish(on_progress)) {
      file.relation = relation->name;
      all.push_back(std::move(file));
    }
    if (relation->is_open) --open_count_;
    relation->is_open = false;
    count_under_way(*relation);
    if (on_progress) on_progress();
  }
  return all;
}

void RelationFiles::abandon() noexcept {
  for (const auto& relation : relations_)
    if (relation->files) relation->files->abandon();
}

const Schema& RelationFiles::schema() const { return *relations_.at(0)->schema; }

int64_t RelationFiles::durable_rows() const {
  int64_t rows = 0;
  for (const auto& relation : relations_)
    if (relation->files) rows += relation->files->durable_rows();
  return rows;
}

size_t RelationFiles::files_ended() const {
  size_t files = 0;
  for (const auto& relation : relations_)
    if (relation->files) files += relation->files->files_ended();
  return files;
}

uint64_t RelationFiles::bytes_written() const {
  uint64_t bytes = 0;
  for (const auto& relation : relations_)
    if (relation->files) bytes += relation->files->bytes_written();
  return bytes;
}

}  // namespace sluice
