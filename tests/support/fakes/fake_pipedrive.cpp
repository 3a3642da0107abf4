#include "tests/support/fakes/fake_pipedrive.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "telephony/text/base64.h"
#include "telephony/text/times.h"
#include "tests/support/fakes/fake_commands.h"
#include "tests/support/fakes/fake_people.h"

namespace ringdex::test_support {
namespace {

using nlohmann::json;

std::uint64_t to_id(const std::string& text) {
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

template <typename Value>
void add_missing(std::vector<Value>& to, const std::vector<Value>& from) {
  for (const Value& value : from) {
    if (std::ranges::none_of(to, [&](const Value& known) { return known.value == value.value; })) to.push_back(value);
  }
  for (std::size_t i = 0; i < to.size(); ++i) to[i].primary = i == 0;
}

}  // namespace

struct FakePipedrive::State {
  explicit State(FakePipedriveOptions options) : api(std::move(options)) {}

  FakePipedriveApi api;  // under the server's mutex
  std::uint64_t events_sent = 0;
  std::unique_ptr<FakeServer> server;
  std::unique_ptr<FakeWebhooks> webhooks;

  void deliver(const std::string& body);
  void emit(const char* action, const char* entity, const std::string& id, const json& data,
            json more = json::object());
  void emit_person(const char* action, const FakePipedrivePerson& person, json more = json::object());
  void emit_lead(const char* action, const FakePipedriveLead& lead);
  json meta_id(std::uint64_t id) const {
    return api.options.meta_ids_are_numbers ? json(id) : json(std::to_string(id));
  }

