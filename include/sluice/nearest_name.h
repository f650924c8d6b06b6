// "Did you mean ...?": the known name that a mistyped one is most likely to stand for, as Sluice's own messages and the
// programs around it suggest it.
//
//   constexpr std::string_view kNames[] = {"write", "inspect"};
//   std::string_view meant = sluice::nearest_name("wirte", kNames);   // "write"
#pragma once

#include <span>
#include <string_view>

namespace sluice {
inline namespace v0 {

/// The member of `names` nearest to `found` by letters typed wrong, left out, added or swapped (case does not count);
/// empty when none is near: more than about a third of the letters differ. Of equals the first.
std::string_view nearest_name(std::string_view found, std::span<const std::string_view> names);

}  // namespace v0
}  // namespace sluice
