// The processor time that choosing encodings takes (src/pages/encoding_choice.h), measured from outside: the linker
// puts functions of choice_clock.cc around those that begin and end a measurement, so the library that is timed is the
// one that is shipped.
//
// Counted is what the choice adds: samples drawn, encoded and compressed, and whole pages measured in a rival encoding.
// Not counted is the first page's dictionary where it turns out not to pay, a part of one page.
#pragma once

#include <cstdint>

namespace sluice::bench {

struct ChoiceTime {
  double seconds = 0;
  uint64_t measurements = 0;
};

/// What choosing has taken on this thread since the last call.
ChoiceTime take_choice_time();

}  // namespace sluice::bench
