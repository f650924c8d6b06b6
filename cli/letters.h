// Letters of UTF-8 text, one by one (RFC 3629); what is none is told apart.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::cli {

struct Letter {
  char32_t code = 0;  ///< the code point; of what is no letter, the byte
  size_t bytes = 1;
  bool valid = false;
};

/// The first letter of `text`, which is not empty; a byte that begins none counts as one that is not valid.
Letter first_letter(std::string_view text);

}  // namespace sluice::cli
