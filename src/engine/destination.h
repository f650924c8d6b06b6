// Where batches go: one file, standard output or a dataset, behind one face. Called once a batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sluice/batch.h"
#include "sluice/dataset_writer.h"

namespace sluice {

class Destination {
 public:
  virtual ~Destination() = default;

  /// Takes the rows; their schema is the one begun with, or of a relation that the first rows of it bring, or has
  /// grown since. Throws Error{invalid} for a second relation where there is one file.
  virtual void write(const RelationBatch& rows) = 0;
  /// Now and then, also where no rows come.
  virtual void tick() = 0;
  /// See DatasetWriter::close.
  virtual WriteResult close(const std::function<void()>& on_progress) = 0;
  virtual int64_t rows() const = 0;
  virtual uint64_t bytes_written() const = 0;
};

/// What is opened before anything is read, so that what it refuses is told at once; rows need a schema.
class OpenDestination {
 public:
  virtual ~OpenDestination() = default;

  /// Whether a source without a record and without a schema is nothing to write, rather than an error.
  virtual bool may_stay_empty() const = 0;
  /// Once. `schema`: of rows that are of no relation, or of the relation that comes first.
  virtual std::unique_ptr<Destination> begin(const Schema& schema) = 0;
};

/// Throws Error{invalid} for a name that promises another format than Parquet.
void refuse_other_endings(const std::string& path);

/// A path that ends in ".parquet", "-" for standard output, or a directory. Throws what the writers throw when they
/// open, and Error{invalid} for shards of what is one file. `may_differ`: with Publish::each the schema may grow behind
/// files that are visible.
std::unique_ptr<OpenDestination> open_destination(const std::string& path, const DatasetOptions& options,
                                                  bool may_differ);

}  // namespace sluice
