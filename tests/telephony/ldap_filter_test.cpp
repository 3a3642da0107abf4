#include "telephony/ldap/ldap_filter.h"

#include <doctest/doctest.h>
#include <lber.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "telephony/ldap/ldap_message.h"
#include "tests/support/test_chance.h"

// libldap's own way from a filter's text to its bytes: in the library, in no header that is installed.
extern "C" int ldap_pvt_put_filter(BerElement* ber, const char* filter);

namespace ringdex::telephony {
namespace {

using Kind = LdapFilterKind;
constexpr auto kNo = LdapTruth::no;
constexpr auto kUndefined = LdapTruth::undefined;
constexpr auto kYes = LdapTruth::yes;

// A filter from its text (RFC 4515): libldap makes the bytes, as in a real client, and ours are read from them.
class Asked {
 public:
  explicit Asked(const std::string& text) {
    const std::unique_ptr<BerElement, void (*)(BerElement*)> ber(ber_alloc_t(LBER_USE_DER),
                                                                 [](BerElement* element) { ber_free(element, 1); });
    REQUIRE(ber_printf(ber.get(), "{it{seeiib", 1, ber_tag_t{0x63}, "dc=x", 2, 0, 0, 0, 0) >= 0);
    REQUIRE_MESSAGE(ldap_pvt_put_filter(ber.get(), text.c_str()) >= 0, text);
    REQUIRE(ber_printf(ber.get(), "{}}}") >= 0);
    berval bytes{};
    REQUIRE(ber_flatten2(ber.get(), &bytes, 0) == 0);
    message_.assign(bytes.bv_val, bytes.bv_len);
    auto request = decode_ldap_request(message_);
    REQUIRE_MESSAGE(request.has_value(), request.error().reason);
    filter_ = std::get<LdapSearch>(request->operation).filter;
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  const LdapFilter& filter() const { return filter_; }
  LdapPlan plan() const { return plan_for(filter_); }

 private:
  std::string message_;
  LdapFilter filter_;
};

LdapPlan plan_of(const std::string& text) {
  return Asked(text).plan();
}
LdapPlan by_number(std::vector<std::string> numbers) {
  return {std::move(numbers), {}, false};
}
LdapPlan by_name(std::vector<std::string> names) {
  return {{}, std::move(names), false};
}
const LdapPlan kEverybody{{}, {}, true};
const LdapPlan kNobody{};

TEST_CASE("The filters of real phones lead to what they are about") {
  struct Row {
    const char* filter;
    LdapPlan plan;
  };
  const Row rows[] = {
      // Yealink, typing and on a call
      {"(|(cn=Ann*)(sn=Ann*))", by_name({"ann"})},
      {"(|(telephoneNumber=0612345*)(mobile=0612345*)(ipPhone=0612345*))", by_number({"0612345"})},
      {"(|(telephoneNumber=+390612345678)(mobile=+390612345678)(ipPhone=+390612345678))", by_number({"+390612345678"})},
      {"(|(cn=*Ann*)(sn=*Ann*))", kEverybody},
      {"(|(telephoneNumber=*0612345*)(mobile=*0612345*))", by_number({"0612345"})},
      // Grandstream
      {"(|(telephoneNumber=2125550123)(Mobile=2125550123))", by_number({"2125550123"})},
      {"(&(telephoneNumber=2125550123)(cn=*))", by_number({"2125550123"})},
      {"(!(sn=Rossi))", kEverybody},
      {"(&(telephoneNumber=*)(cn=R*))", by_name({"r"})},
      // Fanvil
      {"(|(telephoneNumber=123456)(mobile=123456)(other=123456))", by_number({"123456"})},
      // Snom
      {"(&(telephoneNumber=*)(sn=Ro*))", by_name({"ro"})},
      {"(&(telephoneNumber=0301234*)(sn=*))", by_number({"0301234"})},
      {"(&(telephoneNumber=*)(sn=*))", kEverybody},
      // Gigaset, with the prefix as dialled
      {"(displayName=Meier*)", by_name({"meier"})},
      {"(|(telephoneNumber=00301234567)(mobile=00301234567)(homePhone=00301234567))", by_number({"00301234567"})},
      // innovaphone
      {"(metaSearchNumber=0043123456)", by_number({"0043123456"})},
      {"(metaSearchText=Huber*)", by_name({"huber"})},
      {"(&(objectClass=*)(|(&(sn=Hub*)(givenName=An*))(company=Hub*)))", by_name({"hub"})},
      {"(&(|(sn=Hub*)(cn=Hub*)(company=Hub*))(|(telephoneNumber=*)(mobile=*)(homePhone=*)))", by_name({"hub"})},
      // Cisco
      {"(&(objectclass=person)(sn=Sm*)(givenName=J*))", by_name({"sm"})},
      {"(|(telephoneNumber=*5551234)(mobile=*5551234))", by_number({"5551234"})},
      // Poly
      {"(&(telephoneNumber=*)(sn>=Sm))", kEverybody},
      {"(&(objectClass=person)(|(sn=sm*)(telephoneNumber=sm*)))", {{"sm"}, {"sm"}, false}},
      // Linphone
      {"(&(sn=*)(telephoneNumber=*0612345678*))", by_number({"0612345678"})},
      {"(|(cn=*0612*)(telephoneNumber=*0612*))", kEverybody},
      // Active Directory's way of asking for people
      {"(&(objectCategory=person)(!(userAccountControl:1.2.840.113556.1.4.803:=2))(telephoneNumber=123*))",
       by_number({"123"})},
  };
  for (const Row& row : rows) {
    const LdapPlan plan = plan_of(row.filter);
    CHECK_MESSAGE(plan == row.plan, row.filter);
  }
}

TEST_CASE("What nobody can be an answer to leads to nobody") {
  for (const char* filter : {"(|)", "(telephoneNumber=)", "(cn=)", "(cn=\\20\\20)", "(ou=Sales)", "(unknown=*)",
                             "(&(cn=A*)(unknown=x))", "(|(unknown=x)(ou=y*))", "(&(cn=A*)(|))", "(cn:=Ann)",
                             "(2.5.13.2:=Ann)", "(cn=\\ff)", "(|(telephoneNumber=)(mobile=)(homePhone=))"}) {
    CHECK_MESSAGE(plan_of(filter) == kNobody, filter);
  }
  for (const char* filter : {"(&)", "(cn=*)", "(sn>=a)", "(telephoneNumber<=9)", "(objectClass=person)", "(mail=a*)",
                             "(!(unknown=x))", "(|(cn=Ann)(mail=ann@example.com))"}) {
    CHECK_MESSAGE(plan_of(filter) == kEverybody, filter);
  }
}

TEST_CASE("Of several parts that all must hold the most selective one is looked up") {
  CHECK(plan_of("(&(cn=Ann*)(mobile=123456))") == by_number({"123456"}));
  CHECK(plan_of("(&(mobile=123456)(cn=Ann*))") == by_number({"123456"}));
  CHECK(plan_of("(&(|(mobile=1)(mobile=2))(mobile=2))") == by_number({"2"}));
  CHECK(plan_of("(&(sn=R*)(givenName=Anna*)(o=*))") == by_name({"anna"}));
  CHECK(plan_of("(&(|(sn=Rossi*)(mobile=12))(cn=R*))") == LdapPlan{{"12"}, {"rossi"}, false});
  CHECK(plan_of("(&(|(sn=Rossi*)(mobile=12))(mobile=34))") == by_number({"34"}));
}

TEST_CASE("A name looked up is folded and without its spaces") {
  CHECK(plan_of("(cn=  Anna  MARIA *)") == by_name({"anna maria"}));
  CHECK(plan_of("(|(cn=\xc3\x84PFEL*)(sn=\xc3\xa4pfel)(o=a\xcc\x88pfel*))") == by_name({"\xc3\xa4pfel"}));
  CHECK(plan_of("(cn~=Stra\xc3\x9f"
                "e)") == by_name({"strasse"}));
  CHECK(plan_of("(cn=Ann*i*)") == by_name({"ann"}));
}

TEST_CASE("A plan of too many texts is for everybody") {
  const auto filter_of = [](const std::string& attribute, std::size_t count) {
    std::string filter = "(|";
    for (std::size_t at = 0; at < count; ++at) filter += "(" + attribute + "=9" + std::to_string(at) + ")";
    return filter + ")";
  };
  CHECK(plan_of(filter_of("mobile", kLdapPlanNumbersMax)).numbers.size() == kLdapPlanNumbersMax);
  const LdapPlan many = plan_of(filter_of("mobile", kLdapPlanNumbersMax + 1));
  CHECK(many.everybody);
  CHECK(many.numbers.size() == kLdapPlanNumbersMax);
  const LdapPlan mixed = plan_of("(|(telephoneNumber=123)(cn=*x*)(sn=y))");
  CHECK(mixed.everybody);
  CHECK(mixed.numbers == std::vector<std::string>{"123"});
  CHECK(mixed.names.empty());
  CHECK(plan_of(filter_of("cn", kLdapPlanNamesMax)).names.size() == kLdapPlanNamesMax);
  CHECK(plan_of(filter_of("cn", kLdapPlanNamesMax + 1)) == kEverybody);
  CHECK(plan_of("(|" + filter_of("mobile", 8) + filter_of("cn", 8) + filter_of("pager", 8) + ")").numbers.size() == 8);
}

TEST_CASE("The numbers asked for are told with their attributes") {
  const Asked phone("(&(|(telephoneNumber;x-work=00 39*)(MOBILE=*39*06)(cn=39))(!(pager=1))(homePhone~=7)(ipPhone=*))");
  CHECK(asked_numbers_of(phone.filter()) ==
        std::vector<LdapAskedNumber>{{"telephoneNumber;x-work", "00 39"}, {"MOBILE", "3906"}, {"homePhone", "7"}});
}

TEST_CASE("Attributes are known by all their names") {
  using enum LdapAttributeKind;
  for (const char* attribute : {"telephoneNumber",
                                "TELEPHONENUMBER",
                                "telephoneNumber;lang-de",
                                "2.5.4.20",
                                "mobile",
                                "homePhone",
                                "ipPhone",
                                "otherTelephone",
                                "otherMobile",
                                "otherHomePhone",
                                "other",
                                "pager",
                                "facsimileTelephoneNumber",
                                "home",
                                "work",
                                "mobileTelephoneNumber",
                                "homeTelephoneNumber",
                                "companyPhone",
                                "phone",
                                "metaSearchNumber",
                                "0.9.2342.19200300.100.1.41",
                                "0.9.2342.19200300.100.1.20"}) {
    CHECK_MESSAGE(ldap_attribute_kind(attribute) == number, attribute);
  }
  for (const char* attribute : {"cn", "CN;binary", "commonName", "sn", "surname", "givenName", "gn", "displayName",
                                "name", "o", "organizationName", "company", "metaSearchText", "2.5.4.3", "2.5.4.4"}) {
    CHECK_MESSAGE(ldap_attribute_kind(attribute) == name, attribute);
  }
  for (const char* attribute : {"objectClass", "objectclass", "mail", "title", "uid"}) {
    CHECK_MESSAGE(ldap_attribute_kind(attribute) == other, attribute);
  }
  for (const char* attribute : {"", ";x", "c", "cnn", "ou", "telephone number", "zzz", "0", "2.5.4.", "jpegPhoto",
                                "averyveryverylongattributenameindeed"}) {
    CHECK_MESSAGE(ldap_attribute_kind(attribute) == none, attribute);
  }
  CHECK(is_same_attribute("CN", "cn;lang-de"));
  CHECK_FALSE(is_same_attribute("cn", "c"));
}

LdapTruth text_truth(const std::string& filter, std::string_view value) {
  const Asked asked(filter);
  return LdapTextMatcher(asked.filter()).matches(0, value);
}

TEST_CASE("Texts are compared without case and with spaces that count once") {
  CHECK(text_truth("(cn=anna  rossi)", "Anna Rossi") == kYes);
  CHECK(text_truth("(cn= Anna Rossi )", "ANNA \t ROSSI ") == kYes);
  CHECK(text_truth("(cn=annarossi)", "Anna Rossi") == kNo);
  CHECK(text_truth("(cn=anna)", "Anna Rossi") == kNo);
  CHECK(text_truth("(cn~=ANNA)", "anna") == kYes);
  CHECK(text_truth("(cn=*)", "x") == kYes);
  CHECK(text_truth("(cn=\xc3\x84\xc3\x96)", "a\xcc\x88\xc3\xb6") == kYes);
  CHECK(text_truth("(cn=STRASSE)",
                   "Stra\xc3\x9f"
                   "e") == kYes);
  CHECK(text_truth("(cn=\xef\xbc\xa1nna Rossi)", "anna\xe3\x80\x80rossi") == kYes);  // full-width
  CHECK(text_truth("(cn>=m)", "Rossi") == kYes);
  CHECK(text_truth("(cn>=m)", "Bianchi") == kNo);
  CHECK(text_truth("(cn<=m)", "Bianchi") == kYes);
  CHECK(text_truth("(cn<=M)", "m") == kYes);
}

TEST_CASE("Pieces of texts are found in their order") {
  CHECK(text_truth("(cn=An*)", "anna") == kYes);
  CHECK(text_truth("(cn=nn*)", "anna") == kNo);
  CHECK(text_truth("(cn=*NA)", "anna") == kYes);
  CHECK(text_truth("(cn=*nn)", "anna") == kNo);
  CHECK(text_truth("(cn=*nn*)", "anna") == kYes);
  CHECK(text_truth("(cn=an*na)", "anna") == kYes);
  CHECK(text_truth("(cn=ann*na)", "anna") == kNo);  // no letter serves twice
  CHECK(text_truth("(cn=*n*n*)", "anna") == kYes);
  CHECK(text_truth("(cn=*n*n*n*)", "anna") == kNo);
  CHECK(text_truth("(cn=Anna *)", "anna rossi") == kYes);
  CHECK(text_truth("(cn=Anna *)", "anna") == kYes);
  CHECK(text_truth("(cn=Anna *)", "annabella") == kNo);
  CHECK(text_truth("(cn=* ros*)", "anna rossi") == kYes);
  CHECK(text_truth("(cn=* ros*)", "anna torossian") == kNo);
  CHECK(text_truth("(cn=anna * rossi)", "Anna  Rossi") == kYes);
  CHECK(text_truth("(cn=*\xc3\x84*)",
                   "Gr\xc3\xa4"
                   "f") == kYes);
}

TEST_CASE("What cannot be compared is undefined") {
  CHECK(text_truth("(cn=)", "") == kUndefined);
  CHECK(text_truth("(cn=\\20)", "x") == kUndefined);
  CHECK(text_truth("(cn=\\ff)", "x") == kUndefined);
  CHECK(text_truth("(cn=x*\\ff*)", "x") == kUndefined);
  CHECK(text_truth("(cn=x)", "\xff") == kUndefined);
  CHECK(text_truth("(cn:caseExactMatch:=x)", "x") == kUndefined);
}

LdapTruth truth_with(const std::string& text, const std::vector<LdapTruth>& leaves) {
  const Asked asked(text);
  std::size_t next = 0;
  return evaluate(asked.filter(), [&](std::size_t, const LdapFilterNode&) { return leaves.at(next++); });
}

TEST_CASE("Truth has three values") {
  CHECK(truth_with("(&)", {}) == kYes);
  CHECK(truth_with("(|)", {}) == kNo);
  CHECK(truth_with("(!(&))", {}) == kNo);
  CHECK(truth_with("(!(a=1))", {kUndefined}) == kUndefined);
  CHECK(truth_with("(&(a=1)(b=1))", {kYes, kUndefined}) == kUndefined);
  CHECK(truth_with("(&(a=1)(b=1))", {kUndefined, kNo}) == kNo);
  CHECK(truth_with("(|(a=1)(b=1))", {kNo, kUndefined}) == kUndefined);
  CHECK(truth_with("(|(a=1)(b=1))", {kUndefined, kYes}) == kYes);
  // Nothing more is asked once it is decided: there would be no answer.
  CHECK(truth_with("(&(a=1)(b=1))", {kNo}) == kNo);
  CHECK(truth_with("(|(a=1)(&(b=1)(c=1)))", {kYes}) == kYes);
}

// Grows a random filter and says at once what it should be: undefined lies between no and yes, and is the least of
// all that must hold, and the most of those of which one must.
LdapTruth grow(std::mt19937_64& chance, LdapFilter& filter, std::vector<LdapTruth>& truths, int depth) {
  const std::size_t at = filter.nodes.size();
  filter.nodes.emplace_back().kind = depth == 0 ? Kind::equal : static_cast<Kind>(chance() % 4);
  truths.push_back(static_cast<LdapTruth>(chance() % 3));
  const Kind kind = filter.nodes[at].kind;
  const std::size_t children = kind == Kind::equal ? 0 : kind == Kind::none_of ? 1 : chance() % 4;
  int truth = kind == Kind::equal ? static_cast<int>(truths[at]) : kind == Kind::any_of ? 0 : 2;
  for (std::size_t child = 0; child < children; ++child) {
    const int of_child = static_cast<int>(grow(chance, filter, truths, depth - 1));
    truth = kind == Kind::none_of  ? 2 - of_child
            : kind == Kind::all_of ? std::min(truth, of_child)
                                   : std::max(truth, of_child);
  }
  filter.nodes[at].end = static_cast<std::uint16_t>(filter.nodes.size());
  return static_cast<LdapTruth>(truth);
}

TEST_CASE("Random filters are as true as a model says") {
  const std::uint64_t seed = test_support::from_environment("RINGDEX_SEED", 4526);
  MESSAGE("seed ", seed);
  std::mt19937_64 chance(seed);
  std::size_t found[3] = {};
  for (int round = 0; round < 20'000; ++round) {
    LdapFilter filter;
    std::vector<LdapTruth> truths;
    const LdapTruth expected = grow(chance, filter, truths, 5);
    ++found[static_cast<std::size_t>(expected)];
    REQUIRE(evaluate(filter, [&](std::size_t at, const LdapFilterNode&) { return truths[at]; }) == expected);
  }
  CHECK(*std::ranges::min_element(found) > 1000);
}

}  // namespace
}  // namespace ringdex::telephony
