#include "config/account_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "config/json_text.h"
#include "config/value_syntax.h"
#include "telephony/text/joined.h"

namespace ringdex::config {
namespace {

constexpr std::array<std::string_view, 6> kPickRules{"picked",       "contact_before_lead", "primary_phone",
                                                     "source_order", "latest_updated",      "oldest"};
constexpr std::size_t kDialDigitsMax = 32;

using namespace std::chrono_literals;
constexpr std::chrono::days kTenYears{3'650};

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_dialled(std::string_view text) {
  return text.find_first_not_of("0123456789+*#") == std::string_view::npos &&
         text.find('+', 1) == std::string_view::npos;
}

void read_region(ObjectReader& reader, std::string_view key, std::string& target) {
  std::string region;
  if (!reader.text(key, region)) return;
  if (!is_region(region)) return reader.report(key, "must be a country code of two capital letters, such as \"US\"");
  target = region;
}

void read_pick(ObjectReader& reader, std::vector<std::string>& pick) {
  reader.texts("pick", pick);
  if (pick.empty() && reader.has("pick")) reader.report("pick", "must name at least one rule");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < pick.size(); ++i) {
    const auto place = fmt::format("{}[{}]", reader.place_of("pick"), i);
    if (std::find(kPickRules.begin(), kPickRules.end(), pick[i]) == kPickRules.end()) {
      reader.report_at(place, fmt::format("\"{}\" is none of {}", pick[i], text::joined(kPickRules, ", ")));
    } else if (!seen.insert(pick[i]).second) {
      reader.report_at(place, fmt::format("\"{}\" stands twice", pick[i]));
    }
  }
}

void read_own_numbers(ObjectReader& reader, std::vector<std::string>& numbers) {
  reader.texts("own_numbers", numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (has_digit(numbers[i])) continue;
    reader.report_at(fmt::format("{}[{}]", reader.place_of("own_numbers"), i), "must be a phone number");
  }
}

void read_called_regions(ObjectReader& reader, std::map<std::string, std::string>& regions) {
  const auto place = reader.place_of("called_regions");
  for (const auto& [line, region] : reader.members("called_regions")) {
    if (!has_digit(line)) {
      reader.report_at(place_in(place, line), "the key must be a phone number");
    } else if (!is_region(region.text_or_empty())) {
      reader.report_at(place_in(place, line), "must be a country code of two capital letters, such as \"US\"");
    } else {
      regions[line] = region.text_or_empty();
    }
  }
}

DialRewriteConfig read_rewrite(ObjectReader& reader) {
  DialRewriteConfig rewrite;
  if (reader.text("prefix", rewrite.prefix, Presence::required) && !is_dialled(rewrite.prefix)) {
    reader.report("prefix", "must be what is dialled: digits, * and #, or a plus in front");
  }
  reader.text_or_empty("replacement", rewrite.replacement, Presence::required);
  if (!is_dialled(rewrite.replacement)) {
    reader.report("replacement", "must be what is dialled: digits, * and #, or a plus in front");
  }
  reader.number("digits_min", rewrite.digits_min, 0, kDialDigitsMax);
  reader.number("digits_max", rewrite.digits_max, 1, kDialDigitsMax);
  if (rewrite.digits_min > rewrite.digits_max) reader.report("digits_min", "is greater than digits_max");
  reader.finish();
  return rewrite;
}

}  // namespace

AccountConfig read_account(ObjectReader& reader) {
  AccountConfig account;
  read_region(reader, "region", account.region);
  read_pick(reader, account.pick);
  reader.texts("source_order", account.source_order);
  reader.choice("same_person", account.same_person, {"none", "name_number", "name_number_email_org"});
  read_own_numbers(reader, account.own_numbers);
  read_called_regions(reader, account.called_regions);
  for (auto& rewrite : reader.objects("dial_plan")) account.dial_plan.push_back(read_rewrite(rewrite));
  reader.text("time_zone", account.time_zone);
  reader.choice("one_line", account.one_line, {"pick", "organization", "count"});
  if (std::string on_miss; reader.choice("on_miss", on_miss, {"none", "live"}))
    account.on_miss_live = on_miss == "live";
  reader.duration("on_miss_deadline", account.on_miss_deadline, 50ms, 10s);
  if (std::string unknown; reader.choice("unknown_caller", unknown, {"ignore", "create"})) {
    account.creates_unknown_callers = unknown == "create";
  }
  if (auto picked = reader.object("picked")) {
    picked->choice("scope", account.picked_scope, {"account", "called_line", "agent"});
    picked->duration("age_max", account.picked_age_max, 1min, kTenYears);
    picked->finish();
  }
  reader.duration("calls_kept", account.calls_kept, 1h, kTenYears);
  reader.finish();
  return account;
}

}  // namespace ringdex::config
