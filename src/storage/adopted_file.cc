#include "storage/adopted_file.h"

#include <unistd.h>

#include "storage/exclusive_rename.h"
#include "storage/part_file.h"

namespace sluice {

void publish_adopted_file(Staging& staging, bool sync) {
  const std::string part = staging.record().destination + ".part";
  const int error = rename_exclusively(staging.directory(), part, staging.parent(), staging.name());
  if (error == EEXIST) staging.refuse_arrival();
  if (error != 0) PartFile::fail(staging.path(), error);
  const bool is_durable = !sync || uninterrupted([&] { return ::fsync(staging.parent()); }) == 0;
  const int reason = errno;
  staging.remove();
  if (!is_durable) tell_not_durable(staging.path(), reason);
}

}  // namespace sluice
