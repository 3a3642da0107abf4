// Random histories of a source against its mirror: edits, deletions, merges, hints that are lost, repeated and late,
// failures, pages that lag, and crashes. RINGDEX_SEED repeats one history, RINGDEX_HISTORIES sets how many.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "sync/mirror/record_refresher.h"
#include "sync/mirror/syncer.h"
#include "sync/webhooks/webhook_intake.h"
#include "tests/support/test_chance.h"
#include "tests/sync/sync_scene.h"

namespace ringdex::sync {
namespace {

using test_support::from_environment;
using test_support::Quiet;

constexpr std::uint64_t kHistories = 300;
constexpr std::uint64_t kHistoriesPerStore = 20;
constexpr int kSteps = 60;
constexpr int kIds = 12;

class History {
 public:
  // Each history has an account of its own, so that several may share a store.
  History(std::uint64_t seed, SyncScene& scene)
      : chance_(seed), account_("history " + std::to_string(seed)), scene_(scene) {
    scene_.now = SyncScene::kStart;
    source_.page_rows = 1 + below(5);
    source_.pages_name_winners = one_in(2);
    source_.fetch_names_winners = one_in(2);
    // The clock of the source may be ahead of ours or behind it.
    source_.advance_clock(scene_.now.time_since_epoch().count() + static_cast<std::int64_t>(below(600'000)) - 300'000);
    start();
  }

  // What is wrong at the end; empty if nothing is.
  std::string run() {
    for (int step = 0; step < kSteps; ++step) {
      const std::size_t changes_before = source_.changes();
      switch (below(10)) {
        case 0:
        case 1:
        case 2:
        case 3:
          change_source();
          break;
        case 4:
          deliver();
          break;
        case 5:
        case 6:
          step_syncer();
          break;
        case 7:
        case 8:
          step_refresher();
          break;
        case 9:
          disturb();
          break;
      }
      scene_.now += milliseconds(static_cast<std::int64_t>(below(one_in(10) ? 3'600'000 : 60'000)));
      source_.advance_clock(static_cast<std::int64_t>(below(60'000)));
      lag_ += source_.changes() - changes_before;
      lag_ = below(lag_ + 1);
      source_.pages_lag = lag_;
    }
    return calm();
  }

 private:
  std::uint64_t below(std::uint64_t end) { return chance_() % end; }
  bool one_in(std::uint64_t many) { return below(many) == 0; }
  std::string id() { return std::to_string(1 + below(kIds)); }
  std::string phone() { return "+1310867530" + std::to_string(below(10)); }
  double draw() { return static_cast<double>(below(1000)) / 1000.0; }

  void start() {
    pages_.emplace(source_);
    singles_.emplace(source_);
    pages_->before_page = singles_->before_fetch = [this] { return chance_failure(); };
    const RetryDelayOptions retry{.first = seconds(1), .longest = minutes(5)};
    const auto drawn = [this] { return draw(); };
    syncer_.emplace(
        SyncerOptions{
            .account = account_, .source = "crm", .interval = minutes(30), .retry = retry, .policy = {}, .draw = drawn},
        *pages_, *scene_.open.index, *scene_.ledger);
    refresher_.emplace(
        RecordRefresherOptions{.account = account_, .source = "crm", .retry = retry, .policy = {}, .draw = drawn},
        *singles_, *scene_.open.index, *scene_.inbox, *scene_.ledger);
    intake_.emplace(WebhookIntakeOptions{.account = account_, .source = "crm", .policy = {}}, *singles_,
                    *scene_.open.index, *scene_.inbox);
  }

  std::optional<FetchError> chance_failure() {
    if (failing_ == 0 || !one_in(failing_)) return std::nullopt;
    switch (below(7)) {
      case 0:
        return failure(FetchErrorKind::unavailable, "503", seconds(static_cast<int>(below(100))), 503);
      case 1:
        return failure(FetchErrorKind::rate_limited, "429", seconds(static_cast<int>(below(100))), 429);
      case 2:
        return failure(FetchErrorKind::rate_limited, "budget", milliseconds(1 + below(9000)));
      case 3:
        return failure(FetchErrorKind::unauthorized, "401", std::nullopt, 401);
      case 4:
        return failure(FetchErrorKind::malformed, "not JSON", std::nullopt, 200);
      case 5:
        return failure(FetchErrorKind::cursor_expired, "too old", std::nullopt, 422);
      default:
        return failure(FetchErrorKind::unavailable, "down");
    }
  }

  void change_source() {
    FakeSource& source = source_;
    const std::string changed = id();
    switch (below(8)) {
      case 0:
      case 1:
      case 2: {
        std::vector<std::string> phones;
        for (std::uint64_t left = below(3); left > 0; --left) phones.push_back(phone());
        source.put(changed, "Name " + std::to_string(below(5)), phones, one_in(2) ? "" : std::to_string(below(3)));
        hint("refetch " + changed);
        break;
      }
      case 3:
        source.rename_quietly(changed, "Quiet " + std::to_string(below(5)));
        hint("refetch " + changed);
        break;
      case 4: {
        const auto alive = source.alive_ids();
        if (alive.empty()) return;
        const std::string gone = alive[below(alive.size())];
        source.remove(gone);
        hint("deleted " + gone + " " + std::to_string(source.clock()));
        break;
      }
      case 5: {
        auto alive = source.alive_ids();
        if (alive.size() < 2) return;
        std::ranges::shuffle(alive, chance_);
        // The event may come before the merge shows.
        const bool early = one_in(4);
        if (early) hint("merged " + alive[0] + " " + alive[1]);
        if (early) deliver();
        source.merge(alive[0], alive[1]);
        if (!early) hint(one_in(2) ? "merged " + alive[0] + " " + alive[1] : "merged " + alive[1] + " " + alive[0]);
        break;
      }
      case 6:
        source.make_unfit(changed);
        hint("refetch " + changed);
        break;
      case 7: {
        const std::string organization = std::to_string(below(3));
        source.name_organization(organization, "Org " + std::to_string(below(5)));
        hint("organization " + organization);
        break;
      }
    }
  }

  void hint(const std::string& line) {
    if (one_in(3)) return;  // lost
    hints_.push_back(line);
    if (one_in(4)) hints_.push_back(line);
  }
  // Some of the hints on their way, in any order.
  void deliver() {
    std::ranges::shuffle(hints_, chance_);
    for (std::uint64_t left = below(hints_.size() + 1); left > 0; --left) {
      (void)intake_->accept(tests::signed_request(hints_.back()), scene_.now);
      hints_.pop_back();
    }
  }

  void step_syncer() {
    for (std::uint64_t left = 1 + below(4); left > 0; --left) {
      const TimePoint next = syncer_->step(scene_.now);
      if (one_in(2)) scene_.now = std::max(scene_.now, next);
    }
  }
  void step_refresher() {
    for (std::uint64_t left = 1 + below(6); left > 0; --left) {
      const TimePoint next = refresher_->step(scene_.now);
      if (one_in(3)) scene_.now = std::max(scene_.now, next);
    }
  }

  void crash() {
    syncer_.reset();
    refresher_.reset();
    intake_.reset();
    if (one_in(3)) scene_.reopen();
    (void)scene_.ledger->close_interrupted(scene_.now);
    start();
  }

  void disturb() {
    switch (below(8)) {
      case 0:
      case 1:
        crash();
        break;
      case 2:
        failing_ = below(6);
        break;
      case 3:
        failing_ = 0;
        break;
      case 4:
        syncer_->request(one_in(2) ? RunKind::full : RunKind::delta);
        break;
      case 5:
        asked_.push_back(refresher_->resync(source_.contact(id())));
        break;
      case 6:
        scene_.now -= minutes(static_cast<int>(below(120)));
        break;
      case 7:
        if (scene_.open.index->confirm_sweep(account_, "crm", scene_.now)) syncer_->confirmed(scene_.now);
        break;
    }
  }

  // Everything that waits is worked off, then one complete listing and a delta follow.
  std::string calm() {
    failing_ = 0;
    source_.pages_lag = 0;
    hints_.clear();
    if (!settle_inbox()) return "the inbox does not empty, or a resync is never answered\n";
    for (const RunKind kind : {RunKind::full, RunKind::delta}) {
      syncer_->request(kind);
      if (!finish_run()) return "a run does not end\n";
    }
    if (!scene_.open.index->confirm_sweep(account_, "crm", scene_.now)) return "the sweep cannot be confirmed\n";
    std::vector<std::string> ids;
    for (int i = 1; i <= kIds; ++i) ids.push_back(std::to_string(i));
    return differences(scene_.open, source_, ids, account_) + wrong_aliases(ids) + wrong_numbers();
  }
  bool all_answered() const {
    return std::ranges::all_of(
        asked_, [](const auto& asked) { return asked.wait_for(seconds(0)) == std::future_status::ready; });
  }
  bool settle_inbox() {
    for (int steps = 0; steps < 5000; ++steps) {
      scene_.now = std::max(scene_.now, refresher_->step(scene_.now));
      const auto pending = scene_.inbox->pending(account_, "crm", 1);
      if (pending && pending->empty() && all_answered()) return true;
    }
    return false;
  }
  bool finish_run() {
    for (int steps = 0; steps < 1000; ++steps) {
      const TimePoint next = syncer_->step(scene_.now);
      const auto state = syncer_->status().state;
      if (state == SourceStateName::idle || state == SourceStateName::needs_confirmation) return true;
      scene_.now = std::max(scene_.now, next);
    }
    return false;
  }
  // An alias may be missing where its hint was lost, but it never leads astray.
  std::string wrong_aliases(const std::vector<std::string>& ids) {
    std::string wrong;
    const auto alive = source_.alive();
    for (const std::string& id : ids) {
      const auto got = scene_.open.index->read().get(account_, source_.contact(id));
      const auto* known = got ? std::get_if<index::KnownRecord>(&*got) : nullptr;
      if (known == nullptr || known->record.id.external_id == id) continue;
      if (!alive.contains(known->record.id.external_id)) wrong += id + " leads to a record that is gone\n";
    }
    return wrong;
  }
  std::string wrong_numbers() {
    std::string wrong;
    for (int digit = 0; digit < 10; ++digit) {
      const std::string number = "+1310867530" + std::to_string(digit);
      std::vector<std::string> expected;
      for (const auto& [id, record] : source_.alive()) {
        if (std::ranges::any_of(record.phones, [&](const auto& phone) { return phone.raw == number; })) {
          expected.push_back(id);
        }
      }
      std::vector<std::string> found;
      for (const auto& record : scene_.open.look(number, 25, account_).found.cards)
        found.emplace_back(record.external_id);
      std::ranges::sort(found);
      if (found != expected) wrong += number + " finds others than it should\n";
    }
    return wrong;
  }

  std::mt19937_64 chance_;
  const std::string account_;
  SyncScene& scene_;
  FakeSource source_;
  std::optional<FakeConnector> pages_;
  std::optional<FakeConnector> singles_;
  std::optional<Syncer> syncer_;
  std::optional<RecordRefresher> refresher_;
  std::optional<WebhookIntake> intake_;
  std::vector<std::string> hints_;  // on their way
  std::vector<std::future<ResyncAnswer>> asked_;
  std::uint64_t failing_ = 0;  // one call in so many fails; 0: none
  std::uint64_t lag_ = 0;
};

TEST_CASE("after any history the mirror is its source again") {
  const bool one = std::getenv("RINGDEX_SEED") != nullptr;
  const std::uint64_t first = from_environment("RINGDEX_SEED", std::random_device()());
  const std::uint64_t histories = from_environment("RINGDEX_HISTORIES", one ? 1 : kHistories);
  std::optional<SyncScene> scene;
  for (std::uint64_t done = 0; done < histories; ++done) {
    if (done % kHistoriesPerStore == 0) scene.emplace();
    const std::uint64_t seed = first + done;
    std::string wrong;
    {
      const Quiet quiet;
      wrong = History(seed, *scene).run();
    }
    REQUIRE_MESSAGE(wrong.empty(), "RINGDEX_SEED=" << seed << "\n" << wrong);
  }
}

}  // namespace
}  // namespace ringdex::sync
