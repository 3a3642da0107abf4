#include "telephony/number/phone_field.h"

#include <algorithm>
#include <utility>

#include "telephony/number/caller_id.h"
#include "telephony/number/phone_field_tokens.h"
#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

using TokenKind = FieldToken::Kind;

constexpr std::size_t kShortDigitsMax = 6;  // so few digits without a plus are a tail, a short code or a note
constexpr std::size_t kTailDigitsMin = 2;
constexpr std::size_t kTailDigitsMax = 8;
constexpr std::size_t kPauseDigitsMin = 10;  // before a comma that pauses the dialling
constexpr std::size_t kVanityDigitsMax = 7;

// What stands between two separators.
struct Piece {
  std::string_view lead;  // the separator in front; empty for the first piece
  bool lead_is_tight = false;
  std::string_view raw;
  std::vector<FieldToken> tokens;
};

// One number of a piece, not yet parsed.
struct Candidate {
  std::string_view text;
  std::string_view raw;
  std::string label;
  std::string extension;
  bool after_note = false;  // words stand right before it, so that their digits may have run into it
};

struct PieceReading {
  std::vector<Candidate> candidates;
  std::optional<std::string> loose_label;  // a label without a number beside it
  std::string loose_extension;             // an extension without a number before it
  bool doubtful = false;
};

std::string_view span_of(const FieldToken& first, const FieldToken& last) {
  return {first.text.data(), last.text.data() + last.text.size()};
}

std::vector<Piece> pieces_of(std::vector<FieldToken> tokens, std::string_view plain) {
  std::vector<Piece> pieces(1);
  for (FieldToken& token : tokens) {
    if (token.kind == TokenKind::separator) {
      pieces.push_back({.lead = token.text, .lead_is_tight = token.tight, .raw = {}, .tokens = {}});
    } else {
      pieces.back().tokens.push_back(token);
    }
  }
  // The words of the piece that is no number in sight still bind the separators: an empty piece says nothing.
  std::erase_if(pieces, [](const Piece& piece) { return piece.tokens.empty(); });
  for (Piece& piece : pieces) piece.raw = span_of(piece.tokens.front(), piece.tokens.back());
  if (pieces.size() == 1) pieces.front().raw = text::trimmed(plain);
  return pieces;
}

// Labels stand before their numbers ("Tel 1 Fax 2") or behind them ("1 tel, 2 fax"); a piece that begins with a number
// and ends with a label has them behind.
PieceReading read_piece(const Piece& piece) {
  PieceReading reading;
  const auto& tokens = piece.tokens;
  const bool labels_follow = tokens.front().kind == TokenKind::number && tokens.back().kind != TokenKind::number;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const FieldToken& token = tokens[at];
    const FieldToken* before = at > 0 ? &tokens[at - 1] : nullptr;
    switch (token.kind) {
      case TokenKind::label: {
        const bool is_last_number_passed =
            std::none_of(tokens.begin() + static_cast<std::ptrdiff_t>(at), tokens.end(),
                         [](const FieldToken& later) { return later.kind == TokenKind::number; });
        if (!reading.candidates.empty() && (labels_follow || is_last_number_passed)) {
          std::string& label = reading.candidates.back().label;
          if (label.empty()) label = token.label;
        } else if (!reading.loose_label || reading.loose_label->empty()) {
          reading.loose_label = std::string(token.label);
        }
        break;
      }
      case TokenKind::number: {
        const std::string digits = text::digits_of(token.text);
        if (before != nullptr && before->kind == TokenKind::extension) {
          if (digits.size() > kExtensionDigitsMax) reading.doubtful = true;
          (reading.candidates.empty() ? reading.loose_extension : reading.candidates.back().extension) = digits;
          break;
        }
        const bool after_word = before != nullptr && before->kind == TokenKind::word;
        if (digits.size() < kShortDigitsMax && !token.text.starts_with('+') && (after_word || at > 1)) {
          if (after_word || !reading.candidates.empty()) break;  // a note's own digits: "option 2"
        }
        reading.candidates.push_back({.text = token.text,
                                      .raw = token.text,
                                      .label = std::exchange(reading.loose_label, std::nullopt).value_or(""),
                                      .extension = {},
                                      .after_note = after_word && !token.spaced});
        break;
      }
      case TokenKind::time:
      case TokenKind::doubt:
        reading.doubtful = true;
        break;
      case TokenKind::word:
      case TokenKind::extension:
      case TokenKind::separator:
        break;
    }
  }
  if (reading.candidates.size() == 1) reading.candidates.front().raw = piece.raw;
  return reading;
}

