// Who wrote a file, in the form that readers parse to know each other's bugs: "name version x.y.z".
#pragma once

#include <string>

namespace sluice {

inline std::string created_by() { return "sluice version " SLUICE_VERSION; }

}  // namespace sluice
