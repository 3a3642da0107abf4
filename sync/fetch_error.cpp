#include "sync/fetch_error.h"

namespace ringdex::sync {

std::string_view to_string(FetchErrorKind kind) {
  switch (kind) {
    case FetchErrorKind::unauthorized:
      return "unauthorized";
    case FetchErrorKind::rate_limited:
      return "rate_limited";
    case FetchErrorKind::unavailable:
      return "unavailable";
    case FetchErrorKind::malformed:
      return "malformed";
    case FetchErrorKind::cursor_expired:
      return "cursor_expired";
    case FetchErrorKind::not_found:
      return "not_found";
  }
  return "unknown";
}

}  // namespace ringdex::sync
