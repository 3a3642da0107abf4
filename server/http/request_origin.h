#pragma once

#include <string_view>

#include "server/http/http_message.h"

namespace ringdex::server {

// Where a request comes from, by what browsers and proxies add to it. Pure.

// The host name of a Host header, without its port.
std::string_view host_name(std::string_view host);
bool names_loopback(std::string_view host);

// By a reverse proxy.
bool is_forwarded(const HttpRequest& request);
// A page of another site than loopback made a browser send it.
bool is_cross_site(const HttpRequest& request);
// A program on this machine sent it: no proxy's client, and no web page in a local browser, whose requests have another
// site's name.
bool is_local_program(const HttpRequest& request);
// No other site's page had a hand in it (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/; Origin for browsers
// without it).
bool is_same_origin(const HttpRequest& request);
// The header that the console's own pages add. Another site's page cannot, since a browser would ask here first whether
// it may (CORS) and is never told so.
bool is_from_console(const HttpRequest& request);

}  // namespace ringdex::server