  bool change_person(std::uint64_t id, const std::function<void(FakePipedrivePerson&)>& change);
  bool remove_person(std::uint64_t id);
  bool merge(std::uint64_t loser, std::uint64_t winner);
  bool change_lead(const std::string& id, const std::function<void(FakePipedriveLead&)>& change);
  bool remove_lead(const std::string& id);
  void hand_on_leads(std::uint64_t from, std::uint64_t to);
};

void FakePipedrive::State::deliver(const std::string& body) {
  if (webhooks) webhooks->send(body);
  if (api.options.webhook_sink) api.options.webhook_sink(body);
}

void FakePipedrive::State::emit(const char* action, const char* entity, const std::string& id, const json& data,
                                json more) {
  if (!webhooks && !api.options.webhook_sink) return;
  ++events_sent;
  const auto time = api.now();
  std::string stamp = text::format_iso_seconds(time);
  stamp.pop_back();
  json meta{{"action", action},
            {"entity", entity},
            {"entity_id", id},
            {"id", fmt::format("event-{:08}", events_sent)},
            {"version", "2.0"},
            {"company_id", "15043420"},
            {"user_id", "77"},
            {"correlation_id", fmt::format("correlation-{}", events_sent)},
            {"timestamp", fmt::format("{}.{:03}Z", stamp, time.time_since_epoch().count() % 1000)},
            {"type", "application"},
            {"is_bulk_edit", false},
            {"change_source", "app"},
            {"webhook_id", "1"},
            {"permitted_user_ids", {"77"}},
            {"attempt", 1},
            {"host", "fake.pipedrive.com"}};
  if (api.options.meta_ids_are_numbers && id.find('-') == std::string::npos) meta["entity_id"] = to_id(id);
  meta.update(more);
  const bool deleted = std::string_view(action) == "delete";
  deliver(
      json{{"meta", meta}, {"data", deleted ? json() : data}, {"previous", deleted ? data : json::object()}}.dump());
}

void FakePipedrive::State::emit_person(const char* action, const FakePipedrivePerson& person, json more) {
  // The data of a webhook is less than the person has, and is not to be trusted.
  emit(action, "person", std::to_string(person.id), {{"id", person.id}, {"name", "as of some time ago"}},
       std::move(more));
}

void FakePipedrive::State::emit_lead(const char* action, const FakePipedriveLead& lead) {
  emit(action, "lead", lead.id, {{"id", lead.id}, {"title", "as of some time ago"}});
}

bool FakePipedrive::State::change_person(std::uint64_t id, const std::function<void(FakePipedrivePerson&)>& change) {
  const auto* found = api.store.person(id);
  if (found == nullptr || found->deleted) return false;
  FakePipedrivePerson person = *found;
  change(person);
  person.id = id;
  person.update_time = api.now();
  person.no_update_time = false;
  api.store.put(person);
  emit_person("change", person);
  return true;
}

// The leads of `from` become those of `to`; 0: nobody's.
void FakePipedrive::State::hand_on_leads(std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> ids;
  for (const auto& [id, lead] : api.store.leads()) {
    if (lead.person_id == from) ids.push_back(id);
  }
  for (const auto& id : ids) {
    change_lead(id, [&](FakePipedriveLead& lead) { lead.person_id = to; });
  }
}

bool FakePipedrive::State::remove_person(std::uint64_t id) {
  const auto* found = api.store.person(id);
  if (found == nullptr || found->deleted) return false;
  FakePipedrivePerson person = *found;
  person.deleted = true;
  person.update_time = api.now();
  person.no_update_time = false;
  api.store.put(person);
  emit_person("delete", person);
  if (api.options.deletion_frees_leads) hand_on_leads(id, 0);
  return true;
}

bool FakePipedrive::State::merge(std::uint64_t loser_id, std::uint64_t winner_id) {
  const auto* loser_found = api.store.person(loser_id);
  const auto* winner_found = api.store.person(winner_id);
  if (loser_id == winner_id || loser_found == nullptr || winner_found == nullptr) return false;
  FakePipedrivePerson loser = *loser_found;
  FakePipedrivePerson winner = *winner_found;
  if (loser.deleted || winner.deleted) return false;
  add_missing(winner.phones, loser.phones);
  add_missing(winner.emails, loser.emails);
  if (winner.org_id == 0) winner.org_id = loser.org_id;
  loser.deleted = true;
  for (auto* person : {&loser, &winner}) {
    person->update_time = api.now();
    person->no_update_time = false;
    api.store.put(*person);
  }
  emit_person("delete", loser, {{"merged_to_id", meta_id(winner_id)}});
  emit_person("change", winner, {{"merged_from_id", meta_id(loser_id)}});
  hand_on_leads(loser_id, winner_id);
  return true;
}

bool FakePipedrive::State::change_lead(const std::string& id, const std::function<void(FakePipedriveLead&)>& change) {
  const auto* found = api.store.lead(id);
  if (found == nullptr) return false;
  FakePipedriveLead lead = *found;
  change(lead);
  lead.id = id;
  lead.update_time = api.now();
  api.store.put(lead);
  emit_lead("change", lead);
  return true;
}

bool FakePipedrive::State::remove_lead(const std::string& id) {
  const auto* found = api.store.lead(id);
  if (found == nullptr) return false;
  const FakePipedriveLead lead = *found;
  api.store.erase_lead(id);
  emit_lead("delete", lead);
  return true;
}

FakePipedrive::FakePipedrive(FakePipedriveOptions options) : state_(std::make_unique<State>(std::move(options))) {
  auto& state = *state_;
  const auto& settings = state.api.options;
  state.api.store.deleted_are_listed = settings.deleted_are_listed;
  state.api.merge = [&state](std::uint64_t loser, std::uint64_t winner) { return state.merge(loser, winner); };
  state.api.remove_person = [&state](std::uint64_t id) { return state.remove_person(id); };
  state.api.remove_lead = [&state](const std::string& id) { return state.remove_lead(id); };
  if (!settings.webhook_url.empty()) {
    state.webhooks =
        std::make_unique<FakeWebhooks>(settings.webhook_url, [this](const std::string&) { return webhook_headers(); });
  }
  state.server = std::make_unique<FakeServer>(
      FakeServerOptions{settings.port, settings.certificate_file, settings.key_file},
      [&state] { return state.api.now(); }, [&state](const FakeRequest& request) { return state.api.answer(request); },
      commands());
  state.server->set_latency(settings.latency);
  const std::scoped_lock lock(state.server->mutex());
  state.api.base_url = state.server->base_url();
}

FakePipedrive::~FakePipedrive() = default;

FakeServer& FakePipedrive::server() {
  return *state_->server;
}

std::string FakePipedrive::base_url() const {
  return state_->server->base_url();
}

FakeWebhooks::Headers FakePipedrive::webhook_headers() const {
  const auto& options = state_->api.options;
  return {{"Authorization", "Basic " + text::base64_encode(options.webhook_user + ":" + options.webhook_password)}};
}

void FakePipedrive::configure(const std::function<void(FakePipedriveOptions&)>& change) {
  std::chrono::milliseconds latency{};
  {
    const std::scoped_lock lock(state_->server->mutex());
    change(state_->api.options);
    state_->api.store.deleted_are_listed = state_->api.options.deleted_are_listed;
    latency = state_->api.options.latency;
  }
  state_->server->set_latency(latency);
}

std::uint64_t FakePipedrive::add_person(FakePipedrivePerson person) {
  const std::scoped_lock lock(state_->server->mutex());
  if (person.update_time == TimePoint{}) person.update_time = state_->api.now();
  if (person.add_time == TimePoint{}) person.add_time = person.update_time;
  person.id = state_->api.store.put(person);
  state_->emit_person("create", person);
  return person.id;
}

std::uint64_t FakePipedrive::add_organization(const std::string& name) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto now = state_->api.now();
  const auto id = state_->api.store.put(FakePipedriveOrganization{0, name, false, now, now});
  state_->emit("create", "organization", std::to_string(id), {{"id", id}});
  return id;
}

bool FakePipedrive::change_person(std::uint64_t id, const std::function<void(FakePipedrivePerson&)>& change) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->change_person(id, change);
}

