#include "server/api/refusals.h"

namespace ringdex::server {

HttpResponse bad_record_id() {
  return problem(400, "bad_record_id", "a record id is source:kind:external_id, such as zendesk-eu:contact:35436");
}

HttpResponse bad_cursor() {
  return problem(400, "bad_cursor", "'behind' is the 'next' of the page before");
}

HttpResponse store_failed(std::string_view detail) {
  return problem(503, "store_failed", detail);
}

}  // namespace ringdex::server
