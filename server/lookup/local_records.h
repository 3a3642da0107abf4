#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "index/index.h"
#include "server/lookup/lookup_service.h"
#include "telephony/number/number_parser.h"

namespace ringdex::server {

// What people may say of a record that is kept here and in no CRM.
struct LocalPerson {
  std::string name;
  std::string organization;
  std::string title;
  std::vector<std::string> emails;
  std::vector<std::string> phones;  // as typed; read as a phone system's are
  std::map<std::string, std::string> custom;
  bool operator==(const LocalPerson&) const = default;
};

struct LocalError {
  enum class Kind { bad_phone, number_known, record_unknown, record_gone, busy, store };
  Kind kind = Kind::store;
  std::string message;
  std::optional<index::RecordId> record;  // who has the number, or whom the record gave way to
};

// The records of the source `local`: callers whom no CRM knows. No number has two of them, and none
// stands beside a CRM's record: the index refuses it in the same write. Any thread may call.
class LocalRecords {
 public:
  LocalRecords(const telephony::NumberParser& parser, const LookupService& lookups, index::Index& index);

  std::expected<index::RecordId, LocalError> create(const std::string& account, const LocalPerson& person,
                                                    index::TimePoint now);
  // Of a record that is there; each gives it as it was.
  std::expected<index::Record, LocalError> replace(const std::string& account, const index::RecordId& id,
                                                   const LocalPerson& person, index::TimePoint now);
  std::expected<index::Record, LocalError> remove(const std::string& account, const index::RecordId& id,
                                                  index::TimePoint now);

  // If it is a local record, what is known of it outlives a loss of power.
  std::expected<void, index::IndexError> sync(const index::RecordId& id);

  // For an unknown caller, who has his number as a name. With `timeout` an error `busy` after that time.
  std::expected<index::RecordId, LocalError> create_unknown(const std::string& account, telephony::PhoneNumber number,
                                                            std::optional<std::chrono::milliseconds> timeout,
                                                            index::TimePoint now);

 private:
  std::expected<index::Record, LocalError> record_of(const std::string& account, const LocalPerson& person) const;
  std::expected<index::RecordId, LocalError> write(const std::string& account, index::Record record,
                                                   std::optional<std::chrono::milliseconds> timeout,
                                                   index::TimePoint now);
  // A local record that is there.
  std::expected<index::Record, LocalError> find(const std::string& account, const index::RecordId& id) const;

  const telephony::NumberParser& parser_;
  const LookupService& lookups_;
  index::Index& index_;
};

}  // namespace ringdex::server
