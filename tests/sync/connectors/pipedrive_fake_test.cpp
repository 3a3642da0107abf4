#include <algorithm>
#include <map>
#include <random>

#include "tests/sync/connectors/pipedrive_scene.h"

// The connector against a Pipedrive over real HTTP, held against what that Pipedrive has.
namespace ringdex::tests {
namespace {

TEST_CASE("a full copy with many equal times is the whole Pipedrive") {
  PipedriveRig rig;
  rig.pipedrive.generate(3000, 11, true);
  PageMirror mirror;
  std::string cursor;
  const int pages = rig.run(cursor, mirror);
  CHECK(pages >= 34);
  CHECK_FALSE(mirror.listing);
  rig.check_equal(mirror);
  CHECK(rig.connector->requests_sent() == static_cast<std::uint64_t>(pages));
  // A delta right after brings nothing: one request a list.
  const auto before = mirror.records;
  CHECK(rig.run(cursor, mirror) == 4);
  CHECK(mirror.records == before);
}

TEST_CASE("a restart at every pipedrive page boundary loses and doubles nothing") {
  PipedriveRig rig({}, 17);
  rig.pipedrive.generate(500, 12, true);
  PageMirror mirror;
  std::string cursor;
  bool more = true;
  bool begun = false;
  while (more) {
    rig.restart();
    const auto lost = rig.connector->next_page(cursor, rig.clock.now());  // a crash before the page was stored
    REQUIRE(lost);
    rig.restart();
    const auto page = rig.connector->next_page(cursor, rig.clock.now());
    REQUIRE(page);
    CHECK(page->begins_listing == !begun);
    CHECK(page->records == lost->records);
    begun = true;
    mirror.apply(*page);
    cursor = page->next_cursor;
    more = page->more;
  }
  rig.check_equal(mirror);
}

TEST_CASE("changes in a Pipedrive reach the mirror with the next delta") {
  PipedriveRig rig({}, 20);
  const auto ids = rig.pipedrive.generate(300, 13, true);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  rig.clock.pass(std::chrono::minutes(30));

  auto& pipedrive = rig.pipedrive;
  pipedrive.change_person(ids[0], [](auto& person) { person.name = "Renamed Person"; });
  pipedrive.change_person(ids[1], [](auto& person) { person.phones = {{"+1 212 736 5000", "work", true}}; });
  pipedrive.change_person(ids[2], [](auto& person) { person.phones.clear(); });
  const auto freed = pipedrive.add_lead(lead_of(ids[3], "of one who goes"));
  CHECK(pipedrive.delete_person(ids[3]));
  const auto handed_on = pipedrive.add_lead(lead_of(ids[4], "handed on"));
  CHECK(pipedrive.merge_persons(ids[4], ids[5]));
  CHECK(pipedrive.leads().at(handed_on).person_id == ids[5]);
  pipedrive.rename_organization(101, "New Name Ltd");
  pipedrive.delete_organization(102);
  const auto first_lead = pipedrive.leads().begin()->first;
  const auto archived = pipedrive.add_lead(lead_of(ids[6], "archived"));
  FakePipedrivePerson fresh;
  fresh.name = "Fresh Person";
  fresh.phones = {{"(310) 867-5309", "mobile", true}};
  const auto fresh_id = pipedrive.add_person(fresh);
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.records.at(contact(fresh_id)).phones[0].number->to_e164() == "+13108675309");
  CHECK_FALSE(mirror.records.contains({"p", RecordKind::lead, freed}));

  rig.clock.pass(std::chrono::minutes(30));
  pipedrive.archive_lead(archived);
  pipedrive.change_lead(first_lead, [](auto& lead) { lead.title = "Another title"; });
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  rig.clock.pass(std::chrono::minutes(30));
  pipedrive.archive_lead(archived, false);
  pipedrive.restore_person(ids[3]);
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.records.contains({"p", RecordKind::lead, archived}));
}

TEST_CASE("deletions that no list shows are found by the next listing") {
  FakePipedriveOptions options;
  options.deleted_are_listed = false;
  options.null_for_empty = false;
  PipedriveRig rig(options, 20);
  const auto ids = rig.pipedrive.generate(200, 22, true);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.clock.pass(std::chrono::minutes(30));
  rig.pipedrive.delete_person(ids[7]);
  const auto lead = rig.pipedrive.leads().begin()->first;
  rig.pipedrive.convert_lead(lead);
  rig.run(cursor, mirror);
  CHECK(mirror.records.contains(contact(ids[7])));
  const auto fetched = rig.connector->fetch(contact(ids[7]), rig.clock.now());
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);

  // The sweep goes on beside the deltas, a page of each by turns.
  std::string sweep;
  bool sweeping = true;
  while (sweeping) {
    const auto page = rig.page(sweep);
    mirror.apply(page);
    sweep = page.next_cursor;
    sweeping = page.more;
    auto delta = rig.page(cursor);
    mirror.apply(delta);
    cursor = delta.next_cursor;
  }
  CHECK_FALSE(mirror.records.contains(contact(ids[7])));
  CHECK_FALSE(mirror.records.contains({"p", RecordKind::lead, lead}));
}

