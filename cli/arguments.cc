// The command line by CLI11, which reads only the form: values are ours, and so are all the words.
#include "arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "values.h"

namespace sluice::cli {
namespace {

/// "--output" of "-o, --output".
std::string long_name(const Option& option) {
  const size_t dashes = option.names.find("--");
  return option.names.substr(dashes == std::string::npos ? 0 : dashes);
}

std::string help_hint(const Command& command) { return "sluice " + command.name + " --help shows all options."; }

[[noreturn]] void refuse_unknown(const Command& command, const std::string& found) {
  std::vector<std::string> names;
  for (const Option& option : command.options) names.push_back(long_name(option));
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw UsageError(unknown("option", found.substr(0, found.find('=')), known), help_hint(command));
}

/// CLI11 says "--output: 1 required TEXT missing".
[[noreturn]] void refuse_form(const Command& command, const CLI::ParseError& error) {
  const std::string text = error.what();
  const std::string name = text.substr(0, text.find(':'));
  for (const Option& option : command.options)
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && long_name(option) == name)
      throw UsageError(name + " needs a value: " + name + " " + option.value, help_hint(command));
  throw UsageError(text, help_hint(command));
}

bool has_name(const Option& option, std::string_view word) {
  const std::string names = ", " + option.names + ",";
  return !word.empty() && names.find(", " + std::string(word) + ",") != std::string::npos;
}

/// With a value that is written as `--name=` in a word of its own: CLI11 would take the next word for it.
std::vector<std::string> with_empty_values(const Command& command, std::span<const std::string> arguments) {
  const auto takes_value = [&](std::string_view word) {
    return std::ranges::any_of(command.options,
                               [&](const Option& option) { return !option.value.empty() && has_name(option, word); });
  };
  std::vector<std::string> words;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--") {
      words.insert(words.end(), arguments.begin() + static_cast<ptrdiff_t>(i), arguments.end());
      break;
    }
    if (word.ends_with('=') && takes_value(word.substr(0, word.size() - 1))) {
      words.emplace_back(word.substr(0, word.size() - 1));
      words.emplace_back();
      continue;
    }
    words.emplace_back(word);
    if (takes_value(word) && i + 1 < arguments.size()) words.push_back(arguments[++i]);
  }
  return words;
}

struct Given {
  std::vector<std::vector<std::string>> values;    ///< of each option
  std::vector<std::vector<std::string>> switches;  ///< "true" each time it was given, or what it was given
  std::vector<std::string> operands;
  std::vector<std::string> unknown;
};

Given read_form(const Command& command, std::span<const std::string> arguments) {
  Given given;
  given.values.resize(command.options.size());
  given.switches.resize(command.options.size());
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (size_t i = 0; i < command.options.size(); ++i) {
    std::string names = command.options[i].names;
    std::erase(names, ' ');
    if (command.options[i].value.empty())
      app.add_flag(names, given.switches[i]);
    else
      app.add_option(names, given.values[i])->allow_extra_args(false);
  }
  std::vector<std::string> words = with_empty_values(command, arguments);
  std::ranges::reverse(words);  // CLI11 takes them from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    refuse_form(command, error);
  }
  // Operands are what is left: CLI11 would read "[a,b]" as a list of its own kind.
  bool may_be_options = true;
  for (std::string& word : app.remaining()) {
    if (may_be_options && word == "--")
      may_be_options = false;
    else if (may_be_options && word.size() > 1 && word[0] == '-')
      given.unknown.push_back(std::move(word));
    else
      given.operands.push_back(std::move(word));
  }
  return given;
}

[[noreturn]] void refuse_value(const Command& command, const Option& option, const std::string& value) {
  throw UsageError(long_name(option) + " takes no value, found \"" + value + "\"", help_hint(command));
}

}  // namespace

std::optional<std::vector<std::string>> parse(const Command& command, std::span<const std::string> arguments) {
  Given given = read_form(command, arguments);
  for (size_t i = 0; i < command.options.size(); ++i) {
    for (const std::string& value : given.switches[i])
      if (value != "true") refuse_value(command, command.options[i], value);
    if (!given.switches[i].empty() && !command.options[i].set) return std::nullopt;
  }
  if (!given.unknown.empty()) refuse_unknown(command, given.unknown.front());
  for (size_t i = 0; i < command.options.size(); ++i) {
    const Option& option = command.options[i];
    if (given.values[i].size() > 1 && !option.repeatable)
      throw UsageError(long_name(option) + " is given " + std::to_string(given.values[i].size()) + " times, with \"" +
                       given.values[i][0] + "\" and \"" + given.values[i][1] + "\"");
    for (const std::string& value : given.values[i]) option.set(value);
    if (!given.switches[i].empty()) option.set("");
  }
  return std::move(given.operands);
}

std::string one_operand(const Command& command, const std::vector<std::string>& operands, std::string_view what) {
  const std::string name(what);
  if (operands.empty()) throw UsageError("sluice " + command.name + " needs a " + name, "usage: " + command.usage);
  if (operands.size() > 1)
    throw UsageError(
        "sluice " + command.name + " takes one " + name + ", found \"" + operands[0] + "\" and \"" + operands[1] + "\"",
        "usage: " + command.usage);
  return operands.front();
}

std::vector<Option> common_options(Session& session) {
  return {
      {"Output", "--json", "", "one JSON object on standard output, errors included", "",
       [&](const std::string&) { session.json = true; }},
      {"Output", "--color", "WHEN", "auto, always or never; auto heeds NO_COLOR", "auto",
       [&](const std::string& text) { session.color = when_value("--color", text); }},
      {"Output", "-q, --quiet", "", "errors only", "", [&](const std::string&) { session.quiet = true; }},
      {"Output", "-v, --verbose", "", "say more", "", [&](const std::string&) { session.verbose = true; }},
      {"Output", "-h, --help", "", "this text", "", nullptr},
  };
}

}  // namespace sluice::cli
