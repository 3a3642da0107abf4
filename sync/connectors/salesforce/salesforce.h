#pragma once

#include <memory>
#include <string>

#include "sync/connector.h"
#include "sync/connectors/salesforce/salesforce_schema.h"
#include "sync/field_mapping.h"
#include "sync/http/crm_api.h"
#include "sync/http/daily_quota.h"
#include "sync/http/rate_budget.h"

namespace ringdex::sync {

// Contacts and leads of one Salesforce org, by REST queries; salesforce.md tells admins how to set it up.
struct SalesforceOptions {
  MappingOptions mapping;
  std::string api_version = "v60.0";
  std::string webhook_secret;         // of the generic signed form; empty: webhooks are refused
  std::size_t rows_per_page = 2'000;  // LIMIT of a query; 200 to 2000
  std::string base_url;  // for deep links, where the credential names no address of its own: {base_url}/lightning/r/...
};

// What all instances of one Salesforce source share. All are safe from any thread.
struct SalesforceShared {
  Credential& credential;
  RateBudget& budget;  // requests per minute; Salesforce itself has no such limit
  DailyQuota& quota;   // of the org's API requests in 24 hours
  SalesforceSchema& schema;
};

std::unique_ptr<Connector> make_salesforce_connector(SalesforceOptions options, SalesforceShared shared,
                                                     std::shared_ptr<MovingHttpClient> http,
                                                     const telephony::NumberParser& parser);

}  // namespace ringdex::sync
