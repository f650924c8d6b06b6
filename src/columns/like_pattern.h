// LIKE of SQL made ready: a pattern cut at its "%" into pieces, of which the first begins a text, the last ends it, and
// the others stand between in their order. Meaning: docs/where.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Stands in a piece for "_", any one code point: a byte that UTF-8 does not have.
inline constexpr char kAnyLetter = '\xff';

/// Passes texts that are like the pattern; or, where `negated`, those that are not.
struct LikeTest {
  std::string prefix{};
  std::vector<std::string> segments{};  ///< none of them empty
  std::string suffix{};
  bool is_whole = false;  ///< no "%": the prefix is all of the text
  bool negated = false;
};

/// What is wrong with the pattern or the escape, for messages; empty where nothing is. `escape` is one code point, or
/// empty for none.
std::string like_fault(std::string_view pattern, std::string_view escape);

/// Requires like_fault to find nothing.
LikeTest make_like_test(std::string_view pattern, std::string_view escape, bool negated);

/// Whether the text is like the pattern, `negated` left aside. For bytes that are no UTF-8 too.
bool is_like(const LikeTest& test, std::string_view text);

/// What each text that is like the pattern begins with.
std::string_view literal_prefix(const LikeTest& test);
/// Whether each text that begins so is like the pattern.
bool is_prefix_alone(const LikeTest& test);
/// Whether there is no wildcard, so that being like it is being equal to it.
bool is_literal(const LikeTest& test);

}  // namespace sluice
