#include "bench/person_names.h"

#include <array>
#include <string_view>

#include "bench/draw.h"

namespace ringdex::bench {
namespace {

struct Part {
  std::string_view text;
  std::string_view ascii;
};

constexpr std::array<Part, 48> kGivenNames{
    {{"Ana", "ana"},       {"José", "jose"},     {"Zoë", "zoe"},      {"John", "john"},     {"Maria", "maria"},
     {"Søren", "soren"},   {"Łukasz", "lukasz"}, {"Emma", "emma"},    {"Li", "li"},         {"Omar", "omar"},
     {"Priya", "priya"},   {"Jürgen", "jurgen"}, {"Chloé", "chloe"},  {"David", "david"},   {"Sarah", "sarah"},
     {"Tom", "tom"},       {"Yuki", "yuki"},     {"Noah", "noah"},    {"Björn", "bjorn"},   {"Laura", "laura"},
     {"Peter", "peter"},   {"Ivan", "ivan"},     {"Ines", "ines"},    {"Paul", "paul"},     {"Mark", "mark"},
     {"Lucía", "lucia"},   {"Hanna", "hanna"},   {"Kim", "kim"},      {"Ravi", "ravi"},     {"Eva", "eva"},
     {"Luca", "luca"},     {"Amir", "amir"},     {"Nina", "nina"},    {"Gustav", "gustav"}, {"Ella", "ella"},
     {"Michael", "mike"},  {"Julia", "julia"},   {"Ben", "ben"},      {"Karin", "karin"},   {"Hugo", "hugo"},
     {"Fatima", "fatima"}, {"Oscar", "oscar"},   {"Ruth", "ruth"},    {"Anders", "anders"}, {"Sofia", "sofia"},
     {"Max", "max"},       {"Leila", "leila"},   {"George", "george"}}};

constexpr std::array<Part, 32> kFamilyFronts{
    {{"Ma", "ma"},     {"Ber", "ber"},   {"Kow", "kow"},   {"San", "san"}, {"Mül", "mul"},   {"Smi", "smi"},
     {"Hal", "hal"},   {"Nor", "nor"},   {"Ga", "ga"},     {"Ro", "ro"},   {"Tan", "tan"},   {"Wil", "wil"},
     {"Pet", "pet"},   {"Lind", "lind"}, {"Fer", "fer"},   {"Du", "du"},   {"Nova", "nova"}, {"Car", "car"},
     {"Strö", "stro"}, {"Hern", "hern"}, {"Kap", "kap"},   {"Mor", "mor"}, {"Ols", "ols"},   {"Vas", "vas"},
     {"Ben", "ben"},   {"Gran", "gran"}, {"Shar", "shar"}, {"Tak", "tak"}, {"Pin", "pin"},   {"Le", "le"},
     {"Wag", "wag"},   {"O'B", "ob"}}};

constexpr std::array<Part, 16> kFamilyMiddles{{{"", ""},
                                               {"", ""},
                                               {"", ""},
                                               {"", ""},
                                               {"an", "an"},
                                               {"er", "er"},
                                               {"il", "il"},
                                               {"or", "or"},
                                               {"ad", "ad"},
                                               {"en", "en"},
                                               {"ov", "ov"},
                                               {"ir", "ir"},
                                               {"am", "am"},
                                               {"ek", "ek"},
                                               {"ul", "ul"},
                                               {"ing", "ing"}}};

constexpr std::array<Part, 24> kFamilyEnds{
    {{"son", "son"}, {"sen", "sen"},     {"er", "er"},   {"ez", "ez"},     {"ić", "ic"},     {"ska", "ska"},
     {"man", "man"}, {"ton", "ton"},     {"a", "a"},     {"i", "i"},       {"berg", "berg"}, {"ley", "ley"},
     {"ard", "ard"}, {"ström", "strom"}, {"ara", "ara"}, {"es", "es"},     {"ñez", "nez"},   {"low", "low"},
     {"den", "den"}, {"ini", "ini"},     {"oux", "oux"}, {"feld", "feld"}, {"ita", "ita"},   {"ins", "ins"}}};

constexpr std::array<std::string_view, 32> kCompanyFronts{
    "Nor",  "Acme", "Blue", "Data", "Euro", "Fair", "Glob", "Hill", "Inter", "Jet", "Kel",
    "Lumi", "Medi", "Nova", "Omni", "Pro",  "Quad", "Red",  "Sol",  "Tele",  "Uni", "Vita",
    "West", "Xen",  "Yel",  "Zen",  "Alp",  "Bay",  "Cor",  "Del",  "Ever",  "Fin"};
constexpr std::array<std::string_view, 32> kCompanyMiddles{
    "",   "a",  "o",  "i",  "e",  "ar", "ex", "in", "on", "al", "is", "en", "um", "or", "et", "us",
    "ta", "ma", "li", "ro", "vi", "ne", "co", "da", "so", "pa", "ti", "lo", "mi", "ra", "no", "be"};
constexpr std::array<std::string_view, 32> kCompanyEnds{
    "tek",  "soft", "works", "ware",   "corp", "net",  "lab",   "gen",   "dyne",  "flow", "link",
    "nix",  "max",  "ply",   "ron",    "sys",  "tech", "trade", "ville", "way",   "zone", "bank",
    "care", "cast", "craft", "fields", "gate", "hub",  "line",  "mart",  "point", "press"};
constexpr std::array<std::string_view, 8> kCompanyForms{"", "", " Inc", " Ltd", " GmbH", " SA", " AB", " LLC"};

constexpr std::array<std::string_view, 18> kTitles{"",
                                                   "",
                                                   "",
                                                   "",
                                                   "",
                                                   "",
                                                   "Account Manager",
                                                   "Sales Manager",
                                                   "Engineer",
                                                   "Managing Director",
                                                   "Office Manager",
                                                   "Buyer",
                                                   "Project Manager",
                                                   "Accountant",
                                                   "Head of Procurement",
                                                   "Technician",
                                                   "Customer Service",
                                                   "Assistant"};

constexpr std::uint64_t kRankBits = 18;  // 262,143 companies

template <typename Table>
constexpr const auto& one_of(const Table& table, Draw& draw) {
  return table[draw.below(table.size())];
}

// Each power of two of ranks has the same share of people, which is Zipf's law with exponent 1.
std::uint64_t company_rank(std::uint64_t chance) {
  Draw draw(chance);
  const std::uint64_t bit = std::uint64_t{1} << draw.below(kRankBits);
  return bit + draw.below(bit);
}

void append_company(std::uint64_t rank, std::string& text) {
  Draw draw(rank);
  text += one_of(kCompanyFronts, draw);
  text += one_of(kCompanyMiddles, draw);
  text += one_of(kCompanyEnds, draw);
}

}  // namespace

void write_name(std::uint64_t chance, std::string& name, std::string& email) {
  Draw draw(chance);
  const Part& given = one_of(kGivenNames, draw);
  const std::array<const Part*, 3> family{&one_of(kFamilyFronts, draw), &one_of(kFamilyMiddles, draw),
                                          &one_of(kFamilyEnds, draw)};
  name.assign(given.text).append(1, ' ');
  email.assign(given.ascii.substr(0, 1));
  for (const Part* part : family) {
    name += part->text;
    email += part->ascii;
  }
}

bool write_organization(std::uint64_t chance, bool needed, std::string& organization) {
  organization.clear();
  constexpr unsigned kNonePercent = 15;
  if (!needed && mixed(chance) % 100 < kNonePercent) return false;
  const std::uint64_t rank = company_rank(chance);
  append_company(rank, organization);
  organization += kCompanyForms[rank % kCompanyForms.size()];
  return true;
}

void write_title(std::uint64_t chance, std::string& title) {
  title.assign(kTitles[chance % kTitles.size()]);
}

void write_domain(std::uint64_t chance, std::string& text) {
  const std::size_t begin = text.size();
  append_company(company_rank(chance), text);
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] - 'A' + 'a');
  }
  text += ".example";
}

}  // namespace ringdex::bench
