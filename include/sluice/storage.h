// Where finished bytes go. Nothing is visible at the destination before `publish`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "sluice/publish_options.h"

namespace sluice {

inline namespace v0 {

class ScratchFile;

/// One object being written. Abandoned, without a trace, unless published.
class Sink {
 public:
  virtual ~Sink() = default;

  /// The destination's name for messages: a path, or "stdout".
  virtual const std::string& name() const = 0;
  /// True: `write_at` may be called from several threads at once for ranges that do not overlap, in any order.
  /// False (a pipe): calls come one at a time, each beginning where the last one ended.
  virtual bool positional() const = 0;
  /// Writes all of `bytes`, or throws Error{io} that names the destination and the system's reason.
  virtual void write_at(uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// True: `read_at` gives back what was written, which a schema that grows may need (FileWriter::extend_schema).
  virtual bool readable() const { return false; }
  /// Fills all of `into` with bytes that were written there, or throws Error{io}; Error{unsupported} unless readable.
  virtual void read_at(uint64_t offset, std::span<std::byte> into);
  /// Makes the object visible under its final name, whole, and durable if asked for. No call is allowed after it.
  /// Throws Error{conflict} when the destination has come into being meanwhile; then nothing was changed there.
  virtual void publish() = 0;
  /// A file for notes of the writer about what it has written, asked for once at the most and gone with the sink. The
  /// library's own sinks keep it beside the data; else it is a temporary file in TMPDIR or /tmp. Throws Error{io}.
  virtual std::unique_ptr<ScratchFile> open_journal();
  /// True: what was written, and noted in the journal, outlives the process, so that recover() can find it.
  virtual bool recoverable() const { return false; }
  /// Waits until what was written so far is on the device, and so is its name out of sight. Nothing where it has none.
  /// Throws Error{io}.
  virtual void sync() {}
  /// What is written from here on goes to a new file, which end_copy() puts in the place of this one; what is read is
  /// what this one has. If the process ends in between, recover() finds what it would have found before. False where
  /// there is but one file: nothing has changed then. Throws Error{io}.
  virtual bool begin_copy() { return false; }
  /// Nothing unless a copy was begun. With `sync` it is on the device before. Throws Error{io}.
  virtual void end_copy(bool sync) { static_cast<void>(sync); }
  /// May give up its handle until it is used again; not while a call is under way. Handles of thousands of files that
  /// are under way stay few that way.
  virtual void release() {}
};

struct FileSinkOptions {
  /// Wait until the data and the name are on the device: after publish() they survive a power loss.
  bool sync = true;
  /// Of the modes, a file has `create` and `overwrite`: then a file that is there gives way when this one is published.
  PublishOptions publish{};
};

/// A new file at `path`, written in a sibling directory `.<name>.sluice-<run>` and renamed by publish().
/// Throws Error{conflict} when `path` exists (unless it is a file that is to be replaced) or another live writer is at
/// work on it, Error{io} when its directory is missing or refuses, Error{invalid} for other modes.
std::unique_ptr<Sink> create_file_sink(const std::string& path, FileSinkOptions options = {});

/// A stream to an open file descriptor, which is not closed. What was written cannot be abandoned.
std::unique_ptr<Sink> create_stream_sink(int descriptor, std::string name);

}  // namespace v0
}  // namespace sluice
