#pragma once

#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "index/index.h"
#include "server/lookup/caller_line.h"
#include "server/lookup/lookup_answer.h"
#include "server/lookup/pick_rules.h"
#include "server/lookup/remembered_picks.h"
#include "server/lookup/same_person.h"
#include "server/system/time_zone.h"
#include "telephony/number/asked_number.h"
#include "telephony/number/dial_plan.h"
#include "telephony/number/number_parser.h"

namespace ringdex::server {

class UsageCounter;

// One account's settings for lookups.
struct AccountSettings {
  std::string region;  // ISO 3166-1 alpha-2
  PickContext pick;
  PickMemory pick_memory;
  SamePerson same_person;
  CallerLine one_line = CallerLine::pick;
  std::set<telephony::PhoneNumber> own_numbers;                  // canonical
  std::map<telephony::PhoneNumber, std::string> called_regions;  // canonical called line -> region
  std::vector<telephony::DialRewrite> dial_plan;
  // The configured sources; records of others are not shown.
  std::map<std::string, std::string, std::less<>> source_labels;
  TimeZone time_zone;
  std::optional<std::chrono::milliseconds>
      live_deadline;                              // for asking the CRMs about unknown numbers; nullopt for never
  std::chrono::milliseconds about_deadline{300};  // for asking a CRM for the record that a call is about
  bool creates_unknown_callers = false;
  std::chrono::milliseconds calls_kept{std::chrono::days(90)};
  std::shared_ptr<UsageCounter> usage;  // here a lookup has it at hand; nullptr if not counted
};
using Accounts = std::map<std::string, AccountSettings, std::less<>>;

struct LookupError {
  enum class Kind { unknown_account, unknown_region, store };
  Kind kind;
  std::string message;
};

// Number text to answer, for every door. Never waits for a CRM, the syncer or a writer, and creates nothing. Any thread
// may call.
class LookupService {
 public:
  LookupService(const telephony::NumberParser& parser, const index::Index& index, const RememberedPicks& picks,
                Accounts accounts);

  // `steps`, if given, receives what was done in plain words (for /v1/explain).
  std::expected<LookupAnswer, LookupError> lookup(const LookupRequest& request, index::TimePoint now,
                                                  std::vector<std::string>* steps = nullptr) const;

  // Takes effect with the next lookup.
  void set_accounts(Accounts accounts);
  // nullopt if there is no such account.
  std::shared_ptr<const AccountSettings> settings(std::string_view account) const;
  std::vector<std::string> accounts() const;
  // A number as people of the account write it, canonical; nullopt if it is none.
  std::optional<telephony::PhoneNumber> read_number(const AccountSettings& account, std::string_view text) const;
  // A line of the account as picks and calls name it: in canonical E.164 if it is a number, else as it was sent.
  std::string line_name(const AccountSettings& account, std::string_view called) const;
  // The text if it is a region; else nothing, which leaves the choice to the called line and the account.
  std::string_view known_region(std::string_view text) const {
    return parser_.knows_region(text) ? text : std::string_view();
  }
  TimeZone time_zone(std::string_view account) const;  // UTC if there is no such account

 private:
  using Steps = std::vector<std::string>;
  // The called line as a number; nullopt if it is none.
  std::optional<telephony::NumberReading> read_line(const AccountSettings& account, std::string_view called) const;
  std::expected<std::string_view, LookupError> region_for(const LookupRequest& request, const AccountSettings& account,
                                                          Steps* steps) const;
  // All of lookup() but the view, which the answer has.
  std::expected<void, LookupError> fill(const LookupRequest& request, index::TimePoint now, LookupAnswer& answer,
                                        Steps* steps) const;
  // The records of the first reading that has any.
  std::expected<void, LookupError> find(const LookupRequest& request, const telephony::AskedNumber& asked,
                                        LookupAnswer& answer, Steps* steps) const;
  void add_about(const LookupRequest& request, LookupAnswer& answer) const;
  // The pick that decides for this ring, if one does.
  std::optional<PreferredRecord> picked(const LookupRequest& request, const LookupAnswer& answer, index::TimePoint now,
                                        Steps* steps) const;

  const telephony::NumberParser& parser_;
  const index::Index& index_;
  const RememberedPicks& picks_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const AccountSettings>, std::less<>> accounts_;  // under `mutex_`
};

}  // namespace ringdex::server
