#include "config/value_syntax.h"

#include <doctest/doctest.h>

#include <chrono>

#include "config/nearest_word.h"

namespace ringdex::config {
namespace {

using namespace std::chrono_literals;

TEST_CASE("durations have a whole number and a unit") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("45s") == 45s);
  CHECK(parse_duration("30m") == 30min);
  CHECK(parse_duration("2h") == 2h);
  CHECK(parse_duration("90d") == 2160h);
  CHECK(parse_duration("4294967295h").has_value());
  for (const auto* bad : {"", "30", "m", "30 m", "-1m", "+1m", "1.5h", "30M", "30min", "4294967296s", " 1s", "1w"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
  for (const auto* text : {"500ms", "45s", "30m", "2h", "1h", "61s", "24h", "90d"})
    CHECK(duration_text(*parse_duration(text)) == text);
}

TEST_CASE("listen addresses") {
  CHECK(parse_listen("127.0.0.1:8480") == Listen{"127.0.0.1", 8480});
  CHECK(parse_listen("[::1]:8480") == Listen{"::1", 8480});
  CHECK(parse_listen("0.0.0.0:0") == Listen{"0.0.0.0", 0});
  CHECK(parse_listen("localhost:65535") == Listen{"localhost", 65535});
  for (const auto* bad : {"", ":", "8480", ":8480", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:8480", "[::1]",
                          "[::1:8480", "[]:1", "[host]:1", "a b:1", "h:-1", "h:1:2", "http://h:1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_listen(bad).has_value());
  }
}

TEST_CASE("plain http is for loopback only") {
  for (const auto* good : {"https://acme.zendesk.com", "https://acme.example:8443", "http://127.0.0.1:9000",
                           "http://127.8.9.10", "http://localhost:1", "http://[::1]:8080", "https://[2001:db8::1]"}) {
    CAPTURE(good);
    CHECK(parse_base_url(good) == std::string(good));
  }
  CHECK(parse_base_url("https://acme.example/") == std::string("https://acme.example"));
  for (const auto* bad : {"",
                          "acme.zendesk.com",
                          "ftp://acme.example",
                          "http://acme.example",
                          "http://127.0.0.1.evil.example",
                          "http://128.0.0.1",
                          "http://localhost.evil.example",
                          "http://127.1",
                          "https://a/b",
                          "https://a?b",
                          "https://a#b",
                          "https://user@a",
                          "https://",
                          "https:///",
                          "https://a:0",
                          "https://a:x",
                          "https://a:99999",
                          "https://a//",
                          "http://[::2]",
                          "https://[::1",
                          "https://-a",
                          "HTTPS://a",
                          "https://a b"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_base_url(bad).has_value());
  }
}

TEST_CASE("ids and regions") {
  for (const auto* good : {"a", "0", "zendesk-eu", "a_b", "default"}) CHECK(is_id(good));
  for (const auto* bad : {"", "-a", "_a", "A", "a:b", "a b", "é"}) CHECK_FALSE(is_id(bad));
  CHECK(is_id(std::string(63, 'a')));
  CHECK_FALSE(is_id(std::string(64, 'a')));
  CHECK(is_region("US"));
  for (const auto* bad : {"", "U", "us", "USA", "U1"}) CHECK_FALSE(is_region(bad));
}

TEST_CASE("the nearest known word") {
  const std::vector<std::string> known{"interval", "label", "phones_max", "id"};
  CHECK(nearest_word("intervall", known) == "interval");
  CHECK(nearest_word("Label", known) == "label");
  CHECK(nearest_word("phone_max", known) == "phones_max");
  CHECK(nearest_word("ID", known).empty());
  CHECK(nearest_word("colour", known).empty());
  CHECK(nearest_word("", known).empty());
  CHECK(nearest_word(std::string(5000, 'x'), known).empty());
}

}  // namespace
}  // namespace ringdex::config
