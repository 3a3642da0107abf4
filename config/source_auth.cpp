#include "config/source_auth.h"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telephony/text/joined.h"

namespace ringdex::config {
namespace {

struct Key {
  std::string_view name;
  std::string* target;
  bool is_secret = true;
};
using Shape = std::vector<Key>;

// Which of the shapes it is; -1: none or a mixture, which is told. The keys are known in every shape, so that a mixture
// is told as a mixture and not as an unknown key.
int read_shapes(ObjectReader& reader, const SecretPlaces& places, std::initializer_list<Shape> shapes) {
  const auto any = [&](const Shape& shape) {
    return std::ranges::any_of(shape, [&](const Key& key) { return reader.has(key.name); });
  };
  const auto given = std::ranges::count_if(shapes, any);
  if (given != 1) {
    std::vector<std::string> shown;
    for (const Shape& shape : shapes) {
      std::vector<std::string> names;
      for (const Key& key : shape) names.push_back(fmt::format("\"{}\"", key.name));
      shown.push_back(fmt::format("{{{}}}", text::joined(names, ", ")));
    }
    const std::string last = shown.back();
    shown.pop_back();
    reader.report_at(reader.place(), fmt::format("must be exactly one of {} or {}", text::joined(shown, ", "), last));
  }
  int found = -1;
  int number = 0;
  for (const Shape& shape : shapes) {
    const bool is_it = given == 1 && any(shape);
    if (is_it) found = number;
    for (const Key& key : shape) {
      const auto presence = is_it ? Presence::required : Presence::optional;
      if (key.is_secret) {
        reader.secret(key.name, *key.target, places, presence);
      } else {
        reader.text(key.name, *key.target, presence);
      }
    }
    ++number;
  }
  reader.finish();
  return found;
}

Shape oauth_shape(OAuthAuth& oauth) {
  return {{"client_id", &oauth.client_id, false},
          {"client_secret", &oauth.client_secret},
          {"refresh_token", &oauth.refresh_token}};
}

}  // namespace

ZendeskSourceConfig::Auth read_zendesk_auth(ObjectReader& reader, const SecretPlaces& places) {
  ZendeskTokenAuth token;
  BearerTokenAuth bearer;
  OAuthAuth oauth;
  const int shape = read_shapes(
      reader, places,
      {{{"email", &token.email, false}, {"token", &token.token}}, {{"bearer", &bearer.bearer}}, oauth_shape(oauth)});
  if (!token.email.empty() && token.email.find('@') == std::string::npos) {
    reader.report("email", "must be an e-mail address");
  }
  if (shape == 1) return bearer;
  if (shape == 2) return oauth;
  return token;
}

PipedriveSourceConfig::Auth read_pipedrive_auth(ObjectReader& reader, const SecretPlaces& places) {
  PipedriveTokenAuth token;
  OAuthAuth oauth;
  const int shape = read_shapes(reader, places, {{{"api_token", &token.api_token}}, oauth_shape(oauth)});
  if (shape == 1) return oauth;
  return token;
}

SalesforceAuth read_salesforce_auth(ObjectReader& reader, const SecretPlaces& places) {
  SalesforceAuth auth;
  reader.choice("flow", auth.flow, {"refresh_token", "jwt", "client_credentials"}, Presence::required);
  const auto needed = [&](bool in_flow) { return in_flow ? Presence::required : Presence::optional; };
  const bool jwt = auth.flow == "jwt";
  const bool refresh = auth.flow == "refresh_token";
  reader.text("client_id", auth.client_id, Presence::required);
  // A public client of the refresh token flow has no secret.
  reader.secret("client_secret", auth.client_secret, places, needed(auth.flow == "client_credentials"));
  reader.secret("refresh_token", auth.refresh_token, places, needed(refresh));
  reader.text("username", auth.username, needed(jwt));
  reader.secret("private_key", auth.private_key, places, needed(jwt));
  reader.text("audience", auth.audience);
  reader.finish();
  const auto foreign = [&](std::string_view key, bool in_flow) {
    if (!auth.flow.empty() && !in_flow && reader.has(key)) {
      reader.report(key, fmt::format("has no place in the flow \"{}\"", auth.flow));
    }
  };
  foreign("refresh_token", refresh);
  foreign("username", jwt);
  foreign("private_key", jwt);
  foreign("audience", jwt);
  foreign("client_secret", !jwt);
  return auth;
}

}  // namespace ringdex::config
