// operator new, which can be made to fail at its turn. It is defined in failing_allocations.cc and takes the place of
// the C++ library's in the whole program. One thread at a time.
#pragma once

#include <cstddef>

namespace sluice::test {

/// Arms the failure as long as it lives: the `at`-th allocation from here on throws std::bad_alloc (0: none, they are
/// only counted), and if asked so all later ones as well.
class FailingAllocations {
 public:
  FailingAllocations(size_t at, bool forever);
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
  ~FailingAllocations();

  size_t allocations() const;
  bool has_failed() const;
};

}  // namespace sluice::test
