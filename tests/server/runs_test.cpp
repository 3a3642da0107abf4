#include "server/api/runs.h"

#include <fmt/format.h>

#include "server/api/run_files.h"
#include "tests/server/api_scene.h"
#include "tests/server/csv_rows.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kRunsPerFile = 12;

struct Scene : ApiScene {
  Scene() {
    auto routes = run_routes(ledger);
    std::ranges::move(run_file_routes(ledger, kRunsPerFile), std::back_inserter(routes));
    serve(std::move(routes));
  }
  std::string admin = key({"admin"});

  index::Run run(const std::string& source, const std::string& kind = "delta", std::uint64_t added = 0,
                 const std::string& account = "default") {
    index::Run made;
    made.account = account;
    made.source = source;
    made.kind = kind;
    made.outcome = "finished";
    made.started_at = kNow;
    made.finished_at = kNow + std::chrono::milliseconds(1'500);
    made.counts.added = added;
    REQUIRE(ledger.begin(made));
    return made;
  }
  std::vector<std::uint64_t> pages(const std::string& query) const {
    std::vector<std::uint64_t> all;
    std::string behind;
    for (int pages = 0; pages < 1'000; ++pages) {
      const auto page = get("/v1/runs?" + query + behind, admin);
      REQUIRE(page.status == 200);
      for (const auto& one : page.body["runs"]) all.push_back(one["id"]);
      if (page.body["next"].is_null()) return all;
      behind = fmt::format("&behind={}", page.body["next"].get<std::uint64_t>());
    }
    FAIL("the pages have no end");
    return all;
  }
};

TEST_CASE_FIXTURE(Scene, "runs are paged, by source, and without those that changed nothing") {
  std::vector<std::uint64_t> all;
  std::vector<std::uint64_t> of_crm;
  std::vector<std::uint64_t> notable;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const std::string source = i % 3 == 0 ? "crm" : "people";
    const index::Run made = run(source, i % 10 == 5 ? "sweep" : "delta", i % 7 == 1 ? i : 0);
    run("crm", "full", 5, "other");
    all.insert(all.begin(), made.number);
    if (source == "crm") of_crm.insert(of_crm.begin(), made.number);
    if (i % 10 == 5 || i % 7 == 1) notable.insert(notable.begin(), made.number);
  }
  for (const int limit : {1, 3, 40, 1'000}) {
    CHECK(pages(fmt::format("limit={}", limit)) == all);
    CHECK(pages(fmt::format("limit={}&changed=false", limit)) == all);
    CHECK(pages(fmt::format("limit={}&source=crm", limit)) == of_crm);
    CHECK(pages(fmt::format("limit={}&changed=true", limit)) == notable);
  }
  CHECK(get("/v1/runs?source=nobody", admin).body["runs"].empty());
  CHECK(get(fmt::format("/v1/runs/{}", all.front() + 1), admin).code == "run_unknown");
}

TEST_CASE_FIXTURE(Scene, "hostile queries are refused") {
  for (const std::string bad : {"0", "-1", "x", "", "1.5", "99999999999999999999", "1%00"}) {
    CHECK(get("/v1/runs?behind=" + bad, admin).code == "bad_cursor");
    CHECK(get("/v1/runs.csv?behind=" + bad, admin).code == "bad_cursor");
    CHECK(get("/v1/runs?limit=" + bad, admin).code == "bad_limit");
    CHECK(get("/v1/runs/" + (bad.empty() ? "x" : bad) + "/rejects.csv", admin).code == "bad_run");
  }
  CHECK(get("/v1/runs?changed=yes", admin).code == "bad_changed");
  const std::string agent = key({"agent", "lookup", "metrics"});
  for (const char* path : {"/v1/runs", "/v1/runs.csv", "/v1/runs/1/rejects.csv"}) {
    CHECK(get(path, agent).code == "scope_missing");
  }
}

TEST_CASE_FIXTURE(Scene, "all runs are a file for a spreadsheet") {
  run("crm", "delta", 3, "other");
  index::Run odd = run("crm", "full", 3);
  odd.outcome = "failed";
  odd.message = "=HYPERLINK(\"http://x\"), said the CRM";
  odd.skipped = 3;
  odd.skipped_by_reason = {{"no_name", 2}, {"too_many_phones", 1}};
  odd.finished_at.reset();
  REQUIRE(ledger.save(odd, 0, {}));
  run("people", "delta", 1);
  const auto file = get("/v1/runs.csv", admin);
  REQUIRE(file.status == 200);
  CHECK(file.response.content_type == "text/csv; charset=utf-8");
  CHECK(file.header("Content-Disposition") == "attachment; filename=\"runs.csv\"");
  CHECK(file.header("Link") == "");
  const auto rows = csv_rows(file.response.body);
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) REQUIRE(row.size() == rows[0].size());
  const auto cell = [&](std::size_t row, const std::string& column) {
    const auto at = std::ranges::find(rows[0], column) - rows[0].begin();
    return rows.at(row).at(static_cast<std::size_t>(at));
  };
  CHECK(cell(1, "source") == "people");
  CHECK(cell(1, "added") == "1");
  CHECK(cell(1, "seconds") == "1.5");
  CHECK(cell(1, "started_at") == "2027-01-15T08:00:00Z");
  CHECK(cell(1, "skipped_by_reason") == "");
  CHECK(cell(2, "id") == std::to_string(odd.number));
  CHECK(cell(2, "message") == "'" + odd.message);
  CHECK(cell(2, "finished_at") == "");
  CHECK(cell(2, "seconds") == "");
  CHECK(cell(2, "skipped") == "3");
  CHECK(cell(2, "skipped_by_reason") == "no_name: 2; too_many_phones: 1");

