#include "server/api/phone_books.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "config/logging/log.h"
#include "server/api/lookup.h"
#include "server/lookup/caller_line.h"
#include "telephony/formats/phone_book.h"
#include "telephony/text/base64.h"
#include "telephony/text/percent_encoding.h"
#include "telephony/text/plain_text.h"

namespace ringdex::server {
namespace {

using telephony::PhoneBookFormat;

constexpr std::string_view kTitle = "Directory";
constexpr std::size_t kPeopleMax = 100;
// Grandstream phones fetch the book whole and search it themselves.
constexpr std::size_t kWholeBookMax = 2'000;
// A Cisco phone shows kCiscoPageNumbersMax numbers of a page: two of each person.
constexpr std::size_t kCiscoNumbersEach = 2;
constexpr std::size_t kCiscoPeopleMax = telephony::kCiscoPageNumbersMax / kCiscoNumbersEach;

struct PhoneBooksApi {
  DoorLookups lookups;
  const Directory& directory;
  const PublicUrl& address;
};

std::size_t people_max(PhoneBookFormat format) {
  if (format == PhoneBookFormat::grandstream) return kWholeBookMax;
  return format == PhoneBookFormat::cisco ? kCiscoPeopleMax : kPeopleMax;
}

// What is searched for; with neither, everybody is listed.
struct BookWanted {
  std::optional<std::string> number;
  std::optional<std::string> name;
};

// One field for both, as phones have it: what has no letter is a number.
BookWanted read_book_wanted(const HttpRequest& request) {
  BookWanted wanted;
  if (request.parameter("number") != nullptr) wanted.number = asked_number(request);
  if (const auto* name = request.parameter("name")) wanted.name = *name;
  const std::string search = asked_number(request, "search");
  if (search.empty()) return wanted;
  if (std::ranges::none_of(search, text::is_letter)) {
    wanted.number = search;
  } else {
    wanted.name = search;
  }
  return wanted;
}

telephony::PhoneBookEntry entry_of(const index::Record& record, PhoneBookFormat format) {
  telephony::PhoneBookEntry entry{.name = std::string(shown_name(record.name, record.organization)),
                                  .organization = record.organization,
                                  .numbers = {}};
  for (const index::RecordPhone& phone : record.phones) {
    if (format == PhoneBookFormat::cisco && entry.numbers.size() == kCiscoNumbersEach) break;
    if (is_callable(phone)) entry.numbers.push_back({phone.number->to_e164(), phone.label});
  }
  return entry;
}

// This book's address with parameters behind it, and the key again if the phone sent it so.
std::string link(const PhoneBooksApi& api, const HttpRequest& request, PhoneBookFormat format, std::string_view end,
                 std::vector<std::pair<std::string_view, std::string>> parameters) {
  constexpr std::string_view kNames[] = {"cisco", "grandstream", "snom", "yealink"};
  for (const std::string_view name : {"key", "auth_token"}) {
    if (const std::string* key = request.parameter(name)) parameters.emplace_back(name, *key);
  }
  std::string text =
      fmt::format("{}/phonebook/{}{}", api.address.as_named(request), kNames[static_cast<std::size_t>(format)], end);
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    text += fmt::format("{}{}={}", separator, name, text::percent_encoded(value));
    separator = '&';
  }
  return text;
}

void add_by_number(const LookupAnswer& answer, const std::string& number, telephony::PhoneBookPage& page) {
  std::string line = caller_line(answer);
  if (line.empty()) return;
  const index::Card& pick = *answer.pick();
  page.entries.push_back({.name = std::move(line),
                          .organization = std::string(pick.organization),
                          .numbers = {{number, std::string(pick.phone_label)}}});
}

HttpResponse xml_response(std::string body) {
  HttpResponse response;
  response.content_type = telephony::kPhoneBookContentType;
  response.body = std::move(body);
  return response;
}

telephony::PhoneBookPage empty_page(const PhoneBooksApi& api, const HttpRequest& request, PhoneBookFormat format) {
  return {.title = std::string(kTitle),
          .entries = {},
          .next_url = {},
          .search_form_url = link(api, request, format, "/search", {})};
}

// A ring: answered here, like every lookup.
void search_number(const PhoneBooksApi& api, const HttpRequest& request, PhoneBookFormat format,
                   const std::string& number, HttpResponse& response) {
  const LookupRequest lookup{.account = request.principal.account, .number = number, .region = {}, .called = {}};
  ask(api.lookups, lookup, response, [&, format, number](const DoorLookups::Found& found, HttpResponse& answer) {
    telephony::PhoneBookPage page = empty_page(api, request, format);
    if (found) add_by_number(*found, number, page);
    answer = xml_response(telephony::write_phone_book(format, page));
  });
}

// Where a page begins; phones may have cut the end off.
std::string begin_of(std::string_view from) {
  return text::bytes_of_hex(from.substr(0, from.size() / 2 * 2)).value_or("");
}

// Reads the disk.
void search_name(const PhoneBooksApi& api, const HttpRequest& request, PhoneBookFormat format,
                 const std::optional<std::string>& name, HttpResponse& response) {
  telephony::PhoneBookPage page = empty_page(api, request, format);
  const std::string* from = request.parameter("from");
  const bool is_nobody =
      name && std::ranges::none_of(*name, [](char c) { return text::is_letter(c) || text::is_digit(c); });
  if (!is_nobody) {
    const auto found = api.directory.find(request.principal.account, name.value_or(""),
                                          from == nullptr ? "" : begin_of(*from), people_max(format));
    if (!found) log::error("phone book: {}", found.error().message);
    for (const index::Record& record : found ? found->records : std::vector<index::Record>()) {
      page.entries.push_back(entry_of(record, format));
    }
    if (found && !found->next.empty()) {
      // The index gives any bytes.
      page.next_url = link(api, request, format, "", {{"name", name.value_or("")}, {"from", text::hex(found->next)}});
    }
  }
  response = xml_response(telephony::write_phone_book(format, page));
}

void get_phone_book(const PhoneBooksApi& api, const HttpRequest& request, HttpResponse& response) {
  const auto format = telephony::phone_book_format_from(request.parameters[0]);
  if (!format) {
    response = problem(404, "no_such_path", "there are cisco, grandstream, snom and yealink");
    return;
  }
  if (request.parameters.size() > 1 && request.parameters[1] == "search") {
    auto form = telephony::write_search_form(*format, kTitle, link(api, request, *format, "", {}), "search");
    if (form) {
      response = xml_response(std::move(*form));
      return;
    }
  }
  const BookWanted wanted = read_book_wanted(request);
  if (wanted.number) return search_number(api, request, *format, *wanted.number, response);
  answer_later(response, [&api, &request, format = *format, name = wanted.name](HttpResponse& answer) {
    search_name(api, request, format, name, answer);
  });
}

}  // namespace

std::vector<HttpRoute> phone_book_routes(const DoorLookups& lookups, const Directory& directory,
                                         const PublicUrl& address) {
  const PhoneBooksApi api{lookups, directory, address};
  std::vector<HttpRoute> routes;
  for (const char* path : {"/phonebook/{format}", "/phonebook/{format}/{file}"}) {
    routes.push_back({.method = "GET",
                      .path = path,
                      .scope = Scope::lookup,
                      .handler = [api](const HttpRequest& request,
                                       HttpResponse& response) { get_phone_book(api, request, response); },
                      .simple_client = true});
  }
  return routes;
}

}  // namespace ringdex::server
