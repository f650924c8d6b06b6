#include "sluice/error.h"

namespace sluice {
inline namespace v0 {

Error::Error(ErrorCode code, const std::string& sentence, ErrorPlace place, std::string hint)
    : std::runtime_error(sentence), code_(code), place_(std::move(place)), hint_(std::move(hint)) {}

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::data: return "data";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::io: return "io";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::closed: return "closed";
    case ErrorCode::bug: return "bug";
  }
  return "unknown";
}

}  // namespace v0
}  // namespace sluice
