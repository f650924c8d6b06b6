// Whether keys repeat, however many there are: digests wait in a table, and beyond its room in a scratch file, which is
// looked through as often as it takes at the end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "storage/scratch_file.h"

namespace sluice {

class UniqueKeys {
 public:
  /// `memory_bytes`: of the table; at least one key is kept.
  explicit UniqueKeys(uint64_t memory_bytes);
  UniqueKeys(UniqueKeys&&) noexcept;
  ~UniqueKeys();

  /// Adds the key of the next record. False where it is known to be there already. Throws Error{io}.
  [[nodiscard]] bool add(const Digest128& key);
  /// Looks for keys that came twice, far from each other. The number, from 0, of a record whose key an earlier one has.
  std::optional<int64_t> find_repeated();

 private:
  struct Entry {
    Digest128 key;
    int64_t record = -1;  ///< none: free
  };

  bool insert(const Entry& entry);
  void grow();
  void clear();
  void spill();

  std::vector<Entry> slots_;
  size_t room_ = 0;  ///< keys that fit
  size_t used_ = 0;
  int64_t records_ = 0;
  std::unique_ptr<ScratchFile> spilled_;
};

}  // namespace sluice
