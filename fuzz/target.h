// What is fuzzed: each NAME_fuzz.cc has one target, which takes any bytes, and ends the process where a promise does
// not hold. libfuzzer.cc makes a fuzzer of a target; tests/fuzz/corpus_test.cc feeds to all of them what is in
// fuzz/corpus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sluice::fuzz {

struct Target {
  std::string name;
  void (*run)(ByteSpan input);
};

/// Those that the program has.
inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

/// One at file scope makes its target known.
class Registered {
 public:
  Registered(std::string_view name, void (*run)(ByteSpan input)) { targets().push_back({std::string(name), run}); }
};

}  // namespace sluice::fuzz
