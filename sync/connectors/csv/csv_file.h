#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sync/connector.h"
#include "sync/field_mapping.h"

namespace ringdex::sync {

// Which columns hold what, by header text (compared without case and outer space). Empty: recognised from the header
// (Google Contacts new and old, Outlook, Salesforce, HubSpot, Zendesk, plain `name,phone`).
struct CsvColumns {
  std::string id;  // empty: a hash of name and first phone, so that the same person keeps the same id
  std::string name;
  std::string organization;
  std::string title;
  std::vector<std::string> phones;
  std::vector<std::string> emails;
  std::string url;
  std::string groups;
  bool operator==(const CsvColumns&) const = default;
};

struct CsvOptions {
  MappingOptions mapping;
  std::string path;
  CsvColumns columns;
  index::RecordKind kind = index::RecordKind::contact;
  std::size_t rows_per_page;
  std::size_t file_bytes_max;
};

// A CSV file as a source: each change of the file is a complete listing, read in pages from the byte where the last one
// ended. A file that is missing or unreadable is an error and deletes nothing.
std::unique_ptr<Connector> make_csv_connector(CsvOptions options, const telephony::NumberParser& parser);

}  // namespace ringdex::sync
