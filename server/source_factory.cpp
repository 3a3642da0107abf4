#include "server/source_factory.h"

#include <spdlog/spdlog.h>

#include "server/private_file.h"
#include "sync/connectors/csv_file.h"
#include "sync/connectors/zendesk.h"
#include "sync/credential.h"
#include "sync/http_client.h"
#include "sync/rate_budget.h"
#include "sync/read_ahead.h"

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

// A rotated refresh token must survive a restart: the one in the config is void from then on.
sync::TokenStore token_store(const Making& making) {
  const std::string path = making.data_dir + "/token." + making.source.account + "." + making.source.id;
  return {.load =
              [path] {
                auto text = read_private_file(path);
                if (!text) spdlog::error(text.error());
                return text.value_or("");
              },
          .save =
              [path](const std::string& token) {
                const auto written = write_private_file(path, token);
                if (!written) spdlog::error(written.error());
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
  making.setup.pages = sync::make_read_ahead(sync::make_csv_connector(options, making.parser));
  making.setup.singles = sync::make_csv_connector(options, making.parser);
}

// One connector for each thread of the source, with a way to end what they wait for.
template <typename MakeConnector>
void add_connectors(Making& making, const std::string& base_url, sync::Credential& credential,
                    const MakeConnector& make_connector) {
  const auto pages = std::make_shared<sync::MovingHttpClient>(http_client, base_url);
  const auto singles = std::make_shared<sync::MovingHttpClient>(http_client, base_url);
  making.setup.cancel = [pages, singles, &credential] {
    pages->cancel();
    singles->cancel();
    credential.cancel();
  };
  making.setup.pages = make_connector(pages);
  making.setup.singles = make_connector(singles);
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
  const auto make_connector = [&](const std::shared_ptr<sync::MovingHttpClient>& http) {
    return sync::make_zendesk_connector(options, parts, http, making.parser);
  };
  add_connectors(making, zendesk.base_url, shared->credential, make_connector);
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
                 .draw = draw},
      .refresher = {.account = source.account, .source = source.id, .retry = kRetry, .policy = policy, .draw = draw},
      .webhooks = {.account = source.account, .source = source.id, .policy = policy},
      .type = source.type_name(),
      .label = source.label.empty() ? source.id : source.label};
  Making making{.source = source,
                .data_dir = data_dir,
                .parser = parser,
                .mapping = {.source = source.id,
                            .region = account.region,
                            .phones_max = source.phones_max,
                            .emails_max = source.emails_max,
                            .phone_fields = source.phone_fields},
                .setup = setup};
  std::visit([&making](const auto& type) { make(type, making); }, source.type);
  return setup;
}

}  // namespace ringdex::server
