#include "tests/support/fakes/fake_salesforce.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "telephony/text/times.h"
#include "tests/support/fakes/fake_commands.h"
#include "tests/support/fakes/fake_people.h"

namespace ringdex::test_support {
namespace {

using nlohmann::json;

}  // namespace

struct FakeSalesforce::State {
  explicit State(FakeSalesforceOptions options) : api(std::move(options)) {}

  FakeSalesforceApi api;  // under the server's mutex
  std::uint64_t events_sent = 0;
  std::unique_ptr<FakeServer> server;
  std::unique_ptr<FakeWebhooks> webhooks;

  const FakeSalesforceRow* live(const std::string& id) {
    const auto* row = api.store.newest(id);
    return row == nullptr || row->deleted ? nullptr : row;
  }
  void write(FakeSalesforceRow row) {
    row.stamp = api.now();
    if (api.options.commit_takes.count() > 0) {
      api.store.put_late(std::move(row), api.now() + api.options.commit_takes);
    } else {
      api.store.of(row.id).put(std::move(row));
    }
  }
  void emit(const std::string& type, const std::string& id, const std::string& into = "") {
    if ((!webhooks && !api.options.webhook_sink) || id.starts_with("001")) return;
    json event{{"id", fmt::format("event-{:08}", ++events_sent)},
               {"type", type},
               {"kind", id.starts_with("00Q") ? "lead" : "contact"},
               {"external_id", id},
               {"time", text::format_iso_seconds(api.now())}};
    if (!into.empty()) event["into"] = into;
    const std::string body = json{{"events", json::array({event})}}.dump();
    if (webhooks) webhooks->send(body);
    if (api.options.webhook_sink) api.options.webhook_sink(body);
  }
  std::string add(const std::string& name, const Fields& fields) {
    auto* object = api.store.object(name);
    if (object == nullptr) return {};
    FakeSalesforceRow row;
    row.id = object->next_id();
    row.created = api.now();
    for (const auto& [field, value] : fields) object->set(row, field, value);
    std::string id = row.id;
    write(std::move(row));
    emit("changed", id);
    return id;
  }
  std::string account(const std::string& name) {
    auto& accounts = api.store.accounts;
    for (const auto& [id, row] : accounts.rows()) {
      if (!row.deleted && accounts.text(row, "Name") == name) return id;
    }
    FakeSalesforceRow row;
    row.id = accounts.next_id();
    row.created = row.stamp = api.now();
    accounts.set(row, "Name", name);
    std::string id = row.id;
    accounts.put(std::move(row));
    return id;
  }
  bool change(const std::string& id, const Fields& fields) {
    const auto* found = live(id);
    if (found == nullptr) return false;
    FakeSalesforceRow row = *found;
    for (const auto& [field, value] : fields) api.store.of(id).set(row, field, value);
    write(std::move(row));
    emit("changed", id);
    return true;
  }
  bool remove(const std::string& id, const std::string& master) {
    const auto* found = live(id);
    if (found == nullptr) return false;
    FakeSalesforceRow row = *found;
    row.deleted = true;
    row.master_id = master;
    write(std::move(row));
    api.store.of(id).deletions.push_back({id, api.now()});
    emit(master.empty() ? "deleted" : "merged", id, master);
    return true;
  }
};

FakeSalesforce::FakeSalesforce(FakeSalesforceOptions options) : state_(std::make_unique<State>(std::move(options))) {
  auto& state = *state_;
  const auto& settings = state.api.options;
  if (!settings.webhook_url.empty()) {
    state.webhooks = std::make_unique<FakeWebhooks>(settings.webhook_url,
                                                    [this](const std::string& body) { return webhook_headers(body); });
  }
  state.server = std::make_unique<FakeServer>(
      FakeServerOptions{settings.port, settings.certificate_file, settings.key_file},
      [&state] { return state.api.now(); }, [&state](const FakeRequest& request) { return state.api.answer(request); },
      commands());
  state.api.base_url = [&state] { return state.server->base_url(); };
  state.server->set_latency(settings.latency);
}

FakeSalesforce::~FakeSalesforce() = default;

FakeServer& FakeSalesforce::server() {
  return *state_->server;
}

std::string FakeSalesforce::base_url() const {
  return state_->server->base_url();
}

void FakeSalesforce::configure(const std::function<void(FakeSalesforceOptions&)>& change) {
  std::chrono::milliseconds latency{};
  {
    const std::scoped_lock lock(state_->server->mutex());
    change(state_->api.options);
    latency = state_->api.options.latency;
  }
  state_->server->set_latency(latency);
}

std::string FakeSalesforce::add(const std::string& object, const Fields& fields) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->add(object, fields);
}

