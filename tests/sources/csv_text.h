// What the tests of CSV share: text as a source of records, and a parser of their own that goes through the whole text
// character by character.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/csv_format.h"
#include "sources/source_text.h"

namespace sluice::test {

struct CsvReading {
  Reading reading{};
  CsvOptions csv{};
};

/// All that came of CSV text, and of the records that were left out.
struct DeliveredCsv : Delivered {
  std::vector<std::string> bad_texts{};
  std::vector<std::string> bad_reasons{};
  std::vector<int64_t> bad_numbers{};
};

inline DeliveredCsv deliver_csv_files(const std::vector<std::string>& paths, CsvReading how = {}) {
  DeliveredCsv all;
  how.reading.options.runtime = std::make_shared<Runtime>(
      RuntimeOptions{.threads = how.reading.threads, .memory_bytes = how.reading.memory_bytes});
  how.reading.options.on_bad_record = [&all](const BadRecord& bad) {
    all.bad_texts.emplace_back(bad.text);
    all.bad_reasons.emplace_back(bad.reason);
    all.bad_numbers.push_back(bad.record);
  };
  try {
    std::vector<SourceText> sources;
    for (const std::string& path : paths) sources.push_back({path, std::nullopt});
    RecordSource stream(std::move(sources), std::make_unique<CsvFormat>(how.csv, how.reading.options.schema),
                        how.reading.options, how.reading.block_bytes);
    while (const auto next = stream.next())
      for (int64_t row = 0; row < next->batch.rows(); ++row) all.rows.push_back(row_text(next->batch, row));
    all.schema = stream.schema();
    all.notes = stream.notes();
    all.bytes_read = stream.bytes_read();
    all.extra_values = stream.extra_values();
  } catch (const Error& error) {
    all.error = error;
  }
  return all;
}

inline DeliveredCsv deliver_csv(std::string_view text, CsvReading how = {}) {
  const TextFile file(text);
  return deliver_csv_files({file.path()}, std::move(how));
}

/// Reads by a declared schema.
inline DeliveredCsv deliver_csv_as(std::string_view schema, std::string_view text, CsvReading how = {}) {
  how.reading.options.schema = parse_schema(schema);
  return deliver_csv(text, std::move(how));
}

/// Leaves bad records out.
inline CsvReading skipping(CsvReading how = {}) {
  how.reading.options.bad_records = BadRecords::skip;
  return how;
}

struct SmallCsvField {
  std::string text;
  bool quoted = false;
};

struct SmallCsvRecord {
  std::vector<SmallCsvField> fields;
  std::string raw;  ///< without its line's end
  bool bad = false;
};

struct SmallCsv {
  std::vector<SmallCsvRecord> records;  ///< blank lines among them, as one empty field
};

/// The rules of docs/csv.md, one character after the other. `quote` 0: none.
inline SmallCsv parse_small_csv(std::string_view text, char delimiter, char quote) {
  SmallCsv all;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  size_t i = 0;
  while (i < text.size()) {
    SmallCsvRecord record;
    const size_t begin = i;
    for (bool in_record = true; in_record;) {
      SmallCsvField field;
      if (quote != 0 && i < text.size() && text[i] == quote) {
        field.quoted = true;
        for (++i;; ++i) {
          if (i == text.size()) break;
          if (text[i] == quote) {
            if (i + 1 == text.size() || text[i + 1] != quote) break;
            ++i;
          }
          field.text += text[i];
        }
        if (i == text.size()) {  // never closed: the first line is bad, and what follows is read again
          const size_t line_end = std::min(text.find('\n', begin), text.size());
          record.bad = true;
          record.raw = text.substr(begin, line_end - begin);
          if (record.raw.ends_with('\r')) record.raw.pop_back();
          i = std::min(line_end + 1, text.size());
          break;
        }
        ++i;
      }
      for (;; ++i) {
        const bool at_end = i == text.size();
        const bool crlf = !at_end && text[i] == '\r' && (i + 1 == text.size() || text[i + 1] == '\n');
        if (at_end || text[i] == '\n' || crlf) {
          record.raw = text.substr(begin, i - begin);
          i += at_end ? 0 : (crlf && i + 1 < text.size() ? 2 : 1);
          in_record = false;
          break;
        }
        if (text[i] == delimiter) {
          ++i;
          break;
        }
        if (text[i] == '\r' || field.quoted || (quote != 0 && text[i] == quote)) record.bad = true;
        field.text += text[i];
      }
      record.fields.push_back(std::move(field));
    }
    all.records.push_back(std::move(record));
  }
  return all;
}

}  // namespace sluice::test
