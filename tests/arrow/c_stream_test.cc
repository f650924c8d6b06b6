// Streams through the Arrow C stream interface: their errors, their ends, their releases.

#include <gtest/gtest.h>

#include <cerrno>
#include <utility>

#include "arrow/foreign_array.h"
#include "sluice/arrow.h"
#include "sluice/error.h"
#include "support/held_stream.h"
#include "support/make_columns.h"

namespace sluice::c_stream_test {
namespace {

using test::HeldStream;
using test::make_int64;
using test::show_all;

// Tells when it is destroyed.
class CountingStream final : public HeldStream {
 public:
  CountingStream(Schema schema, std::vector<Batch> batches, Options options, int* destroyed)
      : HeldStream(std::move(schema), std::move(batches), std::move(options)), destroyed_(destroyed) {}
  ~CountingStream() override { ++*destroyed_; }

 private:
  int* destroyed_;
};

// `count` batches of one row, and then the end, or a failure.
ArrowArrayStream export_counting(int64_t count, int* destroyed, std::optional<ErrorCode> failure = {}) {
  const auto schema = std::make_shared<const Schema>(Schema{{"a", int64()}});
  std::vector<Batch> batches;
  for (int64_t i = 0; i < count; ++i) batches.emplace_back(schema, std::vector<Column>{make_int64({i})}, 1);
  ArrowArrayStream out;
  export_arrow(
      std::make_unique<CountingStream>(*schema, std::move(batches), HeldStream::Options{{}, failure}, destroyed), &out);
  return out;
}

TEST(ArrowStreams, RoundTrip) {
  int destroyed = 0;
  ArrowArrayStream out = export_counting(3, &destroyed);
  {
    const std::unique_ptr<BatchStream> stream = import_arrow(&out);
    EXPECT_EQ(out.release, nullptr);
    EXPECT_EQ(stream->schema(), (Schema{{"a", int64()}}));
    for (const char* value : {"0", "1", "2"})
      EXPECT_EQ(show_all(stream->next()->batch.column(0)), std::vector<std::string>{value});
    EXPECT_FALSE(stream->next().has_value());
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 1);
}

TEST(ArrowStreams, MayBeDroppedBeforeTheyAreRead) {
  int destroyed = 0;
  ArrowArrayStream out = export_counting(3, &destroyed);
  import_arrow(&out)->next();
  EXPECT_EQ(destroyed, 1);
}

TEST(ArrowStreams, AreOutlivedByTheirBatches) {
  int destroyed = 0;
  ArrowArrayStream out = export_counting(1, &destroyed);
  std::unique_ptr<BatchStream> stream = import_arrow(&out);
  const Batch batch = stream->next()->batch;
  stream.reset();
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(show_all(batch.column(0)), std::vector<std::string>{"0"});
}

/// One array of two rows, whose texts end at `ends`: nobody reads them.
struct WideStream {
  explicit WideStream(std::vector<int64_t> ends)
      : offsets(std::move(ends)), texts(2, {nullptr, offsets.data(), "x"}), rows(2, {nullptr}) {
    rows.add(texts);
  }
  ArrowArrayStream stream() {
    return {[](ArrowArrayStream*, ArrowSchema* out) {
              export_arrow_schema(Schema{{"a", string()}}, out);
              out->children[0]->format = "U";
              return 0;
            },
            [](ArrowArrayStream* self, ArrowArray* out) {
              WideStream& own = *static_cast<WideStream*>(self->private_data);
              *out = std::exchange(own.given, true) ? ArrowArray{} : *own.rows.get();
              return 0;
            },
            nullptr, [](ArrowArrayStream* self) { self->release = nullptr; }, this};
  }