class FieldReader {
 public:
  FieldReader(const NumberParser& parser, std::string_view region)
      : parser_(parser), region_(region), national_prefix_(parser.national_prefix(region)) {}

  std::vector<FieldPhone> read(std::string_view plain) {
    const std::vector<Piece> pieces = pieces_of(field_tokens(plain), plain);
    for (const Piece& piece : pieces) {
      read_next(piece);
      if (phones_.size() > kPhonesPerFieldMax) return {failed(plain, ParseError::too_long)};
    }
    if (phones_.empty()) return {failed(plain, ParseError::not_a_number)};
    if (waiting_label_ && phones_.back().label.empty()) phones_.back().label = *waiting_label_;
    return without_repeats();
  }

 private:
  using Parsed = std::expected<ParsedNumber, ParseError>;

  static FieldPhone failed(std::string_view raw, ParseError error, std::string label = {}) {
    return {std::string(text::trimmed(raw)), std::nullopt, error, std::move(label)};
  }

  void add(const Candidate& candidate, Parsed parsed) {
    // Without a plus so few digits are a short code, unless the region's whole numbers are as short.
    const bool is_short = text::digits_of(candidate.text).size() <= kShortDigitsMax && !candidate.text.starts_with('+');
    if (parsed && is_short && !(parsed->valid && candidate.text.starts_with(national_prefix_))) {
      parsed = std::unexpected(ParseError::too_short);
    }
    base_text_ = std::string(candidate.text);
    push(candidate, std::move(parsed));
  }

  void push(const Candidate& candidate, Parsed parsed) {
    if (!parsed) {
      phones_.push_back(failed(candidate.raw, parsed.error(), candidate.label));
      return;
    }
    if (!candidate.extension.empty()) parsed->extension = candidate.extension;
    phones_.push_back({std::string(text::trimmed(candidate.raw)), *std::move(parsed), std::nullopt, candidate.label});
  }

  void read_next(const Piece& piece) {
    if (read_vanity(piece)) return;
    PieceReading reading = read_piece(piece);
    if (reading.doubtful) {
      if (!reading.candidates.empty()) {
        phones_.push_back(failed(piece.raw, ParseError::not_a_number));
        base_text_.clear();
      }
      return;
    }
    if (!reading.loose_extension.empty() && !phones_.empty() && phones_.back().parsed) {
      phones_.back().parsed->extension = reading.loose_extension;
    }
    if (waiting_label_ && !reading.candidates.empty()) {
      // "Tel / Fax: 1" is one number for both, so no fax.
      reading.candidates.front().label = *waiting_label_;
      waiting_label_.reset();
    }
    bool is_first = true;
    for (const Candidate& candidate : reading.candidates) {
      read_candidate(candidate, is_first ? piece.lead : std::string_view("or"), piece.lead_is_tight);
      is_first = false;
    }
    if (reading.loose_label) waiting_label_ = reading.loose_label;
  }

  void read_candidate(const Candidate& candidate, std::string_view lead, bool lead_is_tight) {
    const bool has_base = !phones_.empty() && !base_text_.empty() && (lead == "/" || lead == "or" || lead == ",");
    const bool is_base_valid = has_base && phones_.back().parsed && phones_.back().parsed->valid;
    const bool is_base_read = has_base && phones_.back().parsed;
    if (lead == "/" && has_base && !is_base_valid && join_with_base(candidate)) return;
    if (is_base_read && lead == "," && lead_is_tight && add_as_pause(candidate)) return;
    if (is_base_valid && !is_full_number(candidate)) return add_tail(candidate, lead);
    if (candidate.after_note && may_hold_digits_of_note(candidate.text)) {
      return add(candidate, std::unexpected(ParseError::not_a_number));
    }
    const Parsed parsed = parser_.parse(candidate.text, region_);
    const bool is_sure = parsed && parsed->valid;
    if (!is_sure && add_both_sides_of_dash(candidate)) return;
    add(candidate, parsed);
  }

