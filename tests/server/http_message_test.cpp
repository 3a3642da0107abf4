#include "server/http/http_message.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ringdex::server {
namespace {

TEST_CASE("a target is split and decoded") {
  struct Row {
    const char* target;
    std::vector<std::string> path;
    std::vector<NamedText> query;
  };
  const Row rows[] = {
      {"/v1/lookup?number=%2B1310", {"v1", "lookup"}, {{"number", "+1310"}}},
      {"//cid", {"cid"}, {}},
      {"/v1/lookup?number=+1310&region=", {"v1", "lookup"}, {{"number", " 1310"}, {"region", ""}}},
      {"/v1/records/a%3Acontact%3A1%2F2", {"v1", "records", "a:contact:1/2"}, {}},
      {"/a?b&c=d=e&&f=", {"a"}, {{"b", ""}, {"c", "d=e"}, {"f", ""}}},
      {"/a?b#c?d", {"a"}, {{"b", ""}}},
      {"/", {}, {}},
      {"", {}, {}},
      {"/%/%4/%zz", {"%", "%4", "%zz"}, {}},
      {"/a%00b+c", {"a%00b+c"}, {}},
      {"/a?x=%00", {"a"}, {{"x", "%00"}}},
      // What dialplans put there as it is.
      {"/a?x=100%&y=50%+off&z=%zz%4", {"a"}, {{"x", "100%"}, {"y", "50% off"}, {"z", "%zz%4"}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    HttpRequest request;
    request.target = row.target;
    read_target(request);
    CHECK(std::ranges::equal(request.path, row.path));
    CHECK(std::ranges::equal(request.query, row.query));
  }
}

TEST_CASE("a problem has the members of RFC 9457 and our code") {
  const HttpResponse response = problem(410, "record_deleted", "gone \xff");
  CHECK(response.status == 410);
  CHECK(response.content_type == "application/problem+json");
  const auto body = nlohmann::json::parse(response.body);
  CHECK(body["type"] == "about:blank");
  CHECK(body["title"] == "Gone");
  CHECK(body["status"] == 410);
  CHECK(body["code"] == "record_deleted");
  CHECK(body["detail"] == "gone \xef\xbf\xbd");
}

}  // namespace
}  // namespace ringdex::server
