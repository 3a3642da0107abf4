#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/doors/door_lookups.h"
#include "server/ldap/ldap_person.h"
#include "server/lookup/directory.h"
#include "telephony/ldap/ldap_message.h"

namespace ringdex::server {

struct LdapSearchOptions {
  std::string base_dn;
  std::size_t entries_max;             // of one search or page
  std::chrono::milliseconds deadline;  // for a search that waits for a CRM
  telephony::Plan plan;                // how digits without a plus are read
  bool start_tls;                      // whether the root DSE offers it
};

// One search request with who asks.
struct LdapAsked {
  std::int32_t message_id;
  const telephony::LdapSearch& search;
  const std::vector<telephony::LdapControl>& controls;
  std::string_view account;              // empty: nobody who may see people
  const std::atomic<bool>* is_unwanted;  // set by any thread once nobody waits for the answer; may be nothing
};

// Answers searches. A number in the filter is read by the number parser and answered as every door answers it, by the
// default pick alone, with the number as it was asked; names are searched in the directory. Knows no socket; any thread
// may call.
class LdapSearcher {
 public:
  LdapSearcher(LdapSearchOptions options, const DoorLookups& lookups, const Directory& directory)
      : options_(std::move(options)), lookups_(lookups), directory_(directory) {}

  // What is left of a search: with `lookup` for a thread that may wait for a CRM, else for one that may read the disk
  // for some milliseconds.
  struct Rest {
    std::unique_ptr<WaitingSearch> lookup = nullptr;
  };
  // The beginning, on any thread; nullopt if that was all, and its entries and result are appended.
  std::optional<Rest> begin(const LdapAsked& asked, std::string& out) const;
  // The rest, of the same search.
  void finish(const LdapAsked& asked, const Rest& rest, std::string& out) const;

 private:
  struct Pages;
  struct Found;

  // `rest` is nullptr in the beginning.
  std::optional<Rest> search_tree(const LdapAsked& asked, const Rest* rest, std::string& out) const;
  void find_by_number(const LdapAsked& asked, const DoorLookups::Found& answer, const std::string& number,
                      Found& found) const;
  void find_by_name(const LdapAsked& asked, const telephony::LdapPlan& plan, const Pages& pages, Found& found) const;
  void append_found(const LdapAsked& asked, const Pages& pages, Found& found, std::string& out) const;
  void append_person(const LdapAsked& asked, std::string_view uid, std::string& out) const;

  const LdapSearchOptions options_;
  const DoorLookups lookups_;
  const Directory& directory_;
};

}  // namespace ringdex::server
