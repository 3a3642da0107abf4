#include "telephony/formats/display_name.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <memory>

#include "telephony/text/plain_text.h"
#include "telephony/text/utf8.h"

namespace ringdex::telephony {
namespace {

constexpr std::size_t kTextBytesMax = 4096;
constexpr std::size_t kCharactersMax = 1024;  // none has more than four bytes
constexpr std::size_t kCnamCharactersMax = 15;

enum class Role { keep, space, vanish };

constexpr Role role_of_ascii(char32_t code) {
  if (code <= 0x20 || code == 0x7F) return Role::space;
  // What parts words becomes a space: Asterisk's ExecIf splits at a colon, SIP headers at , and ;
  if (code == ',' || code == ';' || code == ':' || code == '<' || code == '>' || code == '\\' || code == '{' ||
      code == '}') {
    return Role::space;
  }
  // FreeSWITCH prints names as a printf format; its memcache line and FreePBX break at quotes.
  if (code == '%' || code == '$' || code == '"' || code == '\'' || code == '`') return Role::vanish;
  return Role::keep;
}

constexpr auto kAsciiRoles = [] {
  std::array<Role, 128> roles{};
  for (std::size_t code = 0; code < roles.size(); ++code) roles[code] = role_of_ascii(static_cast<char32_t>(code));
  return roles;
}();

bool is_mark(char32_t code) {
  return code >= 0x300 && (U_GET_GC_MASK(static_cast<UChar32>(code)) & U_GC_M_MASK) != 0;
}

Role role_of(char32_t code) {
  if (code < 0x80) return kAsciiRoles[code];
  // The letters of most Latin names, without asking ICU.
  if (code >= 0xC0 && code < 0x250) return Role::keep;
  if (code == 0x1FEF) return Role::vanish;                  // composes to `
  if (code == 0x37E || code == 0x2800) return Role::space;  // composes to ; and an empty Braille cell
  const auto point = static_cast<UChar32>(code);
  const auto category = U_GET_GC_MASK(point);
  if ((category & (U_GC_CC_MASK | U_GC_Z_MASK)) != 0) return Role::space;
  if ((category & (U_GC_CF_MASK | U_GC_CO_MASK)) != 0 || U_IS_UNICODE_NONCHAR(point)) return Role::vanish;
  return u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 ? Role::vanish : Role::keep;
}

// Puts a line together: spaces collapsed and trimmed, no mark without a letter before it.
class Line {
 public:
  explicit Line(std::size_t bytes) { text_.reserve(bytes); }

