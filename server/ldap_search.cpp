#include "server/ldap_search.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "server/ldap_tree.h"
#include "server/one_line.h"
#include "server/safe_url.h"
#include "telephony/display_name.h"
#include "telephony/number_variants.h"

namespace ringdex::server {
namespace {

using telephony::LdapAttributeKind;
using telephony::LdapFilterKind;
using telephony::LdapResultCode;
using telephony::LdapTruth;

constexpr std::size_t kValueCharactersMax = 250;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char character) { return static_cast<unsigned char>(character) < 0x80; });
}

// Whether a filter is true of a person; `bears` says whether the person has the number that a text means.
class FilterCheck {
 public:
  using Bears = std::function<bool(const std::string& text)>;

  explicit FilterCheck(const telephony::LdapFilter& filter) : filter_(filter), texts_(filter) {}

  bool holds(const LdapPerson& person, bool has_number, const Bears& bears) const {
    const auto ask = [&](std::size_t at, const telephony::LdapFilterNode& leaf) {
      const auto kind = telephony::ldap_attribute_kind(leaf.assertion.attribute);
      if (kind == LdapAttributeKind::none) return LdapTruth::undefined;
      if (kind != LdapAttributeKind::number) return of_text(at, person, leaf);
      switch (leaf.kind) {
        case LdapFilterKind::present:
          return telephony::truth_of(has_number);
        case LdapFilterKind::equal:
        case LdapFilterKind::approx:
        case LdapFilterKind::substrings:
          return telephony::truth_of(bears(telephony::number_text_of(leaf)));
        default:
          return LdapTruth::undefined;
      }
    };
    return telephony::evaluate(filter_, ask) == LdapTruth::yes;
  }

 private:
  // Keypads have no accents, so a name is also known by how it is written without them.
  LdapTruth of_text(std::size_t at, const LdapPerson& person, const telephony::LdapFilterNode& leaf) const {
    LdapTruth result = LdapTruth::no;
    for (const std::string_view value : ldap_values(person, leaf.assertion.attribute)) {
      LdapTruth truth = texts_.matches(at, value);
      if (truth == LdapTruth::no && !is_ascii(value)) {
        truth = texts_.matches(at, telephony::display_name(value, telephony::NameForm::ascii, kValueCharactersMax));
      }
      if (truth == LdapTruth::yes) return truth;
      if (truth == LdapTruth::undefined) result = truth;
    }
    return result;
  }

  const telephony::LdapFilter& filter_;
  const telephony::LdapTextMatcher texts_;
};

// What an answer of kind `search done` says.
void append_done(const LdapAsked& asked, const telephony::LdapResult& result, std::string& out,
                 std::span<const telephony::LdapControl> controls = {}) {
  telephony::append_ldap_result(out, asked.message_id, telephony::LdapResponseTag::search_done, result, controls);
}

// The attribute under which a number stands in its answer: the one of those asked for it that the phone has, so that a
// phone that compares it finds what it asked.
std::string_view asked_attribute(const std::vector<telephony::LdapAskedNumber>& numbers, const std::string& text,
                                 std::string_view own) {
  std::string_view first;
  for (const telephony::LdapAskedNumber& number : numbers) {
    if (number.text != text) continue;
    if (telephony::is_same_attribute(number.attribute, own)) return number.attribute;
    if (first.empty()) first = number.attribute;
  }
  return first.empty() ? own : first;
}

}  // namespace

// Which part of the answer is asked for (RFC 2696). A cookie is the number of the name that is searched, then where.
struct LdapSearcher::Pages {
  bool is_asked = false;
  std::size_t size = 0;
  std::size_t name = 0;
  std::string_view from;

  static std::optional<Pages> read(const LdapAsked& asked, std::size_t entries_max) {
    Pages pages;
    pages.size = entries_max;
    if (asked.search.size_limit > 0) {
      pages.size = std::min(pages.size, static_cast<std::size_t>(asked.search.size_limit));
    }
    for (const telephony::LdapControl& control : asked.controls) {
      if (control.oid != telephony::kLdapPagedResultsOid) continue;
      const auto wanted = telephony::paged_results_of(control);
      if (!wanted || wanted->size < 0) return std::nullopt;
      pages.is_asked = true;
      pages.size = std::min(pages.size, static_cast<std::size_t>(wanted->size));
      if (wanted->cookie.empty()) continue;
      pages.name = static_cast<unsigned char>(wanted->cookie.front());
      pages.from = wanted->cookie.substr(1);
    }
    return pages;
  }
};

