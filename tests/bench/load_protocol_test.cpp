#include "bench/load_protocol.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace ringdex::bench {
namespace {

using namespace std::string_literals;

std::string request(const LoadProtocol& protocol, std::uint64_t number) {
  std::array<char, kRequestBytesMax> out;
  return {out.data(), protocol.write_request(telephony::PhoneNumber::from_packed(number), out)};
}

// Each shorter piece of a good reply is incomplete.
void check_reply(const LoadProtocol& protocol, const std::string& bytes, std::size_t body_bytes, bool found) {
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(protocol.read_reply(std::string_view(bytes).substr(0, size)).state == Reply::State::incomplete);
  CHECK(protocol.read_reply(bytes + "more") ==
        Reply{.state = Reply::State::good, .bytes = bytes.size(), .body_bytes = body_bytes, .found = found});
}

TEST_CASE("HTTP: request, answers, and what is no good answer") {
  const auto http = make_http_protocol("host", "/v1/lookup?number={number}&plan=e164");
  CHECK(request(*http, 4930123456) == "GET /v1/lookup?number=%2B4930123456&plan=e164 HTTP/1.1\r\nHost: host\r\n\r\n");
  check_reply(*http, "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH: 15\r\n\r\n{\"match\":\"one\"}", 15, true);
  check_reply(*http, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"match\":\"none\"}", 16, false);
  for (const char* bad : {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
                          "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"})
    CHECK(http->read_reply(bad).state == Reply::State::bad);
  CHECK_THROWS(make_http_protocol("host", "/no/place"));
}

TEST_CASE("Redis: request, answers, and what is no good answer") {
  const auto redis = make_redis_protocol();
  CHECK(request(*redis, 4930123456) == "*2\r\n$3\r\nGET\r\n$11\r\n+4930123456\r\n");
  check_reply(*redis, "$5\r\n{\r\n}x\r\n", 5, true);
  check_reply(*redis, "$-1\r\n", 0, false);
  for (const char* bad : {"-ERR no\r\n", "$x\r\n", "+OK\r\n"}) CHECK(redis->read_reply(bad).state == Reply::State::bad);
}

TEST_CASE("PostgreSQL: request, rows, and an error") {
  const auto postgres = make_postgres_protocol("me", "mine", "SELECT $1");
  CHECK(request(*postgres, 4930123456) ==
        "B\0\0\0\x20\0asked\0\0\0\0\1\0\0\0\x0b+4930123456\0\0"s + "E\0\0\0\x09\0\0\0\0\0"s + "S\0\0\0\4"s);
  const std::string bound = "2\0\0\0\4"s;
  const std::string row = "D\0\0\0\x0b\0\1\0\0\0\1x"s;
  const std::string end = "C\0\0\0\x0dSELECT 1\0Z\0\0\0\5I"s;
  check_reply(*postgres, bound + row + end, 11, true);
  check_reply(*postgres, bound + end, 0, false);
  CHECK(postgres->read_reply("E\0\0\0\4"s).state == Reply::State::bad);
  CHECK(postgres->read_greeting("R\0\0\0\x08\0\0\0\0Z\0\0\0\5I"s).state == Reply::State::incomplete);
  CHECK(postgres->read_greeting("R\0\0\0\x08\0\0\0\0Z\0\0\0\5I1\0\0\0\4Z\0\0\0\5I"s).state == Reply::State::good);
}

}  // namespace
}  // namespace ringdex::bench
