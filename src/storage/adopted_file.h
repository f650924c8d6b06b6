// A single file of a dead run gets its name.
#pragma once

#include "storage/staging.h"

namespace sluice {

/// Publishes `<name>.part` of the directory that was taken over, which is whole and on the device where it is to be,
/// and replaces nothing. Throws Error{conflict} when the destination is there; Error{io}.
void publish_adopted_file(Staging& staging, bool sync);

}  // namespace sluice
