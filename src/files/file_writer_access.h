// What the library itself may ask of a FileWriter beside its public face.
#pragma once

#include <cstddef>
#include <memory>

#include "sluice/file_writer.h"

namespace sluice {

class StoredFile;
struct ColumnsLearnt;

inline namespace v0 {

struct FileWriterAccess {
  /// Of the row group under way, about: encoded pages before compression. Depends on the rows alone.
  static uint64_t bytes_under_way(const FileWriter& writer);
  /// Ends the row group under way, waits for it, and lets go of encoders and of handles until the next row comes: what
  /// is left are some kilobytes. What was learnt of the columns goes, too.
  static void park(FileWriter& writer);
  /// Between two files: the rows to come are numbered from 0 on, and in an order of their own. What was learnt of the
  /// columns stays.
  static void restart(FileWriter& writer);
  /// Between two files: what was learnt of the columns so far, and its use by a writer of the same schema and options.
  /// Neither is parked. What that writes from then on depends on this and on its rows alone, not on what it wrote
  /// before.
  static std::shared_ptr<const ColumnsLearnt> learnt(const FileWriter& writer);
  static void learn_from(FileWriter& writer, const ColumnsLearnt& learnt);
  /// Puts a row group of another file of ours behind those that are there, its bytes as they are; ends the row group
  /// under way. Requires StoredFile::is_ours(), the writer's schema with its field ids (else Error{invalid}), and a
  /// writer that declares no order. Throws Error{io} and Error{corrupt}.
  static void copy_row_group(FileWriter& writer, const StoredFile& from, size_t group);
};

}  // namespace v0
}  // namespace sluice
