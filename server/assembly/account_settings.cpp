#include "server/assembly/account_settings.h"

#include <fmt/core.h>

#include "telephony/number/number_variants.h"

namespace ringdex::server {
namespace {

AccountSettings settings_of(const config::AccountConfig& account, const std::string& place,
                            const telephony::NumberParser& parser, std::vector<config::Problem>& problems) {
  AccountSettings settings;
  const auto check_region = [&](const std::string& region, const std::string& where) {
    if (!parser.knows_region(region)) {
      problems.push_back({where, fmt::format("'{}' is no region that libphonenumber knows", region)});
    }
  };
  check_region(account.region, place + ".region");
  settings.region = account.region;
  for (const std::string& rule : account.pick) {
    if (const auto known = pick_rule_from(rule)) settings.pick.rules.push_back(*known);
  }
  settings.pick.source_order = account.source_order;
  settings.same_person = same_person_from(account.same_person).value_or(SamePerson::name_number);
  settings.one_line = caller_line_from(account.one_line).value_or(CallerLine::pick);
  for (std::size_t i = 0; i < account.own_numbers.size(); ++i) {
    const auto parsed = parser.parse(account.own_numbers[i], account.region);
    if (parsed) {
      settings.own_numbers.insert(telephony::canonical(parsed->number));
    } else {
      problems.push_back(
          {fmt::format("{}.own_numbers[{}]", place, i),
           fmt::format("'{}' is no phone number: {}", account.own_numbers[i], to_string(parsed.error()))});
    }
  }
  for (const auto& [line, region] : account.called_regions) {
    const std::string where = fmt::format("{}.called_regions['{}']", place, line);
    check_region(region, where);
    const auto parsed = parser.parse(line, account.region);
    if (parsed) {
      settings.called_regions.emplace(telephony::canonical(parsed->number), region);
    } else {
      problems.push_back({where, fmt::format("'{}' is no phone number: {}", line, to_string(parsed.error()))});
    }
  }
  for (const config::DialRewriteConfig& rewrite : account.dial_plan) {
    settings.dial_plan.push_back({rewrite.prefix, rewrite.replacement, rewrite.digits_min, rewrite.digits_max});
  }
  if (const auto zone = TimeZone::named(account.time_zone)) {
    settings.time_zone = *zone;
  } else {
    problems.push_back(
        {place + ".time_zone", fmt::format("'{}' is no IANA time zone, such as Europe/Berlin", account.time_zone)});
  }
  settings.pick_memory = {pick_scope_from(account.picked_scope).value_or(PickScope::account), account.picked_age_max};
  settings.creates_unknown_callers = account.creates_unknown_callers;
  settings.calls_kept = account.calls_kept;
  settings.about_deadline = account.on_miss_deadline;
  settings.source_labels.emplace(index::kLocalSource, "Local");
  if (account.on_miss_live) settings.live_deadline = account.on_miss_deadline;
  return settings;
}

}  // namespace

std::expected<Accounts, std::vector<config::Problem>> account_settings(const config::Config& config,
                                                                       const telephony::NumberParser& parser) {
  Accounts accounts;
  std::vector<config::Problem> problems;
  for (const auto& [name, account] : config.accounts) {
    accounts.emplace(name, settings_of(account, "accounts." + name, parser, problems));
  }
  for (const config::SourceConfig& source : config.sources) {
    accounts[source.account].source_labels[source.id] = source.label.empty() ? source.id : source.label;
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return accounts;
}

}  // namespace ringdex::server
