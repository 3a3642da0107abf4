#include "server/cli/cli_output.h"

#include <fmt/core.h>

#include "index/records/change_batch.h"

namespace ringdex::server {
namespace {

using text::JsonView;

// Takes out control characters, also those of two bytes from U+0080 to U+009F, among which are a terminal's commands.
void make_plain(std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_late = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_late) text[i + 1] = ' ';
    if (is_late || byte < 0x20 || byte == 0x7f) text[i] = ' ';
  }
}

std::string plain(JsonView value) {
  if (!value) return "";
  std::string text = value.is_text() ? value.text_or_empty() : value.dump();
  make_plain(text);
  return text;
}
std::string shown(JsonView object, std::string_view name) {
  return plain(object[name]);
}

// Who is, or is to be, on the other side of a call.
std::string who_text(JsonView call, JsonView event) {
  const JsonView pick = call["picked"];
  if (const std::string name = shown(pick, "name"); !name.empty()) return name;
  if (const std::string reason = shown(event, "unmatchable"); !reason.empty()) {
    return reason == "withheld" ? reason : fmt::format("nobody known ({})", reason);
  }
  const std::string picked = shown(pick, "record");
  const std::string wanted = picked.empty() ? shown(event, "default") : picked;
  const JsonView candidates = event["candidates"];
  JsonView chosen;
  for (const JsonView candidate : candidates) {
    bool is_meant = shown(candidate, "id") == wanted;
    for (const JsonView record : candidate["records"]) is_meant = is_meant || shown(record, "id") == wanted;
    if (is_meant) chosen = candidate;
  }
  // Nobody else may be taken for who is meant.
  if (chosen.is_absent() && !wanted.empty()) return wanted;
  if (chosen.is_absent()) {
    const std::string about = shown(call, "about");
    return about.empty() ? "nobody known" : about + " (not here yet)";
  }
  std::string out = shown(chosen, "name");
  const std::string organization = shown(chosen, "organization");
  if (!organization.empty() && organization != out) out += (out.empty() ? "" : ", ") + organization;
  if (const auto total = event["total"].natural(); picked.empty() && total.value_or(0) > 1) {
    out += fmt::format(" +{} more", *total - 1);
  }
  return out;
}

// What happened to a call, of which that much is known.
std::string line_of(const std::string& time, std::string type, JsonView call, JsonView answer) {
  const JsonView number = answer["number"];
  const std::string e164 = shown(number, "e164");
  std::string agents;
  for (const JsonView agent : call["agents"]) agents += (agents.empty() ? "" : ", ") + plain(agent);
  make_plain(type);
  return fmt::format("{}  {:<8}  {} {:<16}  {}{}\n", time, type, shown(call, "direction") == "outbound" ? "->" : "<-",
                     e164.empty() ? shown(number, "input") : e164, who_text(call, answer),
                     agents.empty() ? "" : "  (" + agents + ")");
}

}  // namespace

std::string lookup_text(JsonView answer) {
  std::string out;
  const auto line = [&out](const std::string& text) { out += text + "\n"; };
  const JsonView number = answer["number"];
  const std::string e164 = shown(number, "e164");
  if (e164.empty()) {
    line(fmt::format("{}: nobody ({})", shown(number, "input"), shown(answer, "unmatchable")));
    return out;
  }
  line(fmt::format("{} ({}, {}): {}", e164, shown(number, "region"), shown(number, "type"), shown(answer, "match")));
  if (!answer["unmatchable"].is_absent()) line(fmt::format("  not matched: {}", shown(answer, "unmatchable")));
  const std::string chosen = shown(answer, "default");
  for (const JsonView candidate : answer["candidates"]) {
    const std::string organization = shown(candidate, "organization");
    line(fmt::format("  {} {}{}  [{}]  {}", shown(candidate, "id") == chosen ? "*" : " ", shown(candidate, "name"),
                     organization.empty() ? "" : ", " + organization, shown(candidate, "label"),
                     shown(candidate, "id")));
  }
  const JsonView reason = answer["default_reason"];
  if (reason.is_object()) line(fmt::format("  picked by {}: {}", shown(reason, "rule"), shown(reason, "because")));
  return out;
}

