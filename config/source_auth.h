#pragma once

#include "config/config.h"
#include "config/object_reader.h"
#include "config/secret.h"

namespace ringdex::config {

// The `auth` object of a source: exactly one of the shapes that its CRM knows, all of that shape's keys and no others.
ZendeskSourceConfig::Auth read_zendesk_auth(ObjectReader& reader, const SecretPlaces& places);
PipedriveSourceConfig::Auth read_pipedrive_auth(ObjectReader& reader, const SecretPlaces& places);
SalesforceAuth read_salesforce_auth(ObjectReader& reader, const SecretPlaces& places);

}  // namespace ringdex::config
