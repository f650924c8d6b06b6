// Foreign files as a whole: any bytes are read, in full and by a condition, or refused with an Error. Batches that come
// keep the invariants of columns: their text form walks all of them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "files/file_groups.h"
#include "files/file_shape.h"
#include "files/scan.h"
#include "files/stored_file.h"
#include "sluice/error.h"
#include "sluice/text_output.h"
#include "target.h"

namespace sluice::file_fuzz {
namespace {

/// A file of few bytes may say that it has billions of rows; so many are looked at.
constexpr int64_t kRowsMax = 10'000;

void read(const std::shared_ptr<const StoredFile>& file, const std::optional<Predicate>& where) {
  static const auto kRuntime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1, .memory_bytes = 16_MiB});
  ReadOptions options{.batch_rows = 1'000, .checksums = false, .runtime = kRuntime};
  options.limits.page_bytes = 1_MiB;
  ScanPlan plan = plan_scan(*file->schema(), {.where = where});
  auto shape = std::make_shared<const FileShape>(*file, plan.read_schema, std::vector<std::optional<Column>>{});
  const auto rows = scan(std::make_unique<FileGroups>(file, std::move(shape)), std::move(plan), options);
  const auto text = make_text_writer(TextFormat::ndjson, rows->schema(), [](std::string_view) {});
  int64_t read = 0;
  while (const auto next = rows->next()) {
    if (next->batch.rows() > 0) text->write(next->batch.slice(0, std::min(next->batch.rows(), kRowsMax)));
    if ((read += next->batch.rows()) > kRowsMax) break;
  }
}

void run(ByteSpan input) {
  Bytes bytes;
  bytes.append(input);
  try {
    // Damage that checksums would find is let through to what stands behind them.
    const auto file = StoredFile::open(RandomReader::over(std::move(bytes), "fuzz"), {.checksums = false});
    for (const Field& field : file->schema()->fields()) {
      if (field.type.kind() != TypeKind::int64 && field.type.kind() != TypeKind::string) continue;
      Predicate where{.column = {field.name}, .literals = {{Literal::Kind::number, "7"}}};
      if (field.type.kind() == TypeKind::string) where.literals = {{Literal::Kind::text, "a"}};
      read(file, where);
      break;
    }
    read(file, std::nullopt);
  } catch (const Error&) {
  }
}

const fuzz::Registered kTarget("file", run);

}  // namespace
}  // namespace sluice::file_fuzz