std::string explain_text(JsonView explained) {
  std::string out;
  int number = 0;
  for (const JsonView step : explained["steps"]) {
    out += fmt::format("{:3}. {}\n", ++number, step.is_text() ? step.text_or_empty() : step.dump());
  }
  return out + lookup_text(explained["answer"]);
}

std::string sources_text(JsonView sources) {
  std::string out = fmt::format("{:<20} {:<10} {:<18} {:>10}  {:<24} {}\n", "source", "type", "state", "records",
                                "next attempt", "reason");
  for (const JsonView source : sources["sources"]) {
    out += fmt::format("{:<20} {:<10} {:<18} {:>10}  {:<24} {}\n", shown(source, "id"), shown(source, "type"),
                       shown(source, "state"), shown(source, "records"), shown(source, "next_attempt"),
                       shown(source, "reason"));
  }
  return out;
}

std::string runs_text(JsonView runs) {
  std::string out =
      fmt::format("{:>6} {:<20} {:<6} {:<18} {:<21} {:>8} {:>8} {:>8} {:>8} {:>8}  {}\n", "run", "source", "kind",
                  "outcome", "started", "added", "updated", "deleted", "merged", "skipped", "message");
  for (const JsonView run : runs["runs"]) {
    out += fmt::format("{:>6} {:<20} {:<6} {:<18} {:<21} {:>8} {:>8} {:>8} {:>8} {:>8}  {}\n", shown(run, "id"),
                       shown(run, "source"), shown(run, "kind"), shown(run, "outcome"),
                       shown(run, "started_at").substr(0, 19), shown(run, "added"), shown(run, "updated"),
                       shown(run, "deleted"), shown(run, "merged"), shown(run, "skipped"), shown(run, "message"));
  }
  return out;
}

std::string run_text(JsonView run) {
  std::string out = fmt::format("run {} of {}: {} {}\n", shown(run, "id"), shown(run, "source"), shown(run, "kind"),
                                shown(run, "outcome"));
  if (const std::string message = shown(run, "message"); !message.empty()) out += "  " + message + "\n";
  out += fmt::format("  {:<10} {}\n  {:<10} {}\n", "started", shown(run, "started_at"), "ended",
                     shown(run, "finished_at"));
  for (const char* name : {"added", "updated", "unchanged", "deleted", "merged", "stale", "renamed", "kept_name",
                           "skipped", "ignored", "failed", "pages", "requests"}) {
    out += fmt::format("  {:<10} {}\n", name, shown(run, name));
  }
  for (const auto& [reason, count] : run["skipped_by_reason"].members()) {
    out += fmt::format("  skipped because {}: {}\n", reason, count.dump());
  }
  return out;
}

std::string rejects_text(JsonView rejects) {
  std::string out;
  for (const JsonView reject : rejects["rejects"]) {
    out += fmt::format("{:<24} {:<16} {}\n", shown(reject, "external_id"), shown(reject, "reason"),
                       shown(reject, "detail"));
  }
  return out;
}

std::string today_text(JsonView today) {
  std::string out = fmt::format("{} since {}\n", shown(today, "source"), shown(today, "since"));
  const auto line = [&out](const std::string& what, JsonView counts) {
    out += fmt::format("  {:<8} {:>8} added {:>8} updated {:>8} deleted {:>8} merged {:>8} skipped\n", what,
                       shown(counts, "added"), shown(counts, "updated"), shown(counts, "deleted"),
                       shown(counts, "merged"), shown(counts, "skipped"));
  };
  line("all", today);
  for (const auto& [cause, name] : index::kChangeCauseNames) {
    if (const JsonView counts = today["by_cause"][name]; !counts.is_absent()) line(std::string(name), counts);
  }
  return out;
}

