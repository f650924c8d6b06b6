// Help for one verb, from the table that its parser is made of: what it does, examples, every option in its group with
// its default, within 80 columns.
#include <algorithm>

#include "arguments.h"
#include "output.h"

namespace sluice::cli {
namespace {

constexpr size_t kWidth = 80;
constexpr size_t kWordsColumn = 30;  ///< where the words about an option begin

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::string option_lines(const Option& option) {
  std::string head = (option.names.starts_with("--") ? "      " : "  ") + option.names;
  if (!option.value.empty()) head += " " + option.value;
  std::string words = option.words;
  if (!option.fallback.empty()) words += " [" + option.fallback + "]";
  if (head.size() + 2 > kWordsColumn)
    head += "\n" + std::string(kWordsColumn, ' ');
  else
    head.append(kWordsColumn - head.size(), ' ');
  return head + wrapped(words_of(words), " ", kWordsColumn, kWidth) + "\n";
}

}  // namespace

std::string help_text(const Command& command) {
  std::string text = wrapped(words_of(command.summary), " ", 0, kWidth) + "\n\nExamples\n";
  for (const Example& example : command.examples) {
    text += "  " + example.command + "\n";
    text += "      " + wrapped(words_of(example.words), " ", 6, kWidth) + "\n";
  }
  text += "\nUsage: " + command.usage + "\n";
  std::vector<std::string> groups;
  for (const Option& option : command.options)
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  for (const std::string& group : groups) {
    text += "\n" + group + "\n";
    for (const Option& option : command.options)
      if (option.group == group) text += option_lines(option);
  }
  for (const std::string& remark : command.remarks) text += "\n" + wrapped(words_of(remark), " ", 0, kWidth) + "\n";
  return text;
}

}  // namespace sluice::cli
