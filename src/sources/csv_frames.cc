// Reads blocks and cuts them behind the last line end outside quotes. What follows it is carried over to the next
// block, and so is the state behind it: no byte is looked at twice.
#include "sources/csv_frames.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "sluice/error.h"
#include "sources/csv_dialect.h"
#include "sources/csv_fields.h"

namespace sluice {

namespace {

// How much is indexed at once to find the end of the first record.
constexpr size_t kFirstRecordBytes = 64 * 1024;

// Before one character and a line end.
constexpr std::string_view kSeparatorLine = "sep=";
constexpr size_t kSeparatorLineEnd = 3;

}  // namespace

CsvFrames::CsvFrames(Contents& contents, FrameLimits limits, const CsvOptions& options,
                     std::span<const std::string> declared)
    : contents_(contents), limits_(std::move(limits)), options_(options), declared_(declared), text_(contents) {
  if (options_.record_bytes_max < limits_.record_bytes_max) {
    limits_.record_bytes_max = options_.record_bytes_max;
    limits_.reason = "";
    limits_.hint = "";
  }
  // A block that cannot hold a record longer than the limit finds every such record: it has to grow for it.
  limits_.block_bytes = std::clamp<uint64_t>(limits_.block_bytes, 1, limits_.record_bytes_max + 1);
  if (as_text(contents_.peek(kByteOrderMark.size())) == kByteOrderMark) text_.skip(kByteOrderMark.size());
  take_separator_line();
  // Of a slow pipe that is not to be waited for, a line must do.
  const ByteSpan sample = limits_.patience ? contents_.peek_line(kCsvSampleBytes) : contents_.peek(kCsvSampleBytes);
  dialect_ = guess_dialect(as_text(sample), sample.size() < kCsvSampleBytes, options_);
  if (limits_.patience) contents_.set_patience(*limits_.patience);
}

// Spreadsheets write "sep=;" before the header, and take it for no record. What the caller says counts for more.
void CsvFrames::take_separator_line() {
  const std::string_view start = as_text(contents_.peek(kSeparatorLine.size() + kSeparatorLineEnd));
  if (!start.starts_with(kSeparatorLine)) return;
  const std::string_view line = start.substr(0, start.find('\n'));
  const size_t size = line.size() - (line.ends_with('\r') ? 1 : 0);
  if (line.size() == start.size() || size != kSeparatorLine.size() + 1 || !is_delimiter(line[size - 1])) return;
  const char separator = line[size - 1];
  if (options_.delimiter == 0 && separator != options_.quote) options_.delimiter = separator;
  text_.skip(line.size() + 1);
}

RecordFrames::Step CsvFrames::next(RecordBlock& block) {
  for (;;) {
    const Step step = long_line_ ? pass_over_line(block) : cut_block(block);
    if (step != Step::block || block.passed_over) return step;
    if (!shape_ && !find_shape(block)) continue;
    block.csv = shape_;
    return step;
  }
}

RecordFrames::Step CsvFrames::cut_block(RecordBlock& block) {
  size_t size = text_.begin(block);
  size_t searched = text_.searched();
  size_t cut = 0;
  for (uint64_t room = std::max<uint64_t>(limits_.block_bytes, size);; room *= 2) {
    room = std::min(room, limits_.record_bytes_max + 1);
    size = text_.fill(block, size, room);
    cut = behind_last_record(block.bytes.view().data(), searched, size, dialect_, state_);
    searched = size;
    if (cut > 0 || text_.at_end()) break;
    if (text_.paused()) {
      text_.keep_for_later(block, size);
      return Step::pause;
    }
    if (size > limits_.record_bytes_max) return refuse_long_record(block, size);
  }
  if (size == 0) return Step::end;
  if (cut > 0) {
    text_.end_block(block, cut, size);
    return Step::block;
  }
  // The last record, without its '\n'.
  if (limits_.is_cut_off && limits_.is_cut_off()) return Step::end;
  if (state_ == CsvState::quoted) return refuse_open_quote(block, size);
  if (size > limits_.record_bytes_max) return refuse_long_record(block, size);
  text_.end_last_block(block, size);
  state_ = CsvState::field_start;
  return Step::block;
}

// Makes the names of the columns from the first record that is no blank line. False when the block has none.
bool CsvFrames::find_shape(RecordBlock& block) {
  const std::string_view text = block.text();
  CsvIndex index;
  CsvState state = CsvState::field_start;
  size_t line = 0;
  size_t first = 0;  // of the ends of the record
  size_t begin = 0;  // of its text
  for (size_t scanned = 0; scanned < text.size();) {
    const size_t to = scanned + std::min(kFirstRecordBytes, text.size() - scanned);
    index_csv(text.data(), scanned, to, dialect_, state, index);
    scanned = to;
    for (; line < index.lines.size(); ++line) {
      const size_t last = index.lines[line];
      const size_t end = index.ends[last];
      const std::string_view record = text.substr(begin, end - begin);
      if (!record.empty() && record != "\r") {
        try {
          shape_ = std::make_shared<const CsvShape>(read_shape(text.substr(0, end), index, first, last));
        } catch (const Error& error) {
          throw of_source(error, contents_.name());
        }
        block.begin = options_.header ? end + 1 : begin;
        return true;
      }
      first = last + 1;
      begin = end + 1;
    }
  }
  return false;
}

// `text` ends with the record; its ends are first to last of the index.
CsvShape CsvFrames::read_shape(std::string_view text, const CsvIndex& index, size_t first, size_t last) const {
  const size_t columns = last + 1 - first;
  if (columns > kCsvColumnsMax)
    throw Error(ErrorCode::data, "the first record has " + std::to_string(columns) + " fields; at most " +
                                     std::to_string(kCsvColumnsMax) + " are read");
  if (!options_.header) return make_shape_by_place(dialect_, columns, declared_);
  if (!index.irregular.empty() && index.irregular.front() < text.size())
    throw Error(ErrorCode::data, text[index.irregular.front()] == '\r'
                                     ? "the header has a carriage return outside of quotes that no line feed follows"
                                     : "the header has a quote inside a name that does not begin with one");
  std::vector<std::string> names(columns);
  const CsvFields fields(dialect_, {});
  Bytes scratch;
  size_t begin = first == 0 ? 0 : index.ends[first - 1] + size_t{1};
  for (size_t i = 0; i < columns; ++i) {
    std::string_view name = text.substr(begin, index.ends[first + i] - begin);
    begin = index.ends[first + i] + size_t{1};
    if (i + 1 == columns && name.ends_with('\r')) name.remove_suffix(1);
    if (fields.is_quoted(name)) {
      const auto content = fields.unquoted(name, scratch);
      if (!content)
        throw Error(ErrorCode::data, "the header has text behind the closing quote of column " + std::to_string(i + 1));
      name = *content;
    }
    names[i] = std::string(name);
  }
  return make_shape(dialect_, std::move(names), options_);
}

RecordFrames::Step CsvFrames::refuse_long_record(RecordBlock& block, size_t size) {
  fault_ = limits_.too_long("record");
  fault_.byte = block.offset;
  if (const auto quote = open_quote(block.bytes.view().substr(0, size))) {
    fault_.sentence += "; the quote at byte " + std::to_string(block.offset + *quote) + " is not closed in it";
  }
  return go_on_behind_line(block, size);
}

RecordFrames::Step CsvFrames::refuse_open_quote(RecordBlock& block, size_t size) {
  fault_ = {.malformed = true, .sentence = "a field begins with a quote that is never closed"};
  fault_.hint = "--quote none takes quotes as text.";
  fault_.byte = block.offset + open_quote(block.bytes.view().substr(0, size)).value_or(0);
  return go_on_behind_line(block, size);
}

// Of the record, which has `size` bytes and more, only the first line is passed over: mostly a quote is to blame. No
// line is gone through more than twice: a quote that opens behind it would have closed the first one.
RecordFrames::Step CsvFrames::go_on_behind_line(RecordBlock& block, size_t size) {
  if (!limits_.passes_over || !shape_) return Step::fault;
  const std::string_view text = block.bytes.view().substr(0, size);
  const size_t line_end = std::min(text.find('\n'), size);
  fault_.sentence += "; its first line is left out, and reading goes on behind it";
  Reject reject{fault_, std::string(text.substr(0, std::min(line_end, kLongRecordBytesKept)))};
  if (reject.text.ends_with('\r')) reject.text.pop_back();
  text_.leave_out(block, std::min(line_end + 1, size), size);
  state_ = CsvState::field_start;
  if (line_end == size) {
    long_line_ = std::move(reject);
    return pass_over_line(block);
  }
  pass_over(block, std::move(reject), text_.offset(), text_.bytes_read());
  return Step::block;
}

RecordFrames::Step CsvFrames::pass_over_line(RecordBlock& block) {
  if (!text_.leave_out_line(block, limits_.block_bytes)) return Step::pause;
  pass_over(block, std::move(*long_line_), text_.offset(), text_.bytes_read());
  long_line_.reset();
  return Step::block;
}

// Where the quotes begin that `text`, which begins with a record, ends in.
std::optional<size_t> CsvFrames::open_quote(std::string_view text) const {
  CsvState state = CsvState::field_start;
  std::optional<size_t> opened;
  for (size_t i = 0; i < text.size(); ++i) {
    if (state == CsvState::field_start) opened = i;
    state = csv_state_behind(state, text[i], dialect_);
  }
  return state == CsvState::quoted ? opened : std::nullopt;
}

}  // namespace sluice
