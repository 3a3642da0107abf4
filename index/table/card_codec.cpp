#include "index/table/card_codec.h"

#include <algorithm>
#include <cstring>

#include "telephony/number/number_variants.h"

namespace ringdex::index {
namespace {

constexpr std::int64_t kNoTime = INT64_MIN;
constexpr std::size_t kSharedBytesMax = 128;

void put_varint(std::string& out, std::size_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

class TextReader {
 public:
  explicit TextReader(const std::byte* at) : at_(at) {}
  std::size_t varint() {
    std::size_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto part = std::to_integer<std::size_t>(*at_++);
      value |= (part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
  }
  std::string_view text() {
    const std::size_t length = varint();
    const std::string_view found(reinterpret_cast<const char*>(at_), length);
    at_ += length;
    return found;
  }

 private:
  const std::byte* at_;
};

CardCodec::Header header_at(const std::byte* block) {
  CardCodec::Header header;
  std::memcpy(&header, block, sizeof header);
  return header;
}

std::uint64_t number_at(const std::byte* block, std::size_t which) {
  std::uint64_t number = 0;
  std::memcpy(&number, block + sizeof(CardCodec::Header) + which * sizeof number, sizeof number);
  return number;
}

const std::byte* texts_of(const std::byte* block, const CardCodec::Header& header) {
  return block + sizeof header + header.numbers * sizeof(std::uint64_t);
}

}  // namespace

std::vector<std::uint64_t> CardCodec::numbers_of(const Record& record) {
  std::vector<std::uint64_t> numbers;
  for (const RecordPhone& phone : record.phones) {
    if (!phone.number) continue;
    const std::uint64_t number = telephony::canonical(*phone.number).packed();
    if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
  }
  return numbers;
}

std::optional<CardCodec::Shared> CardCodec::share(std::string_view text, Shared end) {
  if (text.empty()) return Shared{0};
  if (text.size() > kSharedBytesMax) return std::nullopt;
  if (const auto known = shared_numbers_.find(std::string(text)); known != shared_numbers_.end()) return known->second;
  if (shared_count_ >= end) return std::nullopt;
  const CardMemory::Ref ref = memory_.allocate(1 + text.size());
  if (ref == CardMemory::kNone) return std::nullopt;
  *memory_.at(ref) = static_cast<std::byte>(text.size());
  std::memcpy(memory_.at(ref) + 1, text.data(), text.size());
  shared_[shared_count_] = ref;
  shared_numbers_.emplace(std::string(text), shared_count_);
  return shared_count_++;
}

std::string_view CardCodec::shared(Shared which) const {
  if (which == 0) return {};
  const std::byte* block = memory_.at(shared_[which]);
  return {reinterpret_cast<const char*>(block + 1), std::to_integer<std::size_t>(*block)};
}

// All of a source's pages have one address but for the id in it.
void CardCodec::add_url(Header& header, const Record& record) {
  const std::string_view url = record.url;
  const std::size_t at = url.rfind(record.id.external_id);
  if (url.empty()) {
    header.url_head = header.url_tail = 0;
    return;
  }
  if (at != std::string_view::npos) {
    const auto head = share(url.substr(0, at));
    const auto tail = head ? share(url.substr(at + record.id.external_id.size())) : std::nullopt;
    // Two empty texts say that there is no address.
    if (tail && (*head != 0 || *tail != 0)) {
      header.url_head = *head;
      header.url_tail = *tail;
      return;
    }
  }
  header.url_head = kWhole;
  header.url_tail = 0;
  put_text(texts_, url);
}

CardMemory::Ref CardCodec::write(key::AccountNumber account, const Record& record,
                                 std::span<const std::uint64_t> numbers) {
  const auto source = share(record.id.source, kWhole);
  if (!source || numbers.size() > UINT8_MAX) return CardMemory::kNone;
  Header header{};
  header.account = account;
  header.first_indexed_at = record.first_indexed_at.time_since_epoch().count();
  header.updated_at = record.updated_at ? record.updated_at->time_since_epoch().count() : kNoTime;
  header.source = *source;
  header.kind = static_cast<std::uint8_t>(record.id.kind);
  header.numbers = static_cast<std::uint8_t>(numbers.size());
  texts_.clear();
  put_text(texts_, record.id.external_id);
  put_text(texts_, record.name);
  put_text(texts_, record.organization);
  add_url(header, record);
  for (const std::uint64_t number : numbers) {
    const auto phone = std::ranges::find_if(record.phones, [number](const RecordPhone& one) {
      return one.number && telephony::canonical(*one.number).packed() == number;
    });
    put_text(texts_, phone->raw);
    const auto label = share(phone->label);
    put_varint(texts_, label.value_or(0));
    if (label.value_or(0) == 0) put_text(texts_, phone->label);
    put_text(texts_, phone->extension);
  }
  const std::size_t bytes = sizeof header + numbers.size_bytes() + texts_.size();
  const CardMemory::Ref ref = memory_.allocate(bytes);
  if (ref == CardMemory::kNone) return ref;
  header.bytes = static_cast<std::uint32_t>(bytes);
  std::byte* block = memory_.at(ref);
  std::memcpy(block, &header, sizeof header);
  std::memcpy(block + sizeof header, numbers.data(), numbers.size_bytes());
  std::memcpy(block + sizeof header + numbers.size_bytes(), texts_.data(), texts_.size());
  return ref;
}

bool CardCodec::has_number(CardMemory::Ref ref, key::AccountNumber account, std::uint64_t number) const {
  const std::byte* block = memory_.at(ref);
  const Header header = header_at(block);
  if (header.account != account) return false;
  for (std::size_t which = 0; which < header.numbers; ++which) {
    if (number_at(block, which) == number) return true;
  }
  return false;
}

Card CardCodec::read_id(CardMemory::Ref ref) const {
  const std::byte* block = memory_.at(ref);
  const Header header = header_at(block);
  Card card;
  card.source = shared(header.source);
  card.kind = static_cast<RecordKind>(header.kind);
  card.first_indexed_at = TimePoint(std::chrono::milliseconds(header.first_indexed_at));
  if (header.updated_at != kNoTime) card.updated_at = TimePoint(std::chrono::milliseconds(header.updated_at));
  TextReader texts(texts_of(block, header));
  card.external_id = texts.text();
  card.name = texts.text();
  card.organization = texts.text();
  return card;
}

Card CardCodec::read(CardMemory::Ref ref, std::uint64_t number) const {
  const std::byte* block = memory_.at(ref);
  const Header header = header_at(block);
  Card card = read_id(ref);
  const auto* end = reinterpret_cast<const std::byte*>(card.organization.data() + card.organization.size());
  TextReader texts(end);
  if (header.url_head == kWhole) {
    card.url.head = texts.text();
  } else if (header.url_head != 0 || header.url_tail != 0) {
    card.url = {shared(header.url_head), card.external_id, shared(header.url_tail)};
  }
  for (std::size_t which = 0; which < header.numbers; ++which) {
    card.phone_raw = texts.text();
    const auto label = static_cast<Shared>(texts.varint());
    card.phone_label = label == 0 ? texts.text() : shared(label);
    card.phone_extension = texts.text();
    card.primary_phone = which == 0;
    if (number_at(block, which) == number) break;
  }
  return card;
}

}  // namespace ringdex::index
