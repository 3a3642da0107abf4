#pragma once

#include <memory>

#include "sync/connector.h"
#include "sync/field_mapping.h"
#include "sync/http/crm_api.h"
#include "sync/http/rate_budget.h"

namespace ringdex::sync {

struct ZendeskOptions {
  MappingOptions mapping;
  std::string base_url;        // for the deep link into the agent interface: {base_url}/agent/users/{id}
  std::string webhook_secret;  // empty: webhooks are refused
  std::size_t per_page_max;    // 1000 by the documentation
};

// What all instances of one Zendesk source share. Both are safe from any thread.
struct ZendeskShared {
  Credential& credential;
  RateBudget& export_budget;   // the incremental endpoints': 10 requests a minute
  RateBudget& account_budget;  // all others'
};

std::unique_ptr<Connector> make_zendesk_connector(ZendeskOptions options, ZendeskShared shared,
                                                  std::shared_ptr<MovingHttpClient> http,
                                                  const telephony::NumberParser& parser);

}  // namespace ringdex::sync
