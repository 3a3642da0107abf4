#include "tests/support/fakes/fake_zendesk.h"

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

// A name has blanks and a phone may have; the phone begins at the first word with a digit, a plus or a bracket.
FakeUser new_user(const FakeArguments& given) {
  FakeUser user;
  user.name = given.text("name");
  user.phone = given.text("phone");
  const std::string line = given.text("name and phone");
  if (line.empty()) return user;
  auto cut = line.find_first_of("+(0123456789");
  user.phone = cut == std::string::npos ? "" : line.substr(cut);
  while (cut != std::string::npos && cut > 0 && line[cut - 1] == ' ') --cut;
  user.name = line.substr(0, cut);
  return user;
}

}  // namespace

struct FakeZendesk::State {
  explicit State(FakeZendeskOptions options) : api(std::move(options)) {}

  FakeZendeskApi api;  // under the server's mutex
  std::uint64_t events_sent = 0;
  std::unique_ptr<FakeServer> server;
  std::unique_ptr<FakeWebhooks> webhooks;

  void emit(const std::string& type, const FakeUser& user, const json& event);
  bool change(std::uint64_t id, const std::function<void(FakeUser&)>& change);
  bool merge(std::uint64_t loser, std::uint64_t winner);
  bool remove(std::uint64_t id);
};

void FakeZendesk::State::emit(const std::string& type, const FakeUser& user, const json& event) {
  if (!webhooks && !api.options.webhook_sink) return;
  const std::string id = std::to_string(user.id);
  ++events_sent;
  const json body{{"type", (api.options.slash_types ? "zen:event-type/" : "zen:event-type:") + type},
                  {"account_id", 12514403},
                  {"id", fmt::format("event-{:08}", events_sent)},
                  {"time", text::format_iso_seconds(api.now())},
                  {"zendesk_event_version", "2022-06-20"},
                  {"subject", (type.starts_with("organization.") ? "zen:organization:" : "zen:user:") + id},
                  {"detail",
                   {{"id", id},
                    {"email", user.email},
                    {"external_id", user.external_id},
                    {"role", user.role},
                    {"organization_id", std::to_string(user.organization_id)},
                    {"default_group_id", "0"},
                    {"created_at", text::format_iso_seconds(user.created_at)},
                    {"updated_at", text::format_iso_seconds(user.updated_at)}}},
                  {"event", event}};
  if (webhooks) webhooks->send(body.dump());
  if (api.options.webhook_sink) api.options.webhook_sink(body.dump());
}

bool FakeZendesk::State::change(std::uint64_t id, const std::function<void(FakeUser&)>& change) {
  const auto* found = api.store.user(id);
  if (found == nullptr || !found->active) return false;
  const FakeUser before = *found;
  FakeUser after = before;
  change(after);
  after.id = id;
  after.updated_at = api.now();
  api.store.put_user(after);
  after = *api.store.user(id);
  const auto text_event = [&](const char* type, const std::string& previous, const std::string& current) {
    if (previous != current) emit(type, after, {{"current", current}, {"previous", previous}});
  };
  text_event("user.name_changed", before.name, after.name);
  text_event("user.role_changed", before.role, after.role);
  text_event("user.external_id_changed", before.external_id, after.external_id);
  if (before.suspended != after.suspended) {
    emit("user.suspended_changed", after, {{"current", after.suspended}, {"previous", before.suspended}});
  }
  if (before.organization_id != after.organization_id) {
    emit("user.organization_membership_created", after,
         {{"organization", {{"id", std::to_string(after.organization_id)}}}});
  }
  if (before.email != after.email) {
    emit("user.identity_changed", after,
         {{"current", {{"id", "1"}, {"type", "email"}, {"value", after.email}, {"primary", true}}},
          {"previous", {{"id", "1"}, {"type", "email"}, {"value", before.email}, {"primary", true}}}});
  }
  if (before.tags != after.tags) {
    emit("user.tags_changed", after, {{"added", {{"tags", after.tags}}}, {"removed", {{"tags", before.tags}}}});
  }
  return true;
}

bool FakeZendesk::State::merge(std::uint64_t loser_id, std::uint64_t winner_id) {
  const auto* loser_found = api.store.user(loser_id);
  const auto* winner_found = api.store.user(winner_id);
  if (loser_id == winner_id || loser_found == nullptr || winner_found == nullptr) return false;
  FakeUser loser = *loser_found;
  FakeUser winner = *winner_found;
  if (!loser.active || !winner.active || loser.role != "end-user" || winner.role != "end-user") return false;
  if (!loser.email.empty()) winner.identities.push_back({0, "email", loser.email});
  if (!loser.phone.empty()) winner.identities.push_back({0, "phone_number", loser.phone});
  winner.identities.insert(winner.identities.end(), loser.identities.begin(), loser.identities.end());
  loser.identities.clear();
  loser.active = false;
  loser.updated_at = winner.updated_at = api.now();
  api.store.put_user(loser);
  api.store.put_user(winner);
  const bool winner_first = api.options.winner_is_subject;
  const FakeUser& subject = *api.store.user(winner_first ? winner_id : loser_id);
  emit("user.merged", subject, {{"user", {{"id", std::to_string(winner_first ? loser_id : winner_id)}}}});
  return true;
}

