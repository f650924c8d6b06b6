#include "sources/json_pointer.h"

#include "base/utf8.h"
#include "sluice/error.h"
#include "sources/record_fault.h"

namespace sluice {
namespace {

[[noreturn]] void refuse(std::string_view pointer, const std::string& reason, std::string hint) {
  throw Error(ErrorCode::invalid, "\"" + excerpt(pointer) + "\" is no JSON pointer: " + reason, {}, std::move(hint));
}

}  // namespace

std::vector<std::string> parse_json_pointer(std::string_view pointer) {
  if (!is_utf8(pointer)) refuse(pointer, "it is not UTF-8", "");
  std::vector<std::string> steps;
  if (pointer.empty()) return steps;
  if (pointer[0] != '/')
    refuse(pointer, "it does not begin with '/'", "\"/" + excerpt(pointer) + "\" would be a member of the document.");
  for (size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      steps.emplace_back();
    } else if (pointer[i] != '~') {
      steps.back() += pointer[i];
    } else {
      const char code = i + 1 < pointer.size() ? pointer[i + 1] : '\0';
      if (code != '0' && code != '1') refuse(pointer, "'~' must be written as ~0", "~1 is a '/' inside a name.");
      steps.back() += code == '0' ? '~' : '/';
      ++i;
    }
  }
  return steps;
}

std::string json_pointer_text(const std::vector<std::string>& steps, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += '/';
    for (const char c : steps[i]) {
      if (c == '~')
        text += "~0";
      else if (c == '/')
        text += "~1";
      else
        text += c;
    }
  }
  return text;
}

}  // namespace sluice