  // "030/12345": the slash stands inside one number if what is before it is none.
  bool join_with_base(const Candidate& candidate) {
    const std::string joined = base_text_ + "/" + std::string(candidate.text);
    const Parsed parsed = parser_.parse(joined, region_);
    const bool is_area_alone = text::digits_of(base_text_).size() < kShortDigitsMax;
    if (!parsed || (!parsed->valid && !is_area_alone)) return false;
    Candidate whole = candidate;
    const std::string raw = phones_.back().raw + "/" + std::string(candidate.raw);
    whole.text = joined;
    whole.raw = raw;
    if (whole.label.empty()) whole.label = phones_.back().label;
    phones_.pop_back();
    add(whole, parsed);
    return true;
  }

  // "3105551234,,12": a phone waits at each comma, then dials the extension.
  bool add_as_pause(const Candidate& candidate) {
    const std::string digits = text::digits_of(candidate.text);
    const bool is_extension = candidate.label.empty() && digits == candidate.text &&
                              digits.size() <= kExtensionDigitsMax &&
                              text::digits_of(base_text_).size() >= kPauseDigitsMin;
    if (!is_extension) return false;
    phones_.back().parsed->extension = digits;
    base_text_.clear();
    return true;
  }

  // A number that stands alone, and not the tail of the one before it.
  bool is_full_number(const Candidate& candidate) const {
    const std::string_view text =
        candidate.text.substr(std::min(candidate.text.find_first_of("+0123456789"), candidate.text.size()));
    if (text::digits_of(text).size() < kShortDigitsMax && !text.starts_with('+')) return false;
    const bool says_so = text.starts_with('+') || text.starts_with("00");
    const Parsed parsed = parser_.parse(candidate.text, region_);
    if (says_so) return true;
    // Where numbers begin with 0 inside the country, one without is a tail.
    if (national_prefix_ == "0") return text.starts_with('0');
    return parsed && parsed->valid;
  }

  void add_tail(const Candidate& candidate, std::string_view lead) {
    const std::string tail = text::digits_of(candidate.text);
    const std::string base = phones_.back().parsed->number.to_e164();
    const bool is_plain = tail.size() >= kTailDigitsMin && tail.size() <= kTailDigitsMax &&
                          tail.size() + 4 <= base.size() && !candidate.text.starts_with('+');
    // Behind a comma only a tail of the same size as the last group is surely one.
    const std::string_view last_group =
        std::string_view(base_text_).substr(base_text_.find_last_not_of("0123456789") + 1);
    if (!is_plain || (lead == "," && last_group.size() != tail.size())) {
      const Parsed parsed = parser_.parse(candidate.text, region_);
      return add(candidate, std::unexpected(parsed ? ParseError::not_a_number : parsed.error()));
    }
    Parsed parsed = parser_.parse(base.substr(0, base.size() - tail.size()) + tail, region_);
    if (parsed && (!parsed->valid || parsed->repair != Repair::none)) {
      parsed = std::unexpected(ParseError::not_a_number);
    }
    // The next tail belongs to the same full number, whose text shows the groups, so that text stays.
    push(candidate, std::move(parsed));
  }

  // "Room 4 030 12345": what looks like one run of digits may begin with the note's.
  bool may_hold_digits_of_note(std::string_view text) const {
    if (text.starts_with('+') || text.starts_with('(')) return false;
    const std::size_t first_group = text.find_first_not_of("0123456789");
    if (national_prefix_ == "0") return !text.starts_with('0');
    return first_group == 1 && !(national_prefix_ == "1" && text.starts_with('1'));
  }

  bool add_both_sides_of_dash(const Candidate& candidate) {
    const std::size_t dash = candidate.text.find(" - ");
    if (dash == std::string_view::npos) return false;
    Candidate first = candidate;
    Candidate second = candidate;
    first.text = first.raw = candidate.text.substr(0, dash);
    second.text = second.raw = candidate.text.substr(dash + 3);
    const Parsed first_parsed = parser_.parse(first.text, region_);
    const Parsed second_parsed = parser_.parse(second.text, region_);
    if (!first_parsed || !first_parsed->valid || !second_parsed || !second_parsed->valid) return false;
    first.extension.clear();
    add(first, first_parsed);
    add(second, second_parsed);
    return true;
  }

