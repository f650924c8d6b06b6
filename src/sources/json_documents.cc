// Steps from record to record; everything between them is looked at byte by byte, which is little. A fault behind whole
// records waits until these have been delivered: then the same byte is met again, at the beginning of a block.
#include "sources/json_documents.h"

#include <algorithm>
#include <cstring>

#include "sources/json_walk.h"

namespace sluice {
namespace {

// Stops of a block need not be closer: a reader takes a few at once.
constexpr size_t kStopBytes = 4_KiB;

bool begins_container(char c) { return c == '{' || c == '['; }

}  // namespace

JsonDocuments::JsonDocuments(Contents& contents, FrameLimits limits, std::vector<std::string> steps, int depth_max)
    : limits_(std::move(limits)),
      has_steps_(!steps.empty()),
      depth_max_(depth_max),
      input_(contents),
      envelope_(input_, std::move(steps), depth_max, limits_.record_bytes_max) {
  limits_.block_bytes = std::clamp<uint64_t>(limits_.block_bytes, 1, limits_.record_bytes_max + 1);
  if (limits_.patience) contents.set_patience(*limits_.patience);
}

RecordFrames::Step JsonDocuments::next(RecordBlock& block) {
  try {
    for (;;) {
      if (place_ == Place::behind_records) {
        envelope_.leave();
        place_ = Place::outside;
      }
      if (place_ == Place::outside) {
        if (!input_.take_blanks_in_time()) return Step::pause;
        if (!enter_document()) return Step::end;
      }
      if (cut_block(block)) return Step::block;
      if (input_waits_) return Step::pause;
    }
  } catch (const RecordFault& fault) {
    fault_ = fault;
    return Step::fault;
  }
}

// False at the end of the text.
bool JsonDocuments::enter_document() {
  if (input_.peek() == JsonInput::kEnd) return false;
  const uint64_t begin = input_.offset();
  if (envelope_.enter() == JsonEnvelope::Records::array) {
    place_ = Place::first_element;
  } else if (has_steps_) {
    place_ = Place::only_record;
  } else {
    if (has_entered_)
      throw RecordFault{.malformed = true, .sentence = "the text goes on behind the array", .byte = begin};
    place_ = Place::document;
  }
  has_entered_ = true;
  return true;
}

// False when no more records come at this place, or none has come in time.
bool JsonDocuments::cut_block(RecordBlock& block) {
  block.offset = input_.offset();
  block.stops.clear();
  at_ = end_ = 0;
  in_record_ = false;
  size_t size = 0;
  for (uint64_t room = limits_.block_bytes;;) {
    block.bytes.resize(room + kBlockPadding);
    size = input_.take_block(block.bytes, size, room);
    std::memset(block.bytes.data() + size, ' ', kBlockPadding);
    input_waits_ = size < room && input_.paused();
    input_ends_ = size < room && !input_waits_;
    const Stop stop = scan(block, size);
    if (end_ > 0 || stop == Stop::records_end) return finish_block(block, size);
    if (stop == Stop::bad_byte) refuse_byte(block);
    if (in_record_ && size - at_ > limits_.record_bytes_max) return pass_over_record(block, size);
    if (input_waits_) return finish_block(block, size);
    if (input_ends_) {
      if (in_record_ || place_ != Place::document) refuse_end(block, size);
      place_ = Place::outside;
      return false;
    }
    if (in_record_) {
      room = std::min(2 * room, at_ + limits_.record_bytes_max + 1);
    } else {  // nothing but blanks: they need no room
      block.offset += size;
      at_ = size = 0;
    }
  }
}

// Gives back what does not belong to the block. False when that is everything.
bool JsonDocuments::finish_block(RecordBlock& block, size_t size) {
  input_.give_back(ByteSpan(block.bytes).subspan(at_, size - at_));
  if (end_ == 0) return false;
  block.begin = first_;
  end_records_with_line(block, end_);
  block.bytes_read = input_.bytes_read();
  return true;
}

// Goes through the bytes that are there, never Stop::none.
JsonDocuments::Stop JsonDocuments::scan(RecordBlock& block, size_t size) {
  const std::string_view text = block.bytes.view().substr(0, size);
  for (;;) {
    if (!in_record_) {
      if (at_ == size) return Stop::text_ends;
      if (is_json_blank(text[at_]) || (text[at_] == ',' && place_ == Place::behind_element)) {
        pass_separator(block);
        continue;
      }
      if (const Stop stop = begin_record(text[at_]); stop != Stop::none) return stop;
    }
    if (const Stop stop = end_record(text); stop != Stop::none) return stop;
  }
}

JsonDocuments::Stop JsonDocuments::begin_record(char c) {
  if (c == ']' && (place_ == Place::behind_element || place_ == Place::first_element)) {
    ++at_;
    place_ = Place::behind_records;
    return Stop::records_end;
  }
  const bool begins_value = begins_container(c) || c == '"' || is_json_scalar(c);
  if (place_ == Place::behind_element || !begins_value) return Stop::bad_byte;
  in_record_ = true;
  extent_.restart();
  return Stop::none;
}

JsonDocuments::Stop JsonDocuments::end_record(std::string_view text) {
  const size_t size = record_bytes(text.substr(at_));
  if (size == 0 || size > limits_.record_bytes_max) return Stop::text_ends;
  const size_t end = at_ + size;
  in_record_ = false;
  // A number or word with something else at its end would be one token for its reader.
  if (is_json_scalar(text[at_]) && end < text.size() && !ends_scalar(text[end])) return Stop::bad_byte;
  if (end_ == 0) first_ = at_;
  end_ = at_ = end;
  leave_record();
  return place_ == Place::behind_records ? Stop::records_end : Stop::none;
}

void JsonDocuments::leave_record() {
  if (place_ == Place::only_record)
    place_ = Place::behind_records;
  else if (place_ != Place::document)
    place_ = Place::behind_element;
}

// The size of the record that `text` begins with; 0 when it may go on behind it.
size_t JsonDocuments::record_bytes(std::string_view text) {
  if (begins_container(text[0])) return extent_.find_end(text);
  const size_t size = json_value_bytes(text);
  return size == text.size() && is_json_scalar(text[0]) && !input_ends_ ? 0 : size;
}

// Readers stop best where a '\n' ends a record, as if it were a line.
void JsonDocuments::pass_separator(RecordBlock& block) {
  std::byte& byte = block.bytes.data()[at_];
  if (byte == std::byte{','}) place_ = Place::element;
  if (byte == std::byte{','} || at_ == end_) byte = std::byte{'\n'};
  ++at_;
  const size_t last_stop = block.stops.empty() ? 0 : block.stops.back();
  if (at_ == end_ + 1 && at_ - last_stop >= kStopBytes) block.stops.push_back(at_);
}

void JsonDocuments::refuse_byte(const RecordBlock& block) const {
  throw RecordFault{
      .malformed = true,
      .sentence = place_ == Place::behind_element ? "expected ',' or ']' behind a record" : "expected a JSON object",
      .byte = block.offset + at_};
}

RecordFault JsonDocuments::long_record(const RecordBlock& block) const {
  RecordFault fault = limits_.too_long("record");
  fault.byte = block.offset + at_;
  if (place_ == Place::document) fault.hint += " If it holds its records in an array, --records /NAME leads to them.";
  return fault;
}

// Follows the brackets of a record that is too long to its end, and forgets what is between them.
bool JsonDocuments::pass_over_record(RecordBlock& block, size_t size) {
  RecordFault fault = long_record(block);
  std::string_view text = block.bytes.view().substr(at_, size - at_);
  if (!limits_.passes_over || !begins_container(text[0])) throw RecordFault(std::move(fault));
  Reject reject{std::move(fault), std::string(text.substr(0, kLongRecordBytesKept))};
  size_t end = extent_.find_end(text);
  while (end == 0) {
    const size_t known = text.size() - extent_.forget();
    std::memmove(block.bytes.data(), text.data() + text.size() - known, known);
    const size_t room = known + limits_.block_bytes;
    block.bytes.resize(room + kBlockPadding);
    do size = input_.take_block(block.bytes, known, room);
    while (size == known && input_.paused());
    if (size == known)
      throw RecordFault{.malformed = true, .sentence = "the text ends inside the record", .byte = reject.fault.byte};
    std::memset(block.bytes.data() + size, ' ', kBlockPadding);
    text = block.bytes.view().substr(0, size);
    end = extent_.find_end(text);
  }
  input_.give_back(as_bytes(text.substr(end)));
  in_record_ = false;
  leave_record();
  pass_over(block, std::move(reject), input_.offset(), input_.bytes_read());
  return true;
}

// Text that was cut off, or a bracket that was never closed: then the record has a fault of its own before the end.
void JsonDocuments::refuse_end(RecordBlock& block, size_t size) const {
  if (!in_record_)
    throw RecordFault{.malformed = true, .sentence = "the text ends inside the array", .byte = block.offset + size};
  block.begin = at_;
  end_records_with_line(block, size);
  JsonWalk walk(depth_max_, RecordLayout::documents);
  try {
    walk.each_record(block, block.text(), [&](Token token) { return walk.skip(token, 0); });
  } catch (const RecordFault& fault) {
    const std::string_view behind = block.text().substr(fault.byte - (block.offset + block.begin));
    if (behind.substr(1).find_first_of(",]}") != std::string_view::npos) throw;
  }
  throw RecordFault{.malformed = true, .sentence = "the text ends inside the record", .byte = block.offset + at_};
}

}  // namespace sluice
