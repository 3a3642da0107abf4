#include "index/records/index_key.h"

#include <cassert>

namespace ringdex::index::key {
namespace {

template <typename Unsigned>
void put(std::string& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

template <typename Unsigned>
Unsigned read(std::string_view bytes) {
  if (bytes.size() != sizeof(Unsigned)) return 0;
  Unsigned value = 0;
  for (char byte : bytes) value = static_cast<Unsigned>(value << 8 | static_cast<unsigned char>(byte));
  return value;
}

void put_source(std::string& out, std::string_view source) {
  assert(source.find('\0') == std::string_view::npos);
  out.append(source).push_back('\0');
}

void put_id(std::string& out, const RecordId& id) {
  put_source(out, id.source);
  out.push_back(static_cast<char>(id.kind));
  out.append(id.external_id);
}

void put_long(std::string& out, std::string_view bytes) {
  put(out, static_cast<std::uint16_t>(bytes.size()));
  out.append(bytes);
}

}  // namespace

std::string u32(std::uint32_t value) {
  std::string out;
  put(out, value);
  return out;
}

std::string u64(std::uint64_t value) {
  std::string out;
  put(out, value);
  return out;
}

std::uint32_t read_u32(std::string_view bytes) {
  return read<std::uint32_t>(bytes);
}
std::uint64_t read_u64(std::string_view bytes) {
  return read<std::uint64_t>(bytes);
}

std::string account(std::string_view name) {
  return "account/" + std::string(name);
}

std::string local_counter(AccountNumber account) {
  return "local/" + u32(account);
}

std::string source(AccountNumber account, std::string_view source) {
  std::string out = u32(account);
  put_source(out, source);
  return out;
}

std::string record(AccountNumber account, const RecordId& id) {
  std::string out = u32(account);
  put_id(out, id);
  return out;
}

std::string number_prefix(AccountNumber account, telephony::PhoneNumber canonical) {
  return u32(account) + u64(canonical.packed());
}

std::string number(AccountNumber account, telephony::PhoneNumber canonical, TimePoint first_indexed_at,
                   const RecordId& id) {
  std::string out = number_prefix(account, canonical);
  put(out, static_cast<std::uint64_t>(first_indexed_at.time_since_epoch().count()));
  put_id(out, id);
  return out;
}

std::string organization(AccountNumber account, std::string_view source, std::string_view organization_id) {
  return key::source(account, source).append(organization_id);
}

std::string member_prefix(AccountNumber account, std::string_view source, std::string_view organization_id) {
  std::string out = key::source(account, source);
  put_long(out, organization_id);
  return out;
}

std::string member(AccountNumber account, const RecordId& id, std::string_view organization_id) {
  std::string out = member_prefix(account, id.source, organization_id);
  out.push_back(static_cast<char>(id.kind));
  out.append(id.external_id);
  return out;
}

std::string alias_prefix(AccountNumber account, const RecordId& winner) {
  std::string winner_bytes;
  put_id(winner_bytes, winner);
  std::string out = u32(account);
  put_long(out, winner_bytes);
  return out;
}

std::string alias(AccountNumber account, const RecordId& winner, const RecordId& loser) {
  std::string out = alias_prefix(account, winner);
  put_id(out, loser);
  return out;
}

std::string name_prefix(AccountNumber account, std::string_view beginning_of_word) {
  return u32(account).append(beginning_of_word);
}

std::string name_end(AccountNumber account, std::string_view word) {
  std::string out = name_prefix(account, word);
  put(out, static_cast<std::uint8_t>(static_cast<std::uint8_t>(WordPlace::behind) + 1));
  return out;
}

void append_name(std::string& out, AccountNumber account, std::string_view word, WordPlace place, const RecordId& id) {
  put(out, account);
  out.append(word);
  put(out, static_cast<std::uint8_t>(place));
  put_id(out, id);
}

std::string numbered(AccountNumber account, std::uint64_t number) {
  return u32(account) + u64(number);
}

std::string numbered(AccountNumber account, std::uint64_t first, std::uint64_t second) {
  return u32(account) + u64(first) + u64(second);
}

std::string numbered(AccountNumber account, std::string_view source, std::uint64_t number) {
  return key::source(account, source) + u64(number);
}

namespace {

std::optional<RecordKind> kind_at(std::string_view bytes, std::size_t at) {
  if (at >= bytes.size()) return std::nullopt;
  const auto kind = static_cast<RecordKind>(bytes[at]);
  if (kind < RecordKind::contact || kind > RecordKind::local) return std::nullopt;
  return kind;
}

}  // namespace

std::optional<RecordId> record_id(std::string_view key, std::size_t prefix_bytes) {
  if (key.size() <= prefix_bytes) return std::nullopt;
  const std::string_view rest = key.substr(prefix_bytes);
  const std::size_t source_bytes = rest.find('\0');
  if (source_bytes == std::string_view::npos) return std::nullopt;
  const auto kind = kind_at(rest, source_bytes + 1);
  if (!kind) return std::nullopt;
  return RecordId{std::string(rest.substr(0, source_bytes)), *kind, std::string(rest.substr(source_bytes + 2))};
}

std::optional<NumberHolder> number_holder(std::string_view key) {
  constexpr std::size_t kBeforeSource = kNumberPrefixBytes + sizeof(std::uint64_t);
  const std::size_t end = key.find('\0', kBeforeSource);
  if (end == std::string_view::npos) return std::nullopt;
  return NumberHolder{telephony::PhoneNumber::from_packed(
                          read_u64(key.substr(sizeof(AccountNumber), kNumberPrefixBytes - sizeof(AccountNumber)))),
                      key.substr(kBeforeSource, end - kBeforeSource)};
}

std::optional<Named> named(std::string_view key) {
  constexpr std::string_view kPlaces("\0\1", 2);
  const std::size_t word_end = key.find_first_of(kPlaces, sizeof(AccountNumber));
  if (word_end == std::string_view::npos) return std::nullopt;
  auto id = record_id(key, word_end + 1);
  if (!id) return std::nullopt;
  return Named{key.substr(sizeof(AccountNumber), word_end - sizeof(AccountNumber)),
               static_cast<WordPlace>(key[word_end]), *std::move(id)};
}

std::optional<std::pair<AccountNumber, std::string>> source_name(std::string_view key) {
  if (key.size() < 5 || key.find('\0', 4) != key.size() - 1) return std::nullopt;
  return std::pair(read_u32(key.substr(0, 4)), std::string(key.substr(4, key.size() - 5)));
}

std::optional<Counted> counted(std::string_view key) {
  constexpr std::size_t kAround = sizeof(AccountNumber) + 1 + sizeof(std::uint64_t);
  if (key.size() < kAround) return std::nullopt;
  return Counted{std::string(key.substr(sizeof(AccountNumber), key.size() - kAround)),
                 read_u64(key.substr(key.size() - sizeof(std::uint64_t)))};
}

std::optional<RecordId> member_id(std::string_view key, std::string_view source, std::size_t prefix_bytes) {
  const auto kind = kind_at(key, prefix_bytes);
  if (!kind) return std::nullopt;
  return RecordId{std::string(source), *kind, std::string(key.substr(prefix_bytes + 1))};
}

std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace ringdex::index::key
