#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/ldap/ldap_attribute.h"

namespace ringdex::telephony {

// What a decoded filter may hold; more is malformed.
inline constexpr std::size_t kLdapFilterDepthMax = 32;
inline constexpr std::size_t kLdapFilterNodesMax = 256;
inline constexpr std::size_t kLdapSubstringPiecesMax = 16;
// A plan with more texts than these is for everybody.
inline constexpr std::size_t kLdapPlanNumbersMax = 8;
inline constexpr std::size_t kLdapPlanNamesMax = 8;

enum class LdapFilterKind : std::uint8_t {
  all_of,   // and
  any_of,   // or
  none_of,  // not, of one child
  equal,
  substrings,
  greater_or_equal,
  less_or_equal,
  present,
  approx,
  extensible,
};

// A leaf's assertion. The texts are the client's bytes as they came: not known to be UTF-8, and alive only as long as
// the message is.
struct LdapAssertion {
  std::string_view attribute;  // with its options; may be empty
  std::string_view value;      // empty for `substrings` and `present`
  std::string_view rule;       // `extensible` only: the matching rule's name or OID, or empty
  bool with_dn = false;        // `extensible` only
  // `substrings` only: one piece or more in their order. The first is `initial` if `is_anchored`, the last is `final`
  // if `is_ended`, the others are `any`.
  std::vector<std::string_view> pieces;
  bool is_anchored = false;
  bool is_ended = false;
  bool operator==(const LdapAssertion&) const = default;
};

// The nodes of a filter (RFC 4511 section 4.5.1.7), each in front of its children. The first child of the node at `at`
// is at `at + 1`, the next one at that one's `end`, up to the node's own `end`.
struct LdapFilterNode {
  LdapFilterKind kind = LdapFilterKind::any_of;
  std::uint16_t end = 0;    // one past the last node of its subtree
  LdapAssertion assertion;  // of a leaf
  bool is_leaf() const { return kind > LdapFilterKind::none_of; }
  bool operator==(const LdapFilterNode&) const = default;
};

// A plain value. Not empty, and within the limits above, when it comes from decode_ldap_request().
struct LdapFilter {
  std::vector<LdapFilterNode> nodes;
  bool operator==(const LdapFilter&) const = default;
};

enum class LdapTruth : std::uint8_t { no, undefined, yes };

constexpr LdapTruth truth_of(bool holds) {
  return holds ? LdapTruth::yes : LdapTruth::no;
}

// Whether the filter holds, in three-valued logic; only entries for which it is `yes` are answers. `ask(node index,
// node)` answers for a leaf; it is asked in the filter's order and only as far as its answer matters. `(&)` is yes and
// `(|)` is no (RFC 4526).
template <typename Ask>
LdapTruth evaluate(const LdapFilter& filter, const Ask& ask, std::size_t at = 0) {
  const LdapFilterNode& node = filter.nodes[at];
  if (node.is_leaf()) return ask(at, node);
  if (node.kind == LdapFilterKind::none_of) {
    const LdapTruth child = evaluate(filter, ask, at + 1);
    return child == LdapTruth::undefined ? child : truth_of(child == LdapTruth::no);
  }
  const bool is_and = node.kind == LdapFilterKind::all_of;
  const LdapTruth decisive = truth_of(!is_and);
  LdapTruth result = truth_of(is_and);
  for (std::size_t child = at + 1; child < node.end; child = filter.nodes[child].end) {
    const LdapTruth truth = evaluate(filter, ask, child);
    if (truth == decisive) return decisive;
    if (truth == LdapTruth::undefined) result = truth;
  }
  return result;
}

// Compares texts much like caseIgnoreMatch and its relatives (RFC 4517 sections 4.2.11 to 4.2.13, prepared as in RFC
// 4518): NFKC case folding, runs of spaces count as one, those at the ends do not count. The asserted texts are
// prepared once, when it is built; `filter` must outlive it.
//
// `approx` is taken as `equal`. An equality with an empty value, `extensible`, and an asserted text that is not UTF-8
// are `undefined`. Nothing is known of numbers here: what a leaf on a number attribute says is the caller's to decide.
class LdapTextMatcher {
 public:
  explicit LdapTextMatcher(const LdapFilter& filter);
  // Whether the leaf at `node` holds for a value of its attribute. `present` is yes.
  LdapTruth matches(std::size_t node, std::string_view value) const;

 private:
  struct Prepared {
    bool is_usable = false;
    std::vector<std::string> texts;  // the value, or the pieces
  };
  const LdapFilter* filter_;
  std::vector<Prepared> prepared_;  // one for each node
};

// Where the answers of a filter are among: the people who have one of `numbers`, those of whom a value of a name
// attribute (the whole name, the family name, the company's, ...) begins with one of `names`, or, if `everybody`,
// anyone, and then `numbers` are still those that a phone asks for. With nothing at all nobody can be an answer.
//
// `numbers` are as asked, for the number parser; `names` are folded like LdapTextMatcher's, with single spaces. A
// substring assertion on a number attribute gives its pieces joined: phones put a star behind the typed text, some put
// one in front, and ringdex's number parser, which never matches by a part of a number, reads the digits as a whole
// one.
struct LdapPlan {
  std::vector<std::string> numbers;
  std::vector<std::string> names;
  bool everybody = false;
  bool operator==(const LdapPlan&) const = default;
};

// ldap_attribute_kind, or the door's own.
using LdapAttributeKindOf = std::function<LdapAttributeKind(std::string_view attribute)>;

// What to look up so that everyone for whom the filter is `yes` is found. It holds for an evaluation in which a leaf
// - on an attribute of kind `none`, and an extensible one, is never `yes`;
// - on a name attribute is what LdapTextMatcher says of one of the person's values;
// - on a number attribute is `yes` for equality, approx and substrings only if the person has the number that
//   number_text_of() gives, which for an empty value is never so.
LdapPlan plan_for(const LdapFilter& filter, const LdapAttributeKindOf& kind_of = ldap_attribute_kind);

// The number that a leaf of kind equal, approx or substrings asks for: its value, or its pieces joined.
std::string number_text_of(const LdapFilterNode& leaf);

// A number asked for, and the attribute it was asked for under: some phones show a name only if that attribute of the
// answer is, to the byte, what they asked.
struct LdapAskedNumber {
  std::string_view attribute;  // as the client wrote it
  std::string text;
  bool operator==(const LdapAskedNumber&) const = default;
};

// Of all leaves on number attributes that are not below a `not`, in their order.
std::vector<LdapAskedNumber> asked_numbers_of(const LdapFilter& filter,
                                              const LdapAttributeKindOf& kind_of = ldap_attribute_kind);

}  // namespace ringdex::telephony
