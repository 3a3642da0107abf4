#include "server/json/record_json.h"

#include <doctest/doctest.h>

namespace ringdex::server {

using std::chrono::milliseconds;

TEST_CASE("a record as JSON: members in their order, null where there is no value") {
  index::Record record;
  record.id = {"crm", index::RecordKind::lead, "7\"8"};
  record.name = "Ada \xff";
  record.organization = "Glass";
  record.emails = {"a@x.test", "b@x.test"};
  record.phones = {{"020 1", telephony::PhoneNumber::from_e164("+442079460100"), "mobile", "12"}, {"none", {}, "", ""}};
  record.tags = {"vip"};
  record.consent = {{"email", index::Consent::subscribed}, {"sms", index::Consent::unknown}};
  record.custom = {{"b", "2"}, {"a", "1\n"}};
  record.updated_at = index::TimePoint(milliseconds(1'500));
  record.version = -3;
  std::string text;
  text::JsonWriter out(text);
  write_record(out, record);
  CHECK(text == R"({"id":"crm:lead:7\"8","source":"crm","kind":"lead","external_id":"7\"8","name":"Ada )"
                "\ufffd"
                R"(","organization":"Glass","title":"","emails":["a@x.test","b@x.test"],)"
                R"("phones":[{"raw":"020 1","e164":"+442079460100","label":"mobile","extension":"12"},)"
                R"({"raw":"none","e164":null,"label":""}],"groups":[],"tags":["vip"],)"
                R"("consent":{"email":"subscribed","sms":"unknown"},"url":"","owner":"","custom":{"a":"1\n","b":"2"},)"
                R"("created_at":null,"updated_at":"1970-01-01T00:00:01.500Z",)"
                R"("first_indexed_at":"1970-01-01T00:00:00Z","version":-3})");
}

}  // namespace ringdex::server
