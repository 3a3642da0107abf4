#include "config/source_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string_view>

#include "config/json_text.h"
#include "config/source_auth.h"
#include "config/value_syntax.h"
#include "telephony/text/joined.h"

namespace ringdex::config {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 9> kDroppable{"organization", "title", "emails", "groups", "tags",
                                                     "owner",        "url",   "custom", "consent"};
constexpr std::string_view kPhoneLabel = "phones.";

CsvColumnsConfig read_columns(ObjectReader& reader) {
  CsvColumnsConfig columns;
  reader.text("id", columns.id);
  reader.text("name", columns.name);
  reader.text("organization", columns.organization);
  reader.text("title", columns.title);
  reader.text("url", columns.url);
  reader.text("groups", columns.groups);
  reader.texts("phones", columns.phones);
  reader.texts("emails", columns.emails);
  reader.finish();
  return columns;
}

CsvSourceConfig read_csv(ObjectReader& reader, const SecretPlaces& places) {
  CsvSourceConfig csv;
  if (reader.text("path", csv.path, Presence::required)) {
    csv.path = (std::filesystem::path(places.folder) / csv.path).lexically_normal().string();
  }
  if (auto columns = reader.object("columns")) csv.columns = read_columns(*columns);
  reader.choice("kind", csv.kind, {"contact", "lead"});
  return csv;
}

void read_address(ObjectReader& reader, std::string_view key, std::string& target,
                  Presence presence = Presence::optional) {
  if (!reader.text(key, target, presence)) return;
  if (auto url = parse_base_url(target)) {
    target = *url;
  } else {
    reader.report(key, url.error());
  }
}

ZendeskSourceConfig read_zendesk(ObjectReader& reader, const SecretPlaces& places) {
  ZendeskSourceConfig zendesk;
  read_address(reader, "base_url", zendesk.base_url, Presence::required);
  if (auto auth = reader.object("auth", Presence::required)) zendesk.auth = read_zendesk_auth(*auth, places);
  reader.secret("webhook_secret", zendesk.webhook_secret, places, Presence::optional);
  reader.number("per_page", zendesk.per_page, 1, 1000);
  reader.number("export_requests_per_minute", zendesk.export_requests_per_minute, 1, 100'000);
  return zendesk;
}

SalesforceSourceConfig read_salesforce(ObjectReader& reader, const SecretPlaces& places) {
  SalesforceSourceConfig salesforce;
  read_address(reader, "login_url", salesforce.login_url);
  if (auto auth = reader.object("auth", Presence::required)) salesforce.auth = read_salesforce_auth(*auth, places);
  reader.secret("webhook_secret", salesforce.webhook_secret, places, Presence::optional);
  if (reader.text("api_version", salesforce.api_version)) {
    const std::string& version = salesforce.api_version;
    const bool good = version.size() >= 4 && version.size() <= 6 && version.front() == 'v' && version.ends_with(".0") &&
                      std::all_of(version.begin() + 1, version.end() - 2, [](char c) { return c >= '0' && c <= '9'; });
    if (!good) reader.report("api_version", "must be a version of the REST API, such as \"v60.0\"");
  }
  reader.number("rows_per_page", salesforce.rows_per_page, 200, 2000);
  reader.number("daily_share_percent", salesforce.daily_share_percent, 1, 100);
  return salesforce;
}

PipedriveSourceConfig read_pipedrive(ObjectReader& reader, const SecretPlaces& places) {
  PipedriveSourceConfig pipedrive;
  read_address(reader, "base_url", pipedrive.base_url, Presence::required);
  read_address(reader, "oauth_url", pipedrive.oauth_url);
  if (auto auth = reader.object("auth", Presence::required)) pipedrive.auth = read_pipedrive_auth(*auth, places);
  reader.text("webhook_user", pipedrive.webhook_user);
  reader.secret("webhook_password", pipedrive.webhook_password, places, Presence::optional);
  if (pipedrive.webhook_user.empty() != pipedrive.webhook_password.empty()) {
    reader.report(pipedrive.webhook_user.empty() ? "webhook_user" : "webhook_password",
                  "webhooks need both webhook_user and webhook_password");
  }
  reader.number("rows_per_page", pipedrive.rows_per_page, 1, 500);
  reader.number("daily_share_percent", pipedrive.daily_share_percent, 1, 100);
  reader.flag("leads", pipedrive.leads);
  return pipedrive;
}

ConsentConfig read_consent(ObjectReader& reader) {
  ConsentConfig consent;
  reader.text("field", consent.field, Presence::required);
  reader.texts("subscribed", consent.subscribed);
  reader.texts("unsubscribed", consent.unsubscribed);
  reader.finish();
  return consent;
}

void read_dropped(ObjectReader& reader, std::vector<std::string>& dropped) {
  reader.texts("drop", dropped);
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    const std::string& name = dropped[i];
    if (name.starts_with(kPhoneLabel) && name.size() > kPhoneLabel.size()) continue;
    if (std::ranges::find(kDroppable, name) != kDroppable.end()) continue;
    reader.report_at(fmt::format("{}[{}]", reader.place_of("drop"), i),
                     fmt::format("\"{}\" is none of {} or phones.LABEL", name, text::joined(kDroppable, ", ")));
  }
}

FieldsConfig read_fields(ObjectReader& reader) {
  FieldsConfig fields;
  const auto custom_place = reader.place_of("custom");
  for (const auto& [name, field] : reader.members("custom")) {
    if (name.empty() || field.text_or_empty().empty()) {
      reader.report_at(place_in(custom_place, name), "must be the name of a field of the source");
    } else {
      fields.custom[name] = field.text_or_empty();
    }
  }
  reader.texts("groups", fields.groups);
  reader.texts("tags", fields.tags);
  if (auto channels = reader.object("consent")) {
    for (const auto& [channel, value] : reader.members("consent")) {
      static_cast<void>(value);
      if (auto consent = channels->object(channel)) fields.consent[channel] = read_consent(*consent);
    }
  }
  read_dropped(reader, fields.drop);
  reader.finish();
  return fields;
}

void read_ids(ObjectReader& reader, SourceConfig& source) {
  for (const auto& [key, target] : {std::pair{"id", &source.id}, std::pair{"account", &source.account}}) {
    if (reader.text(key, *target, key == std::string_view("id") ? Presence::required : Presence::optional) &&
        !is_id(*target)) {
      reader.report(key, "must be small letters, digits, - and _, at most 63, beginning with a letter or digit");
    }
  }
  if (source.id == "local") reader.report("id", "is the name under which ringdex keeps records of its own");
}

void read_sync(ObjectReader& reader, SourceConfig& source) {
  reader.duration("interval", source.interval, 1min, 24h);
  if (std::string text; reader.text("sweep_at", text)) {
    source.sweep_at = parse_time_of_day(text);
    if (!source.sweep_at && text != "never") {
      reader.report("sweep_at", "must be a time of day such as \"02:30\", or \"never\"");
    }
  }
  reader.number("requests_per_minute", source.requests_per_minute, 1, 100'000);
  reader.number("phones_max", source.phones_max, 1, 100);
  reader.number("emails_max", source.emails_max, 1, 100);
  reader.number("records_max", source.records_max, 0, 1'000'000'000);
  reader.flag("delete_records", source.delete_records);
  reader.number("sweep_guard_percent", source.sweep_guard_percent, 0, 100);
}

}  // namespace

SourceConfig read_source(ObjectReader& reader, const SecretPlaces& places) {
  SourceConfig source;
  read_ids(reader, source);
  std::string type;
  const bool known_type =
      reader.choice("type", type, {"csv", "pipedrive", "salesforce", "zendesk"}, Presence::required);
  reader.text("label", source.label);
  read_sync(reader, source);
  reader.texts("phone_fields", source.phone_fields);
  if (auto fields = reader.object("fields")) source.fields = read_fields(*fields);
  // Without a type it can't be told which keys belong here.
  if (!known_type) return source;
  if (type == "csv") source.type = read_csv(reader, places);
  if (type == "pipedrive") source.type = read_pipedrive(reader, places);
  if (type == "salesforce") source.type = read_salesforce(reader, places);
  if (type == "zendesk") source.type = read_zendesk(reader, places);
  reader.finish();
  return source;
}

}  // namespace ringdex::config
