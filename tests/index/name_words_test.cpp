#include "index/records/name_words.h"

#include <doctest/doctest.h>

#include <random>

using namespace std::string_literals;

namespace ringdex::index {
namespace {

using Words = std::vector<std::string>;

struct Case {
  std::string text;
  Words words;
};

Record named(const std::string& name, const std::string& organization = "") {
  Record record;
  record.name = name;
  record.organization = organization;
  return record;
}

}  // namespace

TEST_CASE("names become words without case, accents, width and punctuation") {
  const Case cases[] = {
      {"Ada Whitlock", {"ada", "whitlock"}},
      {"  WHITLOCK,  ada ", {"whitlock", "ada"}},
      {"O'Brien-Smith (Jr.)", {"o", "brien", "smith", "jr"}},
      {"3M Company 2nd", {"3m", "company", "2nd"}},
      {"+49 30 123456", {"49", "30", "123456"}},
      {"Müller", {"muller"}},
      {"Mu\u0308ller", {"muller"}},
      {"MÜLLER", {"muller"}},
      {"Łódź", {"lodz"}},
      {"Søren Strøm", {"soren", "strom"}},
      {"Đặng Thị Hồng", {"dang", "thi", "hong"}},
      {"Straße STRASSE", {"strasse"}},
      {"GROẞ", {"gross"}},
      {"Æsir Œuvre Þór", {"aesir", "oeuvre", "thor"}},
      {"İstanbul ısı", {"istanbul", "isi"}},
      {"Ｆｕｌｌ　Ｗｉｄｔｈ１２", {"full", "width12"}},
      {"ﬁne ²", {"fine", "2"}},
      {"Σίσυφος ΣΊΣΥΦΟΣ", {"σισυφοσ"}},
      {"Алексей Ёлкин", {"алексеи", "елкин"}},
      {"محمد ٣", {"محمد", "3"}},
      {"مُحَمَّد", {"محمد"}},
      {"שָׁלוֹם", {"שלום"}},
      {"राम कुमार", {"राम", "कमार"}},
      {"김철수", {"김철수"}},
      {"张伟・山田", {"张伟", "山田"}},
      {"ガク", {"カク"}},
      {"ｶﾞｸ", {"カク"}},
      {"co\u00adoperate zero\u200dwidth", {"cooperate", "zerowidth"}},
      {"smile \U0001F600 𝔄𝔡𝔞", {"smile", "ada"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(name_words(one.text) == one.words);
  }
}

TEST_CASE("a text without letters and digits has no words") {
  for (const std::string& text : {""s, " "s, "***"s, "\0"s, "\u0301"s, "\U0001F600"s, "\xff\xfe"s, "—…"s}) {
    CAPTURE(text);
    CHECK(name_words(text).empty());
  }
}

TEST_CASE("bytes that are no UTF-8 split words, in every place") {
  CHECK(name_words("an\xff"
                   "na") == Words{"an", "na"});
  CHECK(name_words("an\xc3") == Words{"an"});
  CHECK(name_words("\xa4nna") == Words{"nna"});
  CHECK(name_words("a\xed\xa0\x80z") == Words{"a", "z"});      // a surrogate
  CHECK(name_words("a\xf4\x90\x80\x80z") == Words{"a", "z"});  // beyond Unicode
  CHECK(name_words("a\xc0\xafz") == Words{"a", "z"});          // too long a form
  CHECK(name_words("a\0z"s) == Words{"a", "z"});
}

TEST_CASE("words are cut where a character ends, and nothing comes behind the cut") {
  CHECK(name_words("abcdefghijklmnop") == Words{"abcdefghijklmnop"});
  CHECK(name_words("abcdefghijklmnopq") == Words{"abcdefghijklmnop"});
  CHECK(name_words("ABCDEFGHIJKLMNOPQ é") == Words{"abcdefghijklmnop", "e"});
  // The last character does not fit in whole; the "z" behind it would.
  CHECK(name_words("abcdefghijklmno\u0436z") == Words{"abcdefghijklmno"});
  CHECK(name_words("张伟张伟张伟") == Words{"张伟张伟张"});
  // What begins alike for longer is one word.
  CHECK(name_words("abcdefghijklmnopq abcdefghijklmnopr") == Words{"abcdefghijklmnop"});
}

TEST_CASE("of many words the first count, each once") {
  std::string text;
  for (int word = 0; word < 20; ++word) text += "w" + std::to_string(word) + " w0 ";
  const Words words = name_words(text);
  REQUIRE(words.size() == kNameWordsMax);
  CHECK(words.front() == "w0");
  CHECK(words.back() == "w11");
  CHECK(name_words(text + "é") == words);
  CHECK(name_words(std::string(100'000, 'a') + " b") == Words{std::string(kNameWordBytesMax, 'a')});
}

TEST_CASE("a record's words are those of its name, then of its organization, if it is shown") {
  CHECK(words_of(named("Ada Lovelace", "Acme Ada")) == Words{"ada", "lovelace", "acme"});
  CHECK(words_of(named("", "Acme")) == Words{"acme"});
  CHECK(words_of(named("??", "Acme")) == Words{"acme"});
  CHECK(words_of(named("a b c d e f", "g h i j k l m n")).size() == kNameWordsMax);
  CHECK(words_of(named("", "")).empty());
  Record lead;
  lead.person_id = "7";
  CHECK(words_of(lead).empty());
  lead.name = "Ada";
  CHECK(words_of(lead) == Words{"ada"});
}

TEST_CASE("whatever the bytes, words are short, few, distinct, and words of themselves") {
  std::mt19937_64 chance(11);
  static const std::string parts[] = {"a", "Z", "7",   " ", "-", "\xc3\xbc", "\xc3", "\xff",   "\u0301", "ﬀ", "张",
                                      "İ", "ß", "\0"s, "𝔄", "ｶ", "ﾞ",        "각",   "\u0345", "ᾳ",      "Ω", "\u200d"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t left = chance() % 40; left > 0; --left) text += parts[chance() % std::size(parts)];
    const Words words = name_words(text);
    CAPTURE(text);
    REQUIRE(words.size() <= kNameWordsMax);
    std::string joined;
    for (const std::string& word : words) {
      REQUIRE_FALSE(word.empty());
      REQUIRE(word.size() <= kNameWordBytesMax);
      REQUIRE(std::ranges::count(words, word) == 1);
      joined += word + " ";
    }
    REQUIRE(name_words(joined) == words);
    if (words.empty()) continue;
    // A part of a text is never found under other words, up to the limits.
    const Words behind = name_words(text + " zz");
    REQUIRE(std::equal(words.begin(), words.end(), behind.begin()));
  }
}

}  // namespace ringdex::index
