#include "config/source_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <span>
#include <string_view>

#include "config/value_syntax.h"

namespace ringdex::config {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAuthShapes =
    R"({"email", "token"}, {"bearer"} or {"client_id", "client_secret", "refresh_token"})";

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

// A credential of one shape: all its keys and no others. The keys are known in every shape, so that a mixture is told
// as a mixture and not as an unknown key.
void read_auth(ObjectReader& reader, const SecretPlaces& places, ZendeskSourceConfig& zendesk) {
  constexpr std::array<std::string_view, 2> token_keys{"email", "token"};
  constexpr std::array<std::string_view, 1> bearer_keys{"bearer"};
  constexpr std::array<std::string_view, 3> oauth_keys{"client_id", "client_secret", "refresh_token"};
  const auto any = [&](std::span<const std::string_view> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](auto key) { return reader.has(key); });
  };
  const bool token = any(token_keys);
  const bool bearer = any(bearer_keys);
  const bool oauth = any(oauth_keys);
  const auto presence = [](bool shape) { return shape ? Presence::required : Presence::optional; };
  const bool mixed = static_cast<int>(token) + static_cast<int>(bearer) + static_cast<int>(oauth) != 1;
  if (mixed) reader.report_at(reader.place(), fmt::format("must be exactly one of {}", kAuthShapes));

  ZendeskTokenAuth by_token;
  if (reader.text("email", by_token.email, presence(token && !mixed)) &&
      by_token.email.find('@') == std::string::npos) {
    reader.report("email", "must be an e-mail address");
  }
  reader.secret("token", by_token.token, places, presence(token && !mixed));
  BearerTokenAuth by_bearer;
  reader.secret("bearer", by_bearer.bearer, places, presence(bearer && !mixed));
  OAuthAuth by_oauth;
  reader.text("client_id", by_oauth.client_id, presence(oauth && !mixed));
  reader.secret("client_secret", by_oauth.client_secret, places, presence(oauth && !mixed));
  reader.secret("refresh_token", by_oauth.refresh_token, places, presence(oauth && !mixed));
  reader.finish();

  if (token) zendesk.auth = by_token;
  if (bearer) zendesk.auth = by_bearer;
  if (oauth) zendesk.auth = by_oauth;
}

ZendeskSourceConfig read_zendesk(ObjectReader& reader, const SecretPlaces& places) {
  ZendeskSourceConfig zendesk;
  if (reader.text("base_url", zendesk.base_url, Presence::required)) {
    if (auto url = parse_base_url(zendesk.base_url)) {
      zendesk.base_url = *url;
    } else {
      reader.report("base_url", url.error());
    }
  }
  if (auto auth = reader.object("auth", Presence::required)) read_auth(*auth, places, zendesk);
  reader.secret("webhook_secret", zendesk.webhook_secret, places, Presence::optional);
  reader.number("per_page", zendesk.per_page, 1, 1000);
  reader.number("export_requests_per_minute", zendesk.export_requests_per_minute, 1, 100'000);
  return zendesk;
}

}  // namespace

SourceConfig read_source(ObjectReader& reader, const SecretPlaces& places) {
  SourceConfig source;
  for (const auto& [key, target] : {std::pair{"id", &source.id}, std::pair{"account", &source.account}}) {
    if (reader.text(key, *target, key == std::string_view("id") ? Presence::required : Presence::optional) &&
        !is_id(*target)) {
      reader.report(key, "must be small letters, digits, - and _, at most 63, beginning with a letter or digit");
    }
  }
  std::string type;
  const bool known_type = reader.choice("type", type, {"csv", "zendesk"}, Presence::required);
  reader.text("label", source.label);
  reader.duration("interval", source.interval, 1min, 24h);
  reader.number("requests_per_minute", source.requests_per_minute, 1, 100'000);
  reader.number("phones_max", source.phones_max, 1, 100);
  reader.number("emails_max", source.emails_max, 1, 100);
  reader.number("records_max", source.records_max, 0, 1'000'000'000);
  reader.flag("delete_records", source.delete_records);
  reader.number("sweep_guard_percent", source.sweep_guard_percent, 0, 100);
  reader.texts("phone_fields", source.phone_fields);
  // Without a type it can't be told which keys belong here.
  if (!known_type) return source;
  if (type == "csv") source.type = read_csv(reader, places);
  if (type == "zendesk") source.type = read_zendesk(reader, places);
  reader.finish();
  return source;
}

}  // namespace ringdex::config
