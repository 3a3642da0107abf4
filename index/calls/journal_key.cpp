#include "index/calls/journal_key.h"

#include <algorithm>

#include "index/records/index_key.h"

namespace ringdex::index::journal_key {
namespace {

std::string list(std::string_view account, char which, std::string_view of) {
  std::string out = journal_key::account(account);
  out.push_back(which);
  out.push_back(static_cast<char>(of.size() >> 8 & 0xff));
  out.push_back(static_cast<char>(of.size() & 0xff));
  return out.append(of);
}

}  // namespace

std::string account(std::string_view account) {
  std::string out(account);
  out.push_back('\0');
  return out;
}

std::string last_event(std::string_view account) {
  return "event/" + std::string(account);
}

std::string call(std::string_view account, std::string_view id) {
  return journal_key::account(account).append(id);
}

std::string event(std::string_view account, std::uint64_t number) {
  return journal_key::account(account) + key::u64(number);
}

std::string picks(std::string_view account, telephony::PhoneNumber number) {
  return journal_key::account(account) + key::u64(number.packed());
}

std::string all_calls(std::string_view account) {
  return list(account, 't', "");
}
std::string calls_of(std::string_view account, telephony::PhoneNumber number) {
  return list(account, 'n', key::u64(number.packed()));
}
std::string calls_of_agent(std::string_view account, std::string_view agent) {
  return list(account, 'a', agent);
}
std::string calls_of(std::string_view account, const RecordId& record) {
  return list(account, 'r', record.to_string());
}

std::string listed(std::string list, TimePoint started_at, std::string_view id) {
  list += key::u64(static_cast<std::uint64_t>(std::max<std::int64_t>(started_at.time_since_epoch().count(), 0)));
  return list.append(id);
}

std::vector<std::string> listings(const Call& call) {
  std::vector<std::string> lists{all_calls(call.account)};
  if (call.number) lists.push_back(calls_of(call.account, *call.number));
  for (const std::string& agent : call.agents) lists.push_back(calls_of_agent(call.account, agent));
  for (const RecordId& record : call.attributed()) lists.push_back(calls_of(call.account, record));
  for (std::string& one : lists) one = listed(std::move(one), call.started_at, call.id);
  std::ranges::sort(lists);
  lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
  return lists;
}

std::optional<std::pair<TimePoint, std::string>> listed_call(std::string_view key, std::size_t prefix_bytes) {
  constexpr std::size_t kTimeBytes = sizeof(std::uint64_t);
  if (key.size() <= prefix_bytes + kTimeBytes) return std::nullopt;
  const auto time = static_cast<std::int64_t>(key::read_u64(key.substr(prefix_bytes, kTimeBytes)));
  return std::pair(TimePoint(std::chrono::milliseconds(time)), std::string(key.substr(prefix_bytes + kTimeBytes)));
}

std::optional<std::pair<std::string, telephony::PhoneNumber>> picked_number(std::string_view key) {
  constexpr std::size_t kNumberBytes = sizeof(std::uint64_t);
  const std::size_t end = key.find('\0');
  if (end == std::string_view::npos || key.size() != end + 1 + kNumberBytes) return std::nullopt;
  return std::pair(std::string(key.substr(0, end)),
                   telephony::PhoneNumber::from_packed(key::read_u64(key.substr(end + 1))));
}

}  // namespace ringdex::index::journal_key