TEST_CASE("leads that go while they are listed hide no others") {
  const std::uint64_t seed = 20260106;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    PipedriveRig rig({}, 2 + random() % 12);
    const auto person = rig.pipedrive.add_person({});
    std::vector<std::string> ids;
    for (int i = 0; i < 80; ++i) {
      ids.push_back(rig.pipedrive.add_lead(lead_of(person, "lead " + std::to_string(i))));
      if (random() % 3 == 0) rig.clock.pass(std::chrono::milliseconds(random() % 50));
    }
    std::shuffle(ids.begin(), ids.end(), random);
    PageMirror mirror;
    std::string cursor;
    std::size_t gone = 0;
    for (bool more = true; more;) {
      const auto page = rig.page(cursor);
      mirror.apply(page);
      cursor = page.next_cursor;
      more = page.more;
      for (auto leaving = random() % 4; leaving > 0 && gone < 40; --leaving, ++gone) {
        if (gone % 2 == 0) {
          rig.pipedrive.archive_lead(ids[gone]);
        } else {
          rig.pipedrive.delete_lead(ids[gone]);
        }
      }
    }
    for (const auto& [id, lead] : rig.pipedrive.leads()) {
      if (!lead.archived) REQUIRE(mirror.records.contains({"p", RecordKind::lead, id}));
    }
  }
}

TEST_CASE("random work on the Pipedrive, any page size, always ends equal") {
  const std::uint64_t seed = 20260105;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  PipedriveRig rig({}, 7);
  rig.pipedrive.generate(60, 14, true);
  PageMirror mirror;
  std::string cursor;
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    rig.rows = 2 + random() % 40;
    rig.restart();
    rig.run(cursor, mirror);
    const auto persons = rig.pipedrive.persons();
    const auto leads = rig.pipedrive.leads();
    const auto any_person = [&] {
      return std::next(persons.begin(), static_cast<std::ptrdiff_t>(random() % persons.size()))->first;
    };
    const auto any_lead = [&] {
      return std::next(leads.begin(), static_cast<std::ptrdiff_t>(random() % leads.size()))->first;
    };
    for (int i = 0; i < 8; ++i) {
      switch (random() % 9) {
        case 0:
          rig.pipedrive.change_person(any_person(), [&](auto& person) { person.name += "x"; });
          break;
        case 1:
          rig.pipedrive.delete_person(any_person());
          break;
        case 2:
          rig.pipedrive.merge_persons(any_person(), any_person());
          break;
        case 3:
          rig.pipedrive.add_person(
              {.name = "New " + std::to_string(round), .phones = {{"+12127365000", "work", true}}});
          break;
        case 4:
          rig.pipedrive.add_lead(lead_of(any_person(), "New lead"));
          break;
        case 5:
          rig.pipedrive.archive_lead(any_lead(), random() % 3 != 0);
          break;
        case 6:
          rig.pipedrive.change_lead(any_lead(), [&](auto& lead) { lead.title += "x"; });
          break;
        case 7:
          rig.pipedrive.restore_person(any_person());
          break;
        default:
          rig.pipedrive.rename_organization(101, "Name " + std::to_string(round));
      }
      if (random() % 2 == 0) rig.clock.pass(std::chrono::milliseconds(random() % 90'000));
    }
  }
  rig.clock.pass(std::chrono::seconds(1));
  rig.run(cursor, mirror);
  // Leads of persons that were deleted before they got them stay with nobody the Index knows.
  rig.check_equal(mirror);
}

TEST_CASE("single persons and leads agree with their pages") {
  PipedriveRig rig;
  rig.pipedrive.generate(120, 25, true);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  for (const auto& [id, person] : rig.pipedrive.persons()) {
    const auto fetched = rig.connector->fetch(contact(id), rig.clock.now());
    REQUIRE(fetched);
    CHECK(fetched->as_of == rig.clock.now());
    REQUIRE(fetched->record);
    CHECK(*fetched->record == mirror.records.at(contact(id)));
    if (person.org_id != 0) {
      REQUIRE(fetched->organizations.size() == 1);
      CHECK(fetched->organizations[0].name == rig.pipedrive.organizations().at(person.org_id).name);
    }
  }
  for (const auto& [id, lead] : rig.pipedrive.leads()) {
    const auto fetched = rig.connector->fetch({"p", RecordKind::lead, id}, rig.clock.now());
    REQUIRE(fetched);
    REQUIRE(fetched->record.has_value() == !lead.archived);
    if (lead.archived) continue;
    CHECK(*fetched->record == mirror.records.at(fetched->id));
    REQUIRE(fetched->others.size() == 1);
    CHECK(fetched->others[0] == mirror.records.at(contact(lead.person_id)));
  }
}

TEST_CASE("a number that was never mirrored is found by Pipedrive's own search") {
  PipedriveRig rig;
  rig.pipedrive.generate(200, 26);
  const auto company = rig.pipedrive.add_organization("Searched Ltd");
  const auto id =
      rig.pipedrive.add_person({.name = "Found One",
                                .phones = {{"+44 20 7946 0000", "work", true}, {"(310) 867-5309", "home", false}},
                                .org_id = company});
  const auto number = *ringdex::telephony::PhoneNumber::from_e164("+13108675309");
  const auto found = rig.connector->find_by_phone(number, rig.clock.now());
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().id == contact(id));
  CHECK(found->front().organizations[0].name == "Searched Ltd");
  CHECK(*found->front().record == *rig.connector->fetch(contact(id), rig.clock.now())->record);
  rig.pipedrive.delete_person(id);
  CHECK(rig.connector->find_by_phone(number, rig.clock.now())->empty());
}

