#include "telephony/formats/display_name.h"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace ringdex::telephony {
namespace {

constexpr NameForm kForms[] = {NameForm::utf8, NameForm::ascii, NameForm::cnam15};

std::string shown(std::string_view text, NameForm form = NameForm::utf8,
                  std::size_t characters_max = kDisplayNameCharactersMax) {
  return display_name(text, form, characters_max);
}

// A reader of its own: the code points of a text, nothing if it is not UTF-8.
std::optional<std::vector<unsigned>> code_points(const std::string& text) {
  std::vector<unsigned> codes;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const unsigned follow = lead < 0x80 ? 0 : lead >> 5U == 6 ? 1 : lead >> 4U == 14 ? 2 : lead >> 3U == 30 ? 3 : 9;
    if (follow == 9) return std::nullopt;
    unsigned code = follow == 0 ? lead : lead & (0x3FU >> follow);
    for (unsigned i = 0; i < follow; ++i) {
      if (at == text.size() || static_cast<unsigned char>(text[at]) >> 6U != 2) return std::nullopt;
      code = code * 64 + (static_cast<unsigned char>(text[at++]) & 63U);
    }
    if ((follow == 1 && code < 0x80) || (follow == 2 && code < 0x800) || (follow == 3 && code < 0x10000) ||
        code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      return std::nullopt;
    }
    codes.push_back(code);
  }
  return codes;
}

void check_promises(const std::string& text, NameForm form, std::size_t characters_max) {
  const std::string name = display_name(text, form, characters_max);
  CAPTURE(text);
  CAPTURE(name);
  const auto codes = code_points(name);
  REQUIRE(codes.has_value());
  CHECK(codes->size() <= characters_max);
  CHECK(name.find_first_of("%${}\\`\"';:,<>") == std::string::npos);
  CHECK(name.find("  ") == std::string::npos);
  CHECK(!name.starts_with(' '));
  CHECK(!name.ends_with(' '));
  for (const unsigned code : *codes) {
    CHECK(code >= 0x20);
    CHECK(!(code >= 0x7F && code < 0xA0));
    for (const unsigned hidden : {0xA0U, 0xADU, 0x200BU, 0x200DU, 0x200EU, 0x200FU, 0x2028U, 0x2029U, 0x202AU, 0x202EU,
                                  0x2060U, 0x2066U, 0x2069U, 0xFEFFU, 0xFFFEU, 0x3000U, 0x61CU, 0xE0041U}) {
      CHECK(code != hidden);
    }
    if (form != NameForm::utf8) CHECK(code < 0x7F);
  }
  if (form == NameForm::cnam15) {
    CHECK(name.size() <= 15);
    CHECK(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 &-.") == std::string::npos);
  }
  CHECK(display_name(name, form, characters_max) == name);
}

TEST_CASE("The forms are named in the configuration") {
  CHECK(name_form_from("utf8") == NameForm::utf8);
  CHECK(name_form_from("ascii") == NameForm::ascii);
  CHECK(name_form_from("cnam15") == NameForm::cnam15);
  CHECK(!name_form_from("UTF8").has_value());
  CHECK(!name_form_from("").has_value());
}

TEST_CASE("A name is made safe in each form") {
  struct Row {
    const char* text;
    const char* utf8;
    const char* ascii;
    const char* cnam;
  };
  constexpr Row kRows[] = {
      {"Ada Whitlock", "Ada Whitlock", "Ada Whitlock", "ADA WHITLOCK"},
      {"O'Brien", "O’Brien", "OBrien", "OBRIEN"},
      {"O’Brien", "O’Brien", "OBrien", "OBRIEN"},
      {"Müller", "Müller", "Muller", "MULLER"},
      {"M\xFCller", "Müller", "Muller", "MULLER"},  // Windows-1252
      {"Caf\xE9 \x80 \x93x\x94", "Café € “x”", "Cafe x", "CAFE X"},
      {"Mu\xCC\x88ller", "Müller", "Muller", "MULLER"},  // u and a combining diaeresis
      {"Straße Æther", "Straße Æther", "Strasse AEther", "STRASSE AETHER"},
      {"Łukasz Żółć", "Łukasz Żółć", "Lukasz Zolc", "LUKASZ ZOLC"},
      {"Рыльков Игорь", "Рыльков Игорь", "Rylkov Igor", "RYLKOV IGOR"},
      {"Παπαδόπουλος", "Παπαδόπουλος", "Papadopoulos", "PAPADOPOULOS"},
      {"王小明", "王小明", "wang xiao ming", "WANG XIAO MING"},
      {"Ann 😀 Lee", "Ann 😀 Lee", "Ann Lee", "ANN LEE"},
      {"Whitlock & Daughters", "Whitlock & Daughters", "Whitlock & Daughters", "WHITLOCK & DAUG"},
      {"Smith-Jones Ltd. (UK)/2", "Smith-Jones Ltd. (UK)/2", "Smith-Jones Ltd. (UK)/2", "SMITH-JONES LTD"},
      {"Abcdefghijklm & Sons", "Abcdefghijklm & Sons", "Abcdefghijklm & Sons", "ABCDEFGHIJKLM &"},
      {"Abcdefghijklmn & Sons", "Abcdefghijklmn & Sons", "Abcdefghijklmn & Sons", "ABCDEFGHIJKLMN"},
      {"Mario: VIP", "Mario VIP", "Mario VIP", "MARIO VIP"},
      {"Rossi,Max", "Rossi Max", "Rossi Max", "ROSSI MAX"},
      {"\"Max\" <b>x</b>", "Max b x /b", "Max b x /b", "MAX B X B"},
      {"100%", "100", "100", "100"},
      {"${CHANNEL}", "CHANNEL", "CHANNEL", "CHANNEL"},
      {"$$${{x}}", "x", "x", "X"},
      {"a\\b`c", "a bc", "a bc", "A BC"},
      {" \t a \r\n\x01 b  ", "a b", "a b", "A B"},
      {"\xEF\xBB\xBFLee\xE2\x80\x8B\xE2\x80\xAE Ann\xE2\x80\xA8x", "Lee Ann x", "Lee Ann x", "LEE ANN X"},
      {"％ ＂＇ ＜", "％ ＂＇ ＜", "", ""},      // full-width, which ASCII would turn into the real ones
      {"\xCD\xBE\xE1\xBF\xAFx", "x", "x", "X"},  // these compose to ; and `
      {"\xCC\x88x", "x", "x", "X"},              // a mark without a letter
      {"", "", "", ""},
      {" ", "", "", ""},
      {"\"';", "’", "", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.text));
    CHECK(shown(row.text, NameForm::utf8) == row.utf8);
    CHECK(shown(row.text, NameForm::ascii) == row.ascii);
    CHECK(shown(row.text, NameForm::cnam15) == row.cnam);
  }
}

