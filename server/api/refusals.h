#pragma once

#include <string_view>

#include "server/http/http_message.h"

// What several handlers answer instead of what was asked for.
namespace ringdex::server {

// 400, for a text that is no record's id.
HttpResponse bad_record_id();
// 400, for a `behind` that was no page's `next`.
HttpResponse bad_cursor();
// 503: the disk does not do what it should.
HttpResponse store_failed(std::string_view detail);

}  // namespace ringdex::server