bool FakeZendesk::State::remove(std::uint64_t id) {
  const auto* found = api.store.user(id);
  if (found == nullptr || !found->active) return false;
  FakeUser user = *found;
  user.active = false;
  user.updated_at = api.now();
  api.store.put_user(user);
  emit("user.active_changed", *api.store.user(id), {{"current", false}, {"previous", true}});
  emit("user.deleted", *api.store.user(id), json::object());
  return true;
}

FakeZendesk::FakeZendesk(FakeZendeskOptions options) : state_(std::make_unique<State>(std::move(options))) {
  auto& state = *state_;
  const auto& settings = state.api.options;
  state.api.merge = [&state](std::uint64_t loser, std::uint64_t winner) { return state.merge(loser, winner); };
  state.api.remove = [&state](std::uint64_t id) { return state.remove(id); };
  if (!settings.webhook_url.empty()) {
    state.webhooks = std::make_unique<FakeWebhooks>(settings.webhook_url,
                                                    [this](const std::string& body) { return webhook_headers(body); });
  }
  state.server = std::make_unique<FakeServer>(
      FakeServerOptions{settings.port, settings.certificate_file, settings.key_file},
      [&state] { return state.api.now(); }, [&state](const FakeRequest& request) { return state.api.answer(request); },
      commands());
  state.server->set_latency(settings.latency);
}

FakeZendesk::~FakeZendesk() = default;

FakeServer& FakeZendesk::server() {
  return *state_->server;
}

std::string FakeZendesk::base_url() const {
  return state_->server->base_url();
}

FakeWebhooks::Headers FakeZendesk::webhook_headers(const std::string& body) const {
  const std::string timestamp = text::format_iso_seconds(state_->api.now());
  return {{"X-Zendesk-Webhook-Signature", fake_signature(state_->api.options.webhook_secret, timestamp + body)},
          {"X-Zendesk-Webhook-Signature-Timestamp", timestamp},
          {"X-Zendesk-Webhook-Id", "01ARZ3NDEKTSV4RRFFQ69G5FAV"}};
}

void FakeZendesk::configure(const std::function<void(FakeZendeskOptions&)>& change) {
  std::chrono::milliseconds latency{};
  {
    const std::scoped_lock lock(state_->server->mutex());
    change(state_->api.options);
    latency = state_->api.options.latency;
  }
  state_->server->set_latency(latency);
}

std::uint64_t FakeZendesk::add_user(FakeUser user) {
  const std::scoped_lock lock(state_->server->mutex());
  if (user.updated_at == TimePoint{}) user.updated_at = state_->api.now();
  if (user.created_at == TimePoint{}) user.created_at = user.updated_at;
  const auto id = state_->api.store.put_user(std::move(user));
  state_->emit("user.created", *state_->api.store.user(id), json::object());
  return id;
}

std::uint64_t FakeZendesk::add_organization(const std::string& name) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.store.put_organization({0, name, false, state_->api.now()});
}

bool FakeZendesk::change_user(std::uint64_t id, const std::function<void(FakeUser&)>& change) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->change(id, change);
}

std::uint64_t FakeZendesk::add_identity(std::uint64_t user_id, const std::string& type, const std::string& value) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.user(user_id);
  if (found == nullptr || !found->active) return 0;
  FakeUser user = *found;
  user.identities.push_back({0, type, value});
  if (state_->api.options.identity_bumps_user) user.updated_at = state_->api.now();
  state_->api.store.put_user(user);
  const FakeUser& after = *state_->api.store.user(user_id);
  const auto id = after.identities.back().id;
  state_->emit("user.identity_created", after,
               {{"identity", {{"id", std::to_string(id)}, {"type", type}, {"value", value}, {"primary", false}}}});
  return id;
}

bool FakeZendesk::remove_identity(std::uint64_t user_id, std::uint64_t identity_id) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.user(user_id);
  if (found == nullptr || !found->active) return false;
  FakeUser user = *found;
  const auto removed =
      std::erase_if(user.identities, [&](const FakeIdentity& identity) { return identity.id == identity_id; });
  if (removed == 0) return false;
  if (state_->api.options.identity_bumps_user) user.updated_at = state_->api.now();
  state_->api.store.put_user(user);
  state_->emit("user.identity_deleted", *state_->api.store.user(user_id),
               {{"identity", {{"id", std::to_string(identity_id)}}}});
  return true;
}

bool FakeZendesk::merge(std::uint64_t loser, std::uint64_t winner) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->merge(loser, winner);
}

bool FakeZendesk::delete_user(std::uint64_t id) {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->remove(id);
}

bool FakeZendesk::erase_user(std::uint64_t id) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* user = state_->api.store.user(id);
  if (user == nullptr || user->active || state_->api.store.erased(id)) return false;
  state_->api.store.erase_for_good(id, state_->api.now());
  return true;
}

