#include "index/records/name_words.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace ringdex::index {
namespace {

// What stands behind in a longer text is not looked at.
constexpr std::size_t kTextBytesMax = 4096;
constexpr std::size_t kWordsExpected = 6;
constexpr UChar32 kHangulFirst = 0xac00;
constexpr UChar32 kHangulLast = 0xd7a3;

// Of each ASCII character what it is in a word; 0 splits words.
constexpr std::array<char, 128> kAsciiFold = [] {
  std::array<char, 128> fold{};
  for (char digit = '0'; digit <= '9'; ++digit) fold[static_cast<std::size_t>(digit)] = digit;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    fold[static_cast<std::size_t>(letter)] = letter;
    fold[static_cast<std::size_t>(letter - 'a' + 'A')] = letter;
  }
  return fold;
}();

// Puts words together, and at the end of what is there already.
class Words {
 public:
  explicit Words(std::vector<std::string>& all) : all_(all) {}

  bool are_enough() const { return all_.size() >= kNameWordsMax; }
  void add(char ascii) {
    if (size_ < word_.size()) word_[size_++] = ascii;
  }
  void add(UChar32 letter) {
    std::array<std::uint8_t, U8_MAX_LENGTH> bytes{};
    std::size_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, static_cast<std::uint32_t>(letter));
    // Once it is cut, a shorter character may not come behind either.
    is_cut_ |= size_ + length > word_.size();
    if (is_cut_) return;
    std::copy_n(bytes.begin(), length, word_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += length;
  }
  void end() {
    const std::string_view word(word_.data(), size_);
    size_ = 0;
    is_cut_ = false;
    if (word.empty() || are_enough() || std::ranges::find(all_, word) != all_.end()) return;
    all_.emplace_back(word);
  }

 private:
  std::vector<std::string>& all_;
  std::array<char, kNameWordBytesMax> word_{};
  std::size_t size_ = 0;
  bool is_cut_ = false;
};

// Letters with a stroke and ligatures, which Unicode does not take apart. nullopt if it is none of them.
std::string_view plain_letters(UChar32 letter) {
  switch (letter) {
    case 0xe6:  // æ
      return "ae";
    case 0xf0:   // ð
    case 0x111:  // đ
      return "d";
    case 0xf8:  // ø
      return "o";
    case 0xfe:  // þ
      return "th";
    case 0x127:  // ħ
      return "h";
    case 0x131:  // ı
      return "i";
    case 0x142:  // ł
      return "l";
    case 0x153:  // œ
      return "oe";
    case 0x167:  // ŧ
      return "t";
    default:
      return {};
  }
}

// A folded character, which is not composed of others.
void add_plain(UChar32 letter, Words& words) {
  const std::uint32_t type = U_GET_GC_MASK(letter);
  if ((type & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0) return;
  if ((type & U_GC_ND_MASK) != 0) {
    words.add(static_cast<UChar32>('0' + u_charDigitValue(letter)));
  } else if ((type & (U_GC_L_MASK | U_GC_NL_MASK | U_GC_MC_MASK)) == 0) {
    words.end();
  } else if (const std::string_view plain = plain_letters(letter); !plain.empty()) {
    for (const char one : plain) words.add(static_cast<UChar32>(one));
  } else {
    words.add(letter);
  }
}

void add_folded(std::string_view text, Words& words) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* const composing = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return;
  // What is no UTF-8 becomes U+FFFD, which is no letter.
  const icu::UnicodeString source = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  const icu::UnicodeString folded = folding->normalize(source, status);
  if (U_FAILURE(status)) return;
  icu::UnicodeString parts;
  for (std::int32_t at = 0; at < folded.length() && !words.are_enough(); at = folded.moveIndex32(at, 1)) {
    const UChar32 letter = folded.char32At(at);
    // A Hangul syllable would fall into its two or three letters.
    const bool is_whole = letter < 0x80 || (letter >= kHangulFirst && letter <= kHangulLast);
    if (is_whole || !composing->getDecomposition(letter, parts)) {
      add_plain(letter, words);
      continue;
    }
    for (std::int32_t part = 0; part < parts.length(); part = parts.moveIndex32(part, 1)) {
      add_plain(parts.char32At(part), words);
    }
  }
}

void add_words(std::string_view text, std::vector<std::string>& all) {
  text = text.substr(0, kTextBytesMax);
  Words words(all);
  if (std::ranges::any_of(text, [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; })) {
    add_folded(text, words);
  } else {
    for (const char byte : text) {
      const char folded = kAsciiFold[static_cast<unsigned char>(byte)];
      folded != 0 ? words.add(folded) : words.end();
    }
  }
  words.end();
}

}  // namespace

std::vector<std::string> name_words(std::string_view text) {
  std::vector<std::string> words;
  words.reserve(kWordsExpected);
  add_words(text, words);
  return words;
}

std::vector<std::string> words_of(const Record& record) {
  std::vector<std::string> words;
  if (!is_shown(record)) return words;
  words.reserve(kWordsExpected);
  add_words(record.name, words);
  add_words(record.organization, words);
  return words;
}

}  // namespace ringdex::index
