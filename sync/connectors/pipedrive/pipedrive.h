#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "sync/connector.h"
#include "sync/field_mapping.h"
#include "sync/http/crm_api.h"
#include "sync/http/daily_quota.h"
#include "sync/http/rate_budget.h"

namespace ringdex::sync {

struct PipedriveOptions {
  MappingOptions mapping;
  std::string base_url;  // "https://acme.pipedrive.com": of deep links, where the token answer names no api_domain
  std::string webhook_user;
  std::string webhook_password;  // both empty: webhooks are refused
  std::size_t rows_per_page;     // of a list; 2 to 500, as Pipedrive allows, and cut to that
  bool leads;                    // whether leads are mirrored beside the persons
};

// What all instances of one Pipedrive source share. All are safe from any thread.
struct PipedriveShared {
  Credential& credential;
  RateBudget& budget;  // also paused for the rest of Pipedrive's two-second window
  DailyQuota& quota;   // in API tokens of the whole company
};

// Organizations and persons by API v2, leads by API v1 (https://developers.pipedrive.com/docs/api/v1); what is
// copied and what is not known for certain stands in pipedrive.md beside this file.
std::unique_ptr<Connector> make_pipedrive_connector(PipedriveOptions options, PipedriveShared shared,
                                                    std::shared_ptr<MovingHttpClient> http,
                                                    const telephony::NumberParser& parser);

}  // namespace ringdex::sync
