#include "bench/load/load_protocol.h"

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
  CHECK_FALSE(http->connects_each_time());
  const auto each_time = make_http_protocol("host", "/{number}", true);
  CHECK(each_time->connects_each_time());
  CHECK(request(*each_time, 4930123456) == "GET /%2B4930123456 HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n");
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

TEST_CASE("FastAGI: the caller's block, commands answered, and what is no command") {
  const auto fastagi = make_fastagi_protocol("host");
  CHECK(fastagi->connects_each_time());
  const std::string block = request(*fastagi, 4930123456);
  CHECK(block.starts_with("agi_network: yes\nagi_request: agi://host\n"));
  CHECK(block.find("\nagi_callerid: +4930123456\n") != std::string::npos);
  // One empty line, at the end.
  CHECK(block.find("\n\n") == block.size() - 2);
  CHECK(fastagi->say_back("SET VARIABLE CALLERID(name)") == "");
  CHECK(fastagi->say_back(" \"A\"\n") == "200 result=1\n");
  CHECK(fastagi->say_back("SET VARIABLE A \"1\"\nSET VARIABLE B \"2\"\nSET") == "200 result=1\n200 result=1\n");
  const std::string named = "SET VARIABLE CALLERID(name) \"Ada\"\nSET VARIABLE A \"1\"\n";
  CHECK(fastagi->read_reply(named) ==
        Reply{.state = Reply::State::good, .bytes = named.size(), .body_bytes = named.size(), .found = true});
  CHECK(fastagi->read_reply("SET VARIABLE A \"1\"\n").found == false);
  CHECK(fastagi->read_reply("").state == Reply::State::good);
  CHECK(fastagi->read_reply("SET VARIABLE A").state == Reply::State::incomplete);
  CHECK(fastagi->read_reply("HANGUP\n").state == Reply::State::bad);
  CHECK_THROWS(make_fastagi_protocol(std::string(1'000, 'h')));
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

TEST_CASE("LDAP: what ldapsearch sends, answers of an entry or none, and what is no good answer") {
  const auto ldap = make_ldap_protocol("dc=ringdex");
  // Both as ldapsearch 2.5.13 sent them.
  CHECK(ldap->greeting() == from_hex("300c020101600702010304008000"));
  CHECK(request(*ldap, 4930123456) ==
        from_hex("30570201026352040a64633d72696e676465780a01020a0100020101020100010100a31e040f74656c6570686f6e654e756d6"
                 "26572040b2b3439333031323334353630150402636e040f74656c6570686f6e654e756d626572"));

  const std::string bound = from_hex("300c02010161070a010004000400");
  for (std::size_t size = 0; size < bound.size(); ++size)
    CHECK(ldap->read_greeting(std::string_view(bound).substr(0, size)).state == Reply::State::incomplete);
  CHECK(ldap->read_greeting(bound).state == Reply::State::good);
  CHECK(ldap->read_greeting(from_hex("300c02010161070a013104000400")).state == Reply::State::bad);  // code 49

  const std::string entry = from_hex("3021020102641c040a7569643d312c64633d78300e300c0402636e3106040441636d65");
  const std::string done = from_hex("300c02010265070a010004000400");
  check_reply(*ldap, entry + done, 28, true);
  check_reply(*ldap, done, 0, false);
  // A length in more bytes than it takes, and the size limit reached.
  check_reply(*ldap, from_hex("308400000021") + entry.substr(2) + from_hex("300c02010265070a010404000400"), 28, true);
  for (const char* bad : {
           "300c02010265070a013204000400",  // code 50
           "300c02010365070a010004000400",  // another message's
           "300c02010261070a010004000400",  // of a bind
           "310c02010265070a010004000400",  // no sequence
           "3080",                          // no length
           "3085000000000c",                // a length of five bytes
           "3084ffffffff",                  // a length beyond all reason
           "3003020102",                    // no operation
           "3005020102640a",                // an operation that ends behind its message
           "30050201026500",                // a result without a code
       }) {
    CAPTURE(bad);
    CHECK(ldap->read_reply(from_hex(bad)).state == Reply::State::bad);
  }
  CHECK_THROWS(make_ldap_protocol(std::string(60, 'x')));
}

}  // namespace
}  // namespace ringdex::bench
