// What went wrong, as one sentence for people and as parts for programs.
//
//   try { writer.write(batch); }
//   catch (const sluice::Error& e) {
//     if (e.code() == sluice::ErrorCode::data) set_aside(e.place().record);
//     std::cerr << e.what() << "\n";
//   }
//
// Everything that Sluice throws is an Error, except std::bad_alloc. An object that threw is closed: later calls throw
// `closed`, and its destructor abandons what it had begun.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sluice {
inline namespace v0 {

enum class ErrorCode {
  invalid,      ///< the call was wrong: an option, a schema text, a batch of another schema
  data,         ///< a record is malformed or does not fit its column
  corrupt,      ///< a Parquet file contradicts itself or the specification
  io,           ///< the operating system refused: the message has its words
  conflict,     ///< the destination exists, or another writer holds it
  unsupported,  ///< valid, but not built
  cancelled,    ///< the progress callback or a signal asked to stop
  closed,       ///< the object had been closed, or had failed before
  bug,          ///< a promise of our own is broken; please report it
};

/// Lower-case name of a code, as `--json` prints it.
std::string_view to_string(ErrorCode code);

/// Where an error happened; what is unknown is empty. Records count from 1, bytes and rows from 0.
struct ErrorPlace {
  std::string source{};             ///< file path, or "stdin"
  std::string field{};              ///< dotted path of the column, "user.tags[]"
  std::optional<int64_t> record{};  ///< of the source, 1-based
  std::optional<int64_t> byte{};    ///< offset in the source
  std::optional<int64_t> row{};     ///< of the batch or file, 0-based
};

class Error : public std::runtime_error {
 public:
  /// `sentence` says what, where, what was expected and found; `hint` says what to do, with literal options.
  Error(ErrorCode code, const std::string& sentence, ErrorPlace place = {}, std::string hint = {});

  ErrorCode code() const noexcept { return code_; }
  const ErrorPlace& place() const noexcept { return place_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorCode code_;
  ErrorPlace place_;
  std::string hint_;
};

}  // namespace v0
}  // namespace sluice