TEST_CASE("A long name is cut between characters, without a space at its end") {
  CHECK(shown("Ada Whitlock", NameForm::utf8, 4) == "Ada");
  CHECK(shown("Ada Whitlock", NameForm::utf8, 5) == "Ada W");
  CHECK(shown("Ada Whitlock", NameForm::cnam15, 4) == "ADA");
  CHECK(shown("Ada Whitlock", NameForm::utf8, 0).empty());
  CHECK(shown("äöü", NameForm::utf8, 2) == "äö");
  CHECK(shown("äöü", NameForm::ascii, 2) == "ao");
  CHECK(shown("😀😀😀", NameForm::utf8, 2) == "😀😀");
  CHECK(shown("ß", NameForm::ascii, 1) == "s");
  // x with a ring has no composed form: letter and mark stay together.
  CHECK(shown("axx\xCC\x8A", NameForm::utf8, 3) == "ax");
  CHECK(shown("axx\xCC\x8A", NameForm::utf8, 4) == "axx\xCC\x8A");
  CHECK(shown("a x\xCC\x8A", NameForm::utf8, 3) == "a");
  CHECK(shown("x\xCC\x8A\xCC\x8A\xCC\x8A", NameForm::utf8, 2) == "x\xCC\x8A");
  CHECK(shown(std::string(100, 'a')).size() == 60);
  CHECK(shown(std::string(5000, 'a'), NameForm::utf8, 1'000'000).size() == 1024);
}

TEST_CASE("What lies beyond the part that is read is never half a character") {
  for (std::size_t spaces = 4080; spaces < 4100; ++spaces) {
    const std::string text = std::string(spaces, ' ') + "äöü€";
    const std::string name = shown(text);
    CHECK(std::string("äöü€").starts_with(name));
  }
}

TEST_CASE("A long name in another script is read as far as the cut needs") {
  std::string chinese;
  for (int i = 0; i < 1300; ++i) chinese += "王";
  CHECK(shown(chinese, NameForm::ascii, 12) == "wang wang wa");
  CHECK(shown(chinese, NameForm::cnam15, 60) == "WANG WANG WANG");
  CHECK(code_points(shown(chinese, NameForm::utf8, 60))->size() == 60);
}

