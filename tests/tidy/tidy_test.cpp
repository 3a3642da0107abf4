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

TEST_CASE("includes follow the arrows: telephony <- index <- sync <- server, config alone") {
  REQUIRE(sources().size() > 100);
  const std::map<std::string, std::set<std::string>> allowed = {
      {"telephony", {"telephony"}},
      {"index", {"telephony", "index"}},
      {"sync", {"telephony", "index", "sync"}},
      {"config", {"config"}},
      {"server", {"telephony", "index", "sync", "config", "server"}},
  };
  std::size_t checked = 0;
  for (const SourceFile& file : sources()) {
    if (!allowed.contains(file.folder)) continue;
    for (const std::string& include : includes_of(file)) {
      const std::string folder = include.substr(0, include.find('/'));
      if (!allowed.contains(folder)) continue;
      ++checked;
      CHECK_MESSAGE(allowed.at(file.folder).contains(folder), file.path, " includes ", include);
    }
  }
  CHECK(checked > 100);
}

TEST_CASE("a library's headers stay in the folder that is there for them") {
  const std::map<std::string, std::set<std::string>> owners = {
      {"rocksdb/", {"index"}},
      {"phonenumbers/", {"telephony", "tests", "bench"}},
      {"boost/asio", {"server"}},
      {"boost/beast", {"server"}},
      {"boost/static_string/", {"telephony"}},
      {"httplib.h", {"sync", "server", "tests"}},
      {"lber.h", {"telephony", "tests"}},
  };
  for (const SourceFile& file : sources()) {
    for (const std::string& include : includes_of(file)) {
      for (const auto& [library, folders] : owners) {
        if (!include.starts_with(library)) continue;
        CHECK_MESSAGE(folders.contains(file.folder), file.path, " includes ", include);
      }
    }
    if (!file.text.contains("phonenumbers/phonenumberutil.h") || file.folder != "telephony") continue;
    CHECK(file.path == "telephony/number/number_parser.cpp");
  }
}

TEST_CASE("server names sync and config only where everything is put together") {
  const std::set<std::string> may_name_sync = {"server/app.cpp",      "server/source_factory", "server/source_metrics",
                                               "server/api/sources",  "server/api/records",    "server/api/webhook",
                                               "server/api/calls.cpp"};
  const std::set<std::string> may_name_config = {"server/app", "server/source_factory", "server/account_settings",
                                                 "server/door_options", "server/cli"};
  const auto is_one_of = [](const std::string& path, const std::set<std::string>& prefixes) {
    return std::ranges::any_of(prefixes, [&](const auto& prefix) { return path.starts_with(prefix); });
  };
  for (const SourceFile& file : sources()) {
    if (file.folder != "server") continue;
    for (const std::string& include : includes_of(file)) {
      if (include.starts_with("sync/"))
        CHECK_MESSAGE(is_one_of(file.path, may_name_sync), file.path, " includes ", include);
      if (include.starts_with("config/"))
        CHECK_MESSAGE(is_one_of(file.path, may_name_config), file.path, " includes ", include);
    }
  }
}

TEST_CASE("time comes in as an argument") {
  const std::set<std::string> may_read_a_clock = {
      "server/app.cpp",
      "server/cli/cli.cpp",
      "server/metrics/metrics.h",  // histograms
      "sync/mirror/sync_scheduler.cpp",
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
    if (file.folder != "tests" || may_sleep.contains(file.path) || file.path.starts_with("tests/support/fake_"))
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
