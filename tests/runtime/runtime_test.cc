#include "sluice/runtime.h"

#include <gtest/gtest.h>

#include "runtime/workers.h"
#include "sluice/error.h"

namespace sluice::runtime_test {
namespace {

std::string refusal(RuntimeOptions options) {
  try {
    const Runtime runtime(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.what();
  }
  return "";
}

TEST(Runtime, Defaults) {
  Runtime runtime;
  EXPECT_GE(runtime.threads(), 1u);
  EXPECT_EQ(runtime.memory_bytes(), 192_MiB);
  EXPECT_EQ(runtime.workers().start([] { return 7; }).take(), 7);
}

TEST(Runtime, TakesThreadsAsAsked) {
  for (const unsigned threads : {1u, 2u, 7u}) {
    Runtime runtime({.threads = threads, .memory_bytes = 16_MiB});
    EXPECT_EQ(runtime.threads(), threads);
    EXPECT_EQ(runtime.workers().threads(), threads);
    EXPECT_EQ(runtime.memory_bytes(), 16_MiB);
  }
}

TEST(Runtime, RefusesWhatIsOutOfRange) {
  EXPECT_EQ(refusal({.memory_bytes = 16_MiB}), "");
  EXPECT_EQ(refusal({.threads = 1, .memory_bytes = 16_MiB - 1}),
            "the memory budget is 16777215 bytes; at least 16 MiB are needed");
  EXPECT_EQ(refusal({.threads = 1, .memory_bytes = 0}), "the memory budget is 0 bytes; at least 16 MiB are needed");
  EXPECT_EQ(refusal({.threads = 1'025}), "1025 threads were asked for; at most 1,024 are allowed");
}

}  // namespace
}  // namespace sluice::runtime_test
