#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "telephony/ldap/ldap_message.h"
#include "tests/telephony/ldap_request_bytes.h"

using namespace ringdex::telephony;

namespace {

constexpr std::size_t kBytesMax = 65'536;
constexpr std::string_view kName = "Anna Rossi";
constexpr std::string_view kFoldedName = "anna rossi";

void require(bool holds) {
  if (!holds) __builtin_trap();
}

bool is_whole(std::string_view bytes) {
  return next_ldap_frame(bytes, bytes.size()) == LdapFrame{LdapFrame::State::whole, bytes.size()};
}

// Someone of one name, who has no number, is found by the plan if the filter is true for her.
void check_plan(const LdapFilter& filter) {
  const LdapPlan plan = plan_for(filter);
  require(plan.numbers.size() <= kLdapPlanNumbersMax && plan.names.size() <= kLdapPlanNamesMax);
  require(!plan.everybody || plan.names.empty());
  const LdapTextMatcher matcher(filter);
  const LdapTruth truth = evaluate(filter, [&](std::size_t at, const LdapFilterNode& leaf) {
    switch (ldap_attribute_kind(leaf.assertion.attribute)) {
      case LdapAttributeKind::name:
        return matcher.matches(at, kName);
      case LdapAttributeKind::other:
        return leaf.kind == LdapFilterKind::extensible ? LdapTruth::undefined : LdapTruth::yes;
      case LdapAttributeKind::number:
        return truth_of(leaf.kind == LdapFilterKind::substrings && number_text_of(leaf).empty());
      default:
        return LdapTruth::undefined;
    }
  });
  const auto begins = [](const std::string& name) { return kFoldedName.starts_with(name); };
  require(truth != LdapTruth::yes || plan.everybody || std::ranges::any_of(plan.names, begins));
}

void check_search(const LdapSearch& search, std::string_view message) {
  check_plan(search.filter);
  const LdapTextMatcher matcher(search.filter);
  for (std::size_t at = 0; at < search.filter.nodes.size(); ++at) {
    const LdapFilterNode& node = search.filter.nodes[at];
    require(node.end > at && node.end <= search.filter.nodes.size());
    if (!node.is_leaf()) continue;
    matcher.matches(at, message);
    // What a leaf asserts holds for a text that is the same. (Several pieces may become other letters when joined.)
    const bool is_one_piece = node.kind == LdapFilterKind::substrings && node.assertion.pieces.size() == 1;
    if (node.kind == LdapFilterKind::equal || is_one_piece) {
      require(matcher.matches(at, number_text_of(node)) != LdapTruth::no);
    }
  }
  require(asked_numbers_of(search.filter).size() <= search.filter.nodes.size());
  const LdapEntryAttribute attributes[] = {{"cn", search.attributes}, {search.base, {}}};
  std::string entry;
  append_ldap_entry(entry, 1, search.base, attributes, search.types_only);
  require(is_whole(entry));
}

void check_message(std::string_view message) {
  const auto request = decode_ldap_request(message);
  if (!request) return require(!request.error().reason.empty());
  require(request->message_id > 0);
  // What was understood is all that counts: written anew, in the shortest form, it is the same request.
  const std::string again = ldap_test::request_bytes(*request);
  require(again.size() <= message.size() && is_whole(again));
  const auto second = decode_ldap_request(again);
  require(second && *second == *request);
  for (const LdapControl& control : request->controls) {
    const auto paged = paged_results_of(control);
    if (!paged) continue;
    const std::string value = paged_results_value(paged->cookie, paged->size);
    require(paged_results_of({control.oid, false, value}) == paged);
  }
  if (const auto* search = std::get_if<LdapSearch>(&request->operation)) check_search(*search, message);
  std::string out;
  append_ldap_result(out, request->message_id, LdapResponseTag::search_done, {}, request->controls);
  require(is_whole(out));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  decode_ldap_request(input);
  while (true) {
    const LdapFrame frame = next_ldap_frame(input, kBytesMax);
    require(frame.bytes <= kBytesMax);
    if (frame.state != LdapFrame::State::whole) break;
    require(frame.bytes >= 7 && frame.bytes <= input.size());
    const std::string message(input.substr(0, frame.bytes));  // its own memory, so that its end is seen
    check_message(message);
    input.remove_prefix(frame.bytes);
  }
  return 0;
}
