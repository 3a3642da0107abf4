#include <doctest/doctest.h>
#include <lber.h>

#include <memory>
#include <string>
#include <vector>

#include "telephony/ldap/ldap_message.h"

// What was encoded by hand is read by OpenLDAP's own decoder.
namespace ringdex::telephony {
namespace {

std::string text_of(const berval& value) {
  return {value.bv_val, value.bv_len};
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) {
    berval whole{bytes.size(), const_cast<char*>(bytes.data())};
    ber_.reset(ber_init(&whole));
    REQUIRE(ber_ != nullptr);
    ber_tag_t tag = 0;
    REQUIRE(ber_scanf(ber_.get(), "{it", &message_id, &tag) != LBER_ERROR);
    operation = tag;
  }
  BerElement* get() { return ber_.get(); }
  bool is_at_end() {
    ber_len_t left = 1;
    ber_get_option(ber_.get(), LBER_OPT_BER_REMAINING_BYTES, &left);
    return left == 0;
  }

  ber_int_t message_id = 0;
  ber_tag_t operation = 0;

 private:
  struct Free {
    void operator()(BerElement* element) const { ber_free(element, 1); }
  };
  std::unique_ptr<BerElement, Free> ber_;
};

struct ReadResult {
  ber_int_t code = -1;
  std::string matched_dn;
  std::string diagnostic;
  bool operator==(const ReadResult&) const = default;
};

ReadResult read_result(Reader& reader) {
  ReadResult result;
  berval matched{};
  berval diagnostic{};
  REQUIRE(ber_scanf(reader.get(), "{emm", &result.code, &matched, &diagnostic) != LBER_ERROR);
  // "m" ends a text where the next element begins, which is why it is copied only now.
  result.matched_dn = text_of(matched);
  result.diagnostic = text_of(diagnostic);
  return result;
}

using ReadAttributes = std::vector<std::pair<std::string, std::vector<std::string>>>;

ReadAttributes read_entry(Reader& reader, std::string& dn) {
  berval name{};
  REQUIRE(ber_scanf(reader.get(), "{m", &name) != LBER_ERROR);
  dn = text_of(name);
  ReadAttributes attributes;
  ber_len_t length = 0;
  REQUIRE(ber_scanf(reader.get(), "{") != LBER_ERROR);
  while (!reader.is_at_end()) {
    BerVarray values = nullptr;
    REQUIRE(ber_peek_tag(reader.get(), &length) == LBER_SEQUENCE);
    REQUIRE(ber_scanf(reader.get(), "{m[W]}", &name, &values) != LBER_ERROR);
    auto& [attribute, texts] = attributes.emplace_back(text_of(name), std::vector<std::string>{});
    for (BerVarray value = values; value != nullptr && value->bv_val != nullptr; ++value) {
      texts.push_back(text_of(*value));
    }
    ber_bvarray_free(values);
  }
  return attributes;
}

TEST_CASE("The answer to a search is the same to the byte as liblber's") {
  std::string out;
  const std::string_view values[] = {"Acme"};
  const LdapEntryAttribute attributes[] = {{"cn", values}};
  append_ldap_entry(out, 2, "uid=1,dc=x", attributes);
  CHECK(out == std::string_view("\x30\x21\x02\x01\x02\x64\x1c\x04\x0auid=1,dc=x\x30\x0e\x30\x0c\x04\x02"
                                "cn\x31\x06\x04\x04"
                                "Acme",
                                35));
  std::string done;
  append_ldap_result(done, 2, LdapResponseTag::search_done, {});
  CHECK(done == std::string_view("\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00", 14));
  // Appended, not put in place of what was there.
  const std::string entry = out;
  append_ldap_result(out, 2, LdapResponseTag::search_done, {});
  CHECK(out == entry + done);
}

TEST_CASE("Results of every kind are read by liblber") {
  using enum LdapResponseTag;
  for (const LdapResponseTag tag : {bind, search_done, modify, add, remove, modify_dn, compare}) {
    for (const std::int32_t id : {1, 127, 128, 255, 256, 32'767, 32'768, 8'388'607, 8'388'608, 0x7FFFFFFF}) {
      for (const std::size_t bytes : {0U, 100U, 127U, 128U, 255U, 256U, 65'535U, 65'536U}) {
        const std::string diagnostic(bytes, 'd');
        std::string out;
        append_ldap_result(out, id, tag, {LdapResultCode::unwilling_to_perform, diagnostic, "dc=x"});
        CHECK(next_ldap_frame(out, out.size()) == LdapFrame{LdapFrame::State::whole, out.size()});
        Reader reader(out);
        CHECK(reader.message_id == id);
        CHECK(reader.operation == static_cast<ber_tag_t>(tag));
        CHECK(read_result(reader) == ReadResult{53, "dc=x", diagnostic});
        CHECK(reader.is_at_end());
      }
    }
  }
}

TEST_CASE("Entries with values of every length are read by liblber") {
  for (const std::size_t bytes : {0U, 1U, 100U, 120U, 127U, 128U, 250U, 256U, 65'500U, 65'536U, 70'000U}) {
    const std::string long_text(bytes, 'v');
    const std::string_view one[] = {long_text};
    const std::string_view two[] = {"+39 06 1234", long_text};
    const LdapEntryAttribute attributes[] = {{"cn", one}, {"telephoneNumber", two}, {"mail", {}}};
    std::string out;
    append_ldap_entry(out, 77, long_text, attributes);
    CHECK(next_ldap_frame(out, out.size()) == LdapFrame{LdapFrame::State::whole, out.size()});
    Reader reader(out);
    CHECK(reader.message_id == 77);
    CHECK(reader.operation == 0x64);
    std::string dn;
    CHECK(read_entry(reader, dn) ==
          ReadAttributes{{"cn", {long_text}}, {"telephoneNumber", {"+39 06 1234", long_text}}, {"mail", {}}});
    CHECK(dn == long_text);

    out.clear();
    append_ldap_entry(out, 77, "", attributes, true);
    Reader types(out);
    CHECK(read_entry(types, dn) == ReadAttributes{{"cn", {}}, {"telephoneNumber", {}}, {"mail", {}}});
    CHECK(dn.empty());
  }
  std::string out;
  append_ldap_entry(out, 1, "dc=x", {});
  Reader reader(out);
  std::string dn;
  CHECK(read_entry(reader, dn).empty());
}

TEST_CASE("Extended responses and the notice of disconnection are read by liblber") {
  const auto name_and_value = [](std::string_view out) {
    Reader reader(out);
    CHECK(reader.operation == 0x78);
    std::vector<std::pair<ber_tag_t, std::string>> found;
    read_result(reader);
    while (!reader.is_at_end()) {
      berval content{};
      const ber_tag_t tag = ber_skip_element(reader.get(), &content);
      REQUIRE(tag != LBER_ERROR);
      found.emplace_back(tag, text_of(content));
    }
    return found;
  };
  using Found = std::vector<std::pair<ber_tag_t, std::string>>;
  std::string out;
  append_ldap_extended_response(out, 5, {});
  CHECK(name_and_value(out).empty());
  out.clear();
  append_ldap_extended_response(out, 5, {}, std::nullopt, "dn:cn=phone");
  CHECK(name_and_value(out) == Found{{0x8B, "dn:cn=phone"}});
  out.clear();
  append_ldap_extended_response(out, 5, {}, kLdapStartTlsOid, "");
  CHECK(name_and_value(out) == Found{{0x8A, "1.3.6.1.4.1.1466.20037"}, {0x8B, ""}});
  out.clear();
  append_ldap_notice_of_disconnection(out, {LdapResultCode::protocol_error, "a filter is nested too deeply"});
  CHECK(name_and_value(out) == Found{{0x8A, "1.3.6.1.4.1.1466.20036"}});
  Reader reader(out);
  CHECK(reader.message_id == 0);
  CHECK(read_result(reader) == ReadResult{2, "", "a filter is nested too deeply"});
}

TEST_CASE("The controls of an answer are read by liblber") {
  const std::string cookie(200, 'c');
  const std::string paged = paged_results_value(cookie, 1000);
  const LdapControl controls[] = {
      {kLdapPagedResultsOid, true, paged}, {"1.2.4", false, "value"}, {"1.2.3", false, std::nullopt}};
  std::string out;
  append_ldap_result(out, 9, LdapResponseTag::search_done, {LdapResultCode::size_limit_exceeded}, controls);
  Reader reader(out);
  CHECK(read_result(reader) == ReadResult{4, "", ""});
  berval oid{};
  berval value{};
  ber_int_t critical = 0;
  ber_tag_t tag = 0;
  REQUIRE(ber_scanf(reader.get(), "}t{", &tag) != LBER_ERROR);
  CHECK(tag == 0xA0);
  REQUIRE(ber_scanf(reader.get(), "{mbm}", &oid, &critical, &value) != LBER_ERROR);
  CHECK(text_of(oid) == kLdapPagedResultsOid);
  CHECK(critical == -1);
  CHECK(text_of(value) == paged);
  REQUIRE(ber_scanf(reader.get(), "{mm}", &oid, &value) != LBER_ERROR);
  CHECK(text_of(oid) == "1.2.4");
  CHECK(text_of(value) == "value");
  REQUIRE(ber_scanf(reader.get(), "{m}}", &oid) != LBER_ERROR);
  CHECK(text_of(oid) == "1.2.3");
  CHECK(reader.is_at_end());

  // The values are BER on their own.
  CHECK(paged_results_of({kLdapPagedResultsOid, true, paged}) == LdapPagedResults{1000, cookie});
  CHECK(paged_results_value("") == std::string_view("\x30\x05\x02\x01\x00\x04\x00", 7));
}

}  // namespace
}  // namespace ringdex::telephony