std::string FakeSalesforce::account(const std::string& name) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->account(name);
}

bool FakeSalesforce::change(const std::string& id, const Fields& fields) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->change(id, fields);
}

bool FakeSalesforce::remove(const std::string& id) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->remove(id, "");
}

bool FakeSalesforce::restore(const std::string& id) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.newest(id);
  if (found == nullptr || !found->deleted || !found->master_id.empty()) return false;
  FakeSalesforceRow row = *found;
  row.deleted = false;
  state_->write(std::move(row));
  state_->emit("changed", id);
  return true;
}

bool FakeSalesforce::purge(const std::string& id) {
  const std::scoped_lock lock(state_->server->mutex());
  auto& object = state_->api.store.of(id);
  const auto* found = object.row(id);
  if (found == nullptr) return false;
  if (!found->deleted) object.deletions.push_back({id, state_->api.now()});
  object.purge(id);
  return true;
}

bool FakeSalesforce::merge(const std::string& loser, const std::string& winner) {
  const std::scoped_lock lock(state_->server->mutex());
  auto& object = state_->api.store.of(loser);
  const auto* from = state_->live(loser);
  const auto* into = state_->live(winner);
  if (loser == winner || &object != &state_->api.store.of(winner) || from == nullptr || into == nullptr) return false;
  Fields gained;
  for (const auto& field : object.fields()) {
    const std::string value = object.text(*from, field.name);
    if (field.type == "phone" && object.text(*into, field.name).empty() && !value.empty()) gained[field.name] = value;
  }
  // What belonged to the loser is moved without being changed otherwise.
  if (&object == &state_->api.store.accounts) {
    auto& contacts = state_->api.store.contacts;
    const auto rows = contacts.rows();
    for (const auto& [id, row] : rows) {
      if (contacts.text(row, "AccountId") != loser) continue;
      FakeSalesforceRow moved = row;
      contacts.set(moved, "AccountId", winner);
      contacts.put(std::move(moved));
    }
  }
  return state_->remove(loser, winner) && state_->change(winner, gained);
}

std::string FakeSalesforce::convert(const std::string& lead) {
  const std::scoped_lock lock(state_->server->mutex());
  auto& store = state_->api.store;
  const auto* found = state_->live(lead);
  if (!lead.starts_with("00Q") || found == nullptr || store.leads.text(*found, "IsConverted") == "true") return {};
  Fields fields;
  for (const auto& field : store.leads.fields()) {
    const std::string value = store.leads.text(*found, field.name);
    if (!value.empty() && store.contacts.visible_field(field.name) != nullptr) fields[field.name] = value;
  }
  const std::string company = store.leads.text(*found, "Company");
  if (!company.empty()) fields["AccountId"] = state_->account(company);
  const std::string contact = state_->add("Contact", fields);
  state_->change(lead, {{"IsConverted", "true"}, {"ConvertedContactId", contact}});
  return contact;
}

void FakeSalesforce::add_field(const std::string& object, FakeSalesforceField field) {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.store.object(object)->add_field(std::move(field));
}

void FakeSalesforce::hide_field(const std::string& object, const std::string& field, bool hidden) {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.store.object(object)->hide_field(field, hidden);
}

void FakeSalesforce::trim_deletion_log(const std::string& object, TimePoint before) {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.trimmed_log[object] = before;
  std::erase_if(state_->api.store.object(object)->deletions, [&](const auto& one) { return one.at < before; });
}