TEST_CASE("a purged person is gone without a trace") {
  PipedriveRig rig({}, 20);
  const auto ids = rig.pipedrive.generate(30, 27);
  rig.pipedrive.delete_person(ids[3]);
  rig.clock.pass(std::chrono::hours(24 * 31));
  const auto fetched = rig.connector->fetch(contact(ids[3]), rig.clock.now());
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  CHECK_FALSE(rig.pipedrive.persons().contains(ids[3]));
}

TEST_CASE("the kit's webhooks tell each edit, and fetching what they name ends equal") {
  KitClock clock;
  const auto kit = make_crm_kit("pipedrive", {"p", clock, telephony::test_parser(), 5});
  const auto connector = kit->make_connector();
  std::map<RecordId, FakePerson> known;
  std::map<RecordId, RecordId> merged;
  const auto deliver = [&] {
    for (const auto& request : kit->take_webhooks()) {
      const auto hints = connector->read_webhook(request, clock.now());
      REQUIRE(hints);
      for (const auto& hint : *hints) {
        for (const auto& id : hint.ids) {
          const RecordId record{"p", hint.record_kind, id};
          if (hint.kind == Hint::Kind::deleted) {
            known.erase(record);
            if (!hint.into.empty()) merged[record] = {"p", hint.record_kind, hint.into};
          }
          if (hint.kind != Hint::Kind::refetch && hint.kind != Hint::Kind::merged) continue;
          const auto fetched = connector->fetch(record, clock.now());
          REQUIRE(fetched);
          known.erase(record);
          if (!fetched->record) continue;
          const Record& bearer = fetched->others.empty() ? *fetched->record : fetched->others[0];
          FakePerson person{bearer.name, "", {}, bearer.emails};
          for (const auto& organization : fetched->organizations) {
            if (organization.id == bearer.organization_id) person.organization = organization.name;
          }
          for (const auto& phone : bearer.phones) person.phones.push_back(phone.number->to_e164());
          known[record] = person;
        }
      }
    }
  };
  const auto one = kit->add(RecordKind::contact, {"One Person", "Acme", {"+13108675309"}, {"one@x.example"}});
  const auto two = kit->add(RecordKind::contact, {"Two Person", "", {"+12127365000", "+442079460958"}, {}});
  const auto lead = kit->add(RecordKind::lead, {"Lead Person", "Beta", {"+12127365001"}, {}});
  deliver();
  CHECK(known == kit->people());
  CHECK(known.size() == 4);
  CHECK(kit->change(one, {"One Renamed", "Beta", {"+13108675310"}, {}}));
  CHECK(kit->remove(lead));
  deliver();
  CHECK(known == kit->people());
  CHECK(known.size() == 3);
  CHECK(kit->restore(lead));
  CHECK(kit->merge(two, one));
  deliver();
  CHECK(known == kit->people());
  CHECK(known.at(one).phones == std::vector<std::string>{"+13108675310", "+12127365000", "+442079460958"});
  CHECK(merged == std::map<RecordId, RecordId>{{two, one}});
  kit->expire_access_token();
  CHECK(kit->remove(one));
  deliver();
  CHECK(known == kit->people());
}

}  // namespace
}  // namespace ringdex::tests
