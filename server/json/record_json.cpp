#include "server/json/record_json.h"

namespace ringdex::server {
namespace {

void write_phone(text::JsonWriter& out, const index::RecordPhone& phone) {
  out.open('{').member("raw", phone.raw);
  phone.number ? out.member("e164", phone.number->to_e164()) : out.null_member("e164");
  out.member("label", phone.label);
  if (!phone.extension.empty()) out.member("extension", phone.extension);
  out.close('}');
}

}  // namespace

void write_record(text::JsonWriter& out, const index::Record& record) {
  out.open('{');
  write_record_members(out, record);
  out.close('}');
}

void write_record_members(text::JsonWriter& out, const index::Record& record) {
  out.member("id", record.id.to_string()).member("source", record.id.source);
  out.member("kind", to_string(record.id.kind)).member("external_id", record.id.external_id);
  out.member("name", record.name).member("organization", record.organization).member("title", record.title);
  out.member("emails", record.emails);
  out.key("phones").open('[');
  for (const index::RecordPhone& phone : record.phones) write_phone(out, phone);
  out.close(']').member("groups", record.groups).member("tags", record.tags);
  out.key("consent").open('{');
  for (const auto& [channel, state] : record.consent) out.member(channel, to_string(state));
  out.close('}').member("url", record.url).member("owner", record.owner);
  out.key("custom").open('{');
  for (const auto& [name, value] : record.custom) out.member(name, value);
  out.close('}').member("created_at", record.created_at).member("updated_at", record.updated_at);
  out.member("first_indexed_at", record.first_indexed_at).member("version", record.version);
}

}  // namespace ringdex::server