  std::vector<int64_t> offsets;
  test::ForeignArray texts;
  test::ForeignArray rows;
  bool given = false;
};

TEST(ArrowStreams, TakeInPartsWhatNeeds64BitOffsets) {
  constexpr int64_t kHalf = int64_t{3} << 29;
  WideStream wide({0, kHalf, 2 * kHalf});
  ArrowArrayStream out = wide.stream();
  {
    const std::unique_ptr<BatchStream> stream = import_arrow(&out);
    for (int row = 0; row < 2; ++row) {
      const Batch batch = stream->next()->batch;
      ASSERT_EQ(batch.rows(), 1);
      EXPECT_EQ(batch.column(0).offsets_data()[1], kHalf);
    }
    EXPECT_FALSE(stream->next());
  }
  EXPECT_EQ(wide.rows.releases, 1);
  WideStream too_wide({0, 1, int64_t{1} << 31});
  too_wide.offsets[2] += 1;
  ArrowArrayStream refused = too_wide.stream();
  const std::unique_ptr<BatchStream> stream = import_arrow(&refused);
  EXPECT_EQ(stream->next()->batch.rows(), 1);
  try {
    stream->next();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_STREQ(error.what(), "column \"a\" of the Arrow array has more than 2^31-1 bytes in one batch");
  }
}

TEST(ArrowStreams, CarryErrorsAcross) {
  for (const ErrorCode code : {ErrorCode::io, ErrorCode::unsupported, ErrorCode::cancelled, ErrorCode::data}) {
    int destroyed = 0;
    ArrowArrayStream out = export_counting(1, &destroyed, code);
    {
      const std::unique_ptr<BatchStream> stream = import_arrow(&out);
      EXPECT_TRUE(stream->next().has_value());
      try {
        stream->next();
        FAIL();
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), code);
        EXPECT_STREQ(error.what(), "the Arrow stream failed: it broke");
      }
    }
    EXPECT_EQ(destroyed, 1);
  }
}

TEST(ArrowStreams, StayAtTheirEndAndAtTheirError) {
  int destroyed = 0;
  ArrowArrayStream out = export_counting(0, &destroyed);
  ArrowArray array;
  for (int i = 0; i < 2; ++i) {
    array.release = reinterpret_cast<void (*)(ArrowArray*)>(1);
    EXPECT_EQ(out.get_next(&out, &array), 0);
    EXPECT_EQ(array.release, nullptr);
  }
  EXPECT_EQ(out.get_last_error(&out), nullptr);
  out.release(&out);
  EXPECT_EQ(out.release, nullptr);

  out = export_counting(0, &destroyed, ErrorCode::io);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(out.get_next(&out, &array), EIO);
    EXPECT_STREQ(out.get_last_error(&out), "it broke");
  }
  out.release(&out);
  EXPECT_EQ(destroyed, 2);
}

// A foreign stream that fails where it is told to, and counts its releases.
struct ForeignStream {
  int schema_error = 0;
  const char* words = nullptr;
  bool other_array = false;
  int releases = 0;

  ArrowArrayStream get() {
    return {[](ArrowArrayStream* self, ArrowSchema* out) {
              const auto& own = *static_cast<ForeignStream*>(self->private_data);
              if (own.schema_error == 0) export_arrow_schema(Schema{{"a", int64()}}, out);
              return own.schema_error;
            },
            [](ArrowArrayStream* self, ArrowArray* out) {
              if (!static_cast<ForeignStream*>(self->private_data)->other_array) return ENOSPC;
              const auto schema = std::make_shared<const Schema>(Schema{{"a", null()}});
              export_arrow(Batch(schema, {test::make_null(1)}, 1), out, nullptr);
              return 0;
            },
            [](ArrowArrayStream* self) { return static_cast<ForeignStream*>(self->private_data)->words; },
            [](ArrowArrayStream* self) {
              ++static_cast<ForeignStream*>(self->private_data)->releases;
              self->release = nullptr;
            },
            this};
  }
};

TEST(ArrowStreams, AreReleasedWhenTheirSchemaFails) {
  ForeignStream foreign{.schema_error = EINVAL, .words = "no schema today"};
  ArrowArrayStream stream = foreign.get();
  try {
    import_arrow(&stream);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the Arrow stream failed: no schema today");
  }
  EXPECT_EQ(stream.release, nullptr);
  EXPECT_EQ(foreign.releases, 1);
}

TEST(ArrowStreams, ExplainErrorsWithoutWordsByTheirNumber) {
  ForeignStream foreign;
  ArrowArrayStream stream = foreign.get();
  {
    const std::unique_ptr<BatchStream> imported = import_arrow(&stream);
    try {
      imported->next();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::io);
      EXPECT_STREQ(error.what(), "the Arrow stream failed: No space left on device");
    }
  }
  EXPECT_EQ(foreign.releases, 1);
}

TEST(ArrowStreams, RefuseArraysOfAnotherSchema) {
  ForeignStream foreign{.other_array = true};
  ArrowArrayStream stream = foreign.get();
  EXPECT_THROW(import_arrow(&stream)->next(), Error);
  EXPECT_EQ(foreign.releases, 1);
}

TEST(ArrowStreams, RefuseWhatHasBeenReleased) {
  ArrowArrayStream released{};
  EXPECT_THROW(import_arrow(&released), Error);
  EXPECT_THROW(import_arrow(static_cast<ArrowArrayStream*>(nullptr)), Error);
}

}  // namespace
}  // namespace sluice::c_stream_test
