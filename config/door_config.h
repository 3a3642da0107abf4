#pragma once

#include <string>

#include "config/config.h"
#include "config/object_reader.h"

// What the doors' sections say. `folder` is what relative paths of certificates are relative to.
namespace ringdex::config {

HttpConfig read_http(ObjectReader& reader, const std::string& folder);
FastAgiConfig read_fastagi(ObjectReader& reader);
LdapConfig read_ldap(ObjectReader& reader, const std::string& folder);

}  // namespace ringdex::config
