#include "sluice/budget.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "sluice/error.h"
#include "sluice/runtime.h"

namespace sluice::budget_test {
namespace {

TEST(Budget, CountsWhatItsHoldersSay) {
  const auto budget = std::make_shared<Budget>(16_MiB);
  const uint64_t before = budget->used();  // what threads of the process keep
  {
    Account a(budget, 1'000);
    Account b(budget);
    EXPECT_EQ(budget->used(), before + 1'000);
    b.set(50);
    a.set(10);
    EXPECT_EQ(a.bytes(), 10u);
    EXPECT_EQ(budget->used(), before + 60);
    Account c = std::move(a);
    EXPECT_EQ(budget->used(), before + 60);
    b = std::move(c);
    c = Account();
    EXPECT_EQ(budget->used(), before + 10) << "what b had was given up";
  }
  EXPECT_EQ(budget->used(), before);
}

TEST(Budget, IsSpentBeyondItsBytes) {
  const auto budget = std::make_shared<Budget>(16_MiB);
  Account account(budget);
  EXPECT_FALSE(budget->is_spent());
  account.set(16_MiB + 1);
  EXPECT_TRUE(budget->is_spent());
  account.set(0);
  EXPECT_FALSE(budget->is_spent());
}

TEST(Budget, AnAccountOfNoBudgetCountsNowhere) {
  Account account;
  account.set(UINT64_MAX);
  EXPECT_EQ(account.bytes(), UINT64_MAX);
}

TEST(Budget, OutlivesItsMaker) {
  auto budget = std::make_shared<Budget>(16_MiB);
  const std::weak_ptr<Budget> watched = budget;
  Account account(std::move(budget), 7);
  EXPECT_FALSE(watched.expired());
  account = Account();
  EXPECT_TRUE(watched.expired());
}

TEST(Budget, IsSharedByThreads) {
  const auto budget = std::make_shared<Budget>(16_MiB);
  const uint64_t before = budget->used();
  Account kept(budget, 5);
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < 4; ++i)
    threads.emplace_back([&budget, i] {
      Account account(budget);
      for (uint64_t bytes = 0; bytes < 10'000; ++bytes) account.set(bytes * i);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget->used(), before + 5);
}

TEST(Budget, IsSharedByRuntimes) {
  const auto budget = std::make_shared<Budget>(20_MiB);
  const Runtime one({.threads = 1, .budget = budget});
  const Runtime other({.threads = 2, .memory_bytes = 0, .budget = budget});
  EXPECT_EQ(one.memory_bytes(), 20_MiB);
  EXPECT_EQ(other.budget(), budget);
  const uint64_t before = one.memory_used();
  const Account account(budget, 3'000);
  EXPECT_EQ(one.memory_used(), before + 3'000);
  EXPECT_EQ(other.memory_used(), before + 3'000);
}

TEST(Budget, RefusesLessThanWorkNeeds) {
  try {
    const Budget budget(16_MiB - 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_EQ(std::string(error.what()), "the memory budget is 16777215 bytes; at least 16 MiB are needed");
  }
}

}  // namespace
}  // namespace sluice::budget_test