TEST_CASE("Any bytes keep the promises of each form") {
  std::mt19937 chance(7);
  const std::vector<std::string> pieces = {"%",
                                           "${",
                                           "}",
                                           "\\",
                                           "`",
                                           "\"",
                                           ";",
                                           ",",
                                           "<",
                                           ">",
                                           "'",
                                           ":",
                                           "&",
                                           " ",
                                           "  ",
                                           "\r\n",
                                           "\t",
                                           "a",
                                           "Z",
                                           "9",
                                           "ä",
                                           "ß",
                                           "œ",
                                           "Ж",
                                           "ъ",
                                           "λ",
                                           "ή",
                                           "王",
                                           "あ",
                                           "ア",
                                           "한",
                                           "ᄀ",
                                           "ᅡ",
                                           "א",
                                           "ع",
                                           "क",
                                           "़",
                                           "ก",
                                           "😀",
                                           "👨‍👩‍👧",
                                           "\xCC\x81",
                                           "\xCC\xA7",
                                           "\xE2\x80\x8B",
                                           "\xE2\x80\xAE",
                                           "\xE2\x81\xA6",
                                           "\xEF\xBB\xBF",
                                           "\xEF\xBF\xBE",
                                           "\xC2\x85",
                                           "\xC2\xA0",
                                           "\xCD\xBE",
                                           "\xE1\xBF\xAF",
                                           "\xE2\x84\xAA",
                                           "‘",
                                           "’",
                                           "“",
                                           "„",
                                           "‹",
                                           "＜",
                                           "＇",
                                           "，",
                                           "%n",
                                           "\x80",
                                           "\xFF",
                                           "\xC3",
                                           "\xF0\x9F",
                                           "\xED\xA0\x80",
                                           std::string(1, '\0'),
                                           "\xE2\xA0\x80",
                                           "\xF3\xA0\x81\x81",
                                           "\xEE\x80\x80"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t length = chance() % 40;
    for (std::size_t i = 0; i < length; ++i) {
      text += round % 3 == 0 ? std::string(1, static_cast<char>(chance())) : pieces[chance() % pieces.size()];
    }
    for (const NameForm form : kForms) check_promises(text, form, chance() % 3 == 0 ? chance() % 10 : 60);
  }
}

TEST_CASE("Every character alone and between letters keeps the promises") {
  for (unsigned code = 1; code < 0x11000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    if (code >= 0x3400 && code < 0xFA00 && code % 64 != 0) continue;
    std::string character;
    if (code < 0x80) {
      character = static_cast<char>(code);
    } else if (code < 0x800) {
      character = {static_cast<char>(0xC0 | (code >> 6U)), static_cast<char>(0x80 | (code & 63U))};
    } else if (code < 0x10000) {
      character = {static_cast<char>(0xE0 | (code >> 12U)), static_cast<char>(0x80 | ((code >> 6U) & 63U)),
                   static_cast<char>(0x80 | (code & 63U))};
    } else {
      character = {static_cast<char>(0xF0 | (code >> 18U)), static_cast<char>(0x80 | ((code >> 12U) & 63U)),
                   static_cast<char>(0x80 | ((code >> 6U) & 63U)), static_cast<char>(0x80 | (code & 63U))};
    }
    const std::string text = "a" + character + "b";
    const std::string name = shown(text);
    const auto codes = code_points(name);
    REQUIRE(codes.has_value());
    CHECK(name.find_first_of("%${}\\`\"';:,<>") == std::string::npos);
    CHECK(shown(name) == name);
    if (code % 16 == 0) check_promises(character + character + " " + character, NameForm::ascii, 60);
  }
}

TEST_CASE("Threads get what one thread gets") {
  const std::vector<std::string> texts = {"Рыльков", "Παπαδόπουλος", "王小明", "محمد",
                                          "Müller",  "アリス",       "김철수", "דוד"};
  prepare_display_names();
  std::vector<std::string> alone;
  for (const auto& text : texts) alone.push_back(shown(text, NameForm::ascii));
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < wrong.size(); ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t round = 0; round < 400; ++round) {
        const std::size_t at = (round * 7 + thread) % texts.size();
        wrong[thread] += shown(texts[at], NameForm::ascii) != alone[at];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

}  // namespace
}  // namespace ringdex::telephony
