// The writers behind make_text_writer (sluice/text_output.h), and the buffer that they share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/literals.h"
#include "sluice/text_output.h"

namespace sluice {

using PutText = std::function<void(std::string_view)>;

/// Collects text until there is enough of it for one call of the sink.
class TextPieces {
 public:
  explicit TextPieces(PutText put) : put_(std::move(put)) {}

  std::string& text() { return text_; }
  /// After each row.
  void put_if_full() {
    if (text_.size() >= kPieceBytes) put();
  }
  void put() {
    if (!text_.empty()) put_(text_);
    text_.clear();
  }

 private:
  static constexpr size_t kPieceBytes = 64_KiB;

  PutText put_;
  std::string text_;
};

std::unique_ptr<TextWriter> make_ndjson_writer(const Schema& schema, PutText put);
std::unique_ptr<TextWriter> make_csv_writer(const Schema& schema, PutText put);

}  // namespace sluice
