#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ringdex::config {

// host:port; an IPv6 host stands in brackets in the file.
struct Listen {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Listen&) const = default;
};

struct TlsConfig {
  std::string certificate;  // PEM chain file
  std::string key;          // PEM key file
};

// A network whose phone systems may ask without a key, as this account: "192.168.10.0/24".
struct NetworkConfig {
  std::string address;  // IPv4 or IPv6
  unsigned bits = 0;    // of it that count
  std::string account;
  bool operator==(const NetworkConfig&) const = default;
};

struct HttpConfig {
  Listen listen{"127.0.0.1", 8480};
  unsigned threads = 2;
  std::optional<TlsConfig> tls;
  std::size_t connections_max = 10'000;
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::vector<NetworkConfig> networks;  // for the paths that clients without headers ask
  std::vector<std::string> host_names;  // by which these may name this server, apart from its address
  std::string public_url;               // how others reach this server; empty: as they name it themselves
};

struct FastAgiConfig {
  Listen listen{"127.0.0.1", 4573};
  unsigned threads = 1;
  std::size_t connections_max = 1'000;
  std::chrono::milliseconds deadline{200};  // for a whole call, from its connection
  std::vector<NetworkConfig> networks;
  std::string prefix = "RINGDEX_";  // of the channel variables
  std::string plan = "auto";        // how digits without a plus are read: auto, e164, national
  bool names_restricted = false;    // whether a caller who withholds the number is named all the same
};

