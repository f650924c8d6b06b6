// Who does what in the feed, and in which words. Texts are put together piece by piece: a generator must not be slower
// than what it feeds.
#include "feed.h"

#include <array>
#include <cstdio>

namespace sluice::bench {

namespace {

constexpr uint32_t kWords = 2'000;
constexpr uint32_t kPeople = 60'000;
constexpr uint32_t kRepositories = 100'000;
constexpr int64_t kThousandthsBetween = 36;  // events
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kHost = "https://api.forge.dev/";

// Kinds and how many of a thousand events are of each.
struct Kind {
  std::string_view name;
  uint32_t share;
};
constexpr std::array<Kind, 15> kKinds{{{"PushEvent", 520},
                                       {"CreateEvent", 120},
                                       {"PullRequestEvent", 80},
                                       {"IssueCommentEvent", 75},
                                       {"WatchEvent", 65},
                                       {"DeleteEvent", 40},
                                       {"IssuesEvent", 28},
                                       {"PullRequestReviewEvent", 24},
                                       {"ForkEvent", 16},
                                       {"PullRequestReviewCommentEvent", 15},
                                       {"ReleaseEvent", 7},
                                       {"CommitCommentEvent", 3},
                                       {"GollumEvent", 3},
                                       {"MemberEvent", 2},
                                       {"PublicEvent", 2}}};
constexpr std::array<std::string_view, 6> kBranches{"main", "master", "dev", "gh-pages", "staging", "release"};
constexpr std::array<std::string_view, 4> kActions{"opened", "closed", "created", "reopened"};

std::string_view pick_kind(Random& random) {
  uint32_t drawn = random.between(0, 999);
  for (const Kind& kind : kKinds) {
    if (drawn < kind.share) return kind.name;
    drawn -= kind.share;
  }
  return kKinds.front().name;
}

// Some syllables each; the first ones are short, as common words are.
std::vector<std::string> make_words(Random& random) {
  constexpr std::string_view kBegins = "bcdfghklmnprstvw";
  constexpr std::string_view kMiddles = "aeiou";
  constexpr std::array<std::string_view, 8> kEnds{"", "", "n", "r", "st", "l", "ng", "x"};
  std::vector<std::string> words(kWords);
  for (uint32_t i = 0; i < kWords; ++i)
    for (uint32_t left = 1 + (i > 100 ? 1 : 0) + (i > 1'200 ? random.between(0, 1) : 0); left > 0; --left) {
      words[i] += pick(kBegins, random);
      words[i] += pick(kMiddles, random);
      words[i] += pick(kEnds, random);
    }
  return words;
}

void append(std::string& out, std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) out += text;
}

}  // namespace

Feed::Feed(uint64_t seed) : random_(seed), words_(make_words(random_)) {
  for (uint32_t i = 0; i < kPeople; ++i) {
    std::string login = pick(words_, random_);
    if (random_.chance(300)) login += pick(words_, random_);
    if (random_.chance(600)) login += std::to_string(random_.between(1, 999));
    people_.push_back({random_.between(1'000, 99'999'999), std::move(login)});
  }
  for (uint32_t i = 0; i < kRepositories; ++i) {
    std::string name = pick(people_, random_).login + '/' + pick(words_, random_);
    if (random_.chance(400)) name += '-' + pick(words_, random_);
    repositories_.push_back({random_.between(1'000, 599'999'999), std::move(name)});
  }
}

void Feed::append_event(std::string& out) {
  const std::string_view kind = pick_kind(random_);
  const Person& person = people_[random_.skewed(kPeople)];
  const Repository& repository = repositories_[random_.skewed(kRepositories)];
  const std::string person_id = std::to_string(person.id);
  id_ += random_.between(1, 9);
  append(out, {R"({"id":")", std::to_string(id_), R"(","type":")", kind, R"(","actor":{"id":)", person_id});
  append(out, {R"(,"login":")", person.login, R"(","url":")", kHost, "users/", person.login});
  append(out, {R"(","avatar_url":"https://avatars.forge.dev/u/)", person_id, R"("},"repo":{"id":)"});
  append(out, {std::to_string(repository.id), R"(,"name":")", repository.name, R"(","url":")", kHost, "repos/"});
  append(out, {repository.name, R"("},"payload":{)"});
  append_payload(kind, person, repository, out);
  out += R"(},"public":true,"created_at":")";
  thousandths_ += random_.between(0, 2 * kThousandthsBetween);
  append_time(thousandths_ / 1'000, out);
  if (random_.chance(150)) {
    const std::string organisation = repository.name.substr(0, repository.name.find('/'));
    append(out, {R"(","org":{"id":)", std::to_string(repository.id % 9'999'991), R"(,"login":")", organisation});
    append(out, {R"(","url":")", kHost, "orgs/", organisation, "\"}}\n"});
    return;
  }
  out += "\"}\n";
}

void Feed::append_payload(std::string_view kind, const Person& person, const Repository& repository, std::string& out) {
  if (kind == "PushEvent") return append_push(person, repository, out);
  if (kind == "CreateEvent" || kind == "DeleteEvent") return append_ref(kind, out);
  if (kind == "PublicEvent") return;
  if (kind == "WatchEvent") return append(out, {R"("action":"started")"});
  if (kind == "ForkEvent") {
    append(out, {R"("forkee":{"id":)", std::to_string(random_.between(1'000, 599'999'999)), R"(,"full_name":")"});
    return append(out, {person.login, repository.name.substr(repository.name.find('/')), R"(","private":false})"});
  }
  if (kind == "GollumEvent") {
    out += R"("pages":[{"page_name":")";
    append_words(random_.between(1, 3), out);
    out += R"(","action":"edited","sha":")";
    append_digest(out);
    return append(out, {"\"}]"});
  }
  if (kind == "MemberEvent")
    return append(out, {R"("action":"added","member":{"login":")", pick(people_, random_).login, "\"}"});
  if (kind == "ReleaseEvent") {
    const std::string version = std::to_string(random_.between(0, 9)) + '.' + std::to_string(random_.between(0, 40));
    append(out, {R"("action":"published","release":{"tag_name":"v)", version, R"(","draft":false,"body":")"});
    append_words(random_.between(0, 60), out);
    return append(out, {"\"}"});
  }
  append_thread(kind, repository, out);
}

void Feed::append_push(const Person& person, const Repository& repository, std::string& out) {
  const uint32_t commits = random_.chance(850) ? 1 : random_.between(0, 3);
  push_id_ += random_.between(1, 4);
  append(out, {R"("push_id":)", std::to_string(push_id_), R"(,"size":)", std::to_string(commits)});
  append(out, {R"(,"ref":"refs/heads/)", branch(), R"(","head":")"});
  append_digest(out);
  out += R"(","before":")";
  append_digest(out);
  out += R"(","commits":[)";
  for (uint32_t i = 0; i < commits; ++i) {
    if (i > 0) out += ',';
    append_commit(person, repository, out);
  }
  out += ']';
}

void Feed::append_commit(const Person& person, const Repository& repository, std::string& out) {
  const std::string& author = random_.chance(850) ? person.login : people_[random_.skewed(kPeople)].login;
  std::string digest;
  append_digest(digest);
  append(out, {R"({"sha":")", digest, R"(","author":{"email":")", author, R"(@mail.example","name":")", author});
  out += R"("},"message":")";
  append_words(random_.chance(100) ? random_.between(10, 40) : random_.between(1, 8), out);
  append(out, {R"(","distinct":)", random_.chance(960) ? "true" : "false", R"(,"url":")", kHost, "repos/"});
  append(out, {repository.name, "/commits/", digest, "\"}"});
}

void Feed::append_ref(std::string_view kind, std::string& out) {
  const bool is_tag = random_.chance(150);
  append(out, {R"("ref":")", branch(), R"(","ref_type":")", is_tag ? "tag" : "branch"});
  if (kind == "CreateEvent") {
    append(out, {R"(","master_branch":")", kBranches[random_.skewed(2)], R"(","description":)"});
    if (random_.chance(400)) {
      out += "null,\"pusher_type\":\"user\"";
      return;
    }
    out += '"';
    append_words(random_.between(2, 12), out);
  }
  out += R"(","pusher_type":"user")";
}

// An issue, a pull request or a comment.
void Feed::append_thread(std::string_view kind, const Repository& repository, std::string& out) {
  const std::string number = std::to_string(random_.skewed(20'000) + 1);
  const bool is_pull = kind.starts_with("Pull");
  append(out, {R"("action":")", pick_skewed(kActions, random_), R"(","number":)", number,
               is_pull ? R"(,"pull_request)" : R"(,"issue)"});
  append(out, {R"(":{"url":")", kHost, "repos/", repository.name, is_pull ? "/pulls/" : "/issues/", number});
  append(out, {R"(","id":)", std::to_string(random_.between(1'000, 999'999'999)), R"(,"title":")"});
  append_words(random_.between(2, 9), out);
  append(out, {R"(","state":")", random_.chance(600) ? "open" : "closed", R"(","user":{"login":")"});
  append(out, {people_[random_.skewed(kPeople)].login, R"("},"labels":[)"});
  for (uint32_t left = random_.skewed(4); left > 0; --left)
    append(out, {R"({"name":")", words_[random_.skewed(200)], left > 1 ? "\"}," : "\"}"});
  out += R"(],"locked":false,"body":)";
  if (random_.chance(150)) {
    out += "null}";
  } else {
    out += '"';
    append_words(random_.between(2, 25), out);
    out += "\"}";
  }
  if (kind.find("Comment") == std::string_view::npos) return;
  out += R"(,"comment":{"id":)" + std::to_string(random_.between(1'000, 999'999'999)) + R"(,"body":")";
  append_words(random_.between(2, 25), out);
  out += "\"}";
}

void Feed::append_digest(std::string& out) {
  uint64_t bits = 0;
  for (int digit = 0; digit < 40; ++digit, bits >>= 4) {
    if (digit % 16 == 0) bits = random_.next();
    out += kHexDigits[bits & 15];
  }
}

// Now and then a line ends, or something is quoted: texts have escapes.
void Feed::append_words(uint32_t count, std::string& out) {
  for (uint32_t i = 0; i < count; ++i) {
    if (i > 0) out += random_.chance(30) ? "\\n" : " ";
    const std::string& word = words_[random_.skewed(kWords)];
    if (random_.chance(5))
      append(out, {"\\\"", word, "\\\""});
    else
      out += word;
  }
}

void Feed::append_time(int64_t second, std::string& out) {
  std::array<char, 32> text{};
  const int64_t hour = 15 + second / 3'600;
  const int bytes =
      std::snprintf(text.data(), text.size(), "2026-01-%02dT%02d:%02d:%02dZ", static_cast<int>(1 + hour / 24),
                    static_cast<int>(hour % 24), static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  out.append(text.data(), static_cast<size_t>(bytes));
}

std::string_view Feed::branch() {
  if (random_.chance(600)) return kBranches[random_.skewed(kBranches.size())];
  return words_[random_.between(0, kWords - 1)];
}

}  // namespace sluice::bench
