#include "sources/csv_scan.h"

#include <bit>
#include <cstring>

#include "base/byte_vector.h"

namespace sluice {
namespace {

constexpr size_t kWordBytes = 64;

/// Bits of the bytes that equal `byte`, the first byte lowest.
uint64_t equal_bits(const char* from, char byte) {
  const auto wanted = static_cast<uint8_t>(byte);
  uint64_t bits = 0;
  for (size_t i = 0; i < kWordBytes; i += kVectorBytes) bits |= uint64_t{bits_of(load_vector(from + i) == wanted)} << i;
  return bits;
}

// Bit i of the result is the parity of the bits 0 to i.
inline uint64_t prefix_parity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// What the quotes of a word mean.
struct Quotes {
  uint64_t inside;  // bytes in quotes, opening quotes among them
  uint64_t stray;   // quotes that neither open nor close
};

inline Quotes read_quotes(uint64_t quotes, uint64_t separators, CsvState state) {
  const uint64_t inside = prefix_parity(quotes) ^ (state == CsvState::quoted ? ~uint64_t{0} : 0);
  const bool may_open = state == CsvState::field_start || state == CsvState::closed;
  const uint64_t opening_places = (separators | quotes) << 1 | (may_open ? 1 : 0);
  return {inside, quotes & inside & ~opening_places};
}

inline CsvState state_behind_word(const Quotes& found, uint64_t quotes, uint64_t separators) {
  constexpr int kLast = kWordBytes - 1;
  if (found.inside >> kLast != 0) return CsvState::quoted;
  if (quotes >> kLast != 0) return CsvState::closed;
  return separators >> kLast != 0 ? CsvState::field_start : CsvState::unquoted;
}

struct Word {
  uint64_t separators;  // that end fields
  uint64_t lines;       // those of them that are '\n'
  uint64_t irregular;
};

// The table of csv_scan.h, byte by byte.
Word read_slowly(const char* text, size_t count, const CsvDialect& dialect, CsvState& state) {
  Word word{};
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bit = uint64_t{1} << i;
    const bool is_outside = state != CsvState::quoted;
    const bool is_quote = dialect.has_quotes && text[i] == dialect.quote;
    if (is_outside && (text[i] == dialect.delimiter || text[i] == '\n')) word.separators |= bit;
    if (is_outside && text[i] == '\n') word.lines |= bit;
    if (is_quote && state == CsvState::unquoted) word.irregular |= bit;
    if (is_outside && text[i] == '\r' && text[i + 1] != '\n') word.irregular |= bit;
    state = csv_state_behind(state, text[i], dialect);
  }
  return word;
}

inline Word read_word(const char* text, const CsvDialect& dialect, CsvState& state) {
  const uint64_t lines = equal_bits(text, '\n');
  const uint64_t separators = equal_bits(text, dialect.delimiter) | lines;
  const uint64_t returns = equal_bits(text, '\r');
  const uint64_t quotes = dialect.has_quotes ? equal_bits(text, dialect.quote) : 0;
  const Quotes found = read_quotes(quotes, separators, state);
  if (found.stray != 0) [[unlikely]]
    return read_slowly(text, kWordBytes, dialect, state);
  state = state_behind_word(found, quotes, separators);
  Word word{separators & ~found.inside, lines & ~found.inside, 0};
  if (returns != 0) {
    const uint64_t line_next = lines >> 1 | uint64_t{text[kWordBytes] == '\n'} << (kWordBytes - 1);
    word.irregular = returns & ~found.inside & ~line_next;
  }
  return word;
}

// Writes eight at a time, because most words have less, and what is too much is written over.
inline uint32_t* append_positions(uint64_t bits, uint32_t base, uint32_t* out) {
  const auto count = std::popcount(bits);
  for (int done = 0; done < count; done += 8)
    for (int i = 0; i < 8; ++i) {
      out[done + i] = base + static_cast<uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  return out + count;
}

void index_words(const char* text, size_t from, size_t to, const CsvDialect& dialect, CsvState& state,
                 CsvIndex& index) {
  // As many as there are bytes, and eight that are written over.
  if (index.ends.size() < index.end_count + (to - from) + 8) index.ends.resize(index.end_count + (to - from) + 8);
  const CsvDialect own = dialect;  // known not to be written to
  CsvState at = state;
  uint32_t* const begin = index.ends.data();
  uint32_t* out = begin + index.end_count;
  for (size_t place = from; place < to; place += kWordBytes) {
    const Word word =
        to - place >= kWordBytes ? read_word(text + place, own, at) : read_slowly(text + place, to - place, own, at);
    const auto base = static_cast<uint32_t>(place);
    for (uint64_t lines = word.lines; lines != 0; lines &= lines - 1) {
      const uint64_t before = (lines & -lines) - 1;
      index.lines.push_back(static_cast<uint32_t>(out - begin + std::popcount(word.separators & before)));
    }
    for (uint64_t bits = word.irregular; bits != 0; bits &= bits - 1)
      index.irregular.push_back(base + static_cast<uint32_t>(std::countr_zero(bits)));
    out = append_positions(word.separators, base, out);
  }
  index.end_count = static_cast<size_t>(out - begin);
  state = at;
}

// Without quotes in it, a word needs but a look for '\n'.
size_t last_record(const char* text, size_t from, size_t to, const CsvDialect& dialect, CsvState& state) {
  const CsvDialect own = dialect;
  CsvState at = state;
  size_t behind = 0;
  size_t place = from;
  for (; to - place >= kWordBytes; place += kWordBytes) {
    const char* const word = text + place;
    const uint64_t quotes = own.has_quotes ? equal_bits(word, own.quote) : 0;
    uint64_t lines = equal_bits(word, '\n');
    if (quotes == 0) {
      if (at == CsvState::quoted) continue;
      at = csv_state_behind(CsvState::unquoted, word[kWordBytes - 1], own);
    } else {
      const uint64_t separators = equal_bits(word, own.delimiter) | lines;
      const Quotes found = read_quotes(quotes, separators, at);
      if (found.stray != 0) [[unlikely]] {
        lines = read_slowly(word, kWordBytes, own, at).lines;
      } else {
        lines &= ~found.inside;
        at = state_behind_word(found, quotes, separators);
      }
    }
    if (lines != 0) behind = place + kWordBytes - static_cast<size_t>(std::countl_zero(lines));
  }
  for (; place < to; ++place) {
    if (at != CsvState::quoted && text[place] == '\n') behind = place + 1;
    at = csv_state_behind(at, text[place], own);
  }
  state = at;
  return behind;
}

// The same once more for machines whose instructions count bits and find the lowest one.
#if defined(__x86_64__)
[[gnu::target("arch=x86-64-v3"), gnu::flatten]] void index_words_v3(const char* text, size_t from, size_t to,
                                                                    const CsvDialect& dialect, CsvState& state,
                                                                    CsvIndex& index) {
  index_words(text, from, to, dialect, state, index);
}

[[gnu::target("arch=x86-64-v3"), gnu::flatten]] size_t last_record_v3(const char* text, size_t from, size_t to,
                                                                      const CsvDialect& dialect, CsvState& state) {
  return last_record(text, from, to, dialect, state);
}
#endif

std::vector<CsvScan> scans_of_this_machine() {
  std::vector<CsvScan> scans;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("x86-64-v3")) scans.push_back({"x86-64-v3", &index_words_v3, &last_record_v3});
#endif
  scans.push_back({"any", &index_words, &last_record});
  return scans;
}

}  // namespace

std::span<const CsvScan> csv_scans() {
  static const std::vector<CsvScan> scans = scans_of_this_machine();
  return scans;
}

void CsvIndex::clear() {
  end_count = 0;
  lines.clear();
  irregular.clear();
}

CsvState csv_state_behind(CsvState state, char byte, const CsvDialect& dialect) {
  const bool is_quote = dialect.has_quotes && byte == dialect.quote;
  if (state == CsvState::quoted) return is_quote ? CsvState::closed : CsvState::quoted;
  if (is_quote) return state == CsvState::unquoted ? CsvState::unquoted : CsvState::quoted;
  return byte == dialect.delimiter || byte == '\n' ? CsvState::field_start : CsvState::unquoted;
}

void index_csv(const char* text, size_t from, size_t to, const CsvDialect& dialect, CsvState& state, CsvIndex& index) {
  csv_scans().front().index(text, from, to, dialect, state, index);
}

size_t behind_last_record(const char* text, size_t from, size_t to, const CsvDialect& dialect, CsvState& state) {
  return csv_scans().front().behind_last_record(text, from, to, dialect, state);
}

}  // namespace sluice
