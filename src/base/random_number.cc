#include "base/random_number.h"

#include <sys/random.h>

namespace sluice {

uint64_t random_number() {
  uint64_t number = 0;
  if (::getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number) return 0x9e37'79b9'7f4a'7c15;
  return number;
}

}  // namespace sluice
