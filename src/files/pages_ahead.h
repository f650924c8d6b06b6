// The pages of one chunk, fetched and unpacked by other threads before they are asked for. Columns are read side by
// side, each by one thread at a time: where one of them has most of a row group's bytes, the others are soon done, and
// its pages are all that is left to share out.
//
//   PagesAhead pages(file, cursor, {rules, 6_MiB, has_idle_thread, post});
//   ChunkReader reader(leaf, form, facts, pages, context);      // reads headers and pages in order, as ever
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "files/page_cursor.h"
#include "pages/page_reader.h"
#include "pages/page_source.h"
#include "storage/input.h"

namespace sluice {

struct PagesAheadOptions {
  PageRules rules{};
  /// Of pages, as stored and unpacked, that wait to be asked for; the one that passes it is the last.
  uint64_t bytes_max = 0;
  /// Whether somebody has, or soon will have, time for a page; else it is left to who asks for it.
  std::function<bool()> has_idle_thread{};
  /// Has a task run by any thread, at any time: it owns what it needs.
  std::function<void(std::function<void()>)> post{};
};

/// One thread at a time. Headers are walked through on that thread, in order, so all that the cursor checks is checked;
/// what is wrong with a page, or behind it, is told when it is asked for.
class PagesAhead final : public PageSource {
 public:
  /// `cursor` must be at the chunk's beginning and have no offset index; nobody else uses it. Both must outlive this.
  PagesAhead(const RandomReader& file, PageCursor& cursor, PagesAheadOptions options);
  /// Waits for pages that are under way.
  ~PagesAhead() override;

  std::optional<PlannedPage> planned() const override { return std::nullopt; }
  void pass_planned() override {}
  const PlacedPageHeader* next() override;
  ByteSpan body() override;
  const OpenPage* opened() override;
  uint64_t offset() const override;

  /// Of pages; the cursor has its own.
  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t memory_bytes() const;
  /// Lets go of what can be fetched again, and looks ahead no more: memory is short.
  void release_memory();

 private:
  struct Slot;

  void look_ahead();
  void add(const PlacedPageHeader& placed);

  const RandomReader& file_;
  PageCursor& cursor_;
  const PagesAheadOptions options_;
  std::vector<std::shared_ptr<Slot>> slots_;  ///< all there are; tasks that come too late may hold them too
  std::vector<std::shared_ptr<Slot>> free_;
  std::deque<std::shared_ptr<Slot>> queue_;  ///< the page at hand in front
  uint64_t queued_bytes_ = 0;
  uint64_t bytes_read_ = 0;
  bool is_at_end_ = false;
  bool looks_ahead_ = true;
  std::exception_ptr error_;  ///< behind the last page of the queue
};

}  // namespace sluice
