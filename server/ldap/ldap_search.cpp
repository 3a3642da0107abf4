#include "server/ldap/ldap_search.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <variant>

#include "index/records/name_words.h"
#include "server/ldap/ldap_tree.h"
#include "server/lookup/caller_line.h"
#include "telephony/formats/display_name.h"
#include "telephony/number/number_variants.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

using telephony::LdapAttributeKind;
using telephony::LdapFilterKind;
using telephony::LdapResultCode;
using telephony::LdapTruth;

constexpr std::size_t kValueCharactersMax = 250;
// For a search by name; the client may ask for less.
constexpr std::chrono::milliseconds kNameDeadline{2'000};

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char character) { return static_cast<unsigned char>(character) < 0x80; });
}

// Whether a filter is true of a person; `has` says whether the person has the number that a text means.
class FilterCheck {
 public:
  using HasNumber = std::function<bool(const std::string& text)>;

  explicit FilterCheck(const telephony::LdapFilter& filter) : filter_(filter), texts_(filter) {}

  bool holds(const LdapPerson& person, bool has_number, const HasNumber& has) const {
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
          return telephony::truth_of(has(telephony::number_text_of(leaf)));
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

// Whether what a ring shows of a person is not enough: for the attributes, or to tell whether the filter holds.
bool needs_record(const telephony::LdapSearch& search) {
  if (LdapSelection(search.attributes).wants_record()) return true;
  std::string_view number;
  return std::ranges::any_of(search.filter.nodes, [&](const telephony::LdapFilterNode& node) {
    if (!node.is_leaf()) return node.kind == LdapFilterKind::none_of;
    const auto kind = telephony::ldap_attribute_kind(node.assertion.attribute);
    if (kind == LdapAttributeKind::other) return !telephony::is_same_attribute(node.assertion.attribute, "objectClass");
    if (kind != LdapAttributeKind::number || !node.assertion.pieces.empty()) return false;
    const bool is_second = !number.empty() && node.assertion.value != number;
    if (!node.assertion.value.empty()) number = node.assertion.value;
    return is_second;
  });
}

// Whether a search for that name finds the record.
bool is_named(const index::Record& record, std::string_view name) {
  const auto held = index::words_of(record);
  return std::ranges::all_of(index::name_words(name), [&](const std::string& word) {
    return std::ranges::any_of(held, [&](const std::string& one) { return one.starts_with(word); });
  });
}

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
  bool is_first = true;
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
      pages.is_first = false;
      pages.name = static_cast<unsigned char>(wanted->cookie.front());
      pages.from = wanted->cookie.substr(1);
    }
    return pages;
  }
};

struct LdapSearcher::Found {
  bool whole_records;  // what a ring shows is not enough
  std::vector<LdapPerson> people;
  LdapResultCode code = LdapResultCode::success;
  std::string cookie;  // of the next page

  LdapPerson* with_uid(const std::string& uid) {
    const auto known = std::ranges::find(people, uid, &LdapPerson::uid);
    return known == people.end() ? nullptr : &*known;
  }
};

std::optional<LdapSearcher::Rest> LdapSearcher::begin(const LdapAsked& asked, std::string& out) const {
  const telephony::LdapSearch& search = asked.search;
  for (const telephony::LdapControl& control : asked.controls) {
    if (!control.critical || control.oid == telephony::kLdapPagedResultsOid) continue;
    append_done(asked, {LdapResultCode::unavailable_critical_extension, "only paged results are known here"}, out);
    return std::nullopt;
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
    return std::nullopt;
  }
  if (asked.account.empty()) {
    append_done(asked, {LdapResultCode::insufficient_access_rights, "bind with an API key as the password"}, out);
    return std::nullopt;
  }
  switch (base.kind) {
    case Kind::tree:
      if (search.scope != telephony::LdapScope::base) return search_tree(asked, nullptr, out);
      append_base_entry(out, asked.message_id, options_.base_dn);
      append_done(asked, {}, out);
      return std::nullopt;
    case Kind::person:
      return Rest{};
    default:
      append_done(asked, {LdapResultCode::no_such_object, "", options_.base_dn}, out);
      return std::nullopt;
  }
}

