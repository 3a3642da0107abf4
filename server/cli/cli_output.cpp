#include "server/cli/cli_output.h"

#include <fmt/format.h>

#include <iterator>

namespace ringdex::server {
namespace {

// Takes out control characters, also those of two bytes from U+0080 to U+009F, among which are a terminal's commands.
void make_plain(std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_late = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_late) text[i + 1] = ' ';
    if (is_late || byte < 0x20 || byte == 0x7f) text[i] = ' ';
  }
}

std::string shown(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return "";
  std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  make_plain(text);
  return text;
}

const Json& part(const Json& object, const char* name) {
  static const Json kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

// Who is, or is to be, on the other side of a call.
std::string who_text(const Json& event) {
  const Json& pick = part(part(event, "call"), "picked");
  if (const std::string name = shown(pick, "name"); !name.empty()) return name;
  if (const std::string reason = shown(event, "unmatchable"); !reason.empty()) {
    return reason == "withheld" ? reason : fmt::format("nobody known ({})", reason);
  }
  const std::string picked = shown(pick, "record");
  const std::string wanted = picked.empty() ? shown(event, "default") : picked;
  const Json& candidates = part(event, "candidates");
  const Json* chosen = nullptr;
  for (const Json& candidate : candidates) {
    bool is_meant = shown(candidate, "id") == wanted;
    for (const Json& record : part(candidate, "records")) is_meant = is_meant || shown(record, "id") == wanted;
    if (is_meant) chosen = &candidate;
  }
  // Nobody else may be taken for who is meant.
  if (chosen == nullptr && !wanted.empty()) return wanted;
  if (chosen == nullptr) {
    const std::string about = shown(part(event, "call"), "about");
    return about.empty() ? "nobody known" : about + " (not here yet)";
  }
  std::string out = shown(*chosen, "name");
  const std::string organization = shown(*chosen, "organization");
  if (!organization.empty() && organization != out) out += (out.empty() ? "" : ", ") + organization;
  if (const Json& total = part(event, "total"); picked.empty() && total.is_number_unsigned() && total > 1) {
    out += fmt::format(" +{} more", total.get<std::uint64_t>() - 1);
  }
  return out;
}

}  // namespace

std::string lookup_text(const Json& answer) {
  std::string out;
  const auto line = [&out](const std::string& text) { out += text + "\n"; };
  const Json& number = part(answer, "number");
  const std::string e164 = shown(number, "e164");
  if (e164.empty()) {
    line(fmt::format("{}: nobody ({})", shown(number, "input"), shown(answer, "unmatchable")));
    return out;
  }
  line(fmt::format("{} ({}, {}): {}", e164, shown(number, "region"), shown(number, "type"), shown(answer, "match")));
  if (answer.contains("unmatchable")) line(fmt::format("  not matched: {}", shown(answer, "unmatchable")));
  const std::string chosen = shown(answer, "default");
  for (const Json& candidate : part(answer, "candidates")) {
    const std::string organization = shown(candidate, "organization");
    line(fmt::format("  {} {}{}  [{}]  {}", shown(candidate, "id") == chosen ? "*" : " ", shown(candidate, "name"),
                     organization.empty() ? "" : ", " + organization, shown(candidate, "label"),
                     shown(candidate, "id")));
  }
  const Json& reason = part(answer, "default_reason");
  if (reason.is_object()) line(fmt::format("  picked by {}: {}", shown(reason, "rule"), shown(reason, "because")));
  return out;
}

std::string explain_text(const Json& explained) {
  std::string out;
  int number = 0;
  for (const Json& step : part(explained, "steps")) {
    out += fmt::format("{:3}. {}\n", ++number, step.is_string() ? step.get<std::string>() : step.dump());
  }
  return out + lookup_text(part(explained, "answer"));
}

std::string sources_text(const Json& sources) {
  std::string out = fmt::format("{:<20} {:<10} {:<18} {:>10}  {:<24} {}\n", "source", "type", "state", "records",
                                "next attempt", "reason");
  for (const Json& source : part(sources, "sources")) {
    out += fmt::format("{:<20} {:<10} {:<18} {:>10}  {:<24} {}\n", shown(source, "id"), shown(source, "type"),
                       shown(source, "state"), shown(source, "records"), shown(source, "next_attempt"),
                       shown(source, "reason"));
  }
  return out;
}

