#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/record.h"
#include "sync/connector.h"
#include "telephony/number/number_parser.h"
#include "tests/support/fakes/fake_server.h"

namespace ringdex::test_support {

// A person in the words that all CRMs share. Phones in E.164 form, in the order in which the CRM gives them.
struct FakePerson {
  std::string name;
  std::string organization;
  std::vector<std::string> phones;
  std::vector<std::string> emails;
  auto operator<=>(const FakePerson&) const = default;
};

// A clock that the test owns; read by the fakes' threads.
struct KitClock {
  std::atomic<std::int64_t> milliseconds{1'767'504'800'000};  // 2026-01-04
  TimePoint now() const { return TimePoint{std::chrono::milliseconds(milliseconds.load())}; }
  void pass(std::chrono::milliseconds time) { milliseconds += time.count(); }
};

struct CrmKitOptions {
  std::string source = "crm";
  KitClock& clock;
  const telephony::NumberParser& parser;
  std::size_t page_rows = 5;  // what the connector asks for, where the CRM lets it choose
};

// One CRM as the connector suite and the random histories drive it: its fake over real HTTP, its real connector, and
// edits in plain words. One thread, apart from the fake's own.
class CrmKit {
 public:
  virtual ~CrmKit() = default;

  virtual std::string type() const = 0;  // "zendesk"
  virtual FakeServer& server() = 0;
  // A connector as a restarted process would make it; those made before stay usable.
  virtual std::unique_ptr<sync::Connector> make_connector() = 0;
  virtual bool has_leads() const { return false; }

  // Edits as a user of the CRM makes them; each moves the record's update time to the clock, and is noted as the events
  // that the CRM would send. False or an empty id: this CRM cannot do that (undelete, a merge of a lead).
  virtual index::RecordId add(index::RecordKind kind, const FakePerson& person) = 0;
  virtual bool change(const index::RecordId& id, const FakePerson& person) = 0;
  virtual bool remove(const index::RecordId& id) = 0;
  virtual bool restore(const index::RecordId& id) = 0;
  virtual bool merge(const index::RecordId& loser, const index::RecordId& winner) = 0;  // the winner gains phones
  virtual bool convert(const index::RecordId& /*lead*/) { return false; }               // the lead becomes a contact
  virtual bool rename_organization(const std::string& from, const std::string& to) = 0;

  // What a complete mirror holds now.
  virtual std::map<index::RecordId, FakePerson> people() const = 0;

  // Events since the last call, each as a request signed now.
  virtual std::vector<sync::WebhookRequest> take_webhooks() = 0;

  virtual void expire_access_token() = 0;
  virtual void expire_cursors() = 0;  // those given before are refused, where the CRM has such
  // A limit as the CRM announces and enforces it; 0: none.
  virtual void limit_requests_per_minute(std::uint64_t limit) = 0;
  // A page of this CRM then holds so many times the rows that were asked for; 1: as asked.
  virtual void overfill_pages(std::size_t factor) = 0;
  // The next listing page is empty and still not the last one, where the CRM can do that.
  virtual bool empty_next_page() { return false; }
  // The next pages lead to themselves.
  virtual bool stand_still(bool /*on*/) { return false; }
};

struct CrmType {
  const char* name;
  std::unique_ptr<CrmKit> (*make)(CrmKitOptions options);
};

// One for each <name>_kit.cpp here, which defines make_<name>_kit(); the build writes the list.
std::span<const CrmType> crm_types();
std::unique_ptr<CrmKit> make_crm_kit(std::string_view name, CrmKitOptions options);

}  // namespace ringdex::test_support
