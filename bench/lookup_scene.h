#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "index/index.h"
#include "index/store/store.h"
#include "server/access/api_keys.h"
#include "server/api/lookup.h"
#include "server/doors/door_lookups.h"
#include "server/doors/lookup_usage.h"
#include "server/http/http_router.h"
#include "server/lookup/lookup_service.h"
#include "server/metrics/metrics.h"
#include "telephony/number/number_parser.h"
#include "tests/support/temp_dir.h"

namespace ringdex::bench {

// What is asked for: a number of one person, of nobody, of several, of one person in national form.
enum class Ask { hit, miss, shared, national };

// Numbers of a scene with so many records, in a random order that is always the same.
std::vector<std::string> numbers(Ask ask, std::uint64_t records);
// How many people have each of them.
std::uint64_t expected(Ask ask);

// Everything that a lookup over HTTP goes through below the socket, with records of its own.
class LookupScene {
 public:
  explicit LookupScene(std::uint64_t records);

  tests::TempDir folder;
  telephony::NumberParser parser;
  std::unique_ptr<index::Store> store;
  index::Index index;
  server::RememberedPicks picks;
  server::LookupUsage usage;
  server::LookupService service;
  server::Metrics metrics;
  server::CallerSearch search;
  server::LookupCounts counts;
  server::DoorLookups lookups;
  server::ApiKeys keys;
  server::HttpRouter router;

 private:
  void apply(index::ChangeBatch batch);
};

// All lookups of a scene are at this moment.
index::TimePoint scene_clock();

}  // namespace ringdex::bench
