#include "server/api/lookup_json.h"

namespace ringdex::server {
namespace {

void write_number(JsonWriter& out, const AnsweredNumber& number) {
  out.open('{').member("input", number.input);
  if (!number.parsed) {
    for (const char* name : {"e164", "region", "national", "type"}) out.key(name).null();
    out.key("valid").boolean(false).key("reading").null().close('}');
    return;
  }
  out.member("e164", number.parsed->number.to_e164());
  out.member("region", number.facts.region);
  out.member("national", number.facts.national);
  out.member("type", number.facts.type);
  out.key("valid").boolean(number.facts.valid);
  out.member("reading", to_string(number.reading));
  if (!number.parsed->extension.empty()) out.member("extension", number.parsed->extension);
  if (number.parsed->repair != telephony::Repair::none) out.member("repair", to_string(number.parsed->repair));
  out.close('}');
}

void write_candidate(JsonWriter& out, const Candidate& candidate) {
  const index::Record& leading = candidate.leading;
  out.open('{').member("id", leading.id.to_string());
  out.member("name", leading.name.empty() ? leading.organization : leading.name);
  out.member("organization", leading.organization);
  out.member("kind", to_string(leading.id.kind));
  out.member("source", leading.id.source);
  out.member("label", candidate.label);
  out.key("phone").open('{').member("raw", candidate.phone.raw).member("label", candidate.phone.label);
  if (!candidate.phone.extension.empty()) out.member("extension", candidate.phone.extension);
  out.close('}').member("url", leading.url);
  out.key("records").open('[');
  for (const CandidateRecord& record : candidate.records) {
    out.open('{').member("id", record.id.to_string()).member("source", record.id.source);
    out.member("label", record.label).member("url", record.url).close('}');
  }
  out.close(']').close('}');
}

}  // namespace

void write_answer(JsonWriter& out, const LookupAnswer& answer) {
  out.open('{').member("match", to_string(answer.match));
  if (answer.unmatchable) out.member("unmatchable", to_string(*answer.unmatchable));
  out.key("number");
  write_number(out, answer.number);
  out.key("candidates").open('[');
  for (const Candidate& candidate : answer.candidates) write_candidate(out, candidate);
  out.close(']').key("total").number(answer.total).key("default");
  answer.candidates.empty() ? out.null() : out.text(answer.candidates.front().leading.id.to_string());
  out.key("default_reason");
  if (answer.default_reason) {
    out.open('{')
        .member("rule", answer.default_reason->rule)
        .member("because", answer.default_reason->because)
        .close('}');
  } else {
    out.null();
  }
  if (answer.shared_organization) {
    out.key("shared").open('{').member("organization", *answer.shared_organization).close('}');
  }
  out.key("freshness").open('{');
  for (const auto& [source, age] : answer.freshness) {
    out.key(source);
    age ? out.number(age->count()) : out.null();
  }
  out.close('}').key("position").number(answer.position).close('}');
}

}  // namespace ringdex::server
