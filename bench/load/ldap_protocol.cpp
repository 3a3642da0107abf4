#include <optional>
#include <stdexcept>

#include "bench/load/request_writer.h"

namespace ringdex::bench {
namespace {

using namespace std::string_view_literals;
using telephony::PhoneNumber;

// BER as RFC 4511, 5.1 restricts it. All that is sent is short enough for lengths of one byte.
constexpr std::size_t kShortLengthMax = 127;
constexpr char kSequence = 0x30, kInteger = 0x02, kEnumerated = 0x0a;
constexpr char kBindResponse = 0x61, kSearchEntry = 0x64, kSearchDone = 0x65, kSearchReference = 0x73;
constexpr char kSuccess = 0, kSizeLimitExceeded = 4;

constexpr std::string_view kBind = "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"sv;
constexpr char kBindId = 1;
// A number may come again once the search that had it is over (4.1.1.1).
constexpr char kSearchId = 2;
// Whole subtree, aliases not followed, one entry, no time limit, values too; then an equality filter on
// telephoneNumber.
constexpr std::string_view kScopeAndLimits = "\x0a\x01\x02\x0a\x01\x00\x02\x01\x01\x02\x01\x00\x01\x01\x00"sv;
constexpr std::string_view kFilterAttribute = "\x04\x0ftelephoneNumber"sv;
constexpr std::string_view kAttributes =
    "\x30\x15\x04\x02"
    "cn"
    "\x04\x0ftelephoneNumber"sv;
constexpr std::size_t kHead = 2;  // a tag and a short length
constexpr std::size_t kIdBytes = 3;

// One tag, length and content at the front of `bytes`.
struct Element {
  char tag = 0;
  std::string_view content;
  std::size_t bytes = 0;
};
struct Taken {
  Reply::State state = Reply::State::incomplete;
  Element element;
};

Taken take_element(std::string_view bytes) {
  if (bytes.size() < kHead) return {};
  std::size_t length = static_cast<unsigned char>(bytes[1]);
  std::size_t head = kHead;
  if (length > kShortLengthMax) {
    const std::size_t more = length & kShortLengthMax;
    if (more == 0 || more > 4) return {.state = Reply::State::bad, .element = {}};
    if (bytes.size() < head + more) return {};
    length = 0;
    for (const char byte : bytes.substr(head, more)) length = length << 8 | static_cast<unsigned char>(byte);
    head += more;
  }
  if (length > kReplyBytesMax) return {.state = Reply::State::bad, .element = {}};
  if (bytes.size() - head < length) return {};
  return {.state = Reply::State::good, .element = {bytes[0], bytes.substr(head, length), head + length}};
}

// The operation of a whole message with this number; none if it is not one.
std::optional<Element> operation_of(const Element& message, char id) {
  if (message.tag != kSequence) return std::nullopt;
  const Taken number = take_element(message.content);
  if (number.state != Reply::State::good || number.element.tag != kInteger) return std::nullopt;
  if (number.element.content != std::string_view(&id, 1)) return std::nullopt;
  const Taken operation = take_element(message.content.substr(number.element.bytes));
  return operation.state == Reply::State::good ? std::optional(operation.element) : std::nullopt;
}

// The result code of an operation that ends a request; none if it has none.
std::optional<char> result_of(const Element& operation) {
  const Taken code = take_element(operation.content);
  if (code.state != Reply::State::good || code.element.tag != kEnumerated || code.element.content.size() != 1)
    return std::nullopt;
  return code.element.content[0];
}

class LdapProtocol final : public LoadProtocol {
 public:
  explicit LdapProtocol(std::string_view base) : base_(base) {
    constexpr std::size_t kNumberMax = 1 + PhoneNumber::kDigitsMax;
    if (kIdBytes + kHead + search_bytes(kNumberMax) > kShortLengthMax) throw std::runtime_error("the base is too long");
  }

  std::string greeting() const override { return std::string(kBind); }
  Reply read_greeting(std::string_view bytes) const override {
    const Taken message = take_element(bytes);
    if (message.state != Reply::State::good) return {.state = message.state};
    const auto operation = operation_of(message.element, kBindId);
    if (!operation || operation->tag != kBindResponse || result_of(*operation) != kSuccess) return kBad;
    return {.state = Reply::State::good, .bytes = message.element.bytes};
  }

  std::size_t write_request(PhoneNumber number, std::span<char> out) const override {
    const std::size_t value = 1 + digits_in(number.packed());
    const std::size_t search = search_bytes(value);
    RequestWriter writer(out);
    writer.byte(kSequence);
    writer.byte(kIdBytes + kHead + search);
    writer.text("\x02\x01"sv);
    writer.byte(kSearchId);
    writer.byte(0x63);
    writer.byte(search);
    writer.byte(0x04);
    writer.byte(base_.size());
    writer.text(base_);
    writer.text(kScopeAndLimits);
    writer.byte(0xa3);
    writer.byte(kFilterAttribute.size() + kHead + value);
    writer.text(kFilterAttribute);
    writer.byte(0x04);
    writer.byte(value);
    writer.text("+");
    writer.digits(number.packed());
    writer.text(kAttributes);
    return writer.size();
  }

  Reply read_reply(std::string_view bytes) const override {
    Reply reply{.state = Reply::State::good};
    while (true) {
      const Taken message = take_element(bytes.substr(reply.bytes));
      if (message.state != Reply::State::good) return {.state = message.state};
      const auto operation = operation_of(message.element, kSearchId);
      if (!operation) return kBad;
      reply.bytes += message.element.bytes;
      if (operation->tag == kSearchEntry) {
        reply.found = true;
        reply.body_bytes += operation->content.size();
      } else if (operation->tag == kSearchDone) {
        const auto code = result_of(*operation);
        return code == kSuccess || code == kSizeLimitExceeded ? reply : kBad;
      } else if (operation->tag != kSearchReference) {
        return kBad;
      }
    }
  }

 private:
  // Of the SearchRequest's content, for a number of so many bytes.
  std::size_t search_bytes(std::size_t number) const {
    return kHead + base_.size() + kScopeAndLimits.size() + kHead + kFilterAttribute.size() + kHead + number +
           kAttributes.size();
  }

  std::string base_;
};

}  // namespace

std::unique_ptr<LoadProtocol> make_ldap_protocol(std::string_view base) {
  return std::make_unique<LdapProtocol>(base);
}

}  // namespace ringdex::bench
