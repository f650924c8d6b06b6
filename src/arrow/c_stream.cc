// Streams of batches through the Arrow C stream interface, both ways. (Arrow "The Arrow C stream interface".)
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "arrow/c_layout.h"
#include "arrow/c_taken.h"
#include "sluice/arrow.h"
#include "sluice/error.h"

namespace sluice {
namespace {

ErrorCode code_of_errno(int number) {
  switch (number) {
    case EIO:
    case ENOENT:
    case ENOSPC:
    case EACCES: return ErrorCode::io;
    case ENOSYS:
    case ENOTSUP: return ErrorCode::unsupported;
    case ECANCELED: return ErrorCode::cancelled;
    default: return ErrorCode::data;
  }
}

int errno_of_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::io: return EIO;
    case ErrorCode::unsupported: return ENOTSUP;
    case ErrorCode::cancelled: return ECANCELED;
    default: return EINVAL;
  }
}

class ImportedStream : public BatchStream {
 public:
  explicit ImportedStream(Taken<ArrowArrayStream> stream) : stream_(std::move(stream)) {
    ArrowSchema filled{};
    if (const int number = stream_->get_schema(stream_.get(), &filled); number != 0) fail(number);
    const Taken<ArrowSchema> schema(&filled);
    ImportedSchema imported = import_schema_and_layouts(*schema);
    schema_ = std::make_shared<const Schema>(std::move(imported.schema));
    layouts_ = std::move(imported.layouts);
  }

  const Schema& schema() const override { return *schema_; }

  std::optional<RelationBatch> next() override {
    if (!array_ && !take_array()) return std::nullopt;
    const int64_t count = std::min(rows_at_once_, (*array_)->length - begin_);
    RelationBatch next{"", import_part(count)};
    begin_ += next.batch.rows();
    if (begin_ >= (*array_)->length) array_.reset();
    return next;
  }

 private:
  bool take_array() {
    ArrowArray filled{};
    if (const int number = stream_->get_next(stream_.get(), &filled); number != 0) fail(number);
    if (filled.release == nullptr) return false;
    array_ = share(Taken<ArrowArray>(&filled));
    begin_ = 0;
    return true;
  }

  // Text and lists of one array may need 64-bit offsets; those of fewer rows do not.
  Batch import_part(int64_t count) {
    for (;;) try {
        return import_rows(array_, schema_, layouts_, begin_, count);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::unsupported || count <= 1) throw;
        count /= 2;
        rows_at_once_ = count;
      }
  }

  [[noreturn]] void fail(int number) {
    const char* words = stream_->get_last_error != nullptr ? stream_->get_last_error(stream_.get()) : nullptr;
    throw Error(code_of_errno(number),
                "the Arrow stream failed: " + (words != nullptr ? words : std::generic_category().message(number)));
  }

  Taken<ArrowArrayStream> stream_;
  std::shared_ptr<const Schema> schema_;
  std::vector<ArrayLayout> layouts_;
  SharedArray array_;  ///< whose rows from `begin_` on are still to be taken
  int64_t begin_ = 0;
  int64_t rows_at_once_ = INT64_MAX;
};

// Our side of an exported stream. No exception may leave through the C functions below.
struct ExportedStream {
  std::unique_ptr<BatchStream> stream;
  bool ended = false;
  int failure = 0;  ///< errno of the first error: after it the stream may not be asked again
  std::string words;

  template <typename Work>
  int run(Work&& work) noexcept {
    if (failure != 0) return failure;
    try {
      work();
    } catch (const Error& error) {
      fail(errno_of_code(error.code()), error.what());
    } catch (const std::bad_alloc&) {
      fail(ENOMEM, "out of memory");
    } catch (const std::exception& error) {
      fail(EINVAL, error.what());
    } catch (...) {
      fail(EINVAL, "unknown failure");
    }
    return failure;
  }

  void fail(int number, const char* why) noexcept {
    failure = number;
    try {
      words = why;
    } catch (...) {
      words.clear();
    }
  }
};

ExportedStream& exported(ArrowArrayStream* stream) { return *static_cast<ExportedStream*>(stream->private_data); }

int get_schema(ArrowArrayStream* self, ArrowSchema* out) {
  ExportedStream& own = exported(self);
  return own.run([&] { export_arrow_schema(own.stream->schema(), out); });
}

int get_next(ArrowArrayStream* self, ArrowArray* out) {
  ExportedStream& own = exported(self);
  return own.run([&] {
    *out = ArrowArray{};  // released: the mark of the end
    if (own.ended) return;
    const std::optional<RelationBatch> next = own.stream->next();
    own.ended = !next;
    if (next) export_arrow(next->batch, out, nullptr);
  });
}

const char* get_last_error(ArrowArrayStream* self) {
  ExportedStream& own = exported(self);
  return own.failure != 0 && !own.words.empty() ? own.words.c_str() : nullptr;
}

void release_stream(ArrowArrayStream* self) {
  delete &exported(self);
  self->private_data = nullptr;
  self->release = nullptr;
}

}  // namespace

inline namespace v0 {

std::unique_ptr<BatchStream> import_arrow(ArrowArrayStream* stream) {
  Taken<ArrowArrayStream> taken(stream);
  if (taken.empty()) throw Error(ErrorCode::invalid, "the Arrow stream has already been released");
  return std::make_unique<ImportedStream>(std::move(taken));
}

void export_arrow(std::unique_ptr<BatchStream> stream, ArrowArrayStream* out) {
  auto own = std::make_unique<ExportedStream>();
  own->stream = std::move(stream);
  *out = {get_schema, get_next, get_last_error, release_stream, own.release()};
}

}  // namespace v0
}  // namespace sluice