struct LdapSearcher::Found {
  std::vector<LdapPerson> people;
  std::set<std::string> uids;  // of them
  LdapResultCode code = LdapResultCode::success;
  std::string cookie;  // of the next page

  void add(LdapPerson person) {
    if (uids.insert(person.uid).second) people.push_back(std::move(person));
  }
};

LdapSearcher::Turn LdapSearcher::begin(const LdapAsked& asked, std::string& out) const {
  const telephony::LdapSearch& search = asked.search;
  for (const telephony::LdapControl& control : asked.controls) {
    if (!control.critical || control.oid == telephony::kLdapPagedResultsOid) continue;
    append_done(asked, {LdapResultCode::unavailable_critical_extension, "only paged results are known here"}, out);
    return Turn::done;
  }
  const LdapBase base = read_ldap_base(search.base, search.scope, options_.base_dn);
  using Kind = LdapBase::Kind;
  if (base.kind == Kind::root_dse || base.kind == Kind::schema) {
    if (base.kind == Kind::root_dse) {
      append_root_dse(out, asked.message_id, search.attributes, options_.base_dn, options_.start_tls);
    } else if (search.scope != telephony::LdapScope::one_level) {
      append_schema(out, asked.message_id, search.attributes);
    }
    append_done(asked, {}, out);
    return Turn::done;
  }
  if (asked.account.empty()) {
    append_done(asked, {LdapResultCode::insufficient_access_rights, "bind with an API key as the password"}, out);
    return Turn::done;
  }
  switch (base.kind) {
    case Kind::tree:
      if (search.scope != telephony::LdapScope::base) return search_tree(asked, Turn::done, out);
      append_base_entry(out, asked.message_id, options_.base_dn);
      append_done(asked, {}, out);
      return Turn::done;
    case Kind::person:
      return Turn::on_disk;
    default:
      append_done(asked, {LdapResultCode::no_such_object, "", options_.base_dn}, out);
      return Turn::done;
  }
}

void LdapSearcher::finish(const LdapAsked& asked, Turn turn, std::string& out) const {
  const LdapBase base = read_ldap_base(asked.search.base, asked.search.scope, options_.base_dn);
  if (base.kind == LdapBase::Kind::person) {
    append_person(asked, base.uid, out);
  } else {
    search_tree(asked, turn, out);
  }
}

LookupRequest LdapSearcher::lookup_request(const LdapAsked& asked, std::string_view number) const {
  return {.account = asked.account, .number = number, .region = {}, .called = {}};
}

// `turn` is the one that has come; `done` for the first.
LdapSearcher::Turn LdapSearcher::search_tree(const LdapAsked& asked, Turn turn, std::string& out) const {
  const auto pages = Pages::read(asked, options_.entries_max);
  if (!pages) {
    append_done(asked, {LdapResultCode::protocol_error, "the control for paged results is broken"}, out);
    return Turn::done;
  }
  const telephony::LdapPlan plan = telephony::plan_for(asked.search.filter);
  const bool by_name = plan.everybody || !plan.names.empty();
  if (by_name && turn == Turn::done) return Turn::on_disk;
  Found found;
  for (const std::string& number : plan.numbers) {
    const LookupRequest request = lookup_request(asked, number);
    if (by_name || plan.numbers.size() > 1) {
      find_by_number(asked, lookups_.answer(request), number, found);
    } else if (turn == Turn::waits) {
      find_by_number(asked, lookups_.finish_live(request, options_.deadline), number, found);
    } else {
      const auto answer = lookups_.answer_or_wait(request);
      if (!answer) return Turn::waits;
      find_by_number(asked, *answer, number, found);
    }
  }
  if (by_name && pages->size > 0) find_by_name(asked, plan, *pages, found);
  const LdapSelection selection(asked.search.attributes);
  for (const LdapPerson& person : found.people) {
    selection.append_entry(out, asked.message_id, options_.base_dn, person, asked.search.types_only);
  }
  if (!pages->is_asked) {
    append_done(asked, {found.code}, out);
    return Turn::done;
  }
  const std::string value = telephony::paged_results_value(found.cookie);
  const std::array controls{telephony::LdapControl{telephony::kLdapPagedResultsOid, false, value}};
  append_done(asked, {found.code == LdapResultCode::size_limit_exceeded ? LdapResultCode::success : found.code}, out,
              controls);
  return Turn::done;
}

