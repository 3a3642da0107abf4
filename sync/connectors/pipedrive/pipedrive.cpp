#include "sync/connectors/pipedrive/pipedrive.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/connectors/pipedrive/pipedrive_api.h"
#include "sync/connectors/pipedrive/pipedrive_lists.h"
#include "sync/connectors/pipedrive/pipedrive_rows.h"
#include "sync/connectors/pipedrive/pipedrive_webhook.h"
#include "sync/json_fields.h"
#include "sync/national_digits.h"
#include "telephony/number/number_variants.h"
#include "telephony/text/percent_encoding.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/printable.h"

namespace ringdex::sync {
namespace {

using index::RecordKind;

constexpr std::size_t kRowsPerPageMin = 2;
constexpr std::size_t kRowsPerPageMax = 500;
// More than are handed on, since a search finds digits anywhere in a phone.
constexpr std::size_t kSearchedMax = 20;
constexpr std::size_t kLastDigits = 8;

bool has_number(const FetchedRecord& found, telephony::PhoneNumber number) {
  return found.record && std::ranges::any_of(found.record->phones, [&](const index::RecordPhone& phone) {
           return phone.number && telephony::canonical(*phone.number) == number;
         });
}

class PipedriveConnector : public Connector {
 public:
  PipedriveConnector(PipedriveOptions options, PipedriveShared shared, std::shared_ptr<MovingHttpClient> http,
                     const telephony::NumberParser& parser)
      : options_(std::move(options)),
        shared_(shared),
        api_(shared, std::move(http)),
        parser_(parser),
        lists_(options_, api_, parser) {
    options_.rows_per_page = std::clamp(options_.rows_per_page, kRowsPerPageMin, kRowsPerPageMax);
  }

  std::expected<SourcePage, FetchError> next_page(const std::string& cursor, TimePoint now) override {
    return lists_.next_page(cursor, now);
  }
  std::expected<FetchedRecord, FetchError> fetch(const index::RecordId& id, TimePoint now) override;
  std::expected<index::OrganizationName, FetchError> fetch_organization(const std::string& id, TimePoint now) override;
  std::expected<std::vector<FetchedRecord>, FetchError> find_by_phone(telephony::PhoneNumber number,
                                                                      TimePoint now) override;

  std::expected<std::vector<Hint>, WebhookRefusal> read_webhook(const WebhookRequest& request,
                                                                TimePoint now) const override {
    return read_pipedrive_webhook(request, options_.webhook_user, options_.webhook_password, now);
  }

  std::uint64_t requests_sent() const override { return api_.requests_sent(); }
  RequestsLeft requests_left(TimePoint now) const override { return left_of(shared_.budget, shared_.quota, now); }

 private:
  std::expected<FetchedRecord, FetchError> fetch_person(const std::string& id, TimePoint now);
  std::expected<FetchedRecord, FetchError> fetch_lead(const std::string& id, TimePoint now);
  // Puts the row into `result` as what it is now.
  void settle(FetchedRecord& result, PipedriveRow row) const;
  std::expected<void, FetchError> add_organization(FetchedRecord& result, const std::string& id, TimePoint now);
  std::expected<std::vector<std::string>, FetchError> search(const std::string& digits, TimePoint now,
                                                             TimePoint* as_of);
  std::expected<std::vector<FetchedRecord>, FetchError> fetch_persons(const std::vector<std::string>& ids,
                                                                      TimePoint as_of, TimePoint now);
  std::expected<void, FetchError> add_organizations(std::vector<FetchedRecord>& persons, TimePoint now);

