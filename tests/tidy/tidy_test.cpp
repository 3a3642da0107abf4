#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// Rules of style that matter enough to be a test that fails.
namespace ringdex::tests {
namespace {

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;  // from the top of the project
  std::string folder;
  std::string text;
};

std::vector<SourceFile> read_sources(const std::vector<std::string>& folders, const std::set<std::string>& extensions) {
  std::vector<SourceFile> found;
  const fs::path top = RINGDEX_SOURCE_DIR;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
      if (!extensions.contains(entry.path().extension().string())) continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      found.push_back({fs::relative(entry.path(), top).string(), folder, text.str()});
    }
  }
  return found;
}

const std::vector<SourceFile>& sources() {
  static const auto all =
      read_sources({"telephony", "index", "sync", "config", "server", "bench", "tests"}, {".cpp", ".h"});
  return all;
}

// The console's pages, without what others wrote.
const std::vector<SourceFile>& pages() {
  static const auto all = [] {
    auto found = read_sources({"server/console"}, {".js", ".css", ".html"});
    std::erase_if(found, [](const SourceFile& file) { return file.path.contains("/vendor/"); });
    return found;
  }();
  return all;
}

std::vector<std::string> includes_of(const SourceFile& file) {
  static const std::regex kInclude(R"rx(^\s*#\s*include\s*[<"]([^>"]+)[>"])rx", std::regex::multiline);
  std::vector<std::string> found;
  for (std::sregex_iterator at(file.text.begin(), file.text.end(), kInclude), end; at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

// A folder with sources, and those right below it. It may include those and what they may include.
struct Room {
  std::string folder;
  std::vector<std::string> stands_on;
};

// From the floor to the roof: a room stands only on rooms that are named before it, so that all arrows go one way.
const std::vector<Room> kRooms = {
    {"telephony/text", {}},
    {"config/logging", {}},
    {"config", {"telephony/text", "config/logging"}},
    {"telephony/number", {"telephony/text"}},
    {"telephony/formats", {"telephony/number"}},
    {"telephony/ldap", {"telephony/text"}},

    {"index/records", {"telephony/number"}},
    {"index/table", {"index/records"}},
    {"index/store", {"index/table"}},
    {"index/history", {"index/store"}},
    {"index/calls", {"index/store"}},
    {"index/writes", {"index/history"}},
    {"index", {"index/writes"}},

    {"sync", {"index/records", "config/logging"}},
    {"sync/http", {"sync"}},
    {"sync/webhooks", {"sync", "index"}},
    {"sync/mirror", {"sync/webhooks"}},
    {"sync/connectors/csv", {"sync"}},
    {"sync/connectors/pipedrive", {"sync/http", "sync/webhooks"}},
    {"sync/connectors/salesforce", {"sync/http", "sync/webhooks"}},
    {"sync/connectors/zendesk", {"sync/http", "sync/webhooks"}},

    {"server/system", {"index/records", "config/logging"}},
    {"server/events", {"index/calls"}},
    {"server/access", {"server/system"}},
    {"server/lookup", {"index", "index/calls", "server/system"}},
    {"server/metrics", {"server/lookup"}},
    {"server/json", {"server/lookup"}},
    {"server/doors", {"server/metrics"}},
    {"server/net", {"server/metrics"}},
    {"server/calls", {"server/doors", "server/json"}},
    {"server/http", {"server/access", "server/events", "server/net"}},
    {"server/fastagi", {"server/access", "server/doors", "server/net", "telephony/formats"}},
    {"server/ldap", {"server/access", "server/doors", "server/net", "telephony/formats", "telephony/ldap"}},
    {"server/console", {}},
    {"server/api", {"server/calls", "server/console", "server/http", "sync/mirror", "telephony/formats"}},
    {"server/assembly",
     {"config", "server/api", "server/fastagi", "server/ldap", "sync/connectors/csv", "sync/connectors/pipedrive",
      "sync/connectors/salesforce", "sync/connectors/zendesk"}},
    {"server", {"server/assembly"}},
    {"server/cli", {"server"}},
};

constexpr std::ptrdiff_t kFilesInARoomMax = 50;

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// What each room may include, itself too.
const std::map<std::string, std::set<std::string>>& reach() {
  static const auto all = [] {
    std::map<std::string, std::set<std::string>> found;
    for (const Room& room : kRooms) {
      std::set<std::string> reached{room.folder};
      for (const std::string& below : room.stands_on) {
        REQUIRE_MESSAGE(found.contains(below), room.folder, " stands on ", below, ", which is not named before it");
        reached.insert(found.at(below).begin(), found.at(below).end());
      }
      found[room.folder] = std::move(reached);
    }
    return found;
  }();
  return all;
}

TEST_CASE("includes follow the arrows between the rooms") {
  const std::set<std::string> ours = {"telephony", "index", "sync", "config", "server"};
  std::size_t checked = 0;
  for (const SourceFile& file : sources()) {
    if (!ours.contains(file.folder) || file.path == "server/main.cpp") continue;
    const std::string room = folder_of(file.path);
    REQUIRE_MESSAGE(reach().contains(room), file.path, " stands in a folder that is no room");
    for (const std::string& include : includes_of(file)) {
      if (!ours.contains(include.substr(0, include.find('/')))) continue;
      ++checked;
      CHECK_MESSAGE(reach().at(room).contains(folder_of(include)), file.path, " includes ", include);
    }
  }
  CHECK(checked > 500);
}

TEST_CASE("the roof of the server holds what starts it, and no folder is crowded") {
  std::map<std::string, std::ptrdiff_t> files;
  for (const SourceFile& file : sources()) {
    ++files[folder_of(file.path)];
    if (folder_of(file.path) != "server") continue;
    CHECK_MESSAGE((file.path == "server/main.cpp" || file.path.starts_with("server/app.")), file.path);
  }
  for (const auto& [folder, count] : files) CHECK_MESSAGE(count <= kFilesInARoomMax, folder, " has ", count, " files");
}

TEST_CASE("a library's headers stay where they are wanted") {
  // Paths, or how they begin. Some of these headers take seconds to compile, whoever includes them.
  const std::map<std::string, std::vector<std::string>> owners = {
      {"rocksdb/", {"index/", "tests/index/"}},
      {"phonenumbers/", {"telephony/number/", "tests/", "bench/"}},
      {"phonenumbers/phonenumberutil.h", {"telephony/number/number_parser.cpp", "tests/", "bench/"}},
      {"boost/asio", {"server/"}},
      {"boost/beast", {"server/http/"}},
      {"boost/static_string/", {"telephony/number/"}},
      {"httplib.h", {"sync/http/", "server/cli/", "tests/"}},
      {"lber.h", {"telephony/ldap/", "tests/"}},
      {"nlohmann/json.hpp", {"telephony/text/json_value.cpp", "config/json_text.cpp", "tests/"}},
      {"spdlog/", {"config/logging/log.cpp"}},
      {"fmt/ranges.h", {}},
      {"fmt/chrono.h", {"tests/"}},
      {"CLI/", {"server/cli/", "bench/", "tests/"}},
  };
  for (const SourceFile& file : sources()) {
    for (const std::string& include : includes_of(file)) {
      for (const auto& [library, places] : owners) {
        if (!include.starts_with(library)) continue;
        const bool is_wanted =
            std::ranges::any_of(places, [&file](const auto& place) { return file.path.starts_with(place); });
        CHECK_MESSAGE(is_wanted, file.path, " includes ", include);
      }
    }
  }
}

TEST_CASE("time comes in as an argument") {
  const std::set<std::string> may_read_a_clock = {
      "server/app.cpp",
      "server/cli/cli.cpp",
      "server/metrics/metrics.h",  // histograms
      "sync/mirror/sources.cpp",
      "sync/http/http_client.cpp",  // the whole request's time limit
  };
  const std::regex clock(R"(_clock::now\(|\btime\(nullptr\)|gettimeofday|clock_gettime)");
  for (const SourceFile& file : sources()) {
    if (file.folder == "tests" || file.folder == "bench" || may_read_a_clock.contains(file.path)) continue;
    CHECK_MESSAGE(!std::regex_search(file.text, clock), file.path, " reads a clock");
  }
}

TEST_CASE("tests do not sleep") {
  // Waiting for another process has no other way.
  const std::set<std::string> may_sleep = {"tests/support/ringdex_process.cpp", "tests/end_to_end/crash_test.cpp",
                                           "tests/tidy/tidy_test.cpp"};
  for (const SourceFile& file : sources()) {
    if (file.folder != "tests" || may_sleep.contains(file.path) || file.path.starts_with("tests/support/fakes/fake_"))
      continue;
    CHECK_MESSAGE(!file.text.contains("sleep_for"), file.path, " sleeps");
  }
}

TEST_CASE("nothing is left open, and nothing names a machine") {
  const std::regex left(R"(\b(TO)DO\b|\bFIX)"
                        R"(ME\b|\bXX)"
                        R"(X\b|\bHA)"
                        R"(CK\b)");
  for (const SourceFile& file : sources()) {
    CHECK_MESSAGE(!std::regex_search(file.text, left), file.path, " has a leftover note");
    CHECK_MESSAGE(!file.text.contains("/wor"
                                      "k/"),
                  file.path, " names a path of one machine");
  }
}

TEST_CASE("the console's pages make no markup out of text, and name no other host") {
  REQUIRE(pages().size() > 20);
  const std::regex markup(R"(innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|document\.write|\beval\(|[^-]style=)");
  for (const SourceFile& file : pages()) {
    CHECK_MESSAGE(!std::regex_search(file.text, markup), file.path, " makes markup out of text");
    CHECK_MESSAGE(!std::regex_search(file.text, std::regex("(https?:)?//[a-z0-9-]+\\.[a-z]")), file.path,
                  " names a host");
    CHECK_MESSAGE(std::ranges::count(file.text, '\n') <= 450, file.path, " is too long");
  }
}

TEST_CASE("files stay short enough to have one idea") {
  for (const SourceFile& file : sources()) {
    const auto lines = std::ranges::count(file.text, '\n');
    CHECK_MESSAGE(lines <= (file.folder == "tests" ? 600 : 450), file.path, " has ", lines, " lines");
  }
}

}  // namespace
}  // namespace ringdex::tests
