#include "server/assembly/source_factory.h"

#include "config/logging/log.h"
#include "server/system/private_file.h"
#include "server/system/time_zone.h"
#include "sync/connectors/csv/csv_file.h"
#include "sync/connectors/pipedrive/pipedrive.h"
#include "sync/connectors/salesforce/salesforce.h"
#include "sync/connectors/salesforce/salesforce_schema.h"
#include "sync/connectors/zendesk/zendesk.h"
#include "sync/http/credential.h"
#include "sync/http/daily_quota.h"
#include "sync/http/http_client.h"
#include "sync/http/rate_budget.h"
#include "sync/mirror/read_ahead.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kCsvRowsPerPage = 5'000;
constexpr std::size_t kCsvBytesMax = std::size_t{4} << 30;
constexpr std::size_t kAnswerBytesMax = 64 << 20;
constexpr sync::RetryDelayOptions kRetry{.first = 1s, .longest = 5min};

struct Making {
  const config::SourceConfig& source;
  const std::string& data_dir;
  const telephony::NumberParser& parser;
  sync::MappingOptions mapping;
  sync::SourceSetup& setup;
};

std::unique_ptr<sync::HttpClient> http_client(const std::string& base_url) {
  return sync::make_http_client({.base_url = base_url,
                                 .connect_timeout = 5s,
                                 .read_timeout = 30s,
                                 .total_timeout = 60s,
                                 .body_bytes_max = kAnswerBytesMax,
                                 .ca_file = ""});
}

// For what somebody waits for.
std::unique_ptr<sync::HttpClient> impatient_http_client(const std::string& base_url) {
  return sync::make_http_client({.base_url = base_url,
                                 .connect_timeout = 2s,
                                 .read_timeout = 5s,
                                 .total_timeout = 15s,
                                 .body_bytes_max = kAnswerBytesMax,
                                 .ca_file = ""});
}

// A rotated refresh token must survive a restart: the one in the config is void from then on.
sync::TokenStore token_store(const Making& making) {
  const std::string path = making.data_dir + "/token." + making.source.account + "." + making.source.id;
  return {.load =
              [path] {
                auto text = read_private_file(path);
                if (!text) log::error("{}", text.error());
                return text.value_or("");
              },
          .save =
              [path](const std::string& token) {
                const auto written = write_private_file(path, token);
                if (!written) log::error("{}", written.error());
                return written.has_value();
              }};
}

sync::Credential::Auth auth_from(const config::ZendeskTokenAuth& auth) {
  return sync::basic_auth(auth.email + "/token", auth.token);
}
sync::Credential::Auth auth_from(const config::BearerTokenAuth& auth) {
  return sync::bearer_auth(auth.bearer);
}
sync::Credential::Auth auth_from(const config::OAuthAuth& auth) {
  return sync::OAuth{auth.client_id, auth.client_secret, sync::RefreshTokenFlow{auth.refresh_token}};
}

void make(const config::CsvSourceConfig& csv, Making& making) {
  const config::CsvColumnsConfig& columns = csv.columns;
  const sync::CsvOptions options{.mapping = making.mapping,
                                 .path = csv.path,
                                 .columns = {.id = columns.id,
                                             .name = columns.name,
                                             .organization = columns.organization,
                                             .title = columns.title,
                                             .phones = columns.phones,
                                             .emails = columns.emails,
                                             .url = columns.url,
                                             .groups = columns.groups},
                                 .kind = csv.kind == "lead" ? index::RecordKind::lead : index::RecordKind::contact,
                                 .rows_per_page = kCsvRowsPerPage,
                                 .file_bytes_max = kCsvBytesMax};
  making.setup.listing = sync::make_read_ahead(sync::make_csv_connector(options, making.parser));
  making.setup.by_id = sync::make_csv_connector(options, making.parser);
  making.setup.interactive = sync::make_csv_connector(options, making.parser);
}

