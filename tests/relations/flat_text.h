// What the tests of relations share: records as NDJSON in, the rows of each relation as NDJSON out.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/error.h"
#include "sluice/flatten.h"
#include "sluice/text_output.h"
#include "sluice/write.h"
#include "support/held_stream.h"

namespace sluice::test {

/// A stream over `text`.
inline std::unique_ptr<BatchStream> records_of(std::string_view text, SourceOptions options = {}) {
  std::string path = "/tmp/sluice_records_XXXXXX";
  const int file = ::mkstemp(path.data());
  EXPECT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(file);
  if (!options.runtime) options.runtime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});
  auto stream = open_source({path, SourceFormat::ndjson}, std::move(options));
  ::unlink(path.c_str());
  return stream;
}

inline void append_lines(const Batch& batch, std::string& out) {
  auto writer = make_text_writer(TextFormat::ndjson, batch.schema(), [&](std::string_view text) { out += text; });
  writer->write(batch);
  writer->close();
}

/// All that a stream of relations gives.
struct Flat {
  std::map<std::string, std::string> lines{};  ///< of each relation, NDJSON
  std::map<std::string, Schema> schemas{};     ///< at the end
  std::vector<std::string> order{};            ///< in which relations came first
  std::vector<Relation> relations{};
  Schema record_schema{};
  std::vector<FlattenNote> notes{};
  std::vector<RelationBatch> batches{};
};

inline Flat take_all(std::unique_ptr<FlattenedStream> stream) {
  Flat flat;
  while (std::optional<RelationBatch> next = stream->next()) {
    if (!next->batch.shared_schema()) continue;
    if (!flat.schemas.contains(next->relation)) flat.order.push_back(next->relation);
    flat.schemas.insert_or_assign(next->relation, next->batch.schema());
    append_lines(next->batch, flat.lines[next->relation]);
    // All that a batch promises is checked once more.
    const Batch checked(next->batch.shared_schema(), next->batch.columns(), next->batch.rows());
    flat.batches.push_back({next->relation, checked});
  }
  flat.relations = stream->relations();
  flat.record_schema = stream->record_schema();
  flat.notes = stream->notes();
  return flat;
}

inline Flat flat_of(std::string_view text, FlattenOptions options = {}) {
  return take_all(flatten(records_of(text), std::move(options)));
}

inline Error refusal_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorCode::bug, "nothing was thrown");
}

}  // namespace sluice::test