  PipedriveOptions options_;
  PipedriveShared shared_;
  PipedriveApi api_;
  const telephony::NumberParser& parser_;
  PipedriveLists lists_;
};

std::expected<FetchedRecord, FetchError> PipedriveConnector::fetch(const index::RecordId& id, TimePoint now) {
  if (id.kind == RecordKind::contact && digit_id(std::string_view(id.external_id))) {
    return fetch_person(id.external_id, now);
  }
  if (id.kind == RecordKind::lead && lead_id(std::string_view(id.external_id)) == id.external_id) {
    return fetch_lead(id.external_id, now);
  }
  FetchedRecord nobody;
  nobody.id = id;
  nobody.as_of = now;
  return nobody;
}

void PipedriveConnector::settle(FetchedRecord& result, PipedriveRow row) const {
  if (row.kind == PipedriveRow::Kind::gone) return;
  if (row.kind != PipedriveRow::Kind::caller) {
    result.rejected = rejected_row(row, options_.mapping);
    return;
  }
  auto record = map_record(std::move(row.raw), options_.mapping, parser_);
  if (record) {
    result.record = *std::move(record);
  } else {
    result.rejected = std::move(record.error());
  }
}

std::expected<void, FetchError> PipedriveConnector::add_organization(FetchedRecord& result, const std::string& id,
                                                                     TimePoint now) {
  const auto same = [&](const index::OrganizationName& known) { return known.id == id; };
  if (id.empty() || std::ranges::any_of(result.organizations, same)) return {};
  auto organization = fetch_organization(id, now);
  if (!organization) return std::unexpected(organization.error());
  result.organizations.push_back(*std::move(organization));
  return {};
}

std::expected<FetchedRecord, FetchError> PipedriveConnector::fetch_person(const std::string& id, TimePoint now) {
  FetchedRecord result;
  result.id = {options_.mapping.source, RecordKind::contact, id};
  result.as_of = now;
  std::string target = "/api/v2/persons/" + id;
  if (auto query = custom_fields_query(options_.mapping); !query.empty()) target += "?" + query.substr(1);
  const auto person = api_.get_record(target, now, &result.as_of);
  if (!person) return std::unexpected(person.error());
  if (!*person) return result;
  auto row = read_pipedrive_person((**person)["data"], options_.mapping, pipedrive_pages_url(api_, options_, now),
                                   result.as_of);
  if (row.external_id != id) return std::unexpected(pipedrive_malformed(target, "the answer is about another person"));
  settle(result, std::move(row));
  if (result.record) {
    if (auto done = add_organization(result, result.record->organization_id, now); !done) {
      return std::unexpected(done.error());
    }
  }
  return result;
}

std::expected<FetchedRecord, FetchError> PipedriveConnector::fetch_lead(const std::string& id, TimePoint now) {
  FetchedRecord result;
  result.id = {options_.mapping.source, RecordKind::lead, id};
  result.as_of = now;
  if (!options_.leads) return result;
  const std::string target = "/api/v1/leads/" + id;
  const auto lead = api_.get_record(target, now, &result.as_of);
  if (!lead) return std::unexpected(lead.error());
  if (!*lead) return result;
  auto row =
      read_pipedrive_lead((**lead)["data"], options_.mapping, pipedrive_pages_url(api_, options_, now), result.as_of);
  if (row.external_id != id) return std::unexpected(pipedrive_malformed(target, "the answer is about another lead"));
  const std::string person_id = row.person_id;
  settle(result, std::move(row));
  if (!result.record) return result;
  auto person = fetch_person(person_id, now);
  if (!person) return std::unexpected(person.error());
  if (person->record) result.others.push_back(*std::move(person->record));
  result.organizations = std::move(person->organizations);
  if (auto done = add_organization(result, result.record->organization_id, now); !done) {
    return std::unexpected(done.error());
  }
  return result;
}

std::expected<index::OrganizationName, FetchError> PipedriveConnector::fetch_organization(const std::string& id,
                                                                                          TimePoint now) {
  if (!digit_id(std::string_view(id))) {
    return std::unexpected(
        FetchError{FetchErrorKind::not_found, "no id of an organization: " + text::printable(id), std::nullopt, 0});
  }
  const std::string target = "/api/v2/organizations/" + id;
  const auto organization = api_.get_record(target, now);
  if (!organization) return std::unexpected(organization.error());
  if (!*organization) return index::OrganizationName{id, ""};
  auto name = read_pipedrive_organization((**organization)["data"]);
  if (!name || name->id != id)
    return std::unexpected(pipedrive_malformed(target, "no such organization in the answer"));
  return *std::move(name);
}

std::expected<std::vector<FetchedRecord>, FetchError> PipedriveConnector::find_by_phone(telephony::PhoneNumber number,
                                                                                        TimePoint now) {
  TimePoint as_of = now;
  const std::string digits = national_digits(number, parser_);
  auto ids = search(digits, now, &as_of);
  if (ids && ids->empty() && digits.size() > kLastDigits) {
    ids = search(digits.substr(digits.size() - kLastDigits), now, &as_of);
  }
  if (!ids) return std::unexpected(ids.error());
  if (ids->empty()) return std::vector<FetchedRecord>{};
  auto found = fetch_persons(*ids, as_of, now);
  if (!found) return found;
  std::stable_partition(found->begin(), found->end(),
                        [&](const FetchedRecord& person) { return has_number(person, number); });
  if (found->size() > kSearchHitsMax) found->erase(found->begin() + kSearchHitsMax, found->end());
  if (auto done = add_organizations(*found, now); !done) return std::unexpected(done.error());
  return found;
}

std::expected<std::vector<std::string>, FetchError> PipedriveConnector::search(const std::string& digits, TimePoint now,
                                                                               TimePoint* as_of) {
  const std::string target = "/api/v2/persons/search?term=" + digits +
                             "&fields=" + (options_.mapping.phone_fields.empty() ? "phone" : "phone%2Ccustom_fields") +
                             "&limit=" + std::to_string(kSearchedMax);
  const auto found = api_.get_record(target, now, as_of);
  if (!found) return std::unexpected(found.error());
  std::vector<std::string> ids;
  if (!*found) return ids;
  for (const text::JsonView hit : (**found)["data"]["items"]) {
    const auto id = digit_id(hit["item"]["id"]);
    if (!id || std::ranges::find(ids, *id) != ids.end()) continue;
    ids.push_back(*id);
    if (ids.size() == kSearchedMax) break;
  }
  return ids;
}

std::expected<std::vector<FetchedRecord>, FetchError> PipedriveConnector::fetch_persons(
    const std::vector<std::string>& ids, TimePoint as_of, TimePoint now) {
  const std::string target = "/api/v2/persons?ids=" + text::percent_encoded(text::joined(ids, ",")) +
                             "&limit=" + std::to_string(ids.size()) + custom_fields_query(options_.mapping);
  const auto list = api_.get_list(target, now);
  if (!list) return std::unexpected(list.error());
  std::vector<FetchedRecord> found;
  const std::string pages_url = pipedrive_pages_url(api_, options_, now);
  for (const text::JsonView person : list->rows) {
    auto row = read_pipedrive_person(person, options_.mapping, pages_url, now);
    if (std::ranges::find(ids, row.external_id) == ids.end()) continue;
    FetchedRecord result;
    result.id = {options_.mapping.source, RecordKind::contact, row.external_id};
    result.as_of = list->answered_at.value_or(as_of);
    settle(result, std::move(row));
    if (result.record || result.rejected) found.push_back(std::move(result));
  }
  return found;
}

std::expected<void, FetchError> PipedriveConnector::add_organizations(std::vector<FetchedRecord>& persons,
                                                                      TimePoint now) {
  std::set<std::string> wanted;
  for (const auto& person : persons) {
    if (person.record && !person.record->organization_id.empty()) wanted.insert(person.record->organization_id);
  }
  if (wanted.empty()) return {};
  const auto list =
      api_.get_list("/api/v2/organizations?ids=" +
                        text::percent_encoded(text::joined(std::vector(wanted.begin(), wanted.end()), ",")) +
                        "&limit=" + std::to_string(wanted.size()),
                    now);
  if (!list) return std::unexpected(list.error());
  for (const text::JsonView row : list->rows) {
    const auto organization = read_pipedrive_organization(row);
    if (!organization) continue;
    for (auto& person : persons) {
      if (person.record && person.record->organization_id == organization->id) {
        person.organizations.push_back(*organization);
      }
    }
  }
  return {};
}

}  // namespace

std::unique_ptr<Connector> make_pipedrive_connector(PipedriveOptions options, PipedriveShared shared,
                                                    std::shared_ptr<MovingHttpClient> http,
                                                    const telephony::NumberParser& parser) {
  return std::make_unique<PipedriveConnector>(std::move(options), shared, std::move(http), parser);
}

}  // namespace ringdex::sync