void LdapSearcher::finish(const LdapAsked& asked, const Rest& rest, std::string& out) const {
  const LdapBase base = read_ldap_base(asked.search.base, asked.search.scope, options_.base_dn);
  if (base.kind == LdapBase::Kind::person) {
    append_person(asked, base.uid, out);
  } else {
    search_tree(asked, &rest, out);
  }
}

std::optional<LdapSearcher::Rest> LdapSearcher::search_tree(const LdapAsked& asked, const Rest* rest,
                                                            std::string& out) const {
  const auto pages = Pages::read(asked, options_.entries_max);
  if (!pages) {
    append_done(asked, {LdapResultCode::protocol_error, "the control for paged results is broken"}, out);
    return std::nullopt;
  }
  const telephony::LdapPlan plan = telephony::plan_for(asked.search.filter);
  const bool by_name = plan.everybody || !plan.names.empty();
  Found found{.whole_records = needs_record(asked.search)};
  if (rest == nullptr && (by_name || found.whole_records)) return Rest{};
  for (const std::string& number : plan.numbers) {
    // Pages begin with who has a number.
    if (!pages->is_first) break;
    const LookupRequest request{
        .account = asked.account, .number = number, .region = {}, .called = {}, .plan = options_.plan};
    if (by_name || plan.numbers.size() > 1) {
      find_by_number(asked, lookups_.answer(request), number, found);
      continue;
    }
    if (rest != nullptr && rest->lookup != nullptr) {
      find_by_number(asked, lookups_.finish(*rest->lookup, options_.deadline), number, found);
      continue;
    }
    auto begun = lookups_.begin(request);
    if (begun.waiting == nullptr) {
      find_by_number(asked, begun.answer, number, found);
    } else if (rest == nullptr) {
      return Rest{std::move(begun.waiting)};
    } else {
      find_by_number(asked, lookups_.finish(*begun.waiting, options_.deadline), number, found);
    }
  }
  if (by_name && pages->size > 0) find_by_name(asked, plan, *pages, found);
  append_found(asked, *pages, found, out);
  return std::nullopt;
}

void LdapSearcher::append_found(const LdapAsked& asked, const Pages& pages, Found& found, std::string& out) const {
  if (found.people.size() > pages.size) {
    found.people.resize(pages.size);
    found.code = LdapResultCode::size_limit_exceeded;
  }
  const LdapSelection selection(asked.search.attributes);
  for (LdapPerson& person : found.people) {
    selection.append_entry(out, asked.message_id, options_.base_dn, std::move(person), asked.search.types_only);
  }
  if (!pages.is_asked) return append_done(asked, {found.code}, out);
  // A page may be short, and its end is no error.
  const bool is_partial =
      found.code == LdapResultCode::size_limit_exceeded || found.code == LdapResultCode::admin_limit_exceeded;
  const std::string value = telephony::paged_results_value(found.cookie);
  const std::array controls{telephony::LdapControl{telephony::kLdapPagedResultsOid, false, value}};
  append_done(asked, {is_partial ? LdapResultCode::success : found.code}, out, controls);
}

