// One table of options for each verb: it makes the parser and the help.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "session.h"

namespace sluice::cli {

struct Option {
  std::string group;
  std::string names;                                  ///< "-o, --output"
  std::string value;                                  ///< "DEST"; empty: a switch
  std::string words;                                  ///< for the help
  std::string fallback;                               ///< the default as the help shows it
  std::function<void(const std::string& value)> set;  ///< none: asks for help
  bool repeatable = false;
};

struct Example {
  std::string command;
  std::string words;
};

/// One verb: what it takes, and what its help says.
struct Command {
  std::string name;
  std::string summary;
  std::vector<Example> examples;
  std::string usage;
  std::vector<Option> options;
  std::vector<std::string> remarks;  ///< at the end of the help, a paragraph each
};

/// Sets what the options say and gives the operands. Nothing when help was asked for. Throws UsageError.
std::optional<std::vector<std::string>> parse(const Command& command, std::span<const std::string> arguments);
/// The one operand that most verbs take, named `what` ("SOURCE").
std::string one_operand(const Command& command, const std::vector<std::string>& operands, std::string_view what);

/// Fits 80 columns.
std::string help_text(const Command& command);

/// The options that every verb has.
std::vector<Option> common_options(Session& session);

}  // namespace sluice::cli
