#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/text/enum_names.h"

namespace ringdex::sync {

// Says what the caller should do next, not what went wrong inside.
enum class FetchErrorKind {
  unauthorized,    // the credential is refused also after one refresh: an admin must act
  rate_limited,    // wait `wait`, then ask the same again
  unavailable,     // ask again later with growing delay
  malformed,       // the answer can't be understood; ask again later, tell the admin
  cursor_expired,  // the checkpoint is of no use any more: start a full refresh
  not_found,       // single fetch only: the source does not have it
};
inline constexpr auto kFetchErrorNames =
    text::enum_names<FetchErrorKind>({{FetchErrorKind::unauthorized, "unauthorized"},
                                      {FetchErrorKind::rate_limited, "rate_limited"},
                                      {FetchErrorKind::unavailable, "unavailable"},
                                      {FetchErrorKind::malformed, "malformed"},
                                      {FetchErrorKind::cursor_expired, "cursor_expired"},
                                      {FetchErrorKind::not_found, "not_found"}});
constexpr std::string_view to_string(FetchErrorKind value) {
  return kFetchErrorNames.name_of(value);
}

struct FetchError {
  FetchErrorKind kind = FetchErrorKind::unavailable;
  std::string message;                            // what and where, for people; holds no secret
  std::optional<std::chrono::milliseconds> wait;  // rate_limited, or unavailable with Retry-After
  int http_status = 0;                            // 0: no HTTP answer
};

}  // namespace ringdex::sync
