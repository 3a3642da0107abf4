#include "sync/connectors/salesforce/salesforce_cursor.h"

#include "sync/connectors/salesforce/salesforce_id.h"
#include "telephony/text/json_value.h"
#include "telephony/text/json_writer.h"

namespace ringdex::sync {
namespace {

using Stage = SalesforceCursor::Stage;

constexpr int kVersion = 1;
constexpr std::uint64_t kMillisecondsMax = 253'402'300'799'999;  // the end of the year 9999

struct TimeMember {
  const char* name;
  index::TimePoint SalesforceCursor::* time;
};
constexpr std::array<TimeMember, 7> kTimes = {{{"started", &SalesforceCursor::started},
                                               {"until", &SalesforceCursor::until},
                                               {"accounts_since", &SalesforceCursor::accounts_since},
                                               {"contacts_since", &SalesforceCursor::contacts_since},
                                               {"leads_since", &SalesforceCursor::leads_since},
                                               {"contacts_checked", &SalesforceCursor::contacts_checked},
                                               {"leads_checked", &SalesforceCursor::leads_checked}}};

std::int64_t milliseconds(index::TimePoint time) {
  return std::max<std::int64_t>(time.time_since_epoch().count(), 0);
}

bool read_time(text::JsonView value, index::TimePoint& time) {
  const auto since_epoch = value.natural();
  if (!since_epoch || *since_epoch > kMillisecondsMax) return false;
  time = index::TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(*since_epoch)));
  return true;
}

}  // namespace

std::string SalesforceCursor::to_text() const {
  std::string written;
  text::JsonWriter(written)
      .open('{')
      .member("accounts_since", milliseconds(accounts_since))
      .member("after", at.id)
      .member("at", milliseconds(at.time))
      .member("contacts_checked", milliseconds(contacts_checked))
      .member("contacts_since", milliseconds(contacts_since))
      .member("leads_checked", milliseconds(leads_checked))
      .member("leads_since", milliseconds(leads_since))
      .member("listing", listing)
      .member("stage", kSalesforceStages.name_of(stage))
      .member("started", milliseconds(started))
      .member("until", milliseconds(until))
      .member("v", kVersion)
      .close('}');
  return written;
}

std::optional<SalesforceCursor> SalesforceCursor::from_text(const std::string& text) {
  SalesforceCursor cursor;
  if (text.empty()) return cursor;
  const auto object = text::JsonDocument::parse(text);
  if (!object) return std::nullopt;
  const auto listing = (*object)["listing"].boolean();
  if ((*object)["v"].integer() != kVersion || !listing) return std::nullopt;
  cursor.listing = *listing;
  const auto known = kSalesforceStages.value_of((*object)["stage"].text_or_empty());
  if (!known) return std::nullopt;
  cursor.stage = *known;
  if (cursor.listing && cursor.is_check()) return std::nullopt;
  for (const auto& [name, time] : kTimes) {
    if (!read_time((*object)[name], cursor.*time)) return std::nullopt;
  }
  if (!read_time((*object)["at"], cursor.at.time)) return std::nullopt;
  cursor.at.id = (*object)["after"].text_or_empty();
  if (!cursor.at.id.empty() && salesforce_id(cursor.at.id) != cursor.at.id) return std::nullopt;
  return cursor;
}

SalesforceObject SalesforceCursor::object() const {
  switch (stage) {
    case Stage::accounts:
      return SalesforceObject::account;
    case Stage::contacts:
    case Stage::deleted_contacts:
      return SalesforceObject::contact;
    case Stage::leads:
    case Stage::deleted_leads:
      return SalesforceObject::lead;
  }
  return SalesforceObject::contact;
}

index::TimePoint& SalesforceCursor::since() {
  if (object() == SalesforceObject::account) return accounts_since;
  return object() == SalesforceObject::contact ? contacts_since : leads_since;
}

index::TimePoint& SalesforceCursor::checked() {
  return object() == SalesforceObject::contact ? contacts_checked : leads_checked;
}

bool SalesforceCursor::next_stage() {
  at = {};
  do {
    stage = static_cast<Stage>((static_cast<std::size_t>(stage) + 1) % kSalesforceStages.size());
  } while (listing && is_check());
  return stage != Stage::accounts;
}

}  // namespace ringdex::sync