  void add(char32_t code) {
    const Role role = role_of(code);
    if (role == Role::space) add_space();
    if (role != Role::keep || ((text_.empty() || space_) && is_mark(code))) return;
    if (space_) text_.push_back(' ');
    space_ = false;
    text::append_utf8(text_, code);
    ++letters_;
  }
  std::size_t letters() const { return letters_; }
  void add_space() { space_ = !text_.empty(); }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t letters_ = 0;  // without spaces
  bool space_ = false;
};

// A prefix of at most kTextBytesMax bytes that ends where a character does.
std::string_view read_part(std::string_view text) {
  if (text.size() <= kTextBytesMax) return text;
  std::size_t end = kTextBytesMax;
  while (end > kTextBytesMax - 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

bool is_clean_ascii(std::string_view text) {
  bool after_space = true;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code == ' ' ? after_space : code >= 0x80 || kAsciiRoles[code] != Role::keep) return false;
    after_space = code == ' ';
  }
  return !after_space;
}

std::string composed(std::string text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  std::string result;
  icu::StringByteSink<std::string> sink(&result);
  if (U_SUCCESS(status)) nfc->normalizeUTF8(0, text, sink, nullptr, status);
  return U_SUCCESS(status) ? result : text;
}

// At least the first `characters_max` characters of what is to be shown: composing makes one of at most four.
std::string clean_utf8(std::string_view text, std::size_t characters_max) {
  const std::size_t letters_max = 4 * (characters_max + 1);
  Line line(std::min(text.size(), 4 * letters_max));
  while (!text.empty() && line.letters() < letters_max) {
    const text::Character character = text::first_character_or_1252(text);
    line.add(character.code == '\'' ? U'\u2019' : character.code);
    text.remove_prefix(character.bytes);
  }
  std::string clean = line.take();
  return is_ascii(clean) ? clean : composed(std::move(clean));
}

// Other scripts in Latin letters, then those without marks. ICU's transliterators may be shared between threads
// (they keep nothing between calls, and lock what they share). Null if ICU's data is not installed.
const icu::Transliterator* latin_ascii() {
  static const std::unique_ptr<const icu::Transliterator> kTransliterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::Transliterator> made(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) made.reset();
    return made;
  }();
  return kTransliterator.get();
}

// From what clean_utf8 gives. What has no Latin form, such as an emoji, is left out.
std::string ascii_of(const std::string& clean) {
  if (is_ascii(clean)) return clean;
  std::string letters = clean;
  if (const icu::Transliterator* transliterator = latin_ascii()) {
    icu::UnicodeString wide = icu::UnicodeString::fromUTF8(clean);
    transliterator->transliterate(wide);
    letters.clear();
    wide.toUTF8String(letters);
  }
  Line line(letters.size());
  for (const char byte : letters) {
    if (static_cast<unsigned char>(byte) < 0x80) line.add(static_cast<unsigned char>(byte));
  }
  return line.take();
}

std::string cnam_of(std::string_view ascii) {
  Line line(ascii.size());
  for (const char character : ascii) {
    const bool is_lower = character >= 'a' && character <= 'z';
    const char upper = is_lower ? static_cast<char>(character - 'a' + 'A') : character;
    const bool stays = (upper >= 'A' && upper <= 'Z') || (upper >= '0' && upper <= '9') || upper == '&' ||
                       upper == '-' || upper == '.';
    if (stays) {
      line.add(static_cast<unsigned char>(upper));
    } else {
      line.add_space();
    }
  }
  return line.take();
}

// A letter whose marks would be cut off goes as a whole, unless nothing would be left.
std::string cut(std::string name, std::size_t characters_max) {
  if (name.size() <= characters_max) return name;
  std::size_t end = 0;
  std::size_t letter = 0;  // where the last character that is no mark began
  for (std::size_t count = 0; count < characters_max && end < name.size(); ++count) {
    const text::Character character = text::first_character(std::string_view(name).substr(end));
    if (!is_mark(character.code)) letter = end;
    end += character.bytes;
  }
  const bool parts_a_letter =
      end < name.size() && is_mark(text::first_character(std::string_view(name).substr(end)).code);
  name.resize(parts_a_letter && letter > 0 ? letter : end);
  if (name.ends_with(' ')) name.pop_back();
  return name;
}

}  // namespace

std::string display_name(std::string_view text, NameForm form, std::size_t characters_max) {
  characters_max = std::min(characters_max, form == NameForm::cnam15 ? kCnamCharactersMax : kCharactersMax);
  text = read_part(text);
  if (form != NameForm::cnam15 && is_clean_ascii(text)) {
    text = text.substr(0, characters_max);
    if (text.ends_with(' ')) text.remove_suffix(1);
    return std::string(text);
  }
  if (form == NameForm::utf8) return cut(clean_utf8(text, characters_max), characters_max);
  // Enough for the result, as hardly a letter gives less than one; ICU is slow on thousands of Chinese characters.
  const std::size_t letters_max = 2 * characters_max;
  const std::string ascii = ascii_of(cut(clean_utf8(text, letters_max), letters_max));
  return cut(form == NameForm::ascii ? ascii : cnam_of(ascii), characters_max);
}

void prepare_display_names() {
  for (const char* name : {"é", "Ж", "α", "王", "م", "א", "あ", "ア", "한", "क", "ก"}) {
    display_name(name, NameForm::ascii, kDisplayNameCharactersMax);
  }
}

}  // namespace ringdex::telephony
