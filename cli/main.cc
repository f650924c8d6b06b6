// The `sluice` program: finds the verb, and turns whatever it throws into words and an exit code: 0 done, 1 the data or
// the world failed, 2 the call was wrong, ended by the signal when interrupted.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "failure.h"
#include "output.h"
#include "values.h"
#include "verbs.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace sluice::cli {
namespace {

struct Verb {
  std::string_view name;
  std::string_view group;
  std::string_view summary;
  int (*run)(Session&, Arguments);
};

constexpr Verb kVerbs[] = {
    {"write", "make", "JSON, CSV, Arrow or Parquet into Parquet: one file, or many", run_write},
    {"merge", "make", "many Parquet files into few; large row groups are copied", run_merge},
    {"show", "look", "rows of Parquet files: a table, NDJSON, CSV or Arrow", run_show},
    {"count", "look", "how many rows there are, or fulfil a condition", run_count},
    {"inspect", "look", "what stands where in a Parquet file: columns, sizes, bounds", run_inspect},
    {"schema", "look", "the columns of a Parquet file, or those records would get", run_schema},
    {"verify", "check", "whether files are whole, and what they claim is true", run_verify},
    {"diff", "check", "whether two Parquet files have the same rows, and where not", run_diff},
    {"recover", "mend", "what runs that were cut off had finished, made visible", run_recover},
    {"clean", "mend", "what runs that were cut off have left, removed", run_clean},
};

/// Fits 24 lines of 80 columns.
std::string overview() {
  std::string text = "Sluice " SLUICE_VERSION ": streams of records to Parquet\n\n";
  std::string_view group;
  for (const Verb& verb : kVerbs) {
    std::string line = "  " + std::string(verb.group == group ? "" : verb.group);
    line.resize(8, ' ');
    line += verb.name;
    line.resize(18, ' ');
    text += line.append(verb.summary) + "\n";
    group = verb.group;
  }
  return text +
         "\nTry   sluice write events.ndjson -o events.parquet\n"
         "      sluice inspect events.parquet\n"
         "Help  sluice VERB --help, sluice help VERB, sluice --version\n";
}

const Verb& find_verb(const std::string& name) {
  const auto* const verb = std::ranges::find(kVerbs, name, &Verb::name);
  if (verb != std::end(kVerbs)) return *verb;
  std::vector<std::string_view> names{"help", "--help", "--version"};
  for (const Verb& known : kVerbs) names.push_back(known.name);
  throw UsageError(unknown(name.starts_with("-") ? "option" : "verb", name, names), "sluice lists the verbs");
}

int run(Session& session, Arguments arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    write_out(overview());
    return kDone;
  }
  if (arguments[0] == "--version" || arguments[0] == "-V") {
    write_out("sluice " SLUICE_VERSION "\n");
    return kDone;
  }
  if (arguments[0] != "help") return find_verb(arguments[0]).run(session, arguments.subspan(1));
  if (arguments.size() == 1) return run(session, {});
  const std::string help[] = {"--help"};
  return find_verb(arguments[1]).run(session, Arguments(help));
}

int run_and_report(Session& session, Arguments arguments) {
  try {
    return run(session, arguments);
  } catch (const UsageError& error) {
    return report(session, error);
  } catch (const Error& error) {
    return report(session, error);
  } catch (const std::bad_alloc&) {
    const std::string hint = "--memory lowers the budget of sluice write; or give the process more.";
    return report(session, Error(ErrorCode::io, "the system has no more memory for this process", {}, hint));
  } catch (const std::exception& error) {
    return report(session, Error(ErrorCode::bug, std::string("a bug of Sluice: ") + error.what()));
  }
}

// A file that gets the number of a standard stream that is closed would be taken for it: words for a person would stand
// in it. In a place that cannot be read, or written, they fail as they would have.
void fill_standard_streams() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

// glibc would keep what each thread has freed for that thread: tens of MiB beside the budget, with eight of them. Two
// pools are enough where nobody allocates by the value.
void settle_allocator() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 2);
#endif
}

}  // namespace
}  // namespace sluice::cli

int main(int count, char** values) {
  sluice::cli::fill_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write(), told or not as the verb needs it
  std::signal(SIGXFSZ, SIG_IGN);  // a file that is too long for the limits of the process is an error of write(), too
  const std::vector<std::string> arguments(values + std::min(count, 1), values + count);
  sluice::cli::settle_allocator();
  sluice::cli::Session session;
  // Before anything is parsed: what is wrong with the call is told as JSON too.
  const auto options_end = std::ranges::find(arguments, "--");
  session.json = std::find(arguments.begin(), options_end, "--json") != options_end;
  return sluice::cli::run_and_report(session, arguments);
}
