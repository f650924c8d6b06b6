// The clock around functions of src/pages/encoding_choice.cc: names as the linker knows them.
#include "choice_clock.h"

#include <cstddef>
#include <ctime>
#include <utility>

namespace {

thread_local sluice::bench::ChoiceTime total;
thread_local double begun = 0;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void begin() { begun = thread_seconds(); }

void end() {
  total.seconds += thread_seconds() - begun;
  ++total.measurements;
}

/// Stand-ins of the types in the signatures, passed in the same registers.
struct Span {
  const void* data;
  size_t size;
};
struct OptionalEncoding {
  int32_t value;
  bool is_there;
};

}  // namespace

namespace sluice::bench {

ChoiceTime take_choice_time() { return std::exchange(total, {}); }

}  // namespace sluice::bench

// With --wrap=NAME the linker has calls of NAME go to __wrap_NAME, and those of __real_NAME to NAME. CMakeLists.txt
// lists the names; one that is not there any more is an error of the linker.
#define SLUICE_BEGIN_TRIAL(prefix) prefix##_ZN6sluice14EncodingChoice11begin_trialEmm
#define SLUICE_END_TRIAL(prefix) prefix##_ZN6sluice14EncodingChoice9end_trialEv
#define SLUICE_RIVAL(prefix) prefix##_ZNK6sluice14EncodingChoice5rivalEv
#define SLUICE_OFFER_RIVAL(prefix) \
  prefix##_ZN6sluice14EncodingChoice11offer_rivalESt4spanIKSt4byteLm18446744073709551615EEm

extern "C" {

void SLUICE_BEGIN_TRIAL(__real_)(void* choice, size_t values, size_t bytes);
bool SLUICE_END_TRIAL(__real_)(void* choice);
OptionalEncoding SLUICE_RIVAL(__real_)(const void* choice);
void SLUICE_OFFER_RIVAL(__real_)(void* choice, Span page, size_t values);

void SLUICE_BEGIN_TRIAL(__wrap_)(void* choice, size_t values, size_t bytes) {
  begin();
  SLUICE_BEGIN_TRIAL(__real_)(choice, values, bytes);
}

bool SLUICE_END_TRIAL(__wrap_)(void* choice) {
  const bool keeps_dictionary = SLUICE_END_TRIAL(__real_)(choice);
  end();
  return keeps_dictionary;
}

OptionalEncoding SLUICE_RIVAL(__wrap_)(const void* choice) {
  begin();
  return SLUICE_RIVAL(__real_)(choice);
}

void SLUICE_OFFER_RIVAL(__wrap_)(void* choice, Span page, size_t values) {
  SLUICE_OFFER_RIVAL(__real_)(choice, page, values);
  end();
}

}  // extern "C"
