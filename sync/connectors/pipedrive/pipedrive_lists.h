#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "sync/connectors/pipedrive/pipedrive_api.h"
#include "sync/connectors/pipedrive/pipedrive_cursor.h"
#include "sync/connectors/pipedrive/pipedrive_rows.h"

namespace ringdex::sync {

// Pages of a full copy and of changes, as Connector::next_page promises them. Keeps nothing between two calls, so that
// several cursors may be followed by turns. One thread.
class PipedriveLists {
 public:
  // Both arguments outlive it.
  PipedriveLists(const PipedriveOptions& options, PipedriveApi& api, const telephony::NumberParser& parser)
      : options_(options), api_(api), parser_(parser) {}

  std::expected<SourcePage, FetchError> next_page(const std::string& cursor_text, TimePoint now);

 private:
  // Organizations and persons: API v2 with its own cursors.
  std::expected<SourcePage, FetchError> cursor_page(PipedriveCursor cursor, TimePoint now);
  std::expected<SourcePage, FetchError> cursor_refused(PipedriveCursor cursor, FetchError error) const;
  // Leads: API v1 with offsets.
  std::expected<SourcePage, FetchError> offset_page(PipedriveCursor cursor, TimePoint now);
  void finish_stage(PipedriveCursor& cursor, SourcePage& page, TimePoint now) const;

  const PipedriveOptions& options_;
  PipedriveApi& api_;
  const telephony::NumberParser& parser_;
};

// "&custom_fields=...": what to ask of a person where that can be said, and nothing where it cannot.
std::string custom_fields_query(const MappingOptions& mapping);

// Where the company's pages are, for deep links; empty if nobody tells.
std::string pipedrive_pages_url(PipedriveApi& api, const PipedriveOptions& options, TimePoint now);

// What a lead or a person becomes that can't be indexed as it is.
Rejected rejected_row(const PipedriveRow& row, const MappingOptions& mapping);

}  // namespace ringdex::sync