  // Letters are dialled where that is the custom, in North America and Australia; elsewhere they are a note.
  bool read_vanity(const Piece& piece) {
    const bool is_shaped = piece.tokens.size() >= 2 && piece.tokens.front().kind == TokenKind::number &&
                           text::digits_of(piece.tokens.front().text).size() <= kVanityDigitsMax &&
                           piece.tokens[1].kind != TokenKind::label && piece.tokens[1].kind != TokenKind::extension;
    if (!is_shaped) return false;
    const std::string_view text = span_of(piece.tokens.front(), piece.tokens.back());
    const Parsed parsed = parser_.parse(text, region_);
    if (!parsed || !parsed->valid || parsed->repair != Repair::none || !parsed->extension.empty()) return false;
    const std::string e164 = parsed->number.to_e164();
    if (!e164.starts_with("+1") && !e164.starts_with("+611")) return false;
    add({.text = text, .raw = piece.raw, .label = {}, .extension = {}, .after_note = false}, parsed);
    return true;
  }

  std::vector<FieldPhone> without_repeats() {
    std::vector<FieldPhone> kept;
    for (FieldPhone& phone : phones_) {
      const bool is_repeat = phone.parsed && std::ranges::any_of(kept, [&](const FieldPhone& earlier) {
                               return earlier.parsed && earlier.parsed->number == phone.parsed->number &&
                                      earlier.parsed->extension == phone.parsed->extension;
                             });
      if (!is_repeat) kept.push_back(std::move(phone));
    }
    return kept;
  }

  const NumberParser& parser_;
  std::string_view region_;
  std::string national_prefix_;
  std::vector<FieldPhone> phones_;
  std::string base_text_;  // the last full number as written, for tails; empty if there is none
  std::optional<std::string> waiting_label_;
};

// A spreadsheet guards a number with an apostrophe or a formula (='...', ="+44..."), or saves it as a fraction.
std::string_view without_spreadsheet_marks(std::string_view text) {
  if (text.starts_with('=')) text.remove_prefix(1);
  while (text.starts_with('\'') || text.starts_with('"')) text.remove_prefix(1);
  while (text.ends_with('\'') || text.ends_with('"')) text.remove_suffix(1);
  // A column of numbers saved as fractions.
  const bool is_fraction = text.ends_with(".0") && std::ranges::all_of(text.substr(0, text.size() - 2), text::is_digit);
  if (is_fraction) text.remove_suffix(2);
  return text::trimmed(text);
}

// "4.41632E+11": the spreadsheet has lost the digits.
bool is_scientific(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos || mark == 0 || mark + 1 >= text.size()) return false;
  return text.substr(0, mark).find_first_not_of("0123456789.,") == std::string_view::npos &&
         text.substr(mark + 1).find_first_not_of("+-0123456789") == std::string_view::npos;
}

}  // namespace

std::vector<FieldPhone> read_phone_field(const NumberParser& parser, std::string_view text, std::string_view region) {
  const std::string_view field = text::trimmed(text);
  if (field.empty()) return {};
  if (field.size() > kPhoneFieldBytesMax) {
    return {{std::string(field.substr(0, kNumberBytesMax)), std::nullopt, ParseError::too_long, {}}};
  }
  if (parser.parse_clean_e164(field)) return {{std::string(field), *parser.parse(field, region), std::nullopt, {}}};
  const auto unreadable = [&] {
    return std::vector<FieldPhone>{{std::string(field), std::nullopt, ParseError::not_a_number, {}}};
  };
  const auto plain = text::plain_text(field);
  if (!plain) return unreadable();
  std::string_view cleaned = without_spreadsheet_marks(text::trimmed(*plain));
  if (is_scientific(cleaned)) return unreadable();
  const std::string lower = text::ascii_lower(cleaned.substr(0, 5));
  std::string from_uri;
  if (lower.starts_with("tel:") || lower.starts_with("sip:") || lower.starts_with("sips:")) {
    const CallerId uri = read_caller_id(cleaned);
    if (uri.kind != CallerId::Kind::number) return unreadable();
    from_uri = uri.number_text + (uri.extension.empty() ? "" : ";ext=" + uri.extension);
    cleaned = from_uri;
  }
  std::vector<FieldPhone> phones = FieldReader(parser, region).read(cleaned);
  if (phones.size() == 1) phones.front().raw = std::string(field);
  return phones;
}

}  // namespace ringdex::telephony
