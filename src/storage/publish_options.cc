#include "sluice/publish_options.h"

namespace sluice {
inline namespace v0 {

std::string_view to_string(PublishMode mode) {
  switch (mode) {
    case PublishMode::create: return "create";
    case PublishMode::append: return "append";
    case PublishMode::overwrite: return "overwrite";
    case PublishMode::overwrite_partitions: return "overwrite-partitions";
  }
  return {};
}

}  // namespace v0
}  // namespace sluice