// One connector for each thread of the source, with a way to end what they wait for.
template <typename MakeConnector>
void add_connectors(Making& making, const std::string& base_url, sync::Credential& credential,
                    const MakeConnector& make_connector) {
  const auto listing = std::make_shared<sync::MovingHttpClient>(http_client, base_url);
  const auto by_id = std::make_shared<sync::MovingHttpClient>(http_client, base_url);
  const auto interactive = std::make_shared<sync::MovingHttpClient>(impatient_http_client, base_url);
  making.setup.cancel = [listing, by_id, interactive, &credential] {
    for (const auto& client : {listing, by_id, interactive}) client->cancel();
    credential.cancel();
  };
  making.setup.listing = make_connector(listing);
  making.setup.by_id = make_connector(by_id);
  making.setup.interactive = make_connector(interactive);
}

void make(const config::ZendeskSourceConfig& zendesk, Making& making) {
  struct Shared {
    sync::Credential credential;
    sync::RateBudget export_budget;
    sync::RateBudget account_budget;
  };
  auto auth = std::visit([](const auto& given) { return auth_from(given); }, zendesk.auth);
  const auto shared = std::shared_ptr<Shared>(
      new Shared{.credential = sync::Credential(std::move(auth), http_client(zendesk.base_url), token_store(making)),
                 .export_budget = sync::RateBudget(zendesk.export_requests_per_minute),
                 .account_budget = sync::RateBudget(making.source.requests_per_minute)});
  making.setup.shared = shared;
  const sync::ZendeskOptions options{.mapping = making.mapping,
                                     .base_url = zendesk.base_url,
                                     .webhook_secret = zendesk.webhook_secret,
                                     .per_page_max = zendesk.per_page};
  const sync::ZendeskShared parts{shared->credential, shared->export_budget, shared->account_budget};
  add_connectors(making, zendesk.base_url, shared->credential,
                 [&](const auto& http) { return sync::make_zendesk_connector(options, parts, http, making.parser); });
}

sync::OAuth salesforce_oauth(const config::SalesforceSourceConfig& salesforce) {
  const config::SalesforceAuth& auth = salesforce.auth;
  sync::OAuth oauth{.client_id = auth.client_id,
                    .client_secret = auth.client_secret,
                    .flow = sync::RefreshTokenFlow{auth.refresh_token},
                    .target = "/services/oauth2/token",
                    .body = sync::OAuth::Body::form,
                    .base_url_field = "instance_url"};
  if (auth.flow == "jwt") {
    oauth.flow = sync::JwtBearerFlow{auth.username, auth.audience.empty() ? salesforce.login_url : auth.audience,
                                     auth.private_key};
  } else if (auth.flow == "client_credentials") {
    oauth.flow = sync::ClientCredentialsFlow{};
    oauth.body = sync::OAuth::Body::form_and_basic;
  }
  return oauth;
}

void make(const config::SalesforceSourceConfig& salesforce, Making& making) {
  struct Shared {
    sync::Credential credential;
    sync::RateBudget budget;
    sync::DailyQuota quota;
    sync::SalesforceSchema schema;
  };
  const auto shared = std::shared_ptr<Shared>(new Shared{
      .credential =
          sync::Credential(salesforce_oauth(salesforce), http_client(salesforce.login_url), token_store(making)),
      .budget = sync::RateBudget(making.source.requests_per_minute),
      .quota = sync::DailyQuota(salesforce.daily_share_percent),
      .schema = {}});
  making.setup.shared = shared;
  const sync::SalesforceOptions options{.mapping = making.mapping,
                                        .api_version = salesforce.api_version,
                                        .webhook_secret = salesforce.webhook_secret,
                                        .rows_per_page = salesforce.rows_per_page,
                                        .base_url = salesforce.login_url};
  const sync::SalesforceShared parts{shared->credential, shared->budget, shared->quota, shared->schema};
  add_connectors(making, salesforce.login_url, shared->credential, [&](const auto& http) {
    return sync::make_salesforce_connector(options, parts, http, making.parser);
  });
}

sync::Credential::Auth pipedrive_auth(const config::PipedriveTokenAuth& auth) {
  return sync::FixedAuth{"x-api-token", auth.api_token};
}
sync::Credential::Auth pipedrive_auth(const config::OAuthAuth& auth) {
  return sync::OAuth{.client_id = auth.client_id,
                     .client_secret = auth.client_secret,
                     .flow = sync::RefreshTokenFlow{auth.refresh_token},
                     .target = "/oauth/token",
                     .body = sync::OAuth::Body::form_and_basic,
                     .base_url_field = "api_domain"};
}

