#include "index/records/index_key.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace std::string_literals;

namespace ringdex::index {
namespace {

TimePoint at(std::int64_t milliseconds) {
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

// Ids made to run into each other: short sources, bytes that are used as marks.
RecordId random_id(std::mt19937_64& chance) {
  static const std::string sources[] = {"a", "ab", "b", "a-b", "abc", "zendesk-eu"};
  static const std::string parts[] = {"\0"s, "\xff"s, "\x01"s, "\x02"s, "a", "b", ":", "35436"};
  RecordId id{sources[chance() % 6], static_cast<RecordKind>(1 + chance() % 3), ""};
  for (std::uint64_t left = 1 + chance() % 4; left > 0; --left) id.external_id += parts[chance() % 8];
  return id;
}

}  // namespace

TEST_CASE("integers are written so that bytes sort by value") {
  const std::uint64_t values[] = {0, 1, 255, 256, 0x7fffffff, 0xffffffff, 0x100000000, UINT64_MAX - 1, UINT64_MAX};
  for (std::size_t place = 0; place < std::size(values); ++place) {
    CHECK(key::read_u64(key::u64(values[place])) == values[place]);
    if (place > 0) CHECK(key::u64(values[place - 1]) < key::u64(values[place]));
  }
  CHECK(key::read_u32(key::u32(0xfedcba98)) == 0xfedcba98);
  CHECK(key::read_u32("abc") == 0);
  CHECK(key::read_u32("abcde") == 0);
  CHECK(key::read_u64("") == 0);
  CHECK(key::read_u64("abcdefghi") == 0);
}

TEST_CASE("record keys sort as ids do and give the id back") {
  std::mt19937_64 chance(4);
  for (int round = 0; round < 5000; ++round) {
    const RecordId left = random_id(chance);
    const RecordId right = random_id(chance);
    const std::string left_key = key::record(7, left);
    REQUIRE((left_key <=> key::record(7, right)) == (left <=> right));
    REQUIRE(key::record_id(left_key, 4) == left);
    REQUIRE(left_key.starts_with(key::source(7, left.source)));
    REQUIRE(left_key.starts_with(key::source(7, right.source)) == (left.source == right.source));
    REQUIRE_FALSE(left_key.starts_with(key::source(8, left.source)));
  }
}

TEST_CASE("number keys sort by number, first sight and id") {
  std::mt19937_64 chance(5);
  const auto draw = [&] {
    return std::tuple(telephony::PhoneNumber::from_packed(1 + chance() % 3),
                      at(static_cast<std::int64_t>(chance() % 3)), random_id(chance));
  };
  for (int round = 0; round < 5000; ++round) {
    const auto [number, time, id] = draw();
    const auto [other_number, other_time, other_id] = draw();
    const std::string bytes = key::number(7, number, time, id);
    const std::string other = key::number(7, other_number, other_time, other_id);
    REQUIRE((bytes <=> other) == (std::tie(number, time, id) <=> std::tie(other_number, other_time, other_id)));
    REQUIRE(key::number_prefix(7, number).size() == key::kNumberPrefixBytes);
    REQUIRE(bytes.starts_with(key::number_prefix(7, other_number)) == (number == other_number));
    REQUIRE(key::record_id(bytes, key::kNumberPrefixBytes + 8) == id);
  }
}

TEST_CASE("member and alias keys stay behind their own prefix") {
  std::mt19937_64 chance(6);
  const std::string organizations[] = {"", "1", "10", "1\0"s, "\xff\xff"s, "\x01", std::string(300, '1')};
  for (int round = 0; round < 5000; ++round) {
    const RecordId id = random_id(chance);
    const RecordId other = random_id(chance);
    const std::string& organization = organizations[chance() % 7];
    const std::string& other_organization = organizations[chance() % 7];
    const std::string member = key::member(7, id, organization);
    const std::string prefix = key::member_prefix(7, id.source, organization);
    REQUIRE(key::member_id(member, id.source, prefix.size()) == id);
    REQUIRE(member.starts_with(key::member_prefix(7, other.source, other_organization)) ==
            (id.source == other.source && organization == other_organization));

    const RecordId loser = random_id(chance);
    const std::string alias = key::alias(7, id, loser);
    REQUIRE(key::record_id(alias, key::alias_prefix(7, id).size()) == loser);
    REQUIRE(alias.starts_with(key::alias_prefix(7, other)) == (id == other));
  }
}

TEST_CASE("numbered keys sort by number behind their source") {
  CHECK(key::numbered(1, "crm", 2) < key::numbered(1, "crm", 256));
  CHECK(key::numbered(1, "crm", UINT64_MAX) < key::numbered(1, "crm2", 0));
  CHECK(key::numbered(1, UINT64_MAX, 0) < key::numbered(2, 0, 0));
  CHECK(key::numbered(1, 5, 2).starts_with(key::numbered(1, 5)));
}

TEST_CASE("source keys give account and source back") {
  CHECK(key::source_name(key::source(7, "zendesk-eu")) == std::pair(7u, "zendesk-eu"s));
  CHECK(key::source_name(key::source(0x00ff0000, "a")) == std::pair(0x00ff0000u, "a"s));
  CHECK_FALSE(key::source_name(""));
  CHECK_FALSE(key::source_name(key::u32(7)));
  CHECK_FALSE(key::source_name(key::u32(7) + "crm"));
  CHECK_FALSE(key::source_name(key::source(7, "crm") + "x"));
}

TEST_CASE("the key after a prefix is behind all with it and no further") {
  for (const std::string& prefix : {"a"s, "a\xff"s, "\0\0\0\1crm\0"s, "a\xfe\xff\xff"s}) {
    const std::string after = key::after_prefix(prefix);
    CHECK(prefix < after);
    CHECK(prefix + std::string(20, '\xff') < after);
    CHECK_FALSE(after.starts_with(prefix));
  }
  CHECK(key::after_prefix("ab") == "ac");
  CHECK(key::after_prefix("a\xff"s) == "b");
}

TEST_CASE("hostile keys give no id and do not crash") {
  for (const std::string& bytes :
       {""s, "abcd"s, "abcd\0"s, "abcdcrm"s, "abcdcrm\0"s, "abcdcrm\0\0"s, "abcdcrm\0\4x"s, "abcdcrm\0\xffx"s}) {
    CAPTURE(bytes);
    CHECK_FALSE(key::record_id(bytes, 4));
  }
  CHECK_FALSE(key::record_id("abc", 40));
  CHECK_FALSE(key::member_id("abc", "crm", 3));
  CHECK_FALSE(key::member_id("abc\0x"s, "crm", 3));
  std::mt19937_64 chance(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(chance() % 20, '\0');
    for (char& byte : bytes) byte = static_cast<char>(chance() % 4 == 0 ? chance() % 256 : chance() % 4);
    const auto id = key::record_id(bytes, 4);
    if (id) REQUIRE(key::record(key::read_u32(bytes.substr(0, 4)), *id) == bytes);
    static_cast<void>(key::source_name(bytes));
    static_cast<void>(key::member_id(bytes, "crm", chance() % 25));
  }
}

TEST_CASE("name keys sort by word, place and id, and give them back") {
  std::mt19937_64 chance(9);
  static const std::string words[] = {"a", "an", "anna", "b", "\u0436", "7"};
  const auto draw = [&] {
    return std::tuple(words[chance() % 6], static_cast<key::WordPlace>(chance() % 2), random_id(chance));
  };
  const auto key_of = [](const auto& name) {
    std::string key;
    key::append_name(key, 7, std::get<0>(name), std::get<1>(name), std::get<2>(name));
    return key;
  };
  for (int round = 0; round < 5000; ++round) {
    const auto left = draw();
    const auto right = draw();
    const std::string key = key_of(left);
    REQUIRE((key <=> key_of(right)) == (left <=> right));
    REQUIRE(key.starts_with(key::name_prefix(7, std::get<0>(left))));
    REQUIRE((key_of(right) < key::name_end(7, std::get<0>(left))) == (std::get<0>(right) <= std::get<0>(left)));
    const auto named = key::named(key);
    REQUIRE(named.has_value());
    REQUIRE(std::tuple(std::string(named->word), named->place, named->id) == left);
  }
  for (const std::string& bad : {""s, "abcd"s, "abcdanna"s, "abcdanna\0"s, "abcdanna\0crm\0"s}) {
    CHECK_FALSE(key::named(bad).has_value());
  }
}

}  // namespace ringdex::index
