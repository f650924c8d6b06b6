#include "schema/nested.h"

#include <utility>

namespace sluice {

Type with_parts(const Type& nested, std::vector<Field> parts) {
  switch (nested.kind()) {
    case TypeKind::list: return list(std::move(parts.front()));
    case TypeKind::fixed_list: return fixed_list(std::move(parts.front()), nested.size());
    case TypeKind::map: {
      const std::span<const Field> entry = parts.front().type.children();
      return map(entry[0], entry[1]);
    }
    default: return struct_(std::move(parts));
  }
}

}  // namespace sluice
