#include "telephony/number/phone_field_words.h"

#include <algorithm>
#include <string>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

struct KnownLabel {
  std::string_view label;
  std::string_view words;  // lower case, apart by one space, a space at both ends
};

// English, German, French, Spanish, Italian, Portuguese, Dutch, Danish, Polish.
constexpr KnownLabel kLabels[] = {
    {"",
     " tel tél telefon telefono teléfono telefone téléphone telephone telefoon tlf phone ph call number no nr num "},
    {"fax", " fax telefax facsimile faks faxnr fx "},
    {"mobile",
     " mobile mob mobil mobiel mobiltelefon cell cellular cellphone cellulare cel celular handy móvil movil telemóvel "
     "portable gsm natel kom komórka "},
    {"home", " home privat private privé prive privato particular casa domicilio domicile thuis hjem dom personal "},
    {"work",
     " work office business ufficio büro buero bureau oficina trabajo travail lavoro dienstlich geschäftlich "
     "geschäft kantoor arbejde arbeit praca biuro "},
    {"main", " main switchboard reception zentrale central centrale centralino centralita headquarters hq "},
    {"pager", " pager beeper cercapersone "},
};
constexpr std::string_view kConnectors = " or oder ou and und et ed y oppure lub of eller og ";
constexpr std::string_view kExtensions =
    " x xt ext extn extension durchwahl dw nebenstelle poste interno int anexo ramal toestel lok lokalnr ";
constexpr std::string_view kTimes =
    " am pm h hr hrs hour hours uhr std stunden heures horas ore uur hs until till bis min days tage a.m p.m ";

bool has_word(std::string_view words, std::string_view word) {
  const std::string spaced = " " + std::string(word) + " ";
  return words.contains(spaced);
}

}  // namespace

FieldWord read_field_word(std::string_view word) {
  const std::string lower = text::ascii_lower(word);
  if (lower.empty() || lower.contains(' ')) return {};
  if (has_word(kConnectors, lower)) return {FieldWord::Kind::connector, {}};
  if (has_word(kExtensions, lower)) return {FieldWord::Kind::extension, {}};
  if (has_word(kTimes, lower)) return {FieldWord::Kind::time, {}};
  for (const KnownLabel& known : kLabels) {
    if (has_word(known.words, lower)) return {FieldWord::Kind::label, known.label};
  }
  // Names of fax services and compounds: "Goldfax", "Faxnummer", "Mobilnummer".
  if (lower.ends_with("fax") || lower.starts_with("fax")) return {FieldWord::Kind::label, "fax"};
  if (lower.starts_with("mobil")) return {FieldWord::Kind::label, "mobile"};
  if (lower.starts_with("telefon")) return {FieldWord::Kind::label, ""};
  return {};
}

std::optional<std::string_view> label_of_letter(char letter) {
  switch (letter | 0x20) {
    case 't':
    case 'p':
      return "";
    case 'f':
      return "fax";
    case 'm':
    case 'c':
      return "mobile";
    case 'h':
      return "home";
    case 'w':
    case 'o':
      return "work";
    default:
      return std::nullopt;
  }
}

}  // namespace ringdex::telephony