bool FakePipedrive::delete_person(std::uint64_t id) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->remove_person(id);
}

bool FakePipedrive::restore_person(std::uint64_t id) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.person(id);
  if (found == nullptr || !found->deleted) return false;
  FakePipedrivePerson person = *found;
  person.deleted = false;
  person.update_time = state_->api.now();
  state_->api.store.put(person);
  state_->emit_person("change", person);
  return true;
}

bool FakePipedrive::merge_persons(std::uint64_t loser, std::uint64_t winner) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->merge(loser, winner);
}

bool FakePipedrive::rename_organization(std::uint64_t id, const std::string& name) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.organization(id);
  if (found == nullptr || found->deleted) return false;
  state_->api.store.put(FakePipedriveOrganization{id, name, false, found->add_time, state_->api.now()});
  state_->emit("change", "organization", std::to_string(id), {{"id", id}});
  return true;
}

bool FakePipedrive::delete_organization(std::uint64_t id) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.organization(id);
  if (found == nullptr || found->deleted) return false;
  FakePipedriveOrganization organization = *found;
  organization.deleted = true;
  organization.update_time = state_->api.now();
  state_->api.store.put(organization);
  state_->emit("delete", "organization", std::to_string(id), {{"id", id}});
  return true;
}

std::string FakePipedrive::add_lead(FakePipedriveLead lead) {
  const std::scoped_lock lock(state_->server->mutex());
  if (lead.update_time == TimePoint{}) lead.update_time = state_->api.now();
  if (lead.add_time == TimePoint{}) lead.add_time = lead.update_time;
  lead.id = state_->api.store.put(lead);
  state_->emit_lead("create", lead);
  return lead.id;
}

bool FakePipedrive::change_lead(const std::string& id, const std::function<void(FakePipedriveLead&)>& change) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->change_lead(id, change);
}

bool FakePipedrive::archive_lead(const std::string& id, bool archived) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.lead(id);
  if (found == nullptr || found->archived == archived) return false;
  return state_->change_lead(id, [&](FakePipedriveLead& lead) { lead.archived = archived; });
}

bool FakePipedrive::delete_lead(const std::string& id) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->remove_lead(id);
}

bool FakePipedrive::convert_lead(const std::string& id) {
  return delete_lead(id);
}

std::vector<std::uint64_t> FakePipedrive::generate(std::size_t count, std::uint64_t seed, bool with_leads) {
  FakePeople people(seed);
  const std::scoped_lock lock(state_->server->mutex());
  auto& store = state_->api.store;
  // Imports and mass changes put hundreds of people into one second, so the clock of these stands still now and then.
  auto second = std::chrono::floor<std::chrono::seconds>(state_->api.now()) - std::chrono::hours(24 * 400);
  std::vector<std::uint64_t> organizations;
  for (std::size_t i = 0; i < count / 20; ++i) {
    const auto made = people.organization(second);
    organizations.push_back(store.put(FakePipedriveOrganization{0, made.name, false, second, second}));
  }
  std::vector<std::uint64_t> ids;
  ids.reserve(count);
  std::uint64_t same_second = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (same_second == 0) {
      second += std::chrono::seconds(1 + people.draw(100));
      same_second = people.draw(10) == 0 ? 200 + people.draw(2000) : 1 + people.draw(3);
    }
    --same_second;
    const auto made = people.user(organizations, second);
    FakePipedrivePerson person;
    person.name = made.name;
    person.org_id = made.organization_id;
    person.update_time = second;
    person.add_time = made.created_at;
    person.no_update_time = people.draw(200) == 0;
    if (!made.phone.empty()) person.phones.push_back({made.phone, "work", false});
    if (!made.email.empty()) person.emails.push_back({made.email, "work", true});
    for (const auto& identity : made.identities) {
      if (identity.type == "phone_number") person.phones.push_back({identity.value, "mobile", true});
      if (identity.type == "email") person.emails.push_back({identity.value, "home", false});
    }
    if (person.phones.empty()) person.phones.push_back({"", "work", true});
    if (!made.tags.empty()) person.label_ids = {14};
    ids.push_back(store.put(std::move(person)));
    if (with_leads && people.draw(10) == 0) {
      store.put(FakePipedriveLead{"",
                                  "Lead of " + made.name,
                                  ids.back(),
                                  0,
                                  {},
                                  {},
                                  people.draw(5) == 0,
                                  second,
                                  second + std::chrono::milliseconds(people.draw(1000))});
    }
  }
  return ids;
}

