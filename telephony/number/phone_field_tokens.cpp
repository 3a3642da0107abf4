#include "telephony/number/phone_field_tokens.h"

#include <algorithm>
#include <utility>

#include "telephony/number/phone_field_words.h"
#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

using TokenKind = FieldToken::Kind;

// In brackets, fewer digits than this beside letters are a date or the like.
constexpr std::size_t kBracketedNumberDigitsMin = 6;

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<FieldToken> run() {
    while (at_ < text_.size()) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool is_after_digit() const { return at_ > 0 && text::is_digit(text_[at_ - 1]); }

  void push(TokenKind kind, std::string_view text, std::string_view label = {}, bool tight = false) {
    tokens_.push_back({.kind = kind, .text = text, .label = label, .tight = tight, .spaced = false});
  }

  void separator(std::string_view name, std::size_t bytes) {
    const bool after_digit = is_after_digit();
    at_ += bytes;
    while (name == "," && peek() == ',') ++at_;
    push(TokenKind::separator, name, {}, after_digit && text::is_digit(peek()));
  }

  void step() {
    const char character = peek();
    if (text::is_digit(character) || (character == '+' && starts_plus()) ||
        (character == '(' && starts_with_bracket())) {
      number();
    } else if (character == '(' || character == '[') {
      bracket();
    } else if (text::is_letter(character)) {
      word();
    } else {
      punctuation(character);
    }
  }

  void punctuation(char character) {
    constexpr std::string_view kHarmless = " \t.-)]('\"<>!?{}";
    constexpr std::string_view kSlashes = "/\\";
    const bool touches_digit = is_after_digit() || text::is_digit(peek(1));
    if (character == '\n') return separator("\n", 1);
    if (character == '|') return separator("|", 1);
    if (character == ',') return separator(",", 1);
    if (character == '&') return separator("or", 1);
    if (kSlashes.contains(character)) return separator("/", 1);
    if (character == ';') return semicolon();
    if (text_.substr(at_).starts_with(":::")) return separator("\n", 3);
    if (character == '#') return hash();
    if (character == ':') {
      if (is_after_digit() && text::is_digit(peek(1))) push(TokenKind::doubt, text_.substr(at_, 1));
    } else if (!kHarmless.contains(character) && touches_digit) {
      push(TokenKind::doubt, text_.substr(at_, 1));
    }
    if (character == ':' || character == '-' || character == ')' || character == ']') spaced_ = true;
    ++at_;
  }

  // RFC 3966 parameters are no separate numbers.
  void semicolon() {
    const std::string rest = text::ascii_lower(text_.substr(at_ + 1, 16));
    if (rest.starts_with("ext=")) {
      push(TokenKind::extension, text_.substr(at_ + 1, 3));
      at_ += 5;
      return;
    }
    if (rest.starts_with("isub=") || rest.starts_with("phone-context=")) {
      push(TokenKind::doubt, text_.substr(at_, 1));
    }
    separator(";", 1);
  }

  void hash() {
    const std::size_t next = text_.find_first_not_of(' ', at_ + 1);
    if (next != std::string_view::npos && text::is_digit(text_[next])) push(TokenKind::extension, text_.substr(at_, 1));
    ++at_;
  }

  bool starts_plus() const {
    const std::size_t next = text_.find_first_not_of("+ -(.", at_);
    return next != std::string_view::npos && text::is_digit(text_[next]);
  }

  std::string_view bracket_content() const {
    const std::size_t close = text_.find(peek() == '(' ? ')' : ']', at_);
    return close == std::string_view::npos ? std::string_view() : text_.substr(at_ + 1, close - at_ - 1);
  }

  bool starts_with_bracket() const {
    const std::string_view content = bracket_content();
    return std::ranges::any_of(content, text::is_digit) &&
           content.find_first_not_of("0123456789 +-.") == std::string_view::npos;
  }

  // A note in brackets gives its labels; a whole number or an extension in it is read as if it stood alone.
  void bracket() {
    const std::string_view content = bracket_content();
    if (content.empty()) {
      spaced_ = true;
      ++at_;
      return;
    }
    std::vector<FieldToken> inner = Tokenizer(content).run();
    const bool has_extension =
        std::ranges::any_of(inner, [](const auto& token) { return token.kind == TokenKind::extension; });
    const bool has_number = text::digits_of(content).size() >= kBracketedNumberDigitsMin;
    if (has_number) push(TokenKind::separator, "\n");
    for (FieldToken& token : inner) {
      const bool is_kept = has_number || has_extension || token.kind == TokenKind::label;
      if (is_kept) tokens_.push_back(token);
    }
    at_ += content.size() + 2;
    if (has_number) push(TokenKind::separator, "\n");
    spaced_ = true;
  }

  void number() {
    const std::size_t begin = at_;
    bool has_digits = false;
    while (at_ < text_.size()) {
      const char character = peek();
      if (text::is_digit(character)) {
        has_digits = true;
      } else if (character == '+') {
        if (has_digits) break;
      } else if (character == '(') {
        if (!starts_with_bracket()) break;
      } else if (!std::string_view(" .-)").contains(character)) {
        break;
      }
      ++at_;
    }
    std::string_view run = text_.substr(begin, at_ - begin);
    run = run.substr(0, run.find_last_of("0123456789)") + 1);
    // A closing bracket belongs to the number only if it opened there.
    while (run.ends_with(')') && std::ranges::count(run, '(') < std::ranges::count(run, ')')) run.remove_suffix(1);
    if (text::digits_of(run).empty()) {
      at_ = begin + 1;
      return;
    }
    at_ = begin + run.size();
    push(TokenKind::number, run);
    tokens_.back().spaced = spaced_;
    spaced_ = false;
  }

  void word() {
    const std::size_t begin = at_;
    const bool tight = is_after_digit();
    const std::string clock = text::ascii_lower(text_.substr(at_, 4));
    if (clock.starts_with("a.m") || clock.starts_with("p.m")) {
      at_ += std::min<std::size_t>(4, text_.size() - at_);
      return push(TokenKind::time, text_.substr(begin, 3));
    }
    while (text::is_letter(peek()) || (peek() == '\'' && text::is_letter(peek(1)))) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    spaced_ = false;
    if (word.size() == 1 && (peek() == ':' || peek() == '.')) {
      if (const auto label = label_of_letter(word[0])) return push(TokenKind::label, word, *label);
    }
    const FieldWord meaning = read_field_word(word);
    const bool touches_digits = tight || text::is_digit(peek());
    switch (meaning.kind) {
      case FieldWord::Kind::label:
        return push(TokenKind::label, word, meaning.label);
      case FieldWord::Kind::connector:
        return push(TokenKind::separator, "or");
      case FieldWord::Kind::time:
        return push(TokenKind::time, word);
      case FieldWord::Kind::extension:
        return push(extension_follows() ? TokenKind::extension
                    : touches_digits    ? TokenKind::doubt
                                        : TokenKind::word,
                    word);
      case FieldWord::Kind::note:
        return push(touches_digits ? TokenKind::doubt : TokenKind::word, word);
    }
  }

  bool extension_follows() const {
    const std::size_t next = text_.find_first_not_of(" .:=#-", at_);
    return next != std::string_view::npos && text::is_digit(text_[next]);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool spaced_ = false;
  std::vector<FieldToken> tokens_;
};

}  // namespace

std::vector<FieldToken> field_tokens(std::string_view plain) {
  return Tokenizer(plain).run();
}

}  // namespace ringdex::telephony
