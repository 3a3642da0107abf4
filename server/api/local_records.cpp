#include "server/api/local_records.h"

#include <fmt/core.h>

#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "server/json/record_json.h"
#include "telephony/number/number_variants.h"

namespace ringdex::server {
namespace {

using index::RecordId;

constexpr std::size_t kTextBytesMax = 255;
constexpr std::size_t kListMax = 10;
constexpr std::size_t kCustomMax = 50;
constexpr std::size_t kCustomBytesMax = 2'000;

struct LocalRecordsApi {
  LocalRecords& locals;
  CallUpdates& calls;
  const index::Index& index;
  Clock clock;
};

HttpResponse failure(const LocalError& error) {
  switch (error.kind) {
    case LocalError::Kind::bad_phone:
      return problem(400, "bad_phone", error.message);
    case LocalError::Kind::number_known:
      return problem(409, "number_known", error.message);
    case LocalError::Kind::record_unknown:
      return problem(404, "record_unknown", error.message);
    case LocalError::Kind::record_gone:
      // It is another record's now, or nobody's.
      return error.record ? problem(409, "record_gave_way", error.message)
                          : problem(410, "record_deleted", error.message);
    case LocalError::Kind::busy:
    case LocalError::Kind::store:
      return store_failed(error.message);
  }
  return problem(500, "internal_error", error.message);
}

// False if it is refused.
bool read_person(const HttpRequest& request, LocalPerson& person, HttpResponse& refusal) {
  const auto json = read_object(request, refusal);
  if (!json) return false;
  BodyFields body(*json);
  person.name = body.text("name", kTextBytesMax);
  person.organization = body.text("organization", kTextBytesMax);
  person.title = body.text("title", kTextBytesMax);
  person.emails = body.texts("emails", kListMax, kTextBytesMax);
  person.phones = body.texts("phones", kListMax, kTextBytesMax);
  if (const text::JsonView custom = body.find("custom")) {
    BodyFields fields(custom, "custom.");
    if (custom.is_object() && custom.size() <= kCustomMax) {
      for (const auto& [name, value] : custom.members()) {
        if (!is_plain_text(name, kTextBytesMax)) fields.refuse("a name in 'custom' is empty, too long or not plain");
        person.custom[std::string(name)] = fields.text(name, kCustomBytesMax);
      }
    } else {
      fields.refuse(fmt::format("'custom' must be an object of at most {} texts", kCustomMax));
    }
    body.take_refusal(fields);
  }
  body.finish();
  if (person.name.empty() && person.organization.empty()) body.refuse("'name' or 'organization' is needed");
  if (body.refused()) refusal = problem(400, "bad_record", *body.refused());
  return !body.refused();
}

// Whoever is on the phone with that person is to see it.
void tell_calls(const LocalRecordsApi& api, const std::string& account, const index::Record& record) {
  for (const index::RecordPhone& phone : record.phones) {
    if (phone.number) api.calls.number_named(account, telephony::canonical(*phone.number));
  }
}

HttpResponse written(const LocalRecordsApi& api, const std::string& account, const RecordId& id, int status) {
  const auto found = api.index.read().get(account, id);
  if (!found) return store_failed(found.error().message);
  const auto* known = std::get_if<index::KnownRecord>(&*found);
  // A CRM may have brought the number in this very moment.
  if (known == nullptr) return problem(410, "record_deleted", fmt::format("{} is gone already", id.to_string()));
  tell_calls(api, account, known->record);
  HttpResponse response;
  response.status = status;
  text::JsonWriter out(response.body);
  write_record(out, known->record);
  return response;
}

HttpResponse create(const LocalRecordsApi& api, const HttpRequest& request) {
  LocalPerson person;
  HttpResponse refusal;
  if (!read_person(request, person, refusal)) return refusal;
  const auto id = api.locals.create(request.principal.account, person, api.clock());
  return id ? written(api, request.principal.account, *id, 201) : failure(id.error());
}

// The request's record, if it is one of those that are kept here.
std::optional<RecordId> local_id(const HttpRequest& request, HttpResponse& refusal) {
  auto id = RecordId::parse(request.parameters[0]);
  if (!id) {
    refusal = problem(400, "bad_record_id", "a local record's id is local:local:number, such as local:local:17");
    return std::nullopt;
  }
  if (id->source != index::kLocalSource || id->kind != index::RecordKind::local) {
    refusal = problem(409, "record_not_local",
                      fmt::format("{} is kept in step with its source; change it there", id->to_string()));
    return std::nullopt;
  }
  return id;
}

HttpResponse replace(const LocalRecordsApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto id = local_id(request, refusal);
  LocalPerson person;
  if (!id || !read_person(request, person, refusal)) return refusal;
  const auto before = api.locals.replace(request.principal.account, *id, person, api.clock());
  if (!before) return failure(before.error());
  tell_calls(api, request.principal.account, *before);
  return written(api, request.principal.account, *id, 200);
}

HttpResponse remove(const LocalRecordsApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto id = local_id(request, refusal);
  if (!id) return refusal;
  const auto before = api.locals.remove(request.principal.account, *id, api.clock());
  if (!before) return failure(before.error());
  tell_calls(api, request.principal.account, *before);
  HttpResponse response;
  text::JsonWriter(response.body).open('{').member("deleted", id->to_string()).close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> local_record_routes(LocalRecords& locals, CallUpdates& calls, const index::Index& index,
                                           Clock clock) {
  const LocalRecordsApi api{locals, calls, index, std::move(clock)};
  const auto route = [&api](const char* method, const char* path,
                            HttpResponse (*handler)(const LocalRecordsApi&, const HttpRequest&)) {
    return HttpRoute{.method = method,
                     .path = path,
                     .scope = Scope::agent,
                     .runs_on = RunsOn::blocking,
                     .handler = [api, handler](const HttpRequest& request) { return handler(api, request); }};
  };
  return {route("POST", "/v1/records", create), route("PUT", "/v1/records/{id}", replace),
          route("DELETE", "/v1/records/{id}", remove)};
}

}  // namespace ringdex::server