void make(const config::PipedriveSourceConfig& pipedrive, Making& making) {
  struct Shared {
    sync::Credential credential;
    sync::RateBudget budget;
    sync::DailyQuota quota;
  };
  auto auth = std::visit([](const auto& given) { return pipedrive_auth(given); }, pipedrive.auth);
  const auto shared = std::shared_ptr<Shared>(
      new Shared{.credential = sync::Credential(std::move(auth), http_client(pipedrive.oauth_url), token_store(making)),
                 .budget = sync::RateBudget(making.source.requests_per_minute),
                 .quota = sync::DailyQuota(pipedrive.daily_share_percent)});
  making.setup.shared = shared;
  const sync::PipedriveOptions options{.mapping = making.mapping,
                                       .base_url = pipedrive.base_url,
                                       .webhook_user = pipedrive.webhook_user,
                                       .webhook_password = pipedrive.webhook_password,
                                       .rows_per_page = pipedrive.rows_per_page,
                                       .leads = pipedrive.leads};
  const sync::PipedriveShared parts{shared->credential, shared->budget, shared->quota};
  add_connectors(making, pipedrive.base_url, shared->credential,
                 [&](const auto& http) { return sync::make_pipedrive_connector(options, parts, http, making.parser); });
}

sync::MappingOptions mapping_of(const config::SourceConfig& source, const config::AccountConfig& account) {
  const config::FieldsConfig& fields = source.fields;
  sync::MappingOptions mapping{.source = source.id,
                               .region = account.region,
                               .phones_max = source.phones_max,
                               .emails_max = source.emails_max,
                               .phone_fields = source.phone_fields,
                               .custom_fields = fields.custom,
                               .group_fields = fields.groups,
                               .tag_fields = fields.tags,
                               .consent_fields = {},
                               .dropped = {fields.drop.begin(), fields.drop.end()}};
  for (const auto& [channel, consent] : fields.consent) {
    mapping.consent_fields.push_back({channel, consent.field, consent.subscribed, consent.unsubscribed});
  }
  return mapping;
}

// Each night at that time, as the account's clocks show it.
std::function<std::optional<index::TimePoint>(index::TimePoint)> nightly(const config::SourceConfig& source,
                                                                         const config::AccountConfig& account) {
  const auto zone = TimeZone::named(account.time_zone);
  if (!source.sweep_at || !zone || std::holds_alternative<config::CsvSourceConfig>(source.type)) return nullptr;
  return [zone = *zone, time_of_day = *source.sweep_at](index::TimePoint after) {
    return std::optional(zone.next(time_of_day, after));
  };
}

}  // namespace

sync::SourceSetup make_source(const config::SourceConfig& source, const config::AccountConfig& account,
                              const std::string& data_dir, const telephony::NumberParser& parser,
                              std::function<double()> draw) {
  const index::ApplyPolicy policy{.records_max = source.records_max,
                                  .sweep_guard_percent = source.sweep_guard_percent,
                                  .delete_records = source.delete_records};
  sync::SourceSetup setup{
      .syncer = {.account = source.account,
                 .source = source.id,
                 .interval = source.interval,
                 .retry = kRetry,
                 .policy = policy,
                 .draw = draw,
                 .next_sweep = nightly(source, account)},
      .refresher = {.account = source.account, .source = source.id, .retry = kRetry, .policy = policy, .draw = draw},
      .webhooks = {.account = source.account, .source = source.id, .policy = policy},
      .type = source.type_name(),
      .label = source.label.empty() ? source.id : source.label};
  Making making{
      .source = source, .data_dir = data_dir, .parser = parser, .mapping = mapping_of(source, account), .setup = setup};
  std::visit([&making](const auto& type) { make(type, making); }, source.type);
  setup.live = account.on_miss_live && !std::holds_alternative<config::CsvSourceConfig>(source.type);
  return setup;
}

}  // namespace ringdex::server