struct LdapConfig {
  Listen listen{"127.0.0.1", 3890};
  std::optional<Listen> tls_listen;  // LDAP over TLS; with `tls`, `listen` has StartTLS
  std::optional<TlsConfig> tls;
  unsigned threads = 2;
  std::size_t connections_max = 1'000;
  std::chrono::milliseconds idle_timeout{300'000};
  std::chrono::milliseconds deadline{200};  // for a search that waits for a CRM
  std::vector<NetworkConfig> networks;
  std::string plan = "auto";
  std::string base_dn = "dc=ringdex";
  std::size_t entries_max = 100;  // of one search or page
};

struct DialRewriteConfig {
  std::string prefix;
  std::string replacement;
  std::size_t digits_min = 0;
  std::size_t digits_max = 32;
};

struct AccountConfig {
  std::string region = "US";
  std::vector<std::string> pick{"oldest"};
  std::vector<std::string> source_order;  // for the rule source_order: ids of sources, best first
  std::string same_person = "name_number";
  std::vector<std::string> own_numbers;
  std::map<std::string, std::string> called_regions;  // called line (any form) -> region of its callers' national form
  std::vector<DialRewriteConfig> dial_plan;
  std::string time_zone = "UTC";         // IANA name; its midnight ends the day of the counters
  std::string picked_scope = "account";  // for whom an agent's pick counts: account, called_line, agent
  std::chrono::milliseconds picked_age_max = std::chrono::days(365);
  bool creates_unknown_callers = false;  // a local record for an inbound call whose number nobody has
  std::chrono::milliseconds calls_kept = std::chrono::days(90);
  std::string one_line = "pick";  // what one-line clients show of several people: pick, organization, count
  bool on_miss_live = false;      // ask the CRMs for a number that the mirror does not know
  std::chrono::milliseconds on_miss_deadline{300};
};

struct CsvColumnsConfig {
  std::string id, name, organization, title, url, groups;
  std::vector<std::string> phones, emails;
};

struct CsvSourceConfig {
  std::string path;
  CsvColumnsConfig columns;
  std::string kind = "contact";
};

struct ZendeskTokenAuth {
  std::string email, token;
};
struct BearerTokenAuth {
  std::string bearer;
};
struct OAuthAuth {
  std::string client_id, client_secret, refresh_token;
};

struct ZendeskSourceConfig {
  using Auth = std::variant<ZendeskTokenAuth, BearerTokenAuth, OAuthAuth>;
  std::string base_url;
  Auth auth;
  std::string webhook_secret;
  std::size_t per_page = 1000;
  std::uint64_t export_requests_per_minute = 10;
};

struct SalesforceAuth {
  std::string flow;  // "refresh_token", "jwt", "client_credentials"
  std::string client_id, client_secret;
  std::string refresh_token;
  std::string username, private_key;
  std::string audience;  // of the JWT; empty: the login_url
};

struct SalesforceSourceConfig {
  std::string login_url = "https://login.salesforce.com";
  SalesforceAuth auth;
  std::string webhook_secret;
  std::string api_version = "v60.0";
  std::size_t rows_per_page = 2000;
  unsigned daily_share_percent = 80;  // of the org's daily requests; the rest is left to others
};

struct PipedriveTokenAuth {
  std::string api_token;
};

struct PipedriveSourceConfig {
  using Auth = std::variant<PipedriveTokenAuth, OAuthAuth>;
  std::string base_url;
  std::string oauth_url = "https://oauth.pipedrive.com";
  Auth auth;
  std::string webhook_user, webhook_password;
  std::size_t rows_per_page = 500;
  unsigned daily_share_percent = 80;  // of the company's daily tokens
  bool leads = true;
};

struct ConsentConfig {
  std::string field;
  std::vector<std::string> subscribed{"true", "yes", "1", "subscribed", "opted_in"};
  std::vector<std::string> unsubscribed{"false", "no", "0", "unsubscribed", "opted_out"};
};

// How the source's fields become those of a record; fields are named as the source's API names them.
struct FieldsConfig {
  std::map<std::string, std::string> custom;  // name shown here -> field
  std::vector<std::string> groups, tags;
  std::map<std::string, ConsentConfig> consent;  // by channel
  std::vector<std::string> drop;
};

struct SourceConfig {
  std::string id;
  std::string account = "default";
  std::string label;  // shown with each candidate; empty: the id
  std::chrono::milliseconds interval{30 * 60'000};
  std::uint64_t requests_per_minute = 200;  // the account limit that the connector may use
  std::size_t phones_max = 10;
  std::size_t emails_max = 10;
  std::uint64_t records_max = 0;      // 0: no limit
  bool delete_records = true;         // whether what the source deletes is deleted here
  unsigned sweep_guard_percent = 20;  // a listing that would remove more asks first
  // When the nightly sweep begins, after the account's midnight; nullopt for never. A CSV is listed whole each time.
  std::optional<std::chrono::minutes> sweep_at{150};
  std::vector<std::string> phone_fields;
  FieldsConfig fields;
  std::variant<CsvSourceConfig, PipedriveSourceConfig, SalesforceSourceConfig, ZendeskSourceConfig> type;
  std::string type_name() const;
};

struct IndexConfig {
  // Of the cards that lookups are answered from; who does not fit is answered from disk.
  std::size_t memory_bytes_max = std::size_t{1536} << 20;
};

struct LogConfig {
  std::string level = "info";
  bool mask_numbers = true;
};

struct Config {
  std::string data_dir;
  HttpConfig http;
  std::optional<FastAgiConfig> fastagi;  // nullopt if there is no such door
  std::optional<LdapConfig> ldap;
  IndexConfig index;
  LogConfig log;
  std::map<std::string, AccountConfig> accounts;  // "default" always stands
  std::vector<SourceConfig> sources;
};

// One thing that is wrong, with its place: "sources[1].auth.token" or "line 3, column 7".
struct Problem {
  std::string place;
  std::string message;
  bool operator==(const Problem&) const = default;
};

// Either a whole valid Config or all problems at once. Relative paths in the file are kept relative to the file's
// folder, except data_dir, which is relative to the working directory.
struct LoadResult {
  std::optional<Config> config;
  std::vector<Problem> problems;
};
LoadResult load_file(const std::string& path);
// `folder` resolves relative paths and {"file": ...} secrets; `environment` answers {"env": ...} secrets.
LoadResult load_text(const std::string& text, const std::string& folder,
                     const std::map<std::string, std::string>& environment);

}  // namespace ringdex::config