std::string runs_text(const Json& runs) {
  std::string out =
      fmt::format("{:>6} {:<20} {:<6} {:<18} {:<21} {:>8} {:>8} {:>8} {:>8} {:>8}  {}\n", "run", "source", "kind",
                  "outcome", "started", "added", "updated", "deleted", "merged", "skipped", "message");
  for (const Json& run : part(runs, "runs")) {
    out += fmt::format("{:>6} {:<20} {:<6} {:<18} {:<21} {:>8} {:>8} {:>8} {:>8} {:>8}  {}\n", shown(run, "id"),
                       shown(run, "source"), shown(run, "kind"), shown(run, "outcome"),
                       shown(run, "started_at").substr(0, 19), shown(run, "added"), shown(run, "updated"),
                       shown(run, "deleted"), shown(run, "merged"), shown(run, "skipped"), shown(run, "message"));
  }
  return out;
}

std::string run_text(const Json& run) {
  std::string out = fmt::format("run {} of {}: {} {}\n", shown(run, "id"), shown(run, "source"), shown(run, "kind"),
                                shown(run, "outcome"));
  if (const std::string message = shown(run, "message"); !message.empty()) out += "  " + message + "\n";
  out += fmt::format("  {:<10} {}\n  {:<10} {}\n", "started", shown(run, "started_at"), "ended",
                     shown(run, "finished_at"));
  for (const char* name : {"added", "updated", "unchanged", "deleted", "merged", "stale", "renamed", "kept_name",
                           "skipped", "ignored", "failed", "pages", "requests"}) {
    out += fmt::format("  {:<10} {}\n", name, shown(run, name));
  }
  for (const auto& [reason, count] : part(run, "skipped_by_reason").items()) {
    out += fmt::format("  skipped because {}: {}\n", reason, count.dump());
  }
  return out;
}

std::string rejects_text(const Json& rejects) {
  std::string out;
  for (const Json& reject : part(rejects, "rejects")) {
    out += fmt::format("{:<24} {:<16} {}\n", shown(reject, "external_id"), shown(reject, "reason"),
                       shown(reject, "detail"));
  }
  return out;
}

std::string today_text(const Json& today) {
  std::string out = fmt::format("{} since {}\n", shown(today, "source"), shown(today, "since"));
  const auto line = [&out](const std::string& what, const Json& counts) {
    out += fmt::format("  {:<8} {:>8} added {:>8} updated {:>8} deleted {:>8} merged {:>8} skipped\n", what,
                       shown(counts, "added"), shown(counts, "updated"), shown(counts, "deleted"),
                       shown(counts, "merged"), shown(counts, "skipped"));
  };
  line("all", today);
  for (const auto& [cause, counts] : part(today, "by_cause").items()) line(cause, counts);
  return out;
}

std::string preview_text(const Json& preview) {
  std::string out;
  for (const Json& record : part(preview, "records")) {
    out += fmt::format("{}  {}, {}\n", shown(record, "id"), shown(record, "name"), shown(record, "organization"));
    for (const Json& phone : part(record, "phones")) {
      const std::string e164 = shown(phone, "e164");
      out += fmt::format("    {} {}  ({})\n", e164.empty() ? "no number" : e164, shown(phone, "label"),
                         shown(phone, "raw"));
    }
  }
  for (const Json& reject : part(preview, "rejected")) {
    out += fmt::format("skipped {}: {}, {}\n", shown(reject, "external_id"), shown(reject, "reason"),
                       shown(reject, "detail"));
  }
  if (const std::string error = shown(preview, "error"); !error.empty()) out += error + "\n";
  return out;
}

