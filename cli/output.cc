// Streams and tables; see output.h.
#include "output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <system_error>

#include "sluice/error.h"
#include "sluice/units.h"

namespace sluice::cli {
namespace {

constexpr size_t kGap = 2;

/// 0 or the system's reason. A pipe that others made non-blocking is waited for.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EAGAIN) {
      pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&waited, 1, -1);
      continue;
    }
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace

bool write_out(std::string_view text) {
  const int reason = write_all(STDOUT_FILENO, text);
  if (reason == 0 || reason == EPIPE) return reason == 0;
  throw Error(ErrorCode::io, "cannot write to standard output: " + std::system_category().message(reason));
}

bool has_reader(int descriptor) {
  pollfd asked{.fd = descriptor, .events = POLLOUT, .revents = 0};
  return ::poll(&asked, 1, 0) < 0 || (asked.revents & (POLLERR | POLLHUP)) == 0;
}

void write_words(std::string_view text) { write_all(STDERR_FILENO, text); }

std::string counted(uint64_t count, std::string_view one) {
  return format_count(static_cast<int64_t>(count)) + " " + std::string(one) + (count == 1 ? "" : "s");
}

std::vector<size_t> Table::widths() const {
  std::vector<size_t> widths;
  for (const Column& column : columns_) widths.push_back(cells_of(column.title));
  for (const auto& row : rows_)
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], cells_of(row[i]));
  return widths;
}

size_t Table::width() const {
  const std::vector<size_t> all = widths();
  return std::accumulate(all.begin(), all.end(), kGap * (all.size() - 1));
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const {
  std::string text;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = cut_to_cells(cells[i], widths[i]);
    const std::string padding(widths[i] - std::min(widths[i], cells_of(cell)), ' ');
    if (i != 0) text.append(kGap, ' ');
    text += columns_[i].align == Align::right ? padding + cell : cell + padding;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string Table::text(std::optional<size_t> width_max, const Palette& palette) const {
  std::vector<size_t> widths = this->widths();
  size_t excess = width_max && width() > *width_max ? width() - *width_max : 0;
  for (size_t i = 0; i < columns_.size() && excess > 0; ++i) {
    if (!columns_[i].width_min || widths[i] <= *columns_[i].width_min) continue;
    const size_t given = std::min(excess, widths[i] - *columns_[i].width_min);
    widths[i] -= given;
    excess -= given;
  }
  std::vector<std::string> titles;
  std::vector<std::string> rules;
  for (size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    std::string& rule = rules.emplace_back();
    for (size_t cell = 0; cell < widths[i]; ++cell) rule += signs().rule;
  }
  std::string text = palette.bold(line(titles, widths)) + "\n" + palette.dim(line(rules, widths)) + "\n";
  for (const auto& row : rows_) text += line(row, widths) + "\n";
  return text;
}

std::string wrapped(const std::vector<std::string>& items, std::string_view separator, size_t indent, size_t width) {
  std::string text;
  size_t cells = indent;
  for (size_t i = 0; i < items.size(); ++i) {
    const size_t item_cells = cells_of(items[i]);
    if (i != 0 && cells + cells_of(separator) + item_cells > width) {
      text.append("\n").append(indent, ' ');
      cells = indent;
    } else if (i != 0) {
      text += separator;
      cells += cells_of(separator);
    }
    text += items[i];
    cells += item_cells;
  }
  return text;
}

}  // namespace sluice::cli
