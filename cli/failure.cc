// Failures in words; see failure.h.
#include "failure.h"

#include <unistd.h>

#include "json_output.h"
#include "output.h"
#include "terminal.h"

namespace sluice::cli {
namespace {

void print(const Session& session, std::string_view sentence, std::string_view consequence, std::string_view hint) {
  const Palette palette(STDERR_FILENO, session.color);
  std::string text = "sluice: " + palette.red("error:") + " " + printable(sentence) + "\n";
  if (!consequence.empty()) text += "  " + printable(consequence) + "\n";
  if (!hint.empty()) text += palette.bold("hint:") + " " + printable(hint) + "\n";
  write_words(text);
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void print_json(std::string_view code, const std::string& message, const ErrorPlace& place, const std::string& hint) {
  JsonWriter json;
  json.begin_object().member("format", "sluice.error/1").member("code", code).member("message", message);
  json.member("source", unless_empty(place.source)).member("field", unless_empty(place.field));
  json.member("record", place.record).member("byte", place.byte).member("row", place.row);
  json.member("hint", unless_empty(hint)).end_object();
  try {
    write_out(json.line());
  } catch (const Error&) {
    // The words on standard error have told it.
  }
}

}  // namespace

int report(const Session& session, const Error& error, const std::string& consequence) {
  print(session, error.what(), consequence, error.hint());
  if (session.json) print_json(to_string(error.code()), error.what(), error.place(), error.hint());
  return error.code() == ErrorCode::invalid ? kWrongCall : kFailed;
}

int report(const Session& session, const UsageError& error) {
  print(session, error.what(), "", error.hint());
  if (session.json) print_json("invalid", error.what(), {}, error.hint());
  return kWrongCall;
}

}  // namespace sluice::cli
