// One line of progress; see progress_line.h.
#include "progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "output.h"
#include "sluice/units.h"
#include "terminal.h"

namespace sluice::cli {
namespace {

constexpr double kDrawInterval = 0.1;
constexpr double kPlainInterval = 1.0;
constexpr double kRateSeconds = 2.0;
constexpr double kQuietSeconds = 0.3;
constexpr size_t kNarrowWidth = 60;
constexpr size_t kBarCellsMin = 6;
constexpr size_t kBarCellsMax = 28;

double share_done(const Progress& progress) {
  const double total = static_cast<double>(*progress.bytes_total);
  return total > 0 ? std::min(static_cast<double>(progress.bytes_read) / total, 0.99) : 0.99;
}

/// "1.9", "GiB": both numbers of "1.9 of 3.1 GiB" mostly have one unit.
std::pair<std::string, std::string> split_unit(const std::string& bytes) {
  const size_t blank = bytes.find(' ');
  return {bytes.substr(0, blank), bytes.substr(blank + 1)};
}

std::string read_of_total(const Progress& progress, std::string_view between) {
  if (!progress.bytes_total) return format_bytes(progress.bytes_read);
  const auto [read, read_unit] = split_unit(format_bytes(progress.bytes_read));
  const auto [total, total_unit] = split_unit(format_bytes(*progress.bytes_total));
  return read + (read_unit == total_unit ? "" : " " + read_unit) + std::string(between) + total + " " + total_unit;
}

std::string per_second(double bytes) { return format_bytes(static_cast<uint64_t>(bytes)) + "/s"; }

/// What is left, where the size of the source tells it; else how long it has taken.
std::string clock(const Progress& progress, double bytes_per_second) {
  if (!progress.bytes_total || bytes_per_second < 1) return format_clock(progress.seconds);
  const uint64_t left = *progress.bytes_total - std::min(*progress.bytes_total, progress.bytes_read);
  return format_clock(static_cast<double>(left) / bytes_per_second) + " left";
}

std::string percent(const Progress& progress) { return fmt::format("{:.0f} %", 100 * share_done(progress) - 0.499); }

std::string bar(double share, size_t cells) {
  const auto full = static_cast<size_t>(share * static_cast<double>(cells));
  std::string text;
  for (size_t i = 0; i < full; ++i) text += signs().bar;
  if (full < cells) text += signs().bar_end;
  return text.append(cells - std::min(cells, full + 1), ' ');
}

std::string phase_words(const Progress& progress) {
  switch (progress.phase) {
    case ProgressPhase::inferring: return "reading the first records";
    case ProgressPhase::finishing: return "finishing the file";
    case ProgressPhase::writing: break;
  }
  return "";
}

/// For other programs' logs: plain numbers.
std::string plain(const Progress& progress, double bytes_per_second) {
  std::string text = "progress: ";
  if (const std::string words = phase_words(progress); !words.empty()) return text + words + "\n";
  if (progress.bytes_total) text += percent(progress) + " ";
  text += read_of_total(progress, "/") + fmt::format(", {} rows, {}", progress.rows, per_second(bytes_per_second));
  return text + "\n";
}

}  // namespace

ProgressLine::ProgressLine(std::string source, When when)
    : source_(printable(source)),
      on_(when == When::always || (when == When::automatic && is_terminal(STDERR_FILENO))),
      on_terminal_(is_terminal(STDERR_FILENO)),
      quiet_seconds_(when == When::automatic ? kQuietSeconds : 0) {}

void ProgressLine::show(const Progress& progress) {
  if (!on_) return;
  const double bytes_per_second = rate(progress);
  if (progress.seconds < next_ || progress.seconds < quiet_seconds_) return;
  next_ = progress.seconds + (on_terminal_ ? kDrawInterval : kPlainInterval);
  if (!on_terminal_) return write_words(plain(progress, bytes_per_second));
  // The last column stays free: some terminals break the line when it is filled.
  const size_t width = std::max<size_t>(*terminal_width(STDERR_FILENO), 2) - 1;
  const std::string text = cut_to_cells(drawn(progress, bytes_per_second, width), width);
  const size_t cells = cells_of(text);
  write_words("\r" + text + std::string(std::max(cells_, cells) - cells, ' '));
  cells_ = cells;
}

void ProgressLine::clear() {
  if (cells_ == 0) return;
  write_words("\r" + std::string(cells_, ' ') + "\r");
  cells_ = 0;
}

double ProgressLine::rate(const Progress& progress) {
  samples_.push_back({progress.seconds, progress.bytes_read});
  while (samples_.size() > 2 && samples_[1].seconds <= progress.seconds - kRateSeconds) samples_.pop_front();
  const double seconds = progress.seconds - samples_.front().seconds;
  if (seconds <= 0) return progress.seconds > 0 ? static_cast<double>(progress.bytes_read) / progress.seconds : 0;
  return static_cast<double>(progress.bytes_read - samples_.front().bytes) / seconds;
}

std::string ProgressLine::drawn(const Progress& progress, double bytes_per_second, size_t width) const {
  const std::string words = phase_words(progress);
  const std::string dots(words.empty() ? "" : " " + std::string(signs().ellipsis));
  if (progress.phase == ProgressPhase::inferring) return source_ + "  " + words + dots;
  if (!words.empty()) return source_ + "  99 %  " + words + dots;
  const std::string speed = per_second(bytes_per_second);
  const std::string time = clock(progress, bytes_per_second);
  if (width < kNarrowWidth) {
    const std::string share = progress.bytes_total ? percent(progress) + " " : "";
    return share + read_of_total(progress, "/") + " " + speed + " " + time;
  }
  std::string text = read_of_total(progress, " of ");
  if (progress.bytes_total) text = percent(progress) + "  " + text;
  const std::string rows = "  " + format_count(progress.rows) + " rows";
  const std::string out = "  out " + format_bytes(progress.bytes_written);
  const std::string tail = "  " + speed + "  " + time;
  text += cells_of(text + rows + tail) <= width ? rows + tail : tail;
  if (cells_of(text + out) <= width) text += out;
  if (const size_t cells = cells_of(source_) + 2; cells + cells_of(text) <= width) {
    const size_t room = width - cells - cells_of(text);
    const bool has_bar = progress.bytes_total && room >= kBarCellsMin + 2;
    text = source_ + "  " + (has_bar ? bar(share_done(progress), std::min(room - 2, kBarCellsMax)) + "  " : "") + text;
  }
  return text;
}

}  // namespace sluice::cli