void LdapSearcher::find_by_number(const LdapAsked& asked, const DoorLookups::Found& answer, const std::string& number,
                                  Found& found) const {
  if (!answer) {
    found.code = LdapResultCode::unavailable;
    return;
  }
  const std::string line = caller_line(*answer);
  if (line.empty()) return;
  const index::Card& pick = *answer->pick();
  LdapPerson person = ldap_person(pick);
  std::vector<telephony::PhoneNumber> held{telephony::canonical(answer->number.parsed->number)};
  if (found.whole_records) {
    // As the lookup saw it.
    const auto known = answer->view.get(asked.account, pick.id());
    if (const auto* record = known ? std::get_if<index::KnownRecord>(&*known) : nullptr) {
      person = ldap_person(record->record);
      for (const index::RecordPhone& phone : record->record.phones) {
        if (phone.number) held.push_back(telephony::canonical(*phone.number));
      }
    }
  }
  std::string_view own = ldap_number_attribute(pick.phone_label);
  const auto same = std::ranges::find(person.phones, answer->number.parsed->number.to_e164(), &LdapPerson::Phone::text);
  if (same != person.phones.end()) {
    own = same->attribute;
    person.phones.erase(same);
  }
  const auto has = [&](const std::string& text) {
    if (text == number) return true;
    const auto other = lookups_.service().read_number(*answer->account, text);
    return other && std::ranges::find(held, *other) != held.end();
  };
  if (!FilterCheck(asked.search.filter).holds(person, true, has)) return;
  const auto numbers = telephony::asked_numbers_of(asked.search.filter);
  LdapPerson::Phone asked_phone{number, asked_attribute(numbers, number, own)};
  if (line != person.name) person.show_as(line);
  if (LdapPerson* known = found.with_uid(person.uid)) {
    // The same person by another spelling of the number, which must be found too.
    known->phones.insert(known->phones.begin(), std::move(asked_phone));
    return;
  }
  person.phones.insert(person.phones.begin(), std::move(asked_phone));
  found.people.push_back(std::move(person));
}

void LdapSearcher::find_by_name(const LdapAsked& asked, const telephony::LdapPlan& plan, const Pages& pages,
                                Found& found) const {
  const std::vector<std::string> everybody{""};
  const auto& names = plan.everybody ? everybody : plan.names;
  const FilterCheck check(asked.search.filter);
  const auto settings = lookups_.service().settings(asked.account);
  if (settings == nullptr) return;
  const Metrics::Timer timer;
  const auto timeout = asked.search.time_limit > 0 ? std::min<std::chrono::milliseconds>(
                                                         kNameDeadline, std::chrono::seconds(asked.search.time_limit))
                                                   : kNameDeadline;
  std::map<std::string, std::optional<telephony::PhoneNumber>> read;
  const auto has = [&](const index::Record& record, const std::string& text) {
    const auto [at, fresh] = read.try_emplace(text);
    if (fresh) at->second = lookups_.service().read_number(*settings, text);
    return at->second && std::ranges::any_of(record.phones, [&](const index::RecordPhone& phone) {
             return phone.number && telephony::canonical(*phone.number) == *at->second;
           });
  };
  std::size_t at = pages.name;
  const auto is_reported = [&](const index::Record& record) {
    // By a number, which the default pick alone answers, or by an earlier name, maybe on an earlier page.
    return std::ranges::any_of(plan.numbers, [&](const std::string& number) { return has(record, number); }) ||
           std::any_of(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(at),
                       [&](const std::string& name) { return is_named(record, name); });
  };
  const auto wanted = [&](const index::Record& record) {
    if (timer.elapsed() > timeout) found.code = LdapResultCode::time_limit_exceeded;
    if (asked.is_unwanted != nullptr && *asked.is_unwanted) found.code = LdapResultCode::other;
    if (found.code != LdapResultCode::success || is_reported(record)) return false;
    return check.holds(ldap_person(record), true, [&](const std::string& text) { return has(record, text); });
  };
  for (std::string_view from = pages.from; at < names.size(); ++at, from = {}) {
    const std::size_t room = pages.size - std::min(pages.size, found.people.size());
    const auto page = directory_.find(asked.account, names[at], from, room, wanted);
    if (!page) {
      found.code = LdapResultCode::unavailable;
      return;
    }
    for (const index::Record& record : page->records) found.people.push_back(ldap_person(record));
    if (found.code != LdapResultCode::success) return;
    if (page->next.empty()) continue;
    found.code = page->examined_all ? LdapResultCode::size_limit_exceeded : LdapResultCode::admin_limit_exceeded;
    found.cookie = static_cast<char>(at) + page->next;
    return;
  }
}

// A read of one entry that an answer named.
void LdapSearcher::append_person(const LdapAsked& asked, std::string_view uid, std::string& out) const {
  std::string text;
  text::append_percent_decoded(text, uid, text::UrlPart::path);
  const auto id = index::RecordId::parse(text);
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
