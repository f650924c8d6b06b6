// A cursor over the texts that people type for columns: words, names in quotes, blanks and comments, as
// docs/schema_text.md has them. Each parser adds its grammar; what is wrong is told in the same way by all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sluice/error.h"

namespace sluice {

class TextCursor {
 public:
  /// `what` begins every message: "schema text". Keeps a view of `text`. Throws Error{invalid} unless it is UTF-8.
  TextCursor(std::string_view text, std::string what);

  /// Steps over blanks, and comments from "--" to the end of the line.
  void skip_blanks();
  bool at_end() const { return position_ == text_.size(); }
  /// The character at hand; 0 at the end.
  char peek() const { return at_end() ? '\0' : text_[position_]; }
  /// The word that begins here; empty where none does. Letters beyond ASCII belong to words.
  std::string_view word_here() const;

  /// Steps over blanks, and over `c` or `word` where that comes next.
  bool take(char c);
  bool take_word(std::string_view word);
  /// A word or a quoted name, after blanks; nothing else will do.
  std::string take_name();
  /// What stands in quotes; a quote inside is doubled. Requires to stand on the opening quote.
  std::string take_quoted();

  [[noreturn]] void fail_expected(const std::string& expected, std::string hint = {}) const;
  /// Throws an Error that names line and column of `position`.
  [[noreturn]] void fail(size_t position, const std::string& problem, std::string hint = {},
                         ErrorCode code = ErrorCode::invalid) const;

 protected:
  std::string_view text_;
  size_t position_ = 0;
  std::string field_;  ///< the column it is inside of, for errors

 private:
  std::string place(size_t position) const;
  std::string found_here() const;

  std::string what_;
};

}  // namespace sluice
