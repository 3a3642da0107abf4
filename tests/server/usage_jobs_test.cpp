#include "server/assembly/jobs.h"
#include "tests/server/api_scene.h"

namespace ringdex::server {
namespace {

TEST_CASE_FIXTURE(ApiScene, "what was counted is in the store after a stop, and what is too old is not") {
  index::UsageCounts old;
  old.none = 7;
  index::UsageLog log(*store);
  REQUIRE(log.add("default", index::counting_period(kNow - std::chrono::days(367)), old));
  REQUIRE(log.add("default", index::counting_period(kNow - std::chrono::days(365)), old));
  LookupUsage usage(*store, kNow);
  service.set_accounts(usage.attached({{"default", settings()}}));
  BackgroundJobs keeping([] { return kNow; });
  keeping.start(usage_jobs(usage, [] { return kNow; }));
  LookupAnswer answer(index.read());
  answer.account = service.settings("default");
  for (int i = 0; i < 5; ++i) count_usage(answer, std::chrono::microseconds(1));
  keeping.stop();
  keeping.stop();
  std::map<std::uint64_t, std::uint64_t> stored;
  REQUIRE(log.visit("default", 0, UINT64_MAX, [&](std::uint64_t period, const index::UsageCounts& counts) {
    stored[period] += counts.lookups();
  }));
  CHECK(stored == std::map<std::uint64_t, std::uint64_t>{{index::counting_period(kNow - std::chrono::days(365)), 7},
                                                         {index::counting_period(kNow), 5}});
}

}  // namespace
}  // namespace ringdex::server
