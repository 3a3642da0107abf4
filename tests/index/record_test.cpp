#include "index/records/record.h"

#include <doctest/doctest.h>

#include "index/records/change_batch.h"

using namespace std::string_literals;

namespace ringdex::index {

TEST_CASE("a record id is written and read back") {
  const RecordId ids[] = {
      {"zendesk-eu", RecordKind::contact, "35436"},
      {"people", RecordKind::lead, "a:b::c:"},
      {"local", RecordKind::local, ":"},
      {"x", RecordKind::contact, "\0\xff \n"s},
      {"x", RecordKind::contact, std::string(255, 'e')},
  };
  for (const RecordId& id : ids) {
    CAPTURE(id.to_string());
    CHECK(RecordId::parse(id.to_string()) == id);
  }
  CHECK(ids[0].to_string() == "zendesk-eu:contact:35436");
  CHECK(ids[1].to_string() == "people:lead:a:b::c:");
}

TEST_CASE("what is no record id is nothing") {
  for (const std::string& text : {""s, ":"s, "::"s, "crm"s, "crm:contact"s, "crm:contact:"s, ":contact:1"s, "crm::1"s,
                                  "crm:person:1"s, "crm:Contact:1"s, "crm:contact :1"s, "contact:1"s, "c\0m:contact:1"s,
                                  "crm:contact:"s + std::string(256, 'e')}) {
    CAPTURE(text);
    CHECK_FALSE(RecordId::parse(text));
  }
}

TEST_CASE("kinds have names") {
  for (const RecordKind kind : {RecordKind::contact, RecordKind::lead, RecordKind::local}) {
    CHECK(record_kind_from(to_string(kind)) == kind);
  }
  CHECK_FALSE(record_kind_from(""));
  CHECK_FALSE(record_kind_from("contacts"));
  CHECK(to_string(Consent::unsubscribed) == "unsubscribed");
}

TEST_CASE("results of several batches add up, what waits and the position are the last one's") {
  ApplyResult sum{.added = 1, .nameless = {{"a", RecordKind::contact, "1"}}, .position = 7};
  sum.awaiting_confirmation = 5;
  ApplyResult next{.added = 2, .updated = 3, .deleted = 4, .nameless = {{"a", RecordKind::lead, "2"}}, .position = 8};
  sum += next;
  CHECK(sum.added == 3);
  CHECK(sum.updated == 3);
  CHECK(sum.deleted == 4);
  CHECK(sum.awaiting_confirmation == 0);
  CHECK(sum.nameless.size() == 2);
  CHECK(sum.position == 8);
}

}  // namespace ringdex::index
