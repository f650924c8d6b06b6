// What a stream can show: colours, letters beyond ASCII, how many columns; and text made fit for it. A file or a pipe
// gets no colour and no limit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "session.h"

namespace sluice::cli {

bool is_terminal(int descriptor);
/// Columns of the terminal; nothing where there is none.
std::optional<size_t> terminal_width(int descriptor);
/// Whether the locale's letters are UTF-8 (LC_ALL, LC_CTYPE, LANG).
bool speaks_utf8();

/// Columns that `text` takes: two for East Asian letters and pictures, none for combining marks.
size_t cells_of(std::string_view text);
/// At most so many columns of `text`, with an ellipsis where something was cut.
std::string cut_to_cells(std::string_view text, size_t cells_max);
/// Text of files and records must not drive the terminal: control characters become escapes, and so do letters that the
/// locale cannot show, and bytes that are no letters.
std::string printable(std::string_view text);

/// Signs beyond ASCII, with what stands for them where the locale has none.
struct Signs {
  std::string_view ellipsis, rule, separator, arrow, bar, bar_end;
};
const Signs& signs();

/// Styles of one stream: `--color`, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb, then whether it is a terminal.
class Palette {
 public:
  Palette(int descriptor, When when);
  std::string bold(std::string_view text) const { return styled("1", text); }
  std::string dim(std::string_view text) const { return styled("2", text); }
  std::string red(std::string_view text) const { return styled("1;31", text); }
  std::string yellow(std::string_view text) const { return styled("33", text); }

 private:
  std::string styled(std::string_view code, std::string_view text) const;
  bool on_;
};

}  // namespace sluice::cli
