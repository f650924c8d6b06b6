#include "datasets/shard_size.h"

#include <algorithm>

namespace sluice {

namespace {

// Files must come to 0.95 to 1.02 times the wanted size. What is aimed at lies in the middle; what is enough, and what
// no step may go beyond, leave room for the hundredth that a settled forecast may be wrong by.
constexpr double kAim = 0.985;
constexpr double kEnough = 0.963;
constexpr double kMost = 1.008;
// Before anything is known: bloom filters may make a file longer than its rows are.
constexpr double kFirstStep = 0.5;
// A page that is not finished may come out so much longer than the one before it.
constexpr double kGuessMargin = 0.25;
// Rows become no longer in the file than they are, so a step of what is missing cannot go too far. That many steps of
// data that compress well would take too long (columns take turns at each, with cold caches): once the rows are this
// many times as long as the file is to be, steps grow with them.
constexpr double kSureRows = 16;
// Rows that became longer (bloom filters, levels) are held to what they have become; with some room, for the next ones
// may be longer yet.
constexpr double kRowsShare = 0.95;

}  // namespace

void ShardSize::start_file() {
  bytes_ = 0;
  bytes_left_ = static_cast<uint64_t>(kFirstStep * kAim * wanted_);
  has_grown_ = false;
}

void ShardSize::add(uint64_t bytes) {
  bytes_ += bytes;
  bytes_left_ -= std::min(bytes_left_, bytes);
  has_grown_ = true;
}

bool ShardSize::is_enough(const FileForecast& file) {
  has_grown_ = false;
  const double size = static_cast<double>(file.bytes) + kGuessMargin * static_cast<double>(file.guessed);
  if (size >= kEnough * wanted_) return true;
  const auto rows = static_cast<double>(bytes_);
  const double shrink = rows / std::max(static_cast<double>(file.bytes), 1.0);
  const double sure = (kMost * wanted_ - size) * std::min(shrink, 1.0) * kRowsShare;
  const double expected = (kAim * wanted_ - size) * shrink;
  const double grown = (kAim * wanted_ - size) * rows / wanted_ / kSureRows;
  bytes_left_ = static_cast<uint64_t>(std::max(std::min(sure, expected), grown));
  return false;
}

}  // namespace sluice
