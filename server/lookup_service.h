#pragma once

#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "index/index.h"
#include "server/lookup_answer.h"
#include "server/pick_rules.h"
#include "server/same_person.h"
#include "telephony/asked_number.h"
#include "telephony/dial_plan.h"
#include "telephony/number_parser.h"

namespace ringdex::server {

// One account's settings for lookups.
struct AccountSettings {
  std::string region;  // ISO 3166-1 alpha-2
  PickContext pick;
  SamePerson same_person;
  std::set<telephony::PhoneNumber> own_numbers;                  // canonical
  std::map<telephony::PhoneNumber, std::string> called_regions;  // canonical called line -> region
  std::vector<telephony::DialRewrite> dial_plan;
  std::map<std::string, std::string> source_labels;  // the configured sources; records of others are not shown
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
  LookupService(const telephony::NumberParser& parser, const index::Index& index, Accounts accounts);

  // `steps`, if given, receives what was done in plain words (for /v1/explain).
  std::expected<LookupAnswer, LookupError> lookup(const LookupRequest& request, index::TimePoint now,
                                                  std::vector<std::string>* steps = nullptr) const;

  // Takes effect with the next lookup.
  void set_accounts(Accounts accounts);
  bool has_account(const std::string& account) const;

 private:
  std::shared_ptr<const Accounts> accounts() const;
  std::expected<std::string, LookupError> region_for(const LookupRequest& request, const AccountSettings& account,
                                                     std::vector<std::string>* steps) const;

  const telephony::NumberParser& parser_;
  const index::Index& index_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Accounts> accounts_;
};

}  // namespace ringdex::server
