// Nested records for benches: the public feed of a host of code, drawn from a seed. Mostly text that hardly repeats.
//
//   sluice::bench::Feed feed;
//   for (int i = 0; i < 300'000; ++i) feed.append_event(lines);  // JSON objects, a newline behind each
//
// Fifteen kinds of events as often as in the real thing: half are pushes of some commits, each with a digest, an
// author, a message and an address. A payload has the fields of its kind alone, the others are absent. Few people and
// repositories are met all the time, most hardly ever (60,000 and 100,000 of them); digests never come twice; messages
// are of 2,000 words; events follow each other by 28 a second. About 730 bytes an event.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "random.h"

namespace sluice::bench {

class Feed {
 public:
  explicit Feed(uint64_t seed = 1);

  void append_event(std::string& out);

 private:
  struct Person {
    uint32_t id = 0;
    std::string login;
  };
  struct Repository {
    uint32_t id = 0;
    std::string name;
  };
  void append_payload(std::string_view kind, const Person& person, const Repository& repository, std::string& out);
  void append_push(const Person& person, const Repository& repository, std::string& out);
  void append_commit(const Person& person, const Repository& repository, std::string& out);
  void append_ref(std::string_view kind, std::string& out);
  void append_thread(std::string_view kind, const Repository& repository, std::string& out);
  void append_digest(std::string& out);
  void append_words(uint32_t count, std::string& out);
  void append_time(int64_t second, std::string& out);
  std::string_view branch();

  Random random_;
  std::vector<std::string> words_;
  std::vector<Person> people_;
  std::vector<Repository> repositories_;
  uint64_t id_ = 2'489'651'045;
  uint64_t push_id_ = 536'740'000;
  int64_t thousandths_ = 0;  ///< of a second since the first event
};

}  // namespace sluice::bench
