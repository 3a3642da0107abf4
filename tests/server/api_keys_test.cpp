#include "server/access/api_keys.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/support/temp_dir.h"

namespace ringdex::server {
namespace {

TEST_CASE("a key opens its account with its scopes, and only as a whole") {
  const tests::TempDir dir;
  const std::string path = dir.file("keys.json");
  ApiKeys keys(path);
  REQUIRE(keys.load());
  CHECK(keys.empty());
  const auto text = keys.create("acme", {"lookup", "admin"}, "the PBX", 1'700'000'000);
  REQUIRE(text);
  const auto principal = keys.check(*text);
  REQUIRE(principal);
  CHECK(principal->account == "acme");
  CHECK(principal->may(Scope::lookup));
  CHECK(principal->may(Scope::admin));
  CHECK_FALSE(principal->may(Scope::agent));
  CHECK(keys.still_lets_in(principal->key_id));
  CHECK_FALSE(keys.still_lets_in(""));
  for (std::size_t length = 0; length < text->size(); ++length) CHECK_FALSE(keys.check(text->substr(0, length)));
  CHECK_FALSE(keys.check(*text + "0"));
  CHECK_FALSE(keys.check("rdx_nobody_" + text->substr(17)));
  CHECK_FALSE(keys.check(std::string(10'000, 'x')));

  SUBCASE("the file holds no secret, and only the owner reads it") {
    std::stringstream file;
    file << std::ifstream(path).rdbuf();
    CHECK(file.str().find(text->substr(17)) == std::string::npos);
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
  }
  SUBCASE("another process reads the same file") {
    ApiKeys other(path);
    REQUIRE(other.load());
    CHECK(other.check(*text));
    REQUIRE(other.list().size() == 1);
    CHECK(other.list()[0].note == "the PBX");
    REQUIRE(other.remove(other.list()[0].id));
    REQUIRE(keys.load());
    CHECK_FALSE(keys.check(*text));
  }
  SUBCASE("a broken file is an error and changes nothing") {
    for (const char* broken : {"{", "{}", "[1]", "[{\"id\": \"x\"}]"}) {
      std::ofstream(path, std::ios::trunc) << broken;
      CHECK_FALSE(keys.load());
      CHECK(keys.check(*text));
    }
  }
  SUBCASE("unknown scopes and keys are refused") {
    CHECK_FALSE(keys.create("acme", {"everything"}, "", 0));
    CHECK(keys.remove("nobody").value() == false);
  }
}

}  // namespace
}  // namespace ringdex::server
