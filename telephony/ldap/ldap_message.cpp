#include "telephony/ldap/ldap_message.h"

#include <lber.h>

#include <limits>
#include <memory>

namespace ringdex::telephony {
namespace {

constexpr ber_tag_t kControls = 0xA0;
// The first octets of the operations, and those inside them that are not BER's universal ones.
constexpr ber_tag_t kBindRequest = 0x60;
constexpr ber_tag_t kUnbindRequest = 0x42;
constexpr ber_tag_t kSearchRequest = 0x63;
constexpr ber_tag_t kModifyRequest = 0x66;
constexpr ber_tag_t kAddRequest = 0x68;
constexpr ber_tag_t kDeleteRequest = 0x4A;
constexpr ber_tag_t kModifyDnRequest = 0x6C;
constexpr ber_tag_t kCompareRequest = 0x6E;
constexpr ber_tag_t kAbandonRequest = 0x50;
constexpr ber_tag_t kExtendedRequest = 0x77;
constexpr ber_tag_t kSimplePassword = 0x80;
constexpr ber_tag_t kSasl = 0xA3;
constexpr ber_tag_t kExtendedOid = 0x80;
constexpr ber_tag_t kExtendedValue = 0x81;
constexpr ber_tag_t kInitialPiece = 0x80;
constexpr ber_tag_t kAnyPiece = 0x81;
constexpr ber_tag_t kFinalPiece = 0x82;
constexpr ber_tag_t kRule = 0x81;
constexpr ber_tag_t kRuleAttribute = 0x82;
constexpr ber_tag_t kRuleValue = 0x83;
constexpr ber_tag_t kRuleWithDn = 0x84;

constexpr std::int32_t kIntegerMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kBindVersionMax = 127;

std::optional<LdapFilterKind> filter_kind(ber_tag_t tag) {
  switch (tag) {
    case 0xA0:
      return LdapFilterKind::all_of;
    case 0xA1:
      return LdapFilterKind::any_of;
    case 0xA2:
      return LdapFilterKind::none_of;
    case 0xA3:
      return LdapFilterKind::equal;
    case 0xA4:
      return LdapFilterKind::substrings;
    case 0xA5:
      return LdapFilterKind::greater_or_equal;
    case 0xA6:
      return LdapFilterKind::less_or_equal;
    case 0x87:
      return LdapFilterKind::present;
    case 0xA8:
      return LdapFilterKind::approx;
    case 0xA9:
      return LdapFilterKind::extensible;
    default:
      return std::nullopt;
  }
}

// Takes the elements of a level, which is the content of a constructed element, one after the other. The first thing
// that is wrong stays as the reason; then every level ends and all values are empty.
//
// liblber finds the elements, in place: ber_peek_element() neither writes nor reads beyond the level, which the calls
// that move on do. Each level is given to it anew, as it heeds only the end of the buffer, not that of the element
// that the others are in.
class Decoder {
 public:
  Decoder() : ber_(ber_alloc_t(0)) {}

  std::string_view reason() const { return reason_; }
  bool is_good() const { return reason_.empty(); }

  void fail(std::string_view reason) {
    if (reason_.empty()) reason_ = reason;
  }

  static bool is_next(std::string_view level, ber_tag_t tag) {
    return !level.empty() && static_cast<unsigned char>(level.front()) == tag;
  }

  struct Element {
    ber_tag_t tag = LBER_DEFAULT;
    std::string_view content;
  };

  Element take(std::string_view& level) {
    if (is_good() && !level.empty()) {
      berval bytes{level.size(), const_cast<char*>(level.data())};
      ber_init2(ber_.get(), &bytes, 0);
      berval content{};
      const ber_tag_t tag = ber_peek_element(ber_.get(), &content);
      if (tag != LBER_DEFAULT) {
        level.remove_prefix(static_cast<std::size_t>(content.bv_val - level.data()) + content.bv_len);
        return {tag, {content.bv_val, content.bv_len}};
      }
    }
    fail("an element is cut off or of indefinite length");
    level = {};
    return {};
  }