  const auto of_crm = get("/v1/runs.csv?source=crm", admin);
  CHECK(csv_rows(of_crm.response.body).size() == 2);
  CHECK(of_crm.header("Content-Disposition") == "attachment; filename=\"runs-crm.csv\"");
  const auto of_odd = get("/v1/runs.csv?source=%22%0d%0aX-Evil:%201", admin);
  CHECK(csv_rows(of_odd.response.body).size() == 1);
  CHECK(of_odd.header("Content-Disposition").find_first_of("\r\n") == std::string::npos);
}

TEST_CASE_FIXTURE(Scene, "what does not fit into one file is in the next, to which the answer leads") {
  for (int i = 0; i < 30; ++i) run("a&b");
  std::vector<std::string> seen;
  std::string path = "/v1/runs.csv?source=a%26b";
  for (int files = 0; !path.empty(); ++files) {
    REQUIRE(files < 3);
    const auto file = get(path, admin);
    const auto rows = csv_rows(file.response.body);
    for (std::size_t i = 1; i < rows.size(); ++i) seen.push_back(rows[i][0]);
    const std::string link = file.header("Link");
    path = link.empty() ? "" : link.substr(1, link.find('>') - 1);
  }
  REQUIRE(seen.size() == 30);
  for (std::size_t i = 1; i < seen.size(); ++i) CHECK(std::stoull(seen[i]) + 1 == std::stoull(seen[i - 1]));
}

TEST_CASE_FIXTURE(Scene, "a run's rejects are a file, another account's are not") {
  const index::Run mine = run("crm");
  const index::Run others = run("crm", "delta", 0, "other");
  REQUIRE(ledger.save(mine, 0, {{"-7", "no_name", "row 1, \"x\""}, {"8", "no_phone", ""}}));
  REQUIRE(ledger.save(others, 0, {{"9", "secret", ""}}));
  const auto file = get(fmt::format("/v1/runs/{}/rejects.csv", mine.number), admin);
  REQUIRE(file.status == 200);
  CHECK(file.header("Content-Disposition") == fmt::format("attachment; filename=\"run-{}-rejects.csv\"", mine.number));
  const std::string id = std::to_string(mine.number);
  CHECK(csv_rows(file.response.body) ==
        std::vector<std::vector<std::string>>{{"run", "source", "external_id", "reason", "detail"},
                                              {id, "crm", "'-7", "no_name", "row 1, \"x\""},
                                              {id, "crm", "8", "no_phone", ""}});
  CHECK(get(fmt::format("/v1/runs/{}/rejects.csv", others.number), admin).code == "run_unknown");
  CHECK(get("/v1/runs/999/rejects.csv", admin).code == "run_unknown");
}

}  // namespace
}  // namespace ringdex::server
