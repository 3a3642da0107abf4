#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/end_to_end/door_scene.h"

namespace ringdex::tests {
namespace {

// What curl, which FreePBX, Asterisk and FreeSWITCH all ask with, brings back: status and body.
struct Fetched {
  std::string status;
  std::string body;
};
Fetched curl(const DoorScene& scene, const std::string& url, std::vector<std::string> more = {}) {
  const std::string file = scene.folder() + "/body";
  std::ofstream(file, std::ios::trunc).close();
  std::vector<std::string> arguments{"/usr/bin/curl", "-s", "-g", "-m", "7", "-o", file, "-w", "%{http_code}"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.push_back(url);
  const auto result = run_command(arguments);
  std::ifstream in(file, std::ios::binary);
  std::stringstream body;
  body << in.rdbuf();
  return {result.out, body.str()};
}

TEST_CASE("the requests of FreePBX, Asterisk and FreeSWITCH get a bare name") {
  const DoorScene scene;
  const std::string host = fmt::format("127.0.0.1:{}", scene.ringdex().port());
  const auto name = [&](const std::string& path) {
    const Fetched fetched = curl(scene, "http://" + host + path);
    CHECK(fetched.status == "200");
    return fetched.body;
  };
  // FreePBX: a second slash, a plus as %2B, the name with %20 and %2C and nothing else encoded.
  CHECK(name("//cnam?number=%2B12125550123&name=NEW%20YORK") == "Ada Whitlock");
  CHECK(name("//cnam?number=%2B12125550199&name=NEW%20YORK%2C%20NY%20100%%20") == "NEW YORK NY 100");
  CHECK(name("/cnam?number=%2b12125550199&default=Smith") == "Smith");
  CHECK(name("/cnam?number=12125550199&name=AT&T%20MOBILITY&format=ascii") == "AT&T MOBILITY");
  // Asterisk's CALLERID(pres), and what agi_callingpres has.
  for (const char* withheld : {"prohib_passed_screen", "prohib", "unavailable", "32", "67"}) {
    CHECK(name(fmt::format("/cnam?number=12125550123&presentation={}", withheld)).empty());
  }
  CHECK(name("/cnam?number=12125550123&presentation=allowed_not_screened") == "Ada Whitlock");
  // FreeSWITCH: digits without a plus, nothing at all for a caller who is anonymous.
  CHECK(name("/cnam?number=442079460100&plan=e164") == "Delphine Marchetti");
  CHECK(name("/cnam?number=").empty());
  CHECK(name("/cnam").empty());
  // Hand-written: a raw plus.
  CHECK(name("/cnam?number=+12125550123") == "Ada Whitlock");
  for (const char* number : {"anonymous", "unknown", "0000000000", "201", "+12125550199", "%00", "%ff%fe"}) {
    CAPTURE(number);
    CHECK(name(fmt::format("/cnam?number={}", number)).empty());
  }
  // What is wrong in the request is nobody's name.
  CHECK(name("/cnam?number=+12125550123&region=XX&plan=so&format=what&length=-1") == "Ada Whitlock");
  CHECK(name("/cnam?number=+12125550166") == "Nameless Ltd");
}

TEST_CASE("a name is made safe, in the form that the client can show") {
  const DoorScene scene;
  const std::string url = fmt::format("http://127.0.0.1:{}/cnam?number=", scene.ringdex().port());
  CHECK(curl(scene, url + "%2B4930901820").body == "Jürgen Müller");
  CHECK(curl(scene, url + "%2B4930901820&format=ascii").body == "Jurgen Muller");
  CHECK(curl(scene, url + "%2B4930901820&format=cnam15").body == "JURGEN MULLER");
  CHECK(curl(scene, url + "%2B12125550123&length=3").body == "Ada");
  const std::string odd = curl(scene, url + "%2B390612345678").body;
  CHECK(odd.contains("Max"));
  CHECK(odd.find_first_of("\r\n\"$%{}<>;,'\\") == std::string::npos);
  CHECK(curl(scene, url + "%2B442079460100&format=call-info").body.empty());
}

TEST_CASE("several people on one line, as the account wants it") {
  const std::pair<const char*, const char*> rows[] = {
      {"pick", "Delphine Marchetti"}, {"organization", "Thornbury Glass"}, {"count", "Delphine Marchetti +1"}};
  for (const auto& [setting, expected] : rows) {
    DoorScene::Settings settings;
    settings.account = fmt::format(R"(, "one_line": "{}")", setting);
    const DoorScene scene(settings);
    CHECK(scene.ringdex().get("/cnam?number=%2B442079460100").text == expected);
    CHECK(scene.ringdex().get("/cnam?number=%2B12125550123").text == "Ada Whitlock");
    const auto contact = scene.ringdex().get("/3cx/lookup?number=442079460100").body["contacts"][0];
    CHECK(contact["first_name"] == (std::string(setting) == "organization" ? "" : "Delphine"));
    CHECK(contact["last_name"].get<std::string>().ends_with("+1") == (std::string(setting) == "count"));
  }
}

TEST_CASE("a key comes in the URL or as HTTP Basic, and whoever has none sees no words that a phone would show") {
  const DoorScene scene;
  const std::string key = scene.key();
  const std::string other = scene.key("metrics");
  REQUIRE(scene.ringdex().wait_for("/healthz",
                                   [&](const auto&) { return scene.ringdex().get("/cnam?number=1").status == 401; }));
  const std::string path = fmt::format("127.0.0.1:{}/cnam?number=%2B12125550123", scene.ringdex().port());
  CHECK(curl(scene, "http://" + path + "&key=" + key).body == "Ada Whitlock");
  CHECK(curl(scene, "http://pbx:" + key + "@" + path).body == "Ada Whitlock");
  CHECK(curl(scene, "http://" + key + "@" + path).body == "Ada Whitlock");
  CHECK(curl(scene, "http://" + path, {"-H", "Authorization: Bearer " + key}).body == "Ada Whitlock");
  for (const auto& [url, status] : {std::pair{"http://" + path, "401"},
                                    {"http://" + path + "&key=rdx_1_2", "401"},
                                    {"http://pbx:wrong@" + path, "401"},
                                    {"http://" + path + "&key=" + other, "403"}}) {
    const Fetched refused = curl(scene, url);
    CHECK(refused.status == status);
    CHECK(refused.body.empty());
  }
  CHECK(curl(scene, "http://" + path + "&key=wrong&name=NEW%20YORK").body == "NEW YORK");
  const Fetched posted = curl(scene, "http://" + path, {"-X", "POST"});
  CHECK(posted.status == "405");
  CHECK(posted.body.empty());
  // Only where nothing but reading is to be had.
  CHECK(curl(scene, fmt::format("http://127.0.0.1:{}/v1/lookup?number=1&key={}", scene.ringdex().port(), key)).status ==
        "401");
  CHECK_FALSE(scene.ringdex().log().contains(key.substr(20)));
}

TEST_CASE("OpenCNAM's form, text and JSON") {
  const DoorScene scene;
  const auto& ringdex = scene.ringdex();
  const std::string url = fmt::format("http://127.0.0.1:{}/v2/phone/", ringdex.port());
  CHECK(curl(scene, url + "+12125550123?format=pbx").body == "Ada Whitlock");
  CHECK(curl(scene, url + "12125550123", {"-H", "Accept: text/pbx"}).body == "Ada Whitlock");
  const Fetched unknown = curl(scene, url + "+12125550199?format=pbx");
  CHECK(unknown.status == "200");
  CHECK(unknown.body.empty());
  for (const char* broken : {"?format=pbx", "50%?format=pbx", "%00?format=pbx", "anonymous?format=pbx"}) {
    CHECK(curl(scene, url + broken).status == "200");
    CHECK(curl(scene, url + broken).body.empty());
  }
  const auto known = ringdex.get("/v2/phone/%2B12125550123");
  CHECK(known.body["name"] == "Ada Whitlock");
  CHECK(known.body["number"] == "+12125550123");
  CHECK(known.body["updated"].get<std::string>().ends_with("Z"));
  CHECK(ringdex.get("/v3/phone/12125550123?format=json").body["number"] == "+12125550123");
  CHECK(ringdex.get("/v2/phone/%2B12125550199").status == 404);
}

TEST_CASE("what 3CX asks is answered with the number as it asked") {
  const DoorScene scene;
  const auto& ringdex = scene.ringdex();
  const auto found = ringdex.get("/3cx/lookup?number=0012125550123");
  REQUIRE(found.body["contacts"].size() == 1);
  const auto& contact = found.body["contacts"][0];
  CHECK(contact["first_name"] == "Ada");
  CHECK(contact["last_name"] == "Whitlock");
  CHECK(contact["company"] == "Whitlock & Daughters");
  CHECK(contact["email"] == "ada@whitlock.example");
  CHECK(contact["asked_number"] == "0012125550123");
  CHECK(contact["contact_url"].get<std::string>().ends_with("/v1/records/people:contact:1"));
  CHECK(ringdex.get("/3cx/lookup?number=+12125550123").body["contacts"][0]["asked_number"] == "+12125550123");
  CHECK(ringdex.get("/3cx/lookup?number=0012125550199").body["contacts"].empty());
  CHECK(ringdex.get("/3cx/lookup").body["contacts"].empty());
  const auto company = ringdex.get("/3cx/lookup?number=2125550166").body["contacts"][0];
  CHECK(company["company"] == "Nameless Ltd");
  CHECK(company["last_name"] == "");

  const auto made =
      run_command({RINGDEX_BINARY, "template", "3cx", "--url", "https://a.example/?x=\"1\"&y=2/", "--key", "rdx_k"});
  CHECK(made.exit_code == 0);
  CHECK(made.out.contains(R"(Default="https://a.example/?x=&quot;1&quot;&amp;y=2")"));
  CHECK(made.out.contains(R"(Default="rdx_k")"));
  std::ifstream shipped(RINGDEX_SOURCE_DIR "/config/3cx.xml");
  std::stringstream text;
  text << shipped.rdbuf();
  CHECK(run_command({RINGDEX_BINARY, "template", "3cx"}).out == text.str());
}

TEST_CASE("phone books are searched by name and by number, and leafed through") {
  const DoorScene scene;
  const auto& ringdex = scene.ringdex();
  for (const char* format : {"yealink", "snom", "grandstream", "cisco"}) {
    CAPTURE(format);
    const std::string base = fmt::format("/phonebook/{}", format);
    const std::string by_name = ringdex.get(base + "?search=whit").text;
    CHECK(by_name.contains("Whitlock"));
    CHECK(by_name.contains("+12125550124"));
    CHECK_FALSE(by_name.contains("Pryce"));
    CHECK(ringdex.get(base + "?search=muller").text.contains("4930901820"));
    const std::string by_number = ringdex.get(base + "?search=02079460100").text;
    CHECK_FALSE(by_number.contains("Marchetti"));
    CHECK(ringdex.get(base + "?number=442079460100").text.contains("Marchetti"));
    const std::string all = ringdex.get(base).text;
    for (const char* name : {"Whitlock", "Pryce", "Nameless Ltd"}) CHECK(all.contains(name));
    CHECK(ringdex.get(base + "/phonebook.xml").status == 200);
    // Who asks about nobody is not given everybody.
    for (const char* nobody : {"?number=", "?search=*", "?search=+", "?name=*", "?number=anonymous"}) {
      CAPTURE(nobody);
      const std::string empty = ringdex.get(base + nobody).text;
      CHECK(empty.contains("<?xml"));
      CHECK_FALSE(empty.contains("Whitlock"));
    }
  }
  CHECK(ringdex.get("/phonebook/cisco/search").text.contains("CiscoIPPhoneInput"));
  CHECK(ringdex.get("/phonebook/snom/search").text.contains("SnomIPPhoneInput"));
  CHECK(ringdex.get("/phonebook/nokia").status == 404);
}

TEST_CASE("the pages of a phone book have everybody once, and go on with the key that the phone sent") {
  DoorScene::Settings settings;
  for (int i = 0; i < 40; ++i)
    settings.people += fmt::format("{},John Number{:02},,+1212555{:04},,\n", 100 + i, i, 3000 + i);
  const DoorScene scene(settings);
  const std::string key = scene.key();
  const auto& ringdex = scene.ringdex();
  REQUIRE(ringdex.wait_for("/healthz", [&](const auto&) { return ringdex.get("/v1/version").status == 401; }));
  std::string path = "/phonebook/cisco?name=john&key=" + key;
  std::vector<int> seen(40);
  for (int pages = 1;; ++pages) {
    REQUIRE(pages <= 3);
    const std::string page = ringdex.get(path).text;
    for (int i = 0; i < 40; ++i)
      seen[static_cast<std::size_t>(i)] += page.contains(fmt::format("Number{:02}", i)) ? 1 : 0;
    std::size_t at = page.find("from=");
    if (at == std::string::npos) break;
    at = page.rfind("/phonebook/", at);
    path = page.substr(at, page.find('<', at) - at);
    for (std::size_t amp; (amp = path.find("&amp;")) != std::string::npos;) path.replace(amp, 5, "&");
  }
  CHECK(std::ranges::all_of(seen, [](int times) { return times == 1; }));
}

TEST_CASE("whoever was deleted is not named at any door any more") {
  const DoorScene scene;
  const auto& ringdex = scene.ringdex();
  CHECK(ringdex.get("/cnam?number=12125550123").text == "Ada Whitlock");
  std::ofstream(scene.folder() + "/people.csv")
      << "Id,Name,Company,Phone\n2,Delphine Marchetti,,+442079460100\n3,Edwin Pryce,,+442079460100\n"
         "4,Jo,,+4930901820\n5,Max,,+390612345678\n6,,Nameless Ltd,(212) 555-0166\n";
  REQUIRE(ringdex.post("/v1/sources/people/sync", R"({"kind": "full"})").status == 202);
  REQUIRE(
      ringdex.wait_for("/readyz", [&](const auto&) { return ringdex.get("/cnam?number=12125550123").text.empty(); }));
  CHECK(ringdex.get("/3cx/lookup?number=12125550123").body["contacts"].empty());
  CHECK_FALSE(ringdex.get("/phonebook/yealink?name=ada").text.contains("Whitlock"));
  CHECK(ringdex.get("/v1/records/people:contact:1.jcard").status == 410);
}

TEST_CASE("a record as jCard and vCard, and by a signed address without a key") {
  DoorScene::Settings settings;
  settings.http = R"(, "public_url": "https://ringdex.acme.example/")";
  const DoorScene scene(settings);
  const auto& ringdex = scene.ringdex();
  const auto jcard = ringdex.get("/v1/records/people:contact:1.jcard");
  REQUIRE(jcard.status == 200);
  CHECK(jcard.body[0] == "vcard");
  CHECK(jcard.text.contains("tel:+12125550123"));
  CHECK(ringdex.get("/v1/records/people:contact:1.vcf").text.starts_with("BEGIN:VCARD\r\nVERSION:4.0\r\n"));
  CHECK(ringdex.get("/v1/records/people:contact:9.jcard").status == 404);

  const std::string header = ringdex.get("/cnam?number=%2B12125550123&format=call-info").text;
  REQUIRE(header.starts_with("<https://ringdex.acme.example/jcard/default/people:contact:1?expires="));
  REQUIRE(header.ends_with(">;purpose=jcard"));
  const std::string path = header.substr(header.find("/jcard/"), header.find('>') - header.find("/jcard/"));
  scene.key();
  REQUIRE(ringdex.wait_for("/healthz", [&](const auto&) { return ringdex.get("/v1/version").status == 401; }));
  CHECK(ringdex.get(path).text == jcard.text);
  for (const auto& [from, to] : {std::pair{":1?", ":2?"}, {"default", "other"}, {"expires=", "expires=1"}}) {
    std::string forged = path;
    forged.replace(forged.find(from), std::string(from).size(), to);
    CHECK(ringdex.get(forged).status == 403);
  }
}

}  // namespace
}  // namespace ringdex::tests
