#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "telephony/text/enum_names.h"

namespace ringdex::sync {

// Where a Pipedrive source's next page starts. Written as JSON with a version; nobody else reads it. A round reads the
// organizations first, so that people find their names, then the persons, then the leads. The first round is a complete
// listing; those after it ask for what was updated since. All times are the source's, in milliseconds since 1970.
struct PipedriveCursor {
  enum class Stage { organizations, persons, leads, archived };

  Stage stage = Stage::organizations;
  bool listing = true;
  // What each list was read up to; moves when the list's last page is read. 0: never read.
  std::int64_t organizations_since = 0;
  std::int64_t persons_since = 0;
  std::int64_t leads_since = 0;

  // Of the list that is being read.
  std::int64_t began = 0;            // when its first page was answered; 0: no page yet, or no Date header
  std::int64_t seen = 0;             // the newest update time on its pages
  std::string next;                  // Pipedrive's own cursor, opaque; empty: the first page
  std::uint64_t rows = 0;            // the page size that `next` was made with
  std::uint64_t start = 0;           // of lists without a cursor: the offset of the next page
  std::vector<std::string> anchors;  // the last rows before `start`, by which a list that moved is noticed
  unsigned restarts = 0;             // how often `next` was refused

  bool operator==(const PipedriveCursor&) const = default;
  // Forgets the list that is being read.
  void enter(Stage to);
  std::string to_text() const;
  // An empty text starts a full copy. nullopt if it is no cursor of this version.
  static std::optional<PipedriveCursor> from_text(const std::string& text);
};

inline constexpr auto kPipedriveStages =
    text::enum_names<PipedriveCursor::Stage>({{PipedriveCursor::Stage::organizations, "organizations"},
                                              {PipedriveCursor::Stage::persons, "persons"},
                                              {PipedriveCursor::Stage::leads, "leads"},
                                              {PipedriveCursor::Stage::archived, "archived"}});

}  // namespace ringdex::sync
