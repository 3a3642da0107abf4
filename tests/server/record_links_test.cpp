#include "server/access/record_links.h"

#include <doctest/doctest.h>

#include "server/http/http_message.h"
#include "tests/support/temp_dir.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a link lets in for its person, its account and its time, over a restart, and never otherwise") {
  const tests::TempDir dir;
  const index::RecordId id{"crm", index::RecordKind::contact, "a/b?c&d=é%"};
  const index::TimePoint now{1'763'800'000'123ms};
  auto links = RecordLinks::open(dir.file("secret"));
  REQUIRE(links);
  HttpRequest request;
  request.target = links->path_to("default", id, now);
  read_target(request);
  REQUIRE(request.path.size() == 3);
  CHECK(request.path[0] == "jcard");
  CHECK(request.path[2] == id.to_string());
  const std::string expires = *request.parameter("expires");
  const std::string signature = *request.parameter("signature");
  links = RecordLinks::open(dir.file("secret"));
  REQUIRE(links);
  const auto allows = [&](const std::string& account, const std::string& record, const std::string& until,
                          const std::string& sign,
                          index::TimePoint at) { return links->allows(account, record, until, sign, at); };
  CHECK(allows("default", id.to_string(), expires, signature, now));
  CHECK(allows("default", id.to_string(), expires, signature, now + RecordLinks::kLifetime - 1s));
  CHECK_FALSE(allows("default", id.to_string(), expires, signature, now + RecordLinks::kLifetime));
  CHECK_FALSE(allows("other", id.to_string(), expires, signature, now));
  CHECK_FALSE(allows("default", "crm:contact:2", expires, signature, now));
  CHECK_FALSE(allows("default", id.to_string(), "1" + expires, signature, now));
  CHECK_FALSE(allows("default", id.to_string(), expires, "", now));
  CHECK_FALSE(allows("default", id.to_string(), expires, signature.substr(1), now));
  CHECK_FALSE(RecordLinks::open(dir.file("another"))->allows("default", id.to_string(), expires, signature, now));
}

}  // namespace
}  // namespace ringdex::server
