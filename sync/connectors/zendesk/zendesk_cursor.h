#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "telephony/text/enum_names.h"

namespace ringdex::sync {

// Where a Zendesk source's next page starts. Written as JSON with a version; nobody else reads it:
//   {"v":1,"stage":"organizations"|"users","listing":bool,"listed_until":s,"organizations_since":s,"users_since":s,
//    "after_cursor":"..."}
// Each run reads the organizations first, so that people find their names, then the users.
struct ZendeskCursor {
  enum class Stage { organizations, users };
  Stage stage = Stage::organizations;
  bool listing = true;  // a complete listing is under way
  // When the listing came to the end of the stream, unix seconds; 0 before. Whatever changed in the minute before that
  // was not shown, so the listing is complete only with the end of a later run.
  std::int64_t listed_until = 0;
  std::int64_t organizations_since = 0;  // unix seconds, sent as start_time
  std::int64_t users_since = 0;          // the same; used while there is no after_cursor
  std::string after_cursor;              // Zendesk's own, opaque

  bool operator==(const ZendeskCursor&) const = default;
  std::string to_text() const;
  // An empty text starts a full copy. nullopt if it is no cursor of this version.
  static std::optional<ZendeskCursor> from_text(const std::string& text);
};

inline constexpr auto kZendeskStages = text::enum_names<ZendeskCursor::Stage>(
    {{ZendeskCursor::Stage::organizations, "organizations"}, {ZendeskCursor::Stage::users, "users"}});

}  // namespace ringdex::sync