void LdapSearcher::find_by_number(const LdapAsked& asked, const DoorLookups::Found& answer, const std::string& number,
                                  Found& found) const {
  if (!answer) {
    found.code = LdapResultCode::unavailable;
    return;
  }
  if (answer->candidates.empty() || !answer->has_default) return;
  const index::Card& pick = answer->leading(answer->candidates.front());
  const LdapSelection selection(asked.search.attributes);
  LdapPerson person = ldap_person(pick);
  std::string_view own = "telephoneNumber";
  if (selection.wants_record()) {
    if (const auto record = directory_.get(asked.account, pick.id())) person = ldap_person(*record);
  }
  const auto e164 = answer->number.parsed ? answer->number.parsed->number.to_e164() : std::string();
  const auto same = std::ranges::find(person.phones, e164, &LdapPerson::Phone::text);
  if (same != person.phones.end()) {
    own = same->attribute;
    person.phones.erase(same);
  }
  const auto bears = [&](const std::string& text) {
    if (text == number) return true;
    const auto other = lookups_.service().read_number(*answer->account, text);
    return other && answer->number.parsed && *other == telephony::canonical(answer->number.parsed->number);
  };
  const bool holds = FilterCheck(asked.search.filter).holds(person, true, bears);
  if (!holds) return;
  const auto numbers = telephony::asked_numbers_of(asked.search.filter);
  person.phones.insert(person.phones.begin(), {number, asked_attribute(numbers, number, own)});
  person.name = one_line(*answer);
  found.add(std::move(person));
}

void LdapSearcher::find_by_name(const LdapAsked& asked, const telephony::LdapPlan& plan, const Pages& pages,
                                Found& found) const {
  const std::vector<std::string> everybody{""};
  const auto& names = plan.everybody ? everybody : plan.names;
  const FilterCheck check(asked.search.filter);
  const auto settings = lookups_.service().settings(asked.account);
  if (settings == nullptr) return;
  std::map<std::string, std::optional<telephony::PhoneNumber>> read;
  const auto wanted = [&](const index::Record& record) {
    const auto bears = [&](const std::string& text) {
      const auto [at, fresh] = read.try_emplace(text);
      if (fresh) at->second = lookups_.service().read_number(*settings, text);
      return at->second && std::ranges::any_of(record.phones, [&](const index::RecordPhone& phone) {
               return phone.number && telephony::canonical(*phone.number) == *at->second;
             });
    };
    return check.holds(ldap_person(record), true, bears);
  };
  std::string_view from = pages.from;
  for (std::size_t at = pages.name; at < names.size(); ++at, from = {}) {
    const std::size_t room = pages.size - std::min(pages.size, found.people.size());
    if (room == 0) {
      found.code = LdapResultCode::size_limit_exceeded;
      found.cookie = std::string(1, static_cast<char>(at));
      return;
    }
    const auto page = directory_.find(asked.account, names[at], from, room, wanted);
    if (!page) {
      found.code = LdapResultCode::unavailable;
      return;
    }
    for (const index::Record& record : page->records) found.add(ldap_person(record));
    if (page->next.empty()) continue;
    found.code = page->examined_all ? LdapResultCode::size_limit_exceeded : LdapResultCode::admin_limit_exceeded;
    found.cookie = static_cast<char>(at) + page->next;
    return;
  }
}

// A read of one entry that an answer named.
void LdapSearcher::append_person(const LdapAsked& asked, std::string_view uid, std::string& out) const {
  const auto text = percent_decoded(uid);
  const auto id = text ? index::RecordId::parse(*text) : std::nullopt;
  const auto record = id ? directory_.get(asked.account, *id) : std::nullopt;
  if (!record) return append_done(asked, {LdapResultCode::no_such_object, "", options_.base_dn}, out);
  const LdapPerson person = ldap_person(*record);
  const bool holds =
      FilterCheck(asked.search.filter).holds(person, !person.phones.empty(), [](const std::string&) { return false; });
  if (holds && asked.search.scope != telephony::LdapScope::one_level) {
    LdapSelection(asked.search.attributes)
        .append_entry(out, asked.message_id, options_.base_dn, person, asked.search.types_only);
  }
  append_done(asked, {}, out);
}

}  // namespace ringdex::server
