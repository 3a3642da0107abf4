#include "server/api/template_3cx.h"

#include <fmt/core.h>

#include "server/api/lookup.h"
#include "server/lookup/caller_line.h"
#include "telephony/formats/phone_book.h"
#include "telephony/text/json_writer.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

struct Template3cxApi {
  DoorLookups lookups;
  const OwnAddress& address;
};

void write_contact(text::JsonWriter& out, const Template3cxApi& api, const HttpRequest& request,
                   const LookupAnswer& answer, const std::string& number) {
  const index::Card& pick = *answer.pick();
  const bool is_person = !pick.name.empty() && shows_one_person(answer);
  const std::string line = caller_line(answer);
  NameParts parts = is_person ? split_name(pick.name) : NameParts{};
  // What stands behind the name, if several have the number.
  if (is_person && line.starts_with(pick.name)) parts.family += line.substr(pick.name.size());
  // 3CX shows nobody without an address, and a CSV file gives none.
  std::string url = text::safe_url(pick.url.text());
  if (url.empty()) url = api.address.for_client(request) + "/v1/records/" + text::id_in_url(pick.id_text());
  out.open('{').member("id", pick.id_text()).member("first_name", parts.given).member("last_name", parts.family);
  out.member("company", pick.organization);
  const auto known = answer.view.get(request.principal.account, pick.id());
  const auto* record = known ? std::get_if<index::KnownRecord>(&*known) : nullptr;
  const bool has_email = is_person && record != nullptr && !record->record.emails.empty();
  out.member("email", has_email ? record->record.emails.front() : "");
  out.member("asked_number", number).member("contact_url", url).close('}');
}

void get_contacts(const Template3cxApi& api, const HttpRequest& request, HttpResponse& response) {
  const std::string number = asked_number(request);
  const LookupRequest lookup{.account = request.principal.account, .number = number, .region = {}, .called = {}};
  ask(api.lookups, lookup, response, [&, number](const DoorLookups::Found& found, HttpResponse& answer) {
    text::JsonWriter out(answer.body);
    out.open('{').key("contacts").open('[');
    if (found && !caller_line(*found).empty()) write_contact(out, api, request, *found, number);
    out.close(']').close('}');
  });
}

}  // namespace

std::vector<HttpRoute> template_3cx_routes(const DoorLookups& lookups, const OwnAddress& address) {
  const Template3cxApi api{lookups, address};
  return {
      {.method = "GET",
       .path = "/3cx/lookup",
       .scope = Scope::lookup,
       .handler = [api](const HttpRequest& request, HttpResponse& response) { get_contacts(api, request, response); }}};
}

std::string template_3cx(std::string_view url, std::string_view key) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return fmt::format(R"(<?xml version="1.0" encoding="utf-8"?>
<Crm xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
     Country="US" Name="ringdex" Version="1" SupportsEmojis="false">
  <Number Prefix="Zeros" MaxLength="" />
  <Connection MaxConcurrentRequests="8" />
  <Parameters>
    <Parameter Name="BaseUrl" Type="String" Parent="General Configuration" Editor="String" Title="Address of ringdex:" Default="{}" />
    <Parameter Name="ApiKey" Type="Password" Parent="General Configuration" Editor="String" Title="API key:" Default="{}" />
  </Parameters>
  <Authentication Type="No" />
  <Scenarios>
    <Scenario Id="" Type="REST">
      <Request SkipIf="" Url="[BaseUrl]/3cx/lookup?number=[Number]" MessagePasses="0" RequestContentType="" RequestEncoding="UrlEncoded" RequestType="Get" ResponseType="Json">
        <Headers>
          <Value Key="Authorization" Passes="0" Type="String">Bearer [ApiKey]</Value>
        </Headers>
      </Request>
      <Rules>
        <Rule Type="Any" Ethalon="">contacts.contact_url</Rule>
      </Rules>
      <Variables>
        <Variable Name="CallerId" Path="contacts.id"><Filter /></Variable>
        <Variable Name="CallerFirstName" Path="contacts.first_name"><Filter /></Variable>
        <Variable Name="CallerLastName" Path="contacts.last_name"><Filter /></Variable>
        <Variable Name="CallerCompany" Path="contacts.company"><Filter /></Variable>
        <Variable Name="CallerEmail" Path="contacts.email"><Filter /></Variable>
        <Variable Name="CallerNumber" Path="contacts.asked_number"><Filter /></Variable>
        <Variable Name="CallerUrl" Path="contacts.contact_url"><Filter /></Variable>
      </Variables>
      <Outputs AllowEmpty="false">
        <Output Type="ContactUrl" Passes="0" Value="[CallerUrl]" />
        <Output Type="FirstName" Passes="0" Value="[CallerFirstName]" />
        <Output Type="LastName" Passes="0" Value="[CallerLastName]" />
        <Output Type="CompanyName" Passes="0" Value="[CallerCompany]" />
        <Output Type="Email" Passes="0" Value="[CallerEmail]" />
        <Output Type="PhoneBusiness" Passes="0" Value="[CallerNumber]" />
        <Output Type="EntityId" Passes="0" Value="[CallerId]" />
        <Output Type="EntityType" Passes="0" Value="Contacts" />
      </Outputs>
    </Scenario>
  </Scenarios>
</Crm>
)",
                     telephony::xml_escaped(url), telephony::xml_escaped(key));
}

}  // namespace ringdex::server
