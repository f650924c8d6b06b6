// Where the pages of one column chunk come from, in the order of the file: a file (files/page_cursor.h), or bytes in
// tests. Asked once a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "format/page_header.h"

namespace sluice {

struct OpenPage;

/// Of a data page, where an offset index tells before anything is read.
struct PlannedPage {
  int64_t first_row = 0;
  int64_t end_row = 0;
};

class PageSource {
 public:
  virtual ~PageSource() = default;

  /// What the offset index says of the next page; nothing without one, before a dictionary page, and at the end.
  virtual std::optional<PlannedPage> planned() const = 0;
  /// Goes past the next page without reading it. Requires planned().
  virtual void pass_planned() = 0;

  /// The header of the next page, held against the offset index where there is one; null at the end. Stays until the
  /// next call. Throws Error{io}, Error{corrupt}.
  virtual const PlacedPageHeader* next() = 0;
  /// The stored bytes behind that header; they stay until the next call of any kind. Throws Error{io}.
  virtual ByteSpan body() = 0;
  /// The data page at hand, where the source has it opened already: then nobody needs the body. Stays as that does.
  /// Throws Error{io}, and PageFault as PageReader::reopen does.
  virtual const OpenPage* opened() { return nullptr; }
  /// Where that header begins, in the file.
  virtual uint64_t offset() const = 0;
};

}  // namespace sluice
