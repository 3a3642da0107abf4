#include "index/history/inbox.h"

#include <doctest/doctest.h>

#include "tests/index/open_index.h"

using namespace std::string_literals;

namespace ringdex::index {
namespace {

std::string payloads(const Inbox& inbox, const std::string& account, const std::string& source,
                     std::size_t events_max = 100) {
  const auto events = inbox.pending(account, source, events_max);
  REQUIRE(events.has_value());
  std::string text;
  for (const InboxEvent& event : *events) text += event.payload + ";";
  return text;
}

}  // namespace

TEST_CASE("events are pending in order of arrival, each source and account by itself") {
  OpenIndex open;
  Inbox inbox(*open.store);
  CHECK(payloads(inbox, "default", "crm") == "");
  const auto first = inbox.accept("default", "crm", {"a", "b"});
  const auto second = inbox.accept("default", "crm2", {"x"});
  const auto third = inbox.accept("other", "crm", {"y"});
  const auto fourth = inbox.accept("default", "crm", {"c"});
  REQUIRE((first && second && third && fourth));
  CHECK(first->size() == 2);
  CHECK(first->at(0) < first->at(1));
  CHECK(first->at(1) < fourth->at(0));
  CHECK(payloads(inbox, "default", "crm") == "a;b;c;");
  CHECK(payloads(inbox, "default", "crm", 2) == "a;b;");
  CHECK(payloads(inbox, "default", "crm", 0) == "");
  CHECK(payloads(inbox, "default", "crm2") == "x;");
  CHECK(payloads(inbox, "other", "crm") == "y;");
  CHECK(payloads(inbox, "nobody", "crm") == "");
}

TEST_CASE("many events keep their order") {
  OpenIndex open;
  Inbox inbox(*open.store);
  std::vector<std::string> many;
  for (int event = 0; event < 600; ++event) many.push_back(std::to_string(event));
  REQUIRE(inbox.accept("default", "crm", many));
  const auto events = inbox.pending("default", "crm", 1000);
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 600);
  for (std::size_t place = 0; place < 600; ++place) REQUIRE(events->at(place).payload == many[place]);
}

TEST_CASE("a payload is any bytes, accepting none is no error") {
  OpenIndex open;
  Inbox inbox(*open.store);
  const std::string bytes = "\0\xff\n"s;
  REQUIRE(inbox.accept("default", "crm", {bytes, ""}));
  const auto events = inbox.pending("default", "crm", 10);
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 2);
  CHECK(events->at(0).payload == bytes);
  CHECK(events->at(1).payload == "");
  const auto none = inbox.accept("default", "crm", {});
  REQUIRE(none.has_value());
  CHECK(none->empty());
}

TEST_CASE("an event leaves with the batch that settles it") {
  OpenIndex open;
  Inbox inbox(*open.store);
  const auto numbers = inbox.accept("default", "crm", {"a", "b", "c"});
  REQUIRE(numbers.has_value());
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("1", "Anna", 1)};
  batch.inbox_done = {{numbers->at(0)}, {numbers->at(2)}, {999}};
  open.apply(batch);
  CHECK(payloads(inbox, "default", "crm") == "b;");
  CHECK(open.answer(contact("1")) == "crm:contact:1");
}

TEST_CASE("a batch settles only events of its own source and account") {
  OpenIndex open;
  Inbox inbox(*open.store);
  const auto numbers = inbox.accept("default", "crm", {"a"});
  REQUIRE(numbers.has_value());
  ChangeBatch batch = OpenIndex::batch();
  batch.inbox_done = {{numbers->at(0)}};
  batch.source = "crm2";
  open.apply(batch);
  batch.source = "crm";
  batch.account = "other";
  open.apply(batch);
  CHECK(payloads(inbox, "default", "crm") == "a;");
}

TEST_CASE("a pending event is amended, a settled one stays settled") {
  OpenIndex open;
  Inbox inbox(*open.store);
  const auto numbers = inbox.accept("default", "crm", {"a", "b"});
  REQUIRE(numbers.has_value());
  REQUIRE(inbox.amend("default", "crm", {numbers->at(0), "a, second attempt"}));
  CHECK(payloads(inbox, "default", "crm") == "a, second attempt;b;");
  ChangeBatch batch = OpenIndex::batch();
  batch.inbox_done = {{numbers->at(0)}};
  open.apply(batch);
  REQUIRE(inbox.amend("default", "crm", {numbers->at(0), "a, third attempt"}));
  CHECK(payloads(inbox, "default", "crm") == "b;");
}

TEST_CASE("events outlive a restart and numbers are not used again") {
  OpenIndex open;
  std::uint64_t last = 0;
  {
    Inbox inbox(*open.store);
    const auto numbers = inbox.accept("default", "crm", {"a", "b"});
    REQUIRE(numbers.has_value());
    last = numbers->at(1);
    ChangeBatch batch = OpenIndex::batch();
    batch.inbox_done = {{last}};
    open.apply(batch);
  }
  open.reopen();
  Inbox inbox(*open.store);
  CHECK(payloads(inbox, "default", "crm") == "a;");
  const auto numbers = inbox.accept("default", "crm", {"c"});
  REQUIRE(numbers.has_value());
  CHECK(numbers->at(0) > last);
}

}  // namespace ringdex::index
