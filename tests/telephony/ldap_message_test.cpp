#include "telephony/ldap/ldap_message.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/test_chance.h"
#include "tests/telephony/ldap_request_bytes.h"

namespace ringdex::telephony {
namespace {

using namespace ldap_test;

constexpr std::size_t kBytesMax = 65'536;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  }
  return bytes;
}

// What ldapsearch and ldapwhoami 2.5.13 sent.
const std::string kAnonymousBind = from_hex("300c020101600702010304008000");
const std::string kSimpleBind = from_hex("301f020101601a020103040d636e3d70686f6e652c64633d788006736563726574");
const std::string kUnbind = from_hex("30050201034200");
// -z 5 -l 3 (|(telephoneNumber=*5551234)(mobile=+3933*12*4)(!(cn~=Bob))(&(sn>=a)(objectClass=*))) cn telephoneNumber
const std::string kSearch = from_hex(
    "30819102010263818b040464633d780a01020a0100020105020103010100a15da41c040f74656c6570686f6e654e756d6265723009820735"
    "353531323334a41804066d6f62696c65300e80052b3339333381023132820134a20ba8090402636e0403426f62a016a5070402736e040161"
    "870b6f626a656374436c61737330150402636e040f74656c6570686f6e654e756d626572");
const std::string kWhoAmI = from_hex("301e02010277198017312e332e362e312e342e312e343230332e312e31312e33");
const std::string kStartTls = from_hex("301d02010177188016312e332e362e312e342e312e313436362e3230303337");
// What liblber made of a search's answer.
const std::string kEntry = from_hex("3021020102641c040a7569643d312c64633d78300e300c0402636e3106040441636d65");
const std::string kDone = from_hex("300c02010265070a010004000400");

LdapFilterNode node(LdapFilterKind kind, std::uint16_t end, LdapAssertion assertion = {}) {
  return {kind, end, std::move(assertion)};
}

// A message of every kind, with controls of every shape.
std::vector<std::string> good_messages() {
  std::vector<std::string> messages = {kAnonymousBind, kSimpleBind, kUnbind, kSearch, kWhoAmI, kStartTls};
  LdapRequest request;
  request.message_id = 0x7FFFFFFF;
  request.operation = LdapBind{3, "", std::nullopt, "PLAIN"};
  messages.push_back(request_bytes(request));
  request.message_id = 128;
  request.operation = LdapBind{2, "cn=x", std::nullopt, ""};
  messages.push_back(request_bytes(request));
  request.operation = LdapAbandon{300};
  messages.push_back(request_bytes(request));
  request.operation = LdapCompare{"uid=1,dc=x", "cn", "Acme"};
  messages.push_back(request_bytes(request));
  for (const auto tag :
       {LdapResponseTag::modify, LdapResponseTag::add, LdapResponseTag::remove, LdapResponseTag::modify_dn}) {
    request.operation = LdapWrite{tag};
    messages.push_back(request_bytes(request));
  }
  LdapSearch search;
  search.base = "dc=example,dc=com";
  search.scope = LdapScope::one_level;
  search.aliases = 3;
  search.size_limit = 1000;
  search.types_only = true;
  search.filter.nodes = {
      node(LdapFilterKind::extensible, 1,
           {.attribute = "cn", .value = "x", .rule = "caseExactMatch", .with_dn = true, .pieces = {}})};
  request.operation = search;
  const std::string paged = paged_results_value("next", 500);
  request.controls = {{kLdapPagedResultsOid, true, paged}, {"1.2.3", false, std::nullopt}, {"1.2.4", true, {}}};
  messages.push_back(request_bytes(request));
  request.operation = LdapExtended{"1.2.3.4", std::string_view("\0a", 2)};
  messages.push_back(request_bytes(request));
  return messages;
}

LdapRequest decoded(std::string_view bytes) {
  const auto request = decode_ldap_request(bytes);
  REQUIRE_MESSAGE(request.has_value(), request.error().reason);
  return *request;
}

bool is_malformed(std::string_view bytes) {
  const auto request = decode_ldap_request(bytes);
  return !request && !request.error().reason.empty();
}

TEST_CASE("What ldapsearch sent is decoded") {
  CHECK(decoded(kAnonymousBind) == LdapRequest{1, LdapBind{3, "", "", ""}, {}});
  CHECK(decoded(kSimpleBind) == LdapRequest{1, LdapBind{3, "cn=phone,dc=x", "secret", ""}, {}});
  CHECK(decoded(kUnbind) == LdapRequest{3, LdapUnbind{}, {}});
  CHECK(decoded(kWhoAmI) == LdapRequest{2, LdapExtended{kLdapWhoAmIOid, std::nullopt}, {}});
  CHECK(decoded(kStartTls) == LdapRequest{1, LdapExtended{kLdapStartTlsOid, std::nullopt}, {}});

  LdapSearch search;
  search.base = "dc=x";
  search.scope = LdapScope::subtree;
  search.size_limit = 5;
  search.time_limit = 3;
  search.attributes = {"cn", "telephoneNumber"};
  search.filter.nodes = {
      node(LdapFilterKind::any_of, 8),
      node(LdapFilterKind::substrings, 2,
           {.attribute = "telephoneNumber", .value = "", .rule = "", .pieces = {"5551234"}, .is_ended = true}),
      node(LdapFilterKind::substrings, 3,
           {.attribute = "mobile",
            .value = "",
            .rule = "",
            .pieces = {"+3933", "12", "4"},
            .is_anchored = true,
            .is_ended = true}),
      node(LdapFilterKind::none_of, 5),
      node(LdapFilterKind::approx, 5, {.attribute = "cn", .value = "Bob", .rule = "", .pieces = {}}),
      node(LdapFilterKind::all_of, 8),
      node(LdapFilterKind::greater_or_equal, 7, {.attribute = "sn", .value = "a", .rule = "", .pieces = {}}),
      node(LdapFilterKind::present, 8, {.attribute = "objectClass", .value = "", .rule = "", .pieces = {}}),
  };
  CHECK(decoded(kSearch) == LdapRequest{2, search, {}});
}

TEST_CASE("A decoded message says all that its bytes said") {
  for (const std::string& message : good_messages()) CHECK(request_bytes(decoded(message)) == message);
}

TEST_CASE("No prefix of a good message is good, nor one with something behind it") {
  for (const std::string& message : good_messages()) {
    CHECK(next_ldap_frame(message, kBytesMax) == LdapFrame{LdapFrame::State::whole, message.size()});
    CHECK(next_ldap_frame(message + message, kBytesMax) == LdapFrame{LdapFrame::State::whole, message.size()});
    for (std::size_t bytes = 0; bytes < message.size(); ++bytes) {
      const std::string prefix = message.substr(0, bytes);  // its own memory, so that sanitizers see its end
      const LdapFrame frame = next_ldap_frame(prefix, kBytesMax);
      CHECK(frame.state == LdapFrame::State::need_more);
      CHECK((frame.bytes == 0 || frame.bytes == message.size()));
      CHECK(is_malformed(prefix));
    }
    CHECK(is_malformed(message + '\0'));
    CHECK(is_malformed(message + message));
  }
}

TEST_CASE("A changed octet never leads to anything but another good message or a reason") {
  std::size_t good = 0;
  for (const std::string& message : good_messages()) {
    for (std::size_t at = 0; at < message.size(); ++at) {
      for (const int octet : {0x00, 0x01, 0x04, 0x30, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xA0, 0xA4, 0xFF}) {
        std::string changed = message;
        changed[at] = static_cast<char>(octet);
        const auto request = decode_ldap_request(changed);
        if (!request) continue;
        ++good;
        const std::string again = request_bytes(*request);
        CHECK(decoded(again) == *request);
      }
    }
  }
  CHECK(good > 1000);
}

TEST_CASE("A frame with a hostile length is malformed as soon as that shows") {
  const auto state = [](std::string_view hex, std::size_t bytes_max = kBytesMax) {
    return next_ldap_frame(from_hex(hex), bytes_max).state;
  };
  using State = LdapFrame::State;
  CHECK(state("") == State::need_more);
  CHECK(state("16") == State::malformed);  // TLS
  CHECK(state("474554") == State::malformed);
  CHECK(state("3080") == State::malformed);
  CHECK(state("3085") == State::malformed);
  CHECK(state("30ff") == State::malformed);
  CHECK(state("3084ffffff") == State::need_more);
  CHECK(state("3084ffffffff") == State::malformed);
  CHECK(state("308400010000") == State::malformed);
  CHECK(state("3084000003e8") == State::need_more);
  CHECK(state("3000") == State::malformed);
  CHECK(state("3004") == State::malformed);
  CHECK(state("3005") == State::need_more);
  // The limit is on the whole, head included.
  CHECK(next_ldap_frame(from_hex("30820102"), 262) == LdapFrame{State::need_more, 262});
  CHECK(next_ldap_frame(from_hex("30820102"), 261).state == State::malformed);
  CHECK(next_ldap_frame(from_hex("308400000005020103420000"), 64) == LdapFrame{State::whole, 11});
}

TEST_CASE("Lengths beyond what they are in, of indefinite length or too long are malformed") {
  CHECK(is_malformed(""));
  CHECK(is_malformed(from_hex("30800201034200")));  // an envelope of indefinite length
  CHECK(is_malformed(from_hex("30050201034280")));  // an operation of indefinite length
  CHECK(is_malformed(from_hex("30050201034201")));  // an operation beyond the envelope
  CHECK(is_malformed(from_hex("300502ff034200")));  // an id beyond the envelope
  CHECK(
      is_malformed(from_hex("300902010342"
                            "84ffffffff")));
  CHECK(
      is_malformed(from_hex("300e02010342"
                            "89010000000000000000")));
  CHECK(is_malformed(from_hex("300c020101600702010304028000")));  // a name beyond the bind, inside the envelope
  CHECK(is_malformed(from_hex("300c020101600702010304008001")));  // a password beyond the bind
  CHECK(is_malformed(from_hex("300e0201016007020103040080000000")));
  CHECK(
      is_malformed(from_hex("3007020103420200"
                            "00")));
}

TEST_CASE("A message id is from 1 to 2^31-1") {
  CHECK(decoded(message_bytes(1, element(0x42, ""))).message_id == 1);
  CHECK(decoded(from_hex("300802047fffffff4200")).message_id == 0x7FFFFFFF);
  CHECK(decoded(from_hex("3008020400000001"
                         "4200"))
            .message_id == 1);  // not the shortest form, as BER allows
  CHECK(is_malformed(message_bytes(0, element(0x42, ""))));
  CHECK(is_malformed(from_hex("30080204ffffffff4200")));
  CHECK(is_malformed(from_hex("30050201804200")));
  CHECK(is_malformed(from_hex("3009020500800000004200")));
  CHECK(is_malformed(from_hex("300402004200")));
}

TEST_CASE("Unknown operations, answers and broken parts are malformed") {
  for (const unsigned tag :
       {0x00U, 0x30U, 0x40U, 0x41U, 0x5FU, 0x61U, 0x62U, 0x64U, 0x65U, 0x70U, 0x78U, 0x79U, 0x7FU}) {
    CHECK(is_malformed(message_bytes(1, element(tag, ""))));
  }
  CHECK(is_malformed(message_bytes(1, element(0x42, "x"))));
  CHECK(is_malformed(message_bytes(1, element(0x50, ""))));
  CHECK(is_malformed(message_bytes(1, element(0x60, ""))));
  CHECK(is_malformed(message_bytes(1, element(0x60, integer(128) + text("") + element(0x80, "")))));
  CHECK(is_malformed(message_bytes(1, element(0x60, integer(3) + text("") + text("")))));
  CHECK(is_malformed(message_bytes(1, element(0x60, integer(3) + text("") + element(0xA3, "")))));
  CHECK(is_malformed(message_bytes(1, element(0x77, text("1.2.3")))));
  CHECK(is_malformed(message_bytes(1, element(0x77, element(0x80, "1.2.3") + text("value")))));
  CHECK(is_malformed(message_bytes(1, element(0x6E, text("dc=x") + text("cn") + text("x")))));
  CHECK(is_malformed(message_bytes(1, element(0x42, ""), text("no controls"))));
  CHECK(is_malformed(message_bytes(1, element(0x42, ""), element(0xA0, "") + element(0xA0, ""))));
}

// A search for `filter`, which is good but for that.
std::string search_for(std::string_view filter, std::string_view attributes = {}) {
  return message_bytes(1, search_bytes({}, filter, attributes));
}

TEST_CASE("A search's values are in their ranges") {
  const std::string filter = element(0x87, "cn");
  LdapSearch search;
  CHECK_FALSE(is_malformed(message_bytes(1, search_bytes(search, filter, ""))));
  search.scope = static_cast<LdapScope>(3);
  CHECK(is_malformed(message_bytes(1, search_bytes(search, filter, ""))));
  search.scope = LdapScope::base;
  search.aliases = 4;
  CHECK(is_malformed(message_bytes(1, search_bytes(search, filter, ""))));
  const std::string head = text("") + integer(0, 0x0A) + integer(0, 0x0A);
  const std::string rest = filter + element(0x30, "");
  CHECK_FALSE(is_malformed(message_bytes(1, element(0x63, head + integer(0) + integer(0) + boolean(true) + rest))));
  CHECK(decoded(message_bytes(1, element(0x63, head + integer(0) + integer(0) + element(0x01, "\x01") + rest)))
            .message_id == 1);
  CHECK(is_malformed(message_bytes(1, element(0x63, head + integer(0) + integer(0) + element(0x01, "") + rest))));
  CHECK(
      is_malformed(message_bytes(1, element(0x63, head + integer(0) + element(0x02, "\xFF") + boolean(true) + rest))));
  CHECK(is_malformed(search_for(filter, element(0x02, "cn"))));
  CHECK(
      is_malformed(message_bytes(1, element(0x63, head + integer(0) + integer(0) + boolean(true) + rest + text("")))));
}

TEST_CASE("A broken filter makes the message malformed") {
  const std::string leaf = element(0xA3, text("cn") + text("x"));
  const auto substrings = [](std::string_view pieces) { return element(0xA4, text("cn") + element(0x30, pieces)); };
  for (const std::string& good :
       {leaf, element(0xA0, ""), element(0xA1, leaf + leaf), element(0xA2, leaf), element(0xA9, element(0x83, "x")),
        substrings(element(0x80, "a")), substrings(element(0x81, "a") + element(0x81, "")),
        substrings(element(0x80, "") + element(0x82, "b"))}) {
    CHECK_FALSE(is_malformed(search_for(good)));
  }
  for (const std::string& bad : {std::string(),
                                 element(0xA3, ""),
                                 element(0xA3, text("cn")),
                                 element(0xA3, text("cn") + integer(1)),
                                 element(0xA3, text("cn") + text("x") + text("y")),
                                 element(0xA2, ""),
                                 element(0xA2, leaf + leaf),
                                 element(0xA7, "cn"),
                                 element(0x83, "cn"),
                                 element(0xA0, text("cn")),
                                 element(0xA0, leaf + '\x30'),
                                 substrings(""),
                                 substrings(text("a")),
                                 substrings(element(0x82, "a") + element(0x81, "b")),
                                 substrings(element(0x81, "a") + element(0x80, "b")),
                                 substrings(element(0x80, "a") + element(0x80, "b")),
                                 element(0xA4, text("cn") + element(0x30, element(0x80, "a")) + text("")),
                                 element(0xA9, ""),
                                 element(0xA9, element(0x81, "2.5.13.2")),
                                 element(0xA9, element(0x83, "x") + element(0x81, "late")),
                                 element(0xA9, element(0x83, "x") + element(0x84, ""))}) {
    CHECK(is_malformed(search_for(bad)));
  }
}

TEST_CASE("A filter's depth, parts and pieces are limited") {
  const std::string leaf = element(0x87, "cn");
  const auto nested = [&leaf](std::size_t depth, unsigned tag) {
    std::string filter = leaf;
    for (std::size_t level = 1; level < depth; ++level) filter = element(tag, filter);
    return filter;
  };
  for (const unsigned tag : {0xA0U, 0xA1U, 0xA2U}) {
    CHECK_FALSE(is_malformed(search_for(nested(kLdapFilterDepthMax, tag))));
    CHECK(is_malformed(search_for(nested(kLdapFilterDepthMax + 1, tag))));
    CHECK(is_malformed(search_for(nested(10'000, tag))));
  }
  const auto repeated = [](std::size_t times, const std::string& part) {
    std::string all;
    for (std::size_t at = 0; at < times; ++at) all += part;
    return all;
  };
  CHECK_FALSE(is_malformed(search_for(element(0xA0, repeated(kLdapFilterNodesMax - 1, leaf)))));
  CHECK(is_malformed(search_for(element(0xA0, repeated(kLdapFilterNodesMax, leaf)))));
  const auto pieces = [&](std::size_t count) {
    return element(0xA4, text("cn") + element(0x30, repeated(count, element(0x81, "a"))));
  };
  CHECK_FALSE(is_malformed(search_for(pieces(kLdapSubstringPiecesMax))));
  CHECK(is_malformed(search_for(pieces(kLdapSubstringPiecesMax + 1))));
  CHECK_FALSE(is_malformed(search_for(leaf, repeated(kLdapAttributesMax, text("cn")))));
  CHECK(is_malformed(search_for(leaf, repeated(kLdapAttributesMax + 1, text("cn")))));
  const std::string control = element(0x30, text("1.2.3"));
  const std::string unbind = element(0x42, "");
  CHECK(decoded(message_bytes(1, unbind, element(0xA0, repeated(kLdapControlsMax, control)))).controls.size() ==
        kLdapControlsMax);
  CHECK(is_malformed(message_bytes(1, unbind, element(0xA0, repeated(kLdapControlsMax + 1, control)))));
}

TEST_CASE("Controls are read with their criticality and value") {
  const std::string value = from_hex("3009020201f40403616263");
  const auto with = [](const std::string& control) {
    return message_bytes(1, element(0x42, ""), element(0xA0, control));
  };
  const std::string message = with(element(0x30, text(kLdapPagedResultsOid) + element(0x01, "\x01") + text(value)));
  const LdapRequest request = decoded(message);
  REQUIRE(request.controls.size() == 1);
  CHECK(request.controls[0] == LdapControl{kLdapPagedResultsOid, true, value});
  CHECK(paged_results_of(request.controls[0]) == LdapPagedResults{500, "abc"});
  CHECK(decoded(with("")).controls.empty());
  CHECK(is_malformed(with(element(0x30, ""))));
  CHECK(is_malformed(with(text("1.2.3"))));
  CHECK(is_malformed(with(element(0x30, text("1.2.3") + text("value") + boolean(true)))));
  CHECK(is_malformed(with(element(0x30, text("1.2.3") + text("value") + text("value")))));
}

TEST_CASE("A control's value is read whole or not at all") {
  const auto paged = [](std::string_view value) { return paged_results_of({kLdapPagedResultsOid, false, value}); };
  CHECK_FALSE(paged_results_of({kLdapPagedResultsOid, false, std::nullopt}));
  CHECK(paged(paged_results_value("", 0)) == LdapPagedResults{0, ""});
  CHECK(paged(paged_results_value("cookie", 70'000)) == LdapPagedResults{70'000, "cookie"});
  CHECK_FALSE(paged(element(0x30, element(0x02, "\xFF") + text(""))));
  CHECK_FALSE(paged(element(0x30, integer(5))));
  CHECK_FALSE(paged(element(0x30, integer(5) + text("") + text(""))));
}

TEST_CASE("Random searches come back as they were") {
  const std::uint64_t seed = test_support::from_environment("RINGDEX_SEED", 4511);
  MESSAGE("seed ", seed);
  std::mt19937_64 chance(seed);
  const std::string long_text(300, 'x');
  const std::vector<std::string_view> texts = {"", "cn", "telephoneNumber;lang-de", "+39 06*", "\xc3\xa4", long_text};
  const auto any_text = [&] { return texts[chance() % texts.size()]; };
  const auto add_leaf = [&](LdapFilter& filter) {
    LdapFilterNode& leaf = filter.nodes.emplace_back();
    leaf.kind = static_cast<LdapFilterKind>(3 + chance() % 7);
    leaf.end = static_cast<std::uint16_t>(filter.nodes.size());
    LdapAssertion& assertion = leaf.assertion;
    assertion.attribute = any_text();
    if (leaf.kind == LdapFilterKind::substrings) {
      for (std::size_t count = 1 + chance() % 4; count > 0; --count) assertion.pieces.push_back(any_text());
      assertion.is_anchored = chance() % 2 == 0;
      assertion.is_ended = chance() % 2 == 0 && (assertion.pieces.size() > 1 || !assertion.is_anchored);
    } else if (leaf.kind != LdapFilterKind::present) {
      assertion.value = any_text();
    }
    if (leaf.kind != LdapFilterKind::extensible) return;
    assertion.rule = any_text();
    assertion.with_dn = chance() % 2 == 0;
  };
  const auto add = [&](const auto& self, LdapFilter& filter, int depth) -> void {
    if (depth == 0 || chance() % 3 == 0) return add_leaf(filter);
    const std::size_t at = filter.nodes.size();
    filter.nodes.emplace_back().kind = static_cast<LdapFilterKind>(chance() % 3);
    const bool is_not = filter.nodes[at].kind == LdapFilterKind::none_of;
    for (std::size_t count = is_not ? 1 : chance() % 4; count > 0; --count) self(self, filter, depth - 1);
    filter.nodes[at].end = static_cast<std::uint16_t>(filter.nodes.size());
  };
  for (int round = 0; round < 2000; ++round) {
    LdapSearch search;
    search.base = any_text();
    search.scope = static_cast<LdapScope>(chance() % 3);
    search.aliases = static_cast<std::int32_t>(chance() % 4);
    search.size_limit = static_cast<std::int32_t>(chance() & 0x7FFFFFFFU) >> (chance() % 31);
    search.types_only = chance() % 2 == 0;
    add(add, search.filter, 4);
    if (search.filter.nodes.size() > kLdapFilterNodesMax) continue;
    for (std::size_t count = chance() % 4; count > 0; --count) search.attributes.push_back(any_text());
    LdapRequest request{1 + static_cast<std::int32_t>(chance() % 70'000), std::move(search), {}};
    for (std::size_t count = chance() % 3; count > 0; --count) {
      request.controls.push_back({any_text(), chance() % 2 == 0, std::nullopt});
      if (chance() % 2 == 0) request.controls.back().value = any_text();
    }
    const std::string bytes = request_bytes(request);
    CHECK(next_ldap_frame(bytes, bytes.size()) == LdapFrame{LdapFrame::State::whole, bytes.size()});
    CHECK(decoded(bytes) == request);
  }
}

}  // namespace
}  // namespace ringdex::telephony