std::string progress_text(const Json& source) {
  const Json& progress = part(source, "progress");
  std::string out =
      fmt::format("{} run of {}: {} records", shown(progress, "kind"), shown(source, "id"), shown(progress, "records"));
  if (const Json& rate = part(progress, "records_per_second"); rate.is_number()) {
    out += fmt::format(", {:.0f}/s", rate.get<double>());
  }
  if (const Json& share = part(progress, "share"); share.is_number()) {
    out += fmt::format(", {:.0f} %", share.get<double>() * 100);
  }
  if (const std::string end = shown(progress, "expected_end"); !end.empty()) out += ", done about " + end;
  const Json& left = part(source, "requests_left");
  if (const std::string minute = shown(left, "this_minute"); !minute.empty()) {
    out += fmt::format(", {} requests left this minute", minute);
  }
  if (const std::string today = shown(left, "today"); !today.empty()) out += fmt::format(", {} today", today);
  if (const std::string reason = shown(source, "reason"); !reason.empty()) out += "; " + reason;
  return out;
}

std::string resync_text(const Json& outcome) {
  std::string out = shown(outcome, "outcome");
  if (const std::string winner = shown(outcome, "merged_into"); !winner.empty()) out += " into " + winner;
  if (const std::string detail = shown(outcome, "detail"); !detail.empty()) out += ": " + detail;
  const Json& record = part(outcome, "record");
  if (record.is_object()) out += fmt::format("\n  {}  {}", shown(record, "id"), shown(record, "name"));
  return out + "\n";
}

std::string event_text(const std::string& time, const std::string& type, const Json& event) {
  const Json& call = part(event, "call");
  const Json& number = part(event, "number");
  const std::string e164 = shown(number, "e164");
  std::string agents;
  if (const Json& all = part(call, "agents"); all.is_array()) {
    for (const Json& agent : all) agents += (agents.empty() ? "" : ", ") + shown({{"name", agent}}, "name");
  }
  std::string plain_type = type;
  make_plain(plain_type);
  return fmt::format("{}  {:<8}  {} {:<16}  {}{}\n", time, plain_type,
                     shown(call, "direction") == "outbound" ? "->" : "<-", e164.empty() ? shown(number, "input") : e164,
                     who_text(event), agents.empty() ? "" : "  (" + agents + ")");
}

std::string calls_text(const Json& calls) {
  std::string out;
  for (const Json& report : part(calls, "calls")) {
    Json event = part(report, "answer");
    if (const Json& changes = part(report, "changes"); !changes.empty()) event = part(changes.back(), "answer");
    event["call"] = part(report, "call");
    out += event_text(shown(event["call"], "started_at").substr(0, 19), shown(event["call"], "state"), event);
  }
  return out;
}

std::string call_text(const Json& report) {
  const Json& call = part(report, "call");
  std::string out = fmt::format("call {}: {} from {} to {}, {}\n", shown(call, "id"), shown(call, "direction"),
                                shown(call, "from"), shown(call, "to"), shown(call, "state"));
  for (const char* when : {"started_at", "answered_at", "ended_at"}) {
    if (const std::string time = shown(call, when); !time.empty()) out += fmt::format("  {:<12} {}\n", when, time);
  }
  const auto answer = [&out](const std::string& time, const std::string& why, const Json& shown_then) {
    out += fmt::format("{}{}, index at position {}:\n", time, why, shown(shown_then, "position"));
    out += lookup_text(shown_then);
  };
  answer(shown(call, "started_at"), "", part(report, "answer"));
  for (const Json& change : part(report, "changes")) {
    answer(shown(change, "at"), " (" + shown(change, "cause") + ")", part(change, "answer"));
  }
  for (const Json& pick : part(report, "picks")) {
    out += fmt::format("{} picked by {}: {}\n", shown(pick, "at"), shown(pick, "agent"), shown(pick, "record"));
  }
  for (const Json& record : part(report, "attribute")) {
    out += fmt::format("attribute to {} ({}) {}\n", shown(record, "record"), shown(record, "state"),
                       shown(record, "name"));
  }
  return out + fmt::format("rules: {}\n", part(report, "policy").dump());
}

std::string problem_text(const Json& problem) {
  if (!problem.is_object()) return problem.dump();
  return fmt::format("{}: {}", shown(problem, "code"), shown(problem, "detail"));
}

}  // namespace ringdex::server
