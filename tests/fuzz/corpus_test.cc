// What fuzzing has found worth keeping, fed to its targets again: fuzz/corpus/TARGET has inputs that reach far, and
// every one that ever broke something, each as a file. Longer hunts: ./dev fuzz TARGET.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "../fuzz/target.h"
#include "storage/temporary_directory.h"

namespace sluice::corpus_test {
namespace {

std::filesystem::path corpus() { return std::filesystem::path(__FILE__).parent_path() / "../../fuzz/corpus"; }

std::vector<std::filesystem::path> inputs_of(const std::string& target) {
  std::vector<std::filesystem::path> inputs;
  if (!std::filesystem::exists(corpus() / target)) return inputs;
  for (const auto& entry : std::filesystem::directory_iterator(corpus() / target)) inputs.push_back(entry.path());
  std::ranges::sort(inputs);
  return inputs;
}

/// Targets end the process where they find fault: then this says of which input.
char input_at_hand[4096];

void tell_input(int) {
  std::fputs("\nended by ", stderr);
  std::fputs(input_at_hand, stderr);
  std::fputs("\n", stderr);
}

class Corpus : public testing::TestWithParam<fuzz::Target> {};

TEST_P(Corpus, EndsAsItShould) {
  std::signal(SIGABRT, tell_input);
  const std::vector<std::filesystem::path> inputs = inputs_of(GetParam().name);
  EXPECT_FALSE(inputs.empty()) << "a target has seeds";
  GetParam().run({});
  for (const std::filesystem::path& input : inputs) {
    SCOPED_TRACE(input.string());
    std::strncpy(input_at_hand, input.c_str(), sizeof input_at_hand - 1);
    const std::string bytes = test::read_file(input.string());
    GetParam().run(as_bytes(std::string_view(bytes)));
  }
  std::signal(SIGABRT, SIG_DFL);
}

std::vector<fuzz::Target> sorted_targets() {
  std::vector<fuzz::Target> all = fuzz::targets();
  std::ranges::sort(all, {}, &fuzz::Target::name);
  return all;
}

std::string name_of(const testing::TestParamInfo<fuzz::Target>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Targets, Corpus, testing::ValuesIn(sorted_targets()), name_of);

}  // namespace
}  // namespace sluice::corpus_test
