#include "telephony/phone_book.h"

namespace ringdex::telephony {

std::optional<PhoneBookFormat> phone_book_format_from(std::string_view name) {
  if (name == "cisco") return PhoneBookFormat::cisco;
  if (name == "grandstream") return PhoneBookFormat::grandstream;
  if (name == "snom") return PhoneBookFormat::snom;
  if (name == "yealink") return PhoneBookFormat::yealink;
  return std::nullopt;
}

std::string write_phone_book(PhoneBookFormat /*format*/, const PhoneBookPage& /*page*/) {
  return {};
}
std::optional<std::string> write_search_form(PhoneBookFormat /*format*/, std::string_view /*title*/,
                                             std::string_view /*search_url*/, std::string_view /*parameter*/) {
  return std::nullopt;
}
std::string_view phone_book_content_type(PhoneBookFormat /*format*/) {
  return "text/xml; charset=utf-8";
}

}  // namespace ringdex::telephony