  std::string_view take(std::string_view& level, ber_tag_t tag, std::string_view reason) {
    const Element element = take(level);
    if (element.tag == tag) return element.content;
    fail(reason);
    level = {};
    return {};
  }

  std::string_view take_text(std::string_view& level, std::string_view reason) {
    return take(level, LBER_OCTETSTRING, reason);
  }

  std::int32_t integer(std::string_view content, std::int32_t max, std::string_view reason) {
    const berval bytes{content.size(), const_cast<char*>(content.data())};
    ber_int_t value = 0;
    if (!content.empty() && ber_decode_int(&bytes, &value) == 0 && value >= 0 && value <= max) return value;
    fail(reason);
    return 0;
  }

  std::int32_t take_integer(std::string_view& level, ber_tag_t tag, std::int32_t max, std::string_view reason) {
    return integer(take(level, tag, reason), max, reason);
  }

  bool boolean(std::string_view content) {
    if (content.size() != 1) {
      fail("a boolean is not of one octet");
      return false;
    }
    return content.front() != '\0';
  }

  void end(std::string_view level, std::string_view reason) {
    if (!level.empty()) fail(reason);
  }

 private:
  struct Free {
    void operator()(BerElement* element) const { ber_free(element, 0); }
  };
  std::unique_ptr<BerElement, Free> ber_;
  std::string_view reason_;
};

void decode_substrings(Decoder& decoder, std::string_view level, LdapAssertion& assertion) {
  assertion.attribute = decoder.take_text(level, "a substring filter has no attribute");
  std::string_view pieces = decoder.take(level, LBER_SEQUENCE, "a substring filter has no pieces");
  decoder.end(level, "something follows a substring filter's pieces");
  if (pieces.empty()) decoder.fail("a substring filter has no pieces");
  while (!pieces.empty()) {
    const auto [tag, piece] = decoder.take(pieces);
    if (assertion.pieces.size() == kLdapSubstringPiecesMax) decoder.fail("a substring filter has too many pieces");
    if (tag == kInitialPiece && assertion.pieces.empty()) {
      assertion.is_anchored = true;
    } else if (tag == kFinalPiece && pieces.empty()) {
      assertion.is_ended = true;
    } else if (tag != kAnyPiece) {
      decoder.fail("the pieces of a substring filter are in disorder");
    }
    if (!decoder.is_good()) return;
    assertion.pieces.push_back(piece);
  }
}

void decode_extensible(Decoder& decoder, std::string_view level, LdapAssertion& assertion) {
  if (Decoder::is_next(level, kRule)) assertion.rule = decoder.take(level).content;
  if (Decoder::is_next(level, kRuleAttribute)) assertion.attribute = decoder.take(level).content;
  assertion.value = decoder.take(level, kRuleValue, "an extensible filter has no value");
  if (Decoder::is_next(level, kRuleWithDn)) assertion.with_dn = decoder.boolean(decoder.take(level).content);
  decoder.end(level, "something follows an extensible filter");
}

void decode_assertion(Decoder& decoder, LdapFilterKind kind, std::string_view content, LdapAssertion& assertion) {
  switch (kind) {
    case LdapFilterKind::present:
      assertion.attribute = content;
      return;
    case LdapFilterKind::substrings:
      return decode_substrings(decoder, content, assertion);
    case LdapFilterKind::extensible:
      return decode_extensible(decoder, content, assertion);
    default:
      assertion.attribute = decoder.take_text(content, "a filter has no attribute");
      assertion.value = decoder.take_text(content, "a filter has no value");
      decoder.end(content, "something follows a filter's value");
  }
}

void decode_filter(Decoder& decoder, std::string_view& level, LdapFilter& filter, std::size_t depth) {
  const auto [tag, found] = decoder.take(level);
  const auto kind = filter_kind(tag);
  if (!kind) return decoder.fail("a filter is of an unknown kind");
  if (depth == kLdapFilterDepthMax) return decoder.fail("a filter is nested too deeply");
  if (filter.nodes.size() == kLdapFilterNodesMax) return decoder.fail("a filter has too many parts");
  const std::size_t at = filter.nodes.size();
  filter.nodes.emplace_back().kind = *kind;
  std::string_view content = found;
  if (filter.nodes[at].is_leaf()) {
    decode_assertion(decoder, *kind, content, filter.nodes[at].assertion);
  } else if (*kind == LdapFilterKind::none_of) {
    decode_filter(decoder, content, filter, depth + 1);
    decoder.end(content, "something follows what a filter negates");
  } else {
    while (decoder.is_good() && !content.empty()) decode_filter(decoder, content, filter, depth + 1);
  }
  filter.nodes[at].end = static_cast<std::uint16_t>(filter.nodes.size());
}

LdapBind decode_bind(Decoder& decoder, std::string_view level) {
  LdapBind bind;
  bind.version = decoder.take_integer(level, LBER_INTEGER, kBindVersionMax, "a bind has no usable version");
  bind.name = decoder.take_text(level, "a bind has no name");
  const auto [tag, found] = decoder.take(level);
  std::string_view content = found;
  if (tag == kSimplePassword) {
    bind.password = content;
  } else if (tag == kSasl) {
    bind.mechanism = decoder.take_text(content, "a SASL bind has no mechanism");
    if (!content.empty()) decoder.take_text(content, "a SASL bind's credentials are not a text");
    decoder.end(content, "something follows a SASL bind's credentials");
  } else if ((tag & LBER_CLASS_MASK) != LBER_CLASS_CONTEXT) {
    decoder.fail("a bind has no credentials");
  }
  decoder.end(level, "something follows a bind's credentials");
  return bind;
}

LdapSearch decode_search(Decoder& decoder, std::string_view level) {
  LdapSearch search;
  search.base = decoder.take_text(level, "a search has no base");
  const std::int32_t scope = decoder.take_integer(level, LBER_ENUMERATED, 2, "a search has no usable scope");
  search.scope = static_cast<LdapScope>(scope);
  search.aliases = decoder.take_integer(level, LBER_ENUMERATED, 3, "a search has no usable treatment of aliases");
  search.size_limit = decoder.take_integer(level, LBER_INTEGER, kIntegerMax, "a search has no usable size limit");
  search.time_limit = decoder.take_integer(level, LBER_INTEGER, kIntegerMax, "a search has no usable time limit");
  search.types_only = decoder.boolean(decoder.take(level, LBER_BOOLEAN, "a search does not say if it is types only"));
  decode_filter(decoder, level, search.filter, 0);
  std::string_view attributes = decoder.take(level, LBER_SEQUENCE, "a search has no list of attributes");
  decoder.end(level, "something follows a search's attributes");
  while (!attributes.empty()) {
    if (search.attributes.size() == kLdapAttributesMax) {
      decoder.fail("a search asks for too many attributes");
      break;
    }
    search.attributes.push_back(decoder.take_text(attributes, "an attribute asked for is not a text"));
  }
  return search;
}

LdapExtended decode_extended(Decoder& decoder, std::string_view level) {
  LdapExtended extended;
  extended.oid = decoder.take(level, kExtendedOid, "an extended request has no OID");
  if (!level.empty()) extended.value = decoder.take(level, kExtendedValue, "an extended request's value is not one");
  decoder.end(level, "something follows an extended request's value");
  return extended;
}

LdapCompare decode_compare(Decoder& decoder, std::string_view level) {
  LdapCompare compare;
  compare.dn = decoder.take_text(level, "a compare has no entry");
  std::string_view assertion = decoder.take(level, LBER_SEQUENCE, "a compare has no assertion");
  decoder.end(level, "something follows a compare's assertion");
  compare.attribute = decoder.take_text(assertion, "a compare has no attribute");
  compare.value = decoder.take_text(assertion, "a compare has no value");
  decoder.end(assertion, "something follows a compare's value");
  return compare;
}

LdapOperation decode_operation(Decoder& decoder, const Decoder::Element& operation) {
  switch (operation.tag) {
    case kBindRequest:
      return decode_bind(decoder, operation.content);
    case kUnbindRequest:
      decoder.end(operation.content, "an unbind is not empty");
      return LdapUnbind{};
    case kSearchRequest:
      return decode_search(decoder, operation.content);
    case kAbandonRequest:
      return LdapAbandon{decoder.integer(operation.content, kIntegerMax, "an abandon has no message id")};
    case kExtendedRequest:
      return decode_extended(decoder, operation.content);
    case kCompareRequest:
      return decode_compare(decoder, operation.content);
    case kModifyRequest:
      return LdapWrite{LdapResponseTag::modify};
    case kAddRequest:
      return LdapWrite{LdapResponseTag::add};
    case kDeleteRequest:
      return LdapWrite{LdapResponseTag::remove};
    case kModifyDnRequest:
      return LdapWrite{LdapResponseTag::modify_dn};
    default:
      decoder.fail("an operation is not known");
      return LdapUnbind{};
  }
}

std::vector<LdapControl> decode_controls(Decoder& decoder, std::string_view level) {
  std::vector<LdapControl> controls;
  while (!level.empty()) {
    std::string_view content = decoder.take(level, LBER_SEQUENCE, "a control is not a sequence");
    if (controls.size() == kLdapControlsMax) decoder.fail("a message has too many controls");
    if (!decoder.is_good()) break;
    LdapControl& control = controls.emplace_back();
    control.oid = decoder.take_text(content, "a control has no OID");
    if (Decoder::is_next(content, LBER_BOOLEAN)) control.critical = decoder.boolean(decoder.take(content).content);
    if (!content.empty()) control.value = decoder.take_text(content, "a control's value is not a text");
    decoder.end(content, "something follows a control's value");
  }
  return controls;
}

}  // namespace

LdapFrame next_ldap_frame(std::string_view input, std::size_t bytes_max) {
  constexpr LdapFrame kMalformed{LdapFrame::State::malformed, 0};
  constexpr std::size_t kContentMin = 5;  // a message id of one octet and an empty operation
  constexpr std::size_t kLengthOctetsMax = 4;
  const auto octet = [input](std::size_t at) { return static_cast<unsigned char>(input[at]); };
  if (input.empty()) return {};
  if (octet(0) != LBER_SEQUENCE) return kMalformed;
  if (input.size() < 2) return {};
  std::size_t head = 2;
  std::size_t content = octet(1);
  if (content >= 0x80) {
    const std::size_t octets = content & 0x7FU;
    if (octets == 0 || octets > kLengthOctetsMax) return kMalformed;
    if (input.size() < head + octets) return {};
    for (content = 0; head < 2 + octets; ++head) content = content << 8U | octet(head);
  }
  if (content < kContentMin || content > bytes_max || head + content > bytes_max) return kMalformed;
  const bool is_whole = input.size() >= head + content;
  return {is_whole ? LdapFrame::State::whole : LdapFrame::State::need_more, head + content};
}

std::expected<LdapRequest, LdapMalformed> decode_ldap_request(std::string_view message) {
  Decoder decoder;
  LdapRequest request;
  std::string_view level = decoder.take(message, LBER_SEQUENCE, "a message is not a sequence");
  decoder.end(message, "something follows a message");
  request.message_id = decoder.take_integer(level, LBER_INTEGER, kIntegerMax, "a message has no usable id");
  if (request.message_id == 0) decoder.fail("a message has no usable id");
  const Decoder::Element operation = decoder.take(level);
  if (decoder.is_good()) request.operation = decode_operation(decoder, operation);
  if (!level.empty()) request.controls = decode_controls(decoder, decoder.take(level, kControls, "no controls follow"));
  decoder.end(level, "something follows a message's controls");
  if (!decoder.is_good()) return std::unexpected(LdapMalformed{decoder.reason()});
  return request;
}

std::optional<LdapPagedResults> paged_results_of(const LdapControl& control) {
  Decoder decoder;
  LdapPagedResults paged;
  std::string_view value = control.value.value_or("");
  std::string_view level = decoder.take(value, LBER_SEQUENCE, "no sequence");
  decoder.end(value, "something follows");
  paged.size = decoder.take_integer(level, LBER_INTEGER, kIntegerMax, "no size");
  paged.cookie = decoder.take_text(level, "no cookie");
  decoder.end(level, "something follows");
  if (!decoder.is_good()) return std::nullopt;
  return paged;
}

}  // namespace ringdex::telephony