std::string preview_text(JsonView preview) {
  std::string out;
  for (const JsonView record : preview["records"]) {
    out += fmt::format("{}  {}, {}\n", shown(record, "id"), shown(record, "name"), shown(record, "organization"));
    for (const JsonView phone : record["phones"]) {
      const std::string e164 = shown(phone, "e164");
      out += fmt::format("    {} {}  ({})\n", e164.empty() ? "no number" : e164, shown(phone, "label"),
                         shown(phone, "raw"));
    }
  }
  for (const JsonView reject : preview["rejected"]) {
    out += fmt::format("skipped {}: {}, {}\n", shown(reject, "external_id"), shown(reject, "reason"),
                       shown(reject, "detail"));
  }
  if (const std::string error = shown(preview, "error"); !error.empty()) out += error + "\n";
  return out;
}

std::string progress_text(JsonView source) {
  const JsonView progress = source["progress"];
  std::string out =
      fmt::format("{} run of {}: {} records", shown(progress, "kind"), shown(source, "id"), shown(progress, "records"));
  if (const auto rate = progress["records_per_second"].number()) {
    out += fmt::format(", {:.0f}/s", *rate);
  }
  if (const auto share = progress["share"].number()) {
    out += fmt::format(", {:.0f} %", *share * 100);
  }
  if (const std::string end = shown(progress, "expected_end"); !end.empty()) out += ", done about " + end;
  const JsonView left = source["requests_left"];
  if (const std::string minute = shown(left, "this_minute"); !minute.empty()) {
    out += fmt::format(", {} requests left this minute", minute);
  }
  if (const std::string today = shown(left, "today"); !today.empty()) out += fmt::format(", {} today", today);
  if (const std::string reason = shown(source, "reason"); !reason.empty()) out += "; " + reason;
  return out;
}

std::string resync_text(JsonView outcome) {
  std::string out = shown(outcome, "outcome");
  if (const std::string winner = shown(outcome, "merged_into"); !winner.empty()) out += " into " + winner;
  if (const std::string detail = shown(outcome, "detail"); !detail.empty()) out += ": " + detail;
  const JsonView record = outcome["record"];
  if (record.is_object()) out += fmt::format("\n  {}  {}", shown(record, "id"), shown(record, "name"));
  return out + "\n";
}

std::string event_text(const std::string& time, const std::string& type, JsonView event) {
  return line_of(time, type, event["call"], event);
}

std::string calls_text(JsonView calls) {
  std::string out;
  for (const JsonView report : calls["calls"]) {
    const JsonView call = report["call"];
    const JsonView changes = report["changes"];
    const JsonView answer = changes.empty() ? report["answer"] : changes.at(changes.size() - 1)["answer"];
    out += line_of(shown(call, "started_at").substr(0, 19), shown(call, "state"), call, answer);
  }
  return out;
}

std::string call_text(JsonView report, std::string_view rules) {
  const JsonView call = report["call"];
  std::string out = fmt::format("call {}: {} from {} to {}, {}\n", shown(call, "id"), shown(call, "direction"),
                                shown(call, "from"), shown(call, "to"), shown(call, "state"));
  for (const char* when : {"started_at", "answered_at", "ended_at"}) {
    if (const std::string time = shown(call, when); !time.empty()) out += fmt::format("  {:<12} {}\n", when, time);
  }
  const auto answer = [&out](const std::string& time, const std::string& why, JsonView shown_then) {
    out += fmt::format("{}{}, index at position {}:\n", time, why, shown(shown_then, "position"));
    out += lookup_text(shown_then);
  };
  answer(shown(call, "started_at"), "", report["answer"]);
  for (const JsonView change : report["changes"]) {
    answer(shown(change, "at"), " (" + shown(change, "cause") + ")", change["answer"]);
  }
  for (const JsonView pick : report["picks"]) {
    out += fmt::format("{} picked by {}: {}\n", shown(pick, "at"), shown(pick, "agent"), shown(pick, "record"));
  }
  for (const JsonView record : report["attribute"]) {
    out += fmt::format("attribute to {} ({}) {}\n", shown(record, "record"), shown(record, "state"),
                       shown(record, "name"));
  }
  return out + fmt::format("rules: {}\n", rules);
}

std::string problem_text(JsonView problem) {
  if (!problem.is_object()) return problem.dump();
  return fmt::format("{}: {}", shown(problem, "code"), shown(problem, "detail"));
}

}  // namespace ringdex::server
