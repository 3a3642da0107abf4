#include "config/config.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "config/account_config.h"
#include "config/door_config.h"
#include "config/json_text.h"
#include "config/object_reader.h"
#include "config/source_config.h"
#include "config/value_syntax.h"

namespace ringdex::config {
namespace {

IndexConfig read_index(ObjectReader& reader) {
  constexpr std::size_t kMemoryBytesMax = std::size_t{32} << 30;
  IndexConfig index;
  reader.number("memory_bytes_max", index.memory_bytes_max, 0, kMemoryBytesMax);
  reader.finish();
  return index;
}

LogConfig read_log(ObjectReader& reader) {
  LogConfig log;
  reader.choice("level", log.level, {"debug", "info", "warn", "error"});
  reader.flag("mask_numbers", log.mask_numbers);
  reader.finish();
  return log;
}

void read_accounts(ObjectReader& root, Config& config, std::vector<Problem>& problems) {
  for (const auto& [id, value] : root.members("accounts")) {
    const auto place = place_in("accounts", id);
    if (!is_id(id)) {
      problems.push_back(
          {place, "the id must be small letters, digits, - and _, at most 63, beginning with a letter or digit"});
    }
    ObjectReader reader(value, place, problems);
    config.accounts[id] = read_account(reader);
  }
  config.accounts.try_emplace("default");
}

void check_networks(const Config& config, std::string_view door, const std::vector<NetworkConfig>& networks,
                    std::vector<Problem>& problems) {
  for (const NetworkConfig& network : networks) {
    if (config.accounts.contains(network.account)) continue;
    problems.push_back(
        {fmt::format("{}.networks", door), fmt::format("no account \"{}\" stands under accounts", network.account)});
  }
}

// What can only be told once accounts and sources are both read.
void check_references(const Config& config, std::vector<Problem>& problems) {
  check_networks(config, "http", config.http.networks, problems);
  if (config.fastagi) check_networks(config, "fastagi", config.fastagi->networks, problems);
  if (config.ldap) check_networks(config, "ldap", config.ldap->networks, problems);
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < config.sources.size(); ++i) {
    const auto& source = config.sources[i];
    if (!config.accounts.contains(source.account)) {
      problems.push_back({fmt::format("sources[{}].account", i),
                          fmt::format("no account \"{}\" stands under accounts", source.account)});
    }
    if (!source.id.empty() && !seen.emplace(source.account, source.id).second) {
      problems.push_back(
          {fmt::format("sources[{}].id", i),
           fmt::format("another source of the account \"{}\" has the id \"{}\"", source.account, source.id)});
    }
  }
  for (const auto& [id, account] : config.accounts) {
    for (std::size_t i = 0; i < account.source_order.size(); ++i) {
      if (seen.contains({id, account.source_order[i]})) continue;
      problems.push_back({fmt::format("{}.source_order[{}]", place_in("accounts", id), i),
                          fmt::format("the account has no source \"{}\"", account.source_order[i])});
    }
  }
}

// The rule source_order without a list means the order of the file.
void complete_source_orders(Config& config) {
  for (auto& [id, account] : config.accounts) {
    if (!account.source_order.empty()) continue;
    for (const auto& source : config.sources) {
      if (source.account == id) account.source_order.push_back(source.id);
    }
  }
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (const auto equals = text.find('='); equals != std::string::npos) {
      result[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  return result;
}

}  // namespace

std::string SourceConfig::type_name() const {
  constexpr std::array<const char*, std::variant_size_v<decltype(type)>> kNames{"csv", "pipedrive", "salesforce",
                                                                                "zendesk"};
  return kNames[type.index()];
}

LoadResult load_text(const std::string& text, const std::string& folder,
                     const std::map<std::string, std::string>& environment) {
  LoadResult result;
  auto& problems = result.problems;
  const auto json = parse_json_text(text, problems);
  if (!json) return result;
  if (!json->root().is_object()) {
    problems.push_back({"line 1, column 1", "the file must be one object"});
    return result;
  }

  Config config;
  const SecretPlaces places{folder, environment};
  ObjectReader root(*json, "", problems);
  // Editors find the schema by this key.
  std::string schema;
  root.text("$schema", schema);
  root.text("data_dir", config.data_dir, Presence::required);
  if (auto http = root.object("http")) config.http = read_http(*http, folder);
  if (auto fastagi = root.object("fastagi")) config.fastagi = read_fastagi(*fastagi);
  if (auto ldap = root.object("ldap")) config.ldap = read_ldap(*ldap, folder);
  if (auto index = root.object("index")) config.index = read_index(*index);
  if (auto log = root.object("log")) config.log = read_log(*log);
  read_accounts(root, config, problems);
  for (auto& source : root.objects("sources")) config.sources.push_back(read_source(source, places));
  root.finish();
  check_references(config, problems);

  if (problems.empty()) {
    complete_source_orders(config);
    result.config = std::move(config);
  }
  return result;
}

LoadResult load_file(const std::string& path) {
  LoadResult result;
  const auto fail = [&](const std::string& message) {
    result.problems.push_back({path, message});
    return result;
  };
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return fail("there is no such file");
  if (std::filesystem::is_directory(path, error)) return fail("is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !(in.eof() || in.good())) return fail("is not readable");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return load_text(text, std::filesystem::path(path).parent_path().string(), process_environment());
}

}  // namespace ringdex::config
