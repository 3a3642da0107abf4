#include "server/api/phone_books.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "server/one_line.h"
#include "server/safe_url.h"
#include "telephony/phone_book.h"
#include "telephony/plain_text.h"

namespace ringdex::server {
namespace {

using telephony::PhoneBookFormat;

constexpr std::string_view kTitle = "Directory";
constexpr std::size_t kPeopleMax = 100;
// Grandstream phones fetch the book whole and search it themselves.
constexpr std::size_t kWholeBookMax = 2'000;
// A Cisco page holds kCiscoPageNumbersMax numbers, and a person may have several.
constexpr std::size_t kCiscoPeopleMax = 16;

struct Api {
  const DoorLookups& lookups;
  const Directory& directory;
  const OwnAddress& address;
};

std::size_t people_max(PhoneBookFormat format) {
  if (format == PhoneBookFormat::grandstream) return kWholeBookMax;
  return format == PhoneBookFormat::cisco ? kCiscoPeopleMax : kPeopleMax;
}

// What is searched for; with both empty everybody is listed.
struct Wanted {
  std::string number;
  std::string name;
};

// One field for both, as phones have it: what has no letter is a number.
Wanted read_wanted(const HttpRequest& request) {
  const auto value = [&](std::string_view name) {
    const std::string* found = request.parameter(name);
    return found == nullptr ? std::string() : *found;
  };
  Wanted wanted{value("number"), value("name")};
  const std::string search = value("search");
  if (search.empty()) return wanted;
  const bool is_number = std::ranges::none_of(search, telephony::is_letter) && !telephony::digits_of(search).empty();
  (is_number ? wanted.number : wanted.name) = search;
  return wanted;
}

telephony::PhoneBookEntry entry_of(const index::Record& record) {
  telephony::PhoneBookEntry entry{.name = std::string(shown_name(record.name, record.organization)),
                                  .organization = record.organization,
                                  .numbers = {}};
  for (const index::RecordPhone& phone : record.phones) {
    if (is_callable(phone)) entry.numbers.push_back({phone.number->to_e164(), phone.label});
  }
  return entry;
}

// This book's address with parameters behind it, and the key again if the phone sent it so.
std::string link(const Api& api, const HttpRequest& request, PhoneBookFormat format, std::string_view end,
                 std::vector<std::pair<std::string_view, std::string_view>> parameters) {
  constexpr std::string_view kNames[] = {"cisco", "grandstream", "snom", "yealink"};
  if (const std::string* key = request.parameter("key")) parameters.emplace_back("key", *key);
  std::string text =
      fmt::format("{}/phonebook/{}{}", api.address.for_client(request), kNames[static_cast<std::size_t>(format)], end);
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    text += fmt::format("{}{}={}", separator, name, percent_encoded(value));
    separator = '&';
  }
  return text;
}

void add_by_number(const Api& api, const HttpRequest& request, const std::string& number,
                   telephony::PhoneBookPage& page) {
  const auto answer =
      api.lookups.answer({.account = request.principal.account, .number = number, .region = {}, .called = {}});
  if (!answer || answer->candidates.empty() || !answer->has_default) return;
  const index::Card& pick = answer->leading(answer->candidates.front());
  page.entries.push_back({.name = one_line(*answer),
                          .organization = std::string(pick.organization),
                          .numbers = {{number, std::string(pick.phone_label)}}});
}

HttpResponse xml_response(PhoneBookFormat format, std::string body) {
  HttpResponse response;
  response.content_type = telephony::phone_book_content_type(format);
  response.body = std::move(body);
  return response;
}

HttpResponse get_book(const Api& api, const HttpRequest& request, PhoneBookFormat format) {
  telephony::PhoneBookPage page{.title = std::string(kTitle), .entries = {}, .next_url = {}, .search_url = {}};
  page.search_form_url = link(api, request, format, "/search", {});
  const Wanted wanted = read_wanted(request);
  if (!wanted.number.empty()) {
    add_by_number(api, request, wanted.number, page);
    return xml_response(format, telephony::write_phone_book(format, page));
  }
  const std::string* from = request.parameter("from");
  const auto found =
      api.directory.find(request.principal.account, wanted.name, from == nullptr ? "" : *from, people_max(format));
  if (!found) return problem(503, "store_failed", found.error().message);
  for (const index::Record& record : found->records) page.entries.push_back(entry_of(record));
  if (!found->next.empty()) {
    page.next_url = link(api, request, format, "", {{"name", wanted.name}, {"from", found->next}});
  }
  return xml_response(format, telephony::write_phone_book(format, page));
}

HttpResponse get_phone_book(const Api& api, const HttpRequest& request) {
  const auto format = telephony::phone_book_format_from(request.parameters[0]);
  if (!format) return problem(404, "no_such_path", "there are cisco, grandstream, snom and yealink");
  const bool is_form = request.parameters.size() > 1 && request.parameters[1] == "search";
  if (is_form) {
    auto form = telephony::write_search_form(*format, kTitle, link(api, request, *format, "", {}), "search");
    if (form) return xml_response(*format, std::move(*form));
  }
  return get_book(api, request, *format);
}

}  // namespace

std::vector<HttpRoute> phone_book_routes(const DoorLookups& lookups, const Directory& directory,
                                         const OwnAddress& address) {
  const Api api{lookups, directory, address};
  std::vector<HttpRoute> routes;
  for (const char* path : {"/phonebook/{format}", "/phonebook/{format}/{file}"}) {
    routes.push_back({.method = "GET",
                      .path = path,
                      .scope = Scope::lookup,
                      .runs_on = RunsOn::blocking,
                      .handler = [api](const HttpRequest& request) { return get_phone_book(api, request); },
                      .simple_client = true});
  }
  return routes;
}

}  // namespace ringdex::server
