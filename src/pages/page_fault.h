// What is wrong with a page. Internal: whoever knows file, row group and column makes an Error{corrupt} of it
// (pages/chunk_reader.h).
#pragma once

#include <stdexcept>
#include <string>

namespace sluice {

class PageFault : public std::runtime_error {
 public:
  enum class Kind { corrupt, unsupported };

  /// `sentence`: what was expected and found, "12 definition levels in a page of 20 values".
  explicit PageFault(const std::string& sentence, Kind kind = Kind::corrupt)
      : std::runtime_error(sentence), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

}  // namespace sluice
