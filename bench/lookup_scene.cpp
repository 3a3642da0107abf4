#include "bench/lookup_scene.h"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "config/config.h"
#include "server/assembly/account_settings.h"

namespace ringdex::bench {
namespace {

using telephony::PhoneNumber;

constexpr std::uint64_t kPage = 1'000;
constexpr std::uint64_t kFirstNumber = 13'102'000'000;
constexpr std::uint64_t kNumberStep = 7;  // the numbers between are nobody's
constexpr std::uint64_t kSharedNumber = 442'079'460'100;
constexpr std::uint64_t kSharers = 5;
constexpr std::size_t kBlockCacheBytes = 64 << 20;
constexpr std::size_t kCardBytesMax = 512 << 20;

PhoneNumber number_of(std::uint64_t which) {
  return PhoneNumber::from_packed(kFirstNumber + which * kNumberStep);
}

index::Record person(std::uint64_t which, PhoneNumber number) {
  const std::string text = std::to_string(which);
  index::Record record;
  record.id = {"crm", index::RecordKind::contact, text};
  record.name = "Person Number " + text;
  record.organization = "Acme " + std::to_string(which % 500);
  record.emails = {"person" + text + "@acme.example"};
  record.phones = {{number.to_e164(), number, "mobile", ""}};
  record.url = "https://crm.example/contacts/" + text;
  record.version = 1;
  return record;
}

config::Config one_source() {
  config::Config config;
  config::SourceConfig source;
  source.id = "crm";
  source.label = "CRM";
  config.accounts["default"];
  config.sources = {source};
  return config;
}

index::ChangeBatch page(std::string checkpoint) {
  index::ChangeBatch batch;
  batch.account = "default";
  batch.source = "crm";
  batch.checkpoint = std::move(checkpoint);
  return batch;
}

}  // namespace

index::TimePoint scene_clock() {
  return index::TimePoint(std::chrono::milliseconds(1'767'505'998'000));
}

LookupScene::LookupScene(std::uint64_t records)
    : store(index::Store::open(
                {.path = folder.file("store"), .block_cache_bytes = kBlockCacheBytes, .card_bytes_max = kCardBytesMax})
                .value()),
      index(*store),
      usage(*store, scene_clock()),
      service(parser, index, picks, usage.attached(server::account_settings(one_source(), parser).value())),
      search(service, scene_clock, nullptr, nullptr),
      counts(metrics, true),
      lookups(search, counts, server::AskedBy::api),
      keys(folder.file("keys.json")),
      router(server::lookup_routes(lookups), keys) {
  for (std::uint64_t first = 0; first < records; first += kPage) {
    index::ChangeBatch batch = page(std::to_string(first + kPage));
    for (std::uint64_t i = first; i < first + kPage; ++i) batch.upserts.push_back(person(i, number_of(i)));
    apply(std::move(batch));
  }
  index::ChangeBatch batch = page("sharers");
  for (std::uint64_t i = 0; i < kSharers; ++i) {
    batch.upserts.push_back(person(records + i, PhoneNumber::from_packed(kSharedNumber)));
  }
  apply(std::move(batch));
}

void LookupScene::apply(index::ChangeBatch batch) {
  if (const auto applied = index.apply(std::move(batch), {}, scene_clock()); !applied) {
    std::fprintf(stderr, "%s\n", applied.error().message.c_str());
    std::abort();
  }
}

std::vector<std::string> numbers(Ask ask, std::uint64_t records) {
  std::mt19937_64 chance{9};
  std::uniform_int_distribution<std::uint64_t> which(0, records - 1);
  std::vector<std::string> all(records);
  for (std::string& one : all) {
    const std::uint64_t packed = number_of(which(chance)).packed();
    switch (ask) {
      case Ask::hit:
        one = PhoneNumber::from_packed(packed).to_e164();
        break;
      case Ask::miss:
        one = PhoneNumber::from_packed(packed + 1).to_e164();
        break;
      case Ask::shared:
        one = PhoneNumber::from_packed(kSharedNumber).to_e164();
        break;
      case Ask::national: {
        const std::string digits = std::to_string(packed);
        one = "(" + digits.substr(1, 3) + ") " + digits.substr(4, 3) + "-" + digits.substr(7);
        break;
      }
    }
  }
  return all;
}

std::uint64_t expected(Ask ask) {
  return ask == Ask::miss ? 0 : (ask == Ask::shared ? kSharers : 1);
}

}  // namespace ringdex::bench