bool FakeZendesk::rename_organization(std::uint64_t id, const std::string& name) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.organization(id);
  if (found == nullptr || found->deleted) return false;
  const std::string previous = found->name;
  state_->api.store.put_organization({id, name, false, state_->api.now()});
  FakeUser subject;
  subject.id = id;
  state_->emit("organization.name_changed", subject, {{"current", name}, {"previous", previous}});
  return true;
}

bool FakeZendesk::delete_organization(std::uint64_t id) {
  const std::scoped_lock lock(state_->server->mutex());
  const auto* found = state_->api.store.organization(id);
  if (found == nullptr || found->deleted) return false;
  state_->api.store.put_organization({id, found->name, true, state_->api.now()});
  FakeUser subject;
  subject.id = id;
  state_->emit("organization.deleted", subject, json::object());
  return true;
}

std::vector<std::uint64_t> FakeZendesk::generate(std::size_t count, std::uint64_t seed) {
  FakePeople people(seed);
  const std::scoped_lock lock(state_->server->mutex());
  auto& store = state_->api.store;
  // Imports and mass changes put hundreds of people into one second, so the clock of these stands still now and then.
  auto second = std::chrono::floor<std::chrono::seconds>(state_->api.now()) - std::chrono::hours(24 * 400);
  std::vector<std::uint64_t> organizations;
  for (std::size_t i = 0; i < count / 20; ++i) {
    if (i % 50 == 0) second += std::chrono::seconds(1);
    organizations.push_back(store.put_organization(people.organization(second)));
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
    ids.push_back(store.put_user(people.user(organizations, second)));
  }
  return ids;
}

std::vector<FakeUser> FakeZendesk::users() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.store.users();
}

std::vector<FakeOrganization> FakeZendesk::organizations() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.store.organizations();
}

void FakeZendesk::add_fault(FakeFault fault) {
  state_->server->add_fault(std::move(fault));
}

void FakeZendesk::release_stalls() {
  state_->server->release_stalls();
}

void FakeZendesk::expire_access_token() {
  const std::scoped_lock lock(state_->server->mutex());
  state_->api.access_token.clear();
}

void FakeZendesk::expire_cursors() {
  const std::scoped_lock lock(state_->server->mutex());
  ++state_->api.cursor_age;
}

std::string FakeZendesk::refresh_token() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.refresh_token;
}

std::map<std::string, std::uint64_t> FakeZendesk::counts() const {
  const std::scoped_lock lock(state_->server->mutex());
  return state_->api.counts;
}

void FakeZendesk::send_event(const std::string& type, std::uint64_t subject, const std::string& event) {
  const std::scoped_lock lock(state_->server->mutex());
  FakeUser user;
  user.id = subject;
  if (const auto* found = state_->api.store.user(subject)) user = *found;
  state_->emit(type, user, json::parse(event, nullptr, false));
}

FakeWebhooks* FakeZendesk::webhooks() {
  return state_->webhooks.get();
}

FakeCommands FakeZendesk::commands() {
  using Given = const FakeArguments&;
  return {
      {"merge",
       {"loser", "winner"},
       [this](Given given) {
         return done(merge(given.number("loser"), given.number("winner")),
                     "merged " + given.text("loser") + " into " + given.text("winner"));
       }},
      {"delete",
       {"id"},
       [this](Given given) { return done(delete_user(given.number("id")), "deleted " + given.text("id")); }},
      {"rename",
       {"id", "name"},
       [this](Given given) {
         return done(change_user(given.number("id"), [&](FakeUser& user) { user.name = given.text("name"); }),
                     "renamed " + given.text("id") + " to " + given.text("name"));
       }},
      {"phone",
       {"id", "phone"},
       [this](Given given) {
         return done(change_user(given.number("id"), [&](FakeUser& user) { user.phone = given.text("phone"); }),
                     "gave " + given.text("id") + " the phone " + given.text("phone"));
       }},
      {"role",
       {"id", "role"},
       [this](Given given) {
         return done(change_user(given.number("id"), [&](FakeUser& user) { user.role = given.text("role"); }),
                     "made " + given.text("id") + " " + given.text("role"));
       }},
      {"identity",
       {"id", "type", "value"},
       [this](Given given) {
         const auto identity = add_identity(given.number("id"), given.text("type"), given.text("value"));
         return done(identity != 0, "gave " + given.text("id") + " the identity " + std::to_string(identity));
       }},
      {"rename_organization",
       {"id", "name"},
       [this](Given given) {
         return done(rename_organization(given.number("id"), given.text("name")),
                     "renamed organization " + given.text("id") + " to " + given.text("name"));
       }},
      {"add", {"name and phone"}, [this](Given given) { return "added " + std::to_string(add_user(new_user(given))); }},
      {"user",
       {"id"},
       [this](Given given) -> std::string {
         for (const auto& user : users()) {
           if (user.id == given.number("id")) return user.name + " " + user.phone + (user.active ? "" : " (deleted)");
         }
         return "no such user";
       }},
      {"stats", {}, [this](Given) { return json(counts()).dump(); }},
  };
}

}  // namespace ringdex::test_support