std::vector<std::string> FakeSalesforce::generate(std::size_t count, std::uint64_t seed) {
  FakePeople people(seed);
  const std::scoped_lock lock(state_->server->mutex());
  auto& store = state_->api.store;
  // Imports and mass changes put hundreds of rows into one second, so the clock of these stands still now and then.
  auto second = std::chrono::floor<std::chrono::seconds>(state_->api.now()) - std::chrono::hours(24 * 400);
  std::vector<std::string> accounts;
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < count / 20; ++i) {
    FakeSalesforceRow row;
    row.id = store.accounts.next_id();
    row.created = row.stamp = second;
    store.accounts.set(row, "Name", people.organization(second).name);
    accounts.push_back(row.id);
    numbers.push_back(i + 1);
    store.accounts.put(std::move(row));
  }
  std::vector<std::string> ids;
  std::uint64_t same_second = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (same_second == 0) {
      second += std::chrono::seconds(1 + people.draw(100));
      same_second = people.draw(10) == 0 ? 200 + people.draw(2000) : 1 + people.draw(3);
    }
    --same_second;
    const FakeUser user = people.user(numbers, second);
    const bool is_lead = people.draw(3) == 0;
    auto& object = is_lead ? store.leads : store.contacts;
    FakeSalesforceRow row;
    row.id = object.next_id();
    row.created = user.created_at;
    row.stamp = second;
    const auto cut = user.name.rfind(' ');
    if (cut != std::string::npos) object.set(row, "FirstName", user.name.substr(0, cut));
    object.set(row, "LastName", cut == std::string::npos ? user.name : user.name.substr(cut + 1));
    object.set(row, "Email", user.email);
    object.set(row, "Phone", user.phone);
    for (const auto& identity : user.identities) {
      if (identity.type == "phone_number") object.set(row, "MobilePhone", identity.value);
    }
    if (user.organization_id != 0) {
      const std::string& account = accounts[user.organization_id - 1];
      object.set(row, is_lead ? "Company" : "AccountId",
                 is_lead ? store.accounts.text(*store.accounts.row(account), "Name") : account);
    }
    if (user.suspended) object.set(row, "DoNotCall", "true");
    ids.push_back(row.id);
    object.put(std::move(row));
  }
  return ids;
}

std::vector<FakeSalesforce::Row> FakeSalesforce::rows(const std::string& object_name) const {
  const std::scoped_lock lock(state_->server->mutex());
  auto& store = state_->api.store;
  const auto& object = *store.object(object_name);
  std::vector<Row> result;
  for (const auto& [id, seen] : object.rows()) {
    const auto& row = *store.newest(id);
    Row one{id, row.deleted, row.master_id, row.stamp, {}};
    for (const auto& field : object.fields()) {
      const std::string value = object.text(row, field.name);
      if (!value.empty()) one.fields[field.name] = value;
    }
    result.push_back(std::move(one));
  }
  return result;
}

void FakeSalesforce::add_fault(FakeFault fault) {
  state_->server->add_fault(std::move(fault));
}

void FakeSalesforce::expire_access_tokens() {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.expire_access_tokens();
}

void FakeSalesforce::expire_locators() {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.expire_locators();
}

void FakeSalesforce::empty_next_batch() {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.empty_next_batch = true;
}

std::string FakeSalesforce::refresh_token() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.refresh_token();
}

std::map<std::string, std::uint64_t> FakeSalesforce::counts() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.counts;
}

FakeWebhooks* FakeSalesforce::webhooks() {
  return state_->webhooks.get();
}

FakeWebhooks::Headers FakeSalesforce::webhook_headers(const std::string& body) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(state_->api.now()).time_since_epoch().count();
  const std::string timestamp = std::to_string(seconds);
  return {{"X-Ringdex-Signature", fake_signature(state_->api.options.webhook_secret, timestamp + "." + body)},
          {"X-Ringdex-Timestamp", timestamp}};
}

FakeCommands FakeSalesforce::commands() {
  using Given = const FakeArguments&;
  return {
      {"merge",
       {"loser", "winner"},
       [this](Given given) {
         return done(merge(given.text("loser"), given.text("winner")),
                     "merged " + given.text("loser") + " into " + given.text("winner"));
       }},
      {"delete", {"id"}, [this](Given given) { return done(remove(given.text("id")), "deleted " + given.text("id")); }},
      {"restore",
       {"id"},
       [this](Given given) { return done(restore(given.text("id")), "restored " + given.text("id")); }},
      {"purge", {"id"}, [this](Given given) { return done(purge(given.text("id")), "purged " + given.text("id")); }},
      {"convert",
       {"id"},
       [this](Given given) {
         const std::string contact = convert(given.text("id"));
         return done(!contact.empty(), "converted " + given.text("id") + " to " + contact);
       }},
      {"set",
       {"id", "field", "value"},
       [this](Given given) {
         return done(change(given.text("id"), {{given.text("field"), given.text("value")}}),
                     "gave " + given.text("id") + " the " + given.text("field") + " " + given.text("value"));
       }},
      {"add",
       {"object", "phone", "name"},
       [this](Given given) {
         return "added " +
                add(given.text("object"), {{"LastName", given.text("name")}, {"Phone", given.text("phone")}});
       }},
      {"expire_tokens",
       {},
       [this](Given) -> std::string {
         expire_access_tokens();
         return "all access tokens have ended";
       }},
      {"stats", {}, [this](Given) { return json(counts()).dump(); }},
  };
}

}  // namespace ringdex::test_support
