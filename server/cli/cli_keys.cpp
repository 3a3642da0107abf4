#include "server/cli/cli_keys.h"

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "server/access/api_keys.h"
#include "server/cli/cli_config.h"
#include "telephony/text/joined.h"
#include "telephony/text/json_layout.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

// The keys' file of the configured data folder, so that the first key can be made before the server starts.
std::unique_ptr<ApiKeys> open_keys(const CliOptions& options, std::optional<config::Config>& config) {
  config = load_config(options);
  if (!config) return nullptr;
  std::error_code error;
  std::filesystem::create_directories(config->data_dir, error);
  auto keys = std::make_unique<ApiKeys>(config->data_dir + "/keys.json");
  if (const auto loaded = keys->load(); !loaded) {
    complain(loaded.error());
    return nullptr;
  }
  return keys;
}

std::string key_json(std::string_view key) {
  std::string json;
  text::JsonWriter(json).open('{').member("key", key).close('}');
  return json;
}

std::string keys_json(const std::vector<ApiKey>& keys) {
  std::string json;
  text::JsonWriter out(json);
  out.open('{').key("keys").open('[');
  for (const ApiKey& key : keys) {
    out.open('{').member("id", key.id).member("account", key.account).member("scopes", std::span(key.scopes));
    out.member("note", key.note).member("created_at", key.created_at).close('}');
  }
  out.close(']').close('}');
  return text::indented(json, 2);
}

}  // namespace

ExitCode create_key(const CliOptions& options, std::time_t now) {
  std::optional<config::Config> config;
  auto keys = open_keys(options, config);
  if (!keys) return ExitCode::failed;
  if (!config->accounts.contains(options.account)) {
    complain(fmt::format("no account '{}' in {}", options.account, options.config));
    return ExitCode::usage;
  }
  const auto text = keys->create(options.account, options.scopes, options.note, now);
  if (!text) {
    complain(text.error());
    return ExitCode::failed;
  }
  print(options.json ? key_json(*text) + "\n" : *text + "\n");
  complain("keep this key: it is shown only now. A running server takes it within a second.");
  return ExitCode::ok;
}

ExitCode list_keys(const CliOptions& options) {
  std::optional<config::Config> config;
  const auto keys = open_keys(options, config);
  if (!keys) return ExitCode::failed;
  if (options.json) {
    print(keys_json(keys->list()) + "\n");
    return ExitCode::ok;
  }
  for (const ApiKey& key : keys->list()) {
    print(fmt::format("{}  {}  {}  {}\n", key.id, key.account, text::joined(key.scopes, ","), key.note));
  }
  return ExitCode::ok;
}

ExitCode remove_key(const CliOptions& options) {
  std::optional<config::Config> config;
  auto keys = open_keys(options, config);
  if (!keys) return ExitCode::failed;
  const auto removed = keys->remove(options.key_id);
  if (!removed) {
    complain(removed.error());
    return ExitCode::failed;
  }
  if (!*removed) complain(fmt::format("no key '{}'", options.key_id));
  return *removed ? ExitCode::ok : ExitCode::negative;
}

}  // namespace ringdex::server