std::map<std::uint64_t, FakePipedrivePerson> FakePipedrive::persons() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.store.persons();
}

std::map<std::uint64_t, FakePipedriveOrganization> FakePipedrive::organizations() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.store.organizations();
}

std::map<std::string, FakePipedriveLead> FakePipedrive::leads() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.store.leads();
}

void FakePipedrive::add_fault(FakeFault fault) {
  state_->server->add_fault(std::move(fault));
}

void FakePipedrive::expire_access_token() {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.access_token.clear();
}

void FakePipedrive::expire_cursors() {
  const std::scoped_lock lock(state_->server->mutex());
  ++state_->api.cursor_age;
}

std::string FakePipedrive::refresh_token() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.refresh_token;
}

std::map<std::string, std::uint64_t> FakePipedrive::counts() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.counts;
}

void FakePipedrive::send_body(const std::string& body) {
  const std::scoped_lock lock(state_->server->mutex());
  state_->deliver(body);
}

FakeWebhooks* FakePipedrive::webhooks() {
  return state_->webhooks.get();
}

FakeCommands FakePipedrive::commands() {
  FakeCommands commands;
  // What is done to one of the people, organizations or leads, and whether it could be.
  const auto add_change = [&](const std::string& name, std::vector<std::string> arguments,
                              std::function<bool(const FakeArguments&)> change) {
    commands.push_back({name, std::move(arguments), [name, change](const FakeArguments& given) {
                          std::string what = name;
                          for (const auto& [key, value] : given.values) what += " " + key + "=" + value;
                          return (change(given) ? "done: " : "not done: ") + what;
                        }});
  };
  using Given = const FakeArguments&;
  add_change("merge", {"loser", "winner"},
             [this](Given given) { return merge_persons(given.number("loser"), given.number("winner")); });
  add_change("delete", {"id"}, [this](Given given) { return delete_person(given.number("id")); });
  add_change("restore", {"id"}, [this](Given given) { return restore_person(given.number("id")); });
  add_change("rename", {"id", "name"}, [this](Given given) {
    return change_person(given.number("id"), [&](FakePipedrivePerson& person) { person.name = given.text("name"); });
  });
  add_change("phone", {"id", "phone"}, [this](Given given) {
    return change_person(given.number("id"),
                         [&](FakePipedrivePerson& person) { person.phones = {{given.text("phone"), "work", true}}; });
  });
  add_change("rename_organization", {"id", "name"},
             [this](Given given) { return rename_organization(given.number("id"), given.text("name")); });
  add_change("delete_organization", {"id"}, [this](Given given) { return delete_organization(given.number("id")); });
  commands.push_back({"add", {"phone", "name"}, [this](Given given) {
                        FakePipedrivePerson person;
                        person.name = given.text("name");
                        person.phones = {{given.text("phone"), "work", true}};
                        return "added " + std::to_string(add_person(std::move(person)));
                      }});
  commands.push_back({"lead", {"person", "title"}, [this](Given given) {
                        FakePipedriveLead lead;
                        lead.person_id = given.number("person");
                        lead.title = given.text("title");
                        return "added " + add_lead(std::move(lead));
                      }});
  add_change("archive", {"id"}, [this](Given given) { return archive_lead(given.text("id")); });
  add_change("unarchive", {"id"}, [this](Given given) { return archive_lead(given.text("id"), false); });
  add_change("delete_lead", {"id"}, [this](Given given) { return delete_lead(given.text("id")); });
  commands.push_back({"stats", {}, [this](Given) { return json(counts()).dump(); }});
  return commands;
}

}  // namespace ringdex::test_support
