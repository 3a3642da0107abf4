#include "tests/support/fakes/fake_people.h"

#include <array>
#include <string_view>

namespace ringdex::test_support {
namespace {

constexpr std::array<std::string_view, 28> kFirst = {
    "Anna",  "Bob",     "Chloé", "David",  "Elena", "Farid", "Greta",   "Hugo", "Iris",  "Jörg",
    "Keiko", "Luca",    "Maria", "Nils",   "Olga",  "Pablo", "Quentin", "Rosa", "Søren", "Tara",
    "Uma",   "Valerie", "Wei",   "Ximena", "Yusuf", "Zoë",   "Mary Jo", "李"};
constexpr std::array<std::string_view, 26> kLast = {
    "Adams",  "Bianchi",  "Carter", "Dubois",       "Evans",  "Fischer", "García", "Hughes",    "Ivanova",
    "Jensen", "Kowalski", "Lopez",  "Müller",       "Nguyen", "O'Brien", "Patel",  "Quinn",     "Rossi",
    "Smith",  "Tanaka",   "Ueda",   "Van den Berg", "Weiß",   "Xu",      "Young",  "Zimmermann"};
constexpr std::array<std::string_view, 12> kAreas = {"212", "310", "415", "512", "617", "702",
                                                     "303", "206", "305", "404", "713", "602"};
constexpr std::array<std::string_view, 10> kTrades = {"Logistics", "Bakery", "Consulting", "Dental", "Energy",
                                                      "Foods",     "Garage", "Hotels",     "Labs",   "Media"};

std::string text(std::string_view view) {
  return std::string(view);
}

}  // namespace

std::string FakePeople::digits(std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += static_cast<char>('0' + static_cast<int>(draw(10)));
  return result;
}

std::string FakePeople::us_phone() {
  const std::string area = text(kAreas[draw(kAreas.size())]);
  const std::string exchange = std::to_string(200 + draw(700));
  const std::string line = digits(4);
  switch (draw(8)) {
    case 0:
      return "+1 " + area + " " + exchange + " " + line;
    case 1:
      return "(" + area + ") " + exchange + "-" + line;
    case 2:
      return area + "-" + exchange + "-" + line;
    case 3:
      return area + exchange + line;
    case 4:
      return "1-" + area + "-" + exchange + "-" + line;
    case 5:
      return area + "." + exchange + "." + line;
    case 6:
      return "+1" + area + exchange + line;
    default:
      return "(" + area + ")" + exchange + " " + line + " ext. " + digits(3);
  }
}

std::string FakePeople::phone() {
  switch (draw(12)) {
    case 0:
      return "+44 20 7" + digits(3) + " " + digits(4);
    case 1:
      return "+44 (0)7700 9" + digits(5);
    case 2:
      return "+49 30 " + std::to_string(2 + draw(7)) + digits(7);
    case 3:
      return "+33 6 " + digits(2) + " " + digits(2) + " " + digits(2) + " " + digits(2);
    case 4:
      return draw(2) == 0 ? "+39 06 " + std::to_string(4 + draw(5)) + digits(7) : "011 39 347 " + digits(7);
    case 5:
      return "+61-4" + digits(2) + "-" + digits(3) + "-" + digits(3);
    default:
      return us_phone();
  }
}

std::string FakePeople::shared_phone(std::uint64_t organization) {
  // The switchboard of an organization, spelled by each colleague in an own way.
  const std::string area = text(kAreas[organization % kAreas.size()]);
  const std::string exchange = std::to_string(200 + organization % 700);
  const std::string line = std::to_string(1000 + organization % 9000);
  return draw(2) == 0 ? "+1 " + area + " " + exchange + " " + line : "(" + area + ") " + exchange + "-" + line;
}

FakeOrganization FakePeople::organization(TimePoint updated_at) {
  FakeOrganization organization;
  organization.name = text(kLast[draw(kLast.size())]) + " " + text(kTrades[draw(kTrades.size())]) + " " + digits(3);
  organization.updated_at = updated_at;
  return organization;
}

FakeUser FakePeople::user(const std::vector<std::uint64_t>& organizations, TimePoint updated_at) {
  FakeUser user;
  ++made_;
  user.name = text(kFirst[draw(kFirst.size())]) + " " + text(kLast[draw(kLast.size())]);
  if (draw(20) != 0) user.email = "person" + std::to_string(made_) + "@example.com";
  if (!organizations.empty() && draw(10) < 7) user.organization_id = organizations[draw(organizations.size())];
  const std::uint64_t fate = draw(100);
  if (fate < 10 && user.organization_id != 0) {
    user.phone = shared_phone(user.organization_id);
    user.shared_phone_number = true;
  } else if (fate < 95) {
    user.phone = phone();
  } else if (fate == 99) {
    user.phone = "n/a";
  }
  if (draw(8) == 0) user.identities.push_back({0, "phone_number", phone()});
  if (draw(12) == 0) user.identities.push_back({0, "email", "other" + std::to_string(made_) + "@example.org"});
  if (draw(50) == 0) user.identities.push_back({0, "google", "g" + std::to_string(made_) + "@example.org"});
  if (draw(40) == 0) user.role = draw(2) == 0 ? "agent" : "admin";
  user.suspended = draw(60) == 0;
  if (draw(5) == 0) user.external_id = "crm-" + digits(6);
  if (draw(4) == 0) user.tags = {"vip"};
  user.created_at = updated_at - std::chrono::hours(24 * (1 + draw(300)));
  user.updated_at = updated_at;
  return user;
}

}  // namespace ringdex::test_support
