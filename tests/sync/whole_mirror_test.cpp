// Random histories of all CRMs in one account, each over real HTTP with its real connector: edits, merges, deletions,
// conversions, webhooks that are lost, repeated and late, faults, limits, expired tokens and cursors, wrong clocks and
// crashes. When things calm down, one delta and one sweep make the mirror what the CRMs are. RINGDEX_SEED repeats one
// history, RINGDEX_HISTORIES sets how many.

#include <random>
#include <vector>

#include "tests/support/test_chance.h"
#include "tests/sync/connectors/crm_scene.h"

namespace ringdex::sync {
namespace {

using index::RecordId;
using index::RecordKind;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test_support::FakeFault;
using test_support::from_environment;

constexpr std::uint64_t kHistories = 60;
constexpr int kSteps = 50;

struct Totals {
  std::uint64_t operations = 0;
  std::uint64_t events = 0;
  std::uint64_t events_lost = 0;
  std::uint64_t faults = 0;
  std::uint64_t crashes = 0;
};

class History {
 public:
  History(std::uint64_t seed, CrmStore& store, Totals& totals)
      : chance_(seed), account_("history-" + std::to_string(seed)), store_(store), totals_(totals) {
    for (const CrmType& type : crm_types()) {
      crms_.push_back(std::make_unique<MirroredCrm>(type, store_, clock_, account_, type.name, 2 + below(6),
                                                    [this] { return static_cast<double>(below(1000)) / 1e3; }));
      for (std::uint64_t left = below(8); left > 0; --left) add(crms_.size() - 1);
    }
  }

  // What is wrong at the end; empty if nothing is.
  std::string run() {
    for (int step = 0; step < kSteps; ++step) {
      const std::size_t which = below(crms_.size());
      switch (below(10)) {
        case 0:
        case 1:
        case 2:
          edit(which);
          break;
        case 3:
          deliver(which);
          break;
        case 4:
        case 5:
        case 6:
          step_pages(which);
          break;
        case 7:
          step_refresher(which);
          break;
        default:
          disturb(which);
          break;
      }
      clock_.pass(milliseconds(below(one_in(8) ? 2'400'000 : 40'000)));
    }
    return calm();
  }

 private:
  std::uint64_t below(std::uint64_t end) { return chance_() % end; }
  bool one_in(std::uint64_t many) { return below(many) == 0; }

  FakePerson person() {
    FakePerson made{"Person " + std::to_string(below(50)), one_in(2) ? "" : "Org " + std::to_string(below(3)), {}, {}};
    for (std::uint64_t left = below(3); left > 0; --left) {
      std::string number = "+131055501" + std::to_string(10 + below(20));
      if (std::ranges::find(made.phones, number) == made.phones.end()) made.phones.push_back(std::move(number));
    }
    if (one_in(2)) made.emails.push_back("p" + std::to_string(below(50)) + "@example.org");
    return made;
  }
  void add(std::size_t which) {
    CrmKit& kit = crms_[which]->kit();
    const RecordId id = kit.add(kit.has_leads() && one_in(4) ? RecordKind::lead : RecordKind::contact, person());
    if (!id.external_id.empty()) ids_[which].push_back(id);
    ++totals_.operations;
  }
  RecordId any(std::size_t which) {
    return ids_[which].empty() ? RecordId{crms_[which]->source(), RecordKind::contact, "1"}
                               : ids_[which][below(ids_[which].size())];
  }

  void edit(std::size_t which) {
    CrmKit& kit = crms_[which]->kit();
    ++totals_.operations;
    switch (below(8)) {
      case 0:
      case 1:
        return add(which);
      case 2:
      case 3:
        kit.change(any(which), person());
        break;
      case 4:
        kit.remove(any(which));
        break;
      case 5: {
        const RecordId loser = any(which);
        const RecordId winner = any(which);
        if (loser != winner) kit.merge(loser, winner);
        break;
      }
      case 6:
        one_in(2) ? kit.restore(any(which)) : kit.convert(any(which));
        break;
      case 7:
        kit.rename_organization("Org " + std::to_string(below(3)), "Org " + std::to_string(below(3)));
        break;
    }
    for (auto& request : kit.take_webhooks()) {
      ++totals_.events;
      if (one_in(3)) {
        ++totals_.events_lost;
        continue;
      }
      if (one_in(4)) under_way_[which].push_back(request);
      under_way_[which].push_back(std::move(request));
    }
  }
  // Some of the events on their way, in any order. Those that took too long are refused, as they should be.
  void deliver(std::size_t which) {
    auto& events = under_way_[which];
    std::ranges::shuffle(events, chance_);
    for (std::uint64_t left = below(events.size() + 1); left > 0; --left) {
      static_cast<void>(crms_[which]->deliver(events.back()));
      events.pop_back();
    }
  }
  void step_pages(std::size_t which) {
    for (std::uint64_t left = 1 + below(6); left > 0; --left) {
      const TimePoint next = crms_[which]->step();
      if (one_in(2)) clock_.pass(std::clamp(next - crms_[which]->now(), milliseconds(0), milliseconds(minutes(40))));
    }
  }
  void step_refresher(std::size_t which) {
    for (std::uint64_t left = 1 + below(6); left > 0; --left) {
      const TimePoint next = crms_[which]->step_refresher();
      if (one_in(3)) clock_.pass(std::clamp(next - crms_[which]->now(), milliseconds(0), milliseconds(minutes(10))));
    }
  }

  void add_fault(std::size_t which) {
    FakeFault fault{.path_part = crms_[which]->api_path(), .times = static_cast<unsigned>(1 + below(4))};
    switch (below(6)) {
      case 0:
        fault.kind = FakeFault::Kind::truncate;
        break;
      case 1:
        fault.kind = FakeFault::Kind::close;
        break;
      case 2:
        fault.status = 500;
        break;
      case 3:
        fault.status = 429;
        fault.body = "{}";
        break;
      case 4:
        fault.status = 200;
        fault.body = one_in(2) ? "{}" : "[1,";
        break;
      case 5:
        fault.status = 503;
        fault.headers = {{"Retry-After", std::to_string(below(200))}};
        break;
    }
    crms_[which]->kit().server().add_fault(fault);
  }
  void crash() {
    ++totals_.crashes;
    for (auto& crm : crms_) crm->stop();
    if (one_in(3)) store_.reopen();
    static_cast<void>(store_.ledger->close_interrupted(clock_.now()));
    for (auto& crm : crms_) crm->start();
  }
  void disturb(std::size_t which) {
    MirroredCrm& crm = *crms_[which];
    switch (below(10)) {
      case 0:
        return crash();
      case 1:
      case 2:
        return add_fault(which);
      case 3:
        return crm.kit().server().clear_faults();
      case 4:
        return crm.kit().expire_access_token();
      case 5:
        return crm.kit().expire_cursors();
      case 6:
        return crm.syncer().request(one_in(2) ? RunKind::sweep : one_in(2) ? RunKind::full : RunKind::delta);
      case 7:
        return crm.kit().limit_requests_per_minute(one_in(2) ? 0 : 2 + below(10));
      case 8:
        return crm.skew(milliseconds(below(480'000)) - milliseconds(240'000));
      case 9:
        static_cast<void>(crm.confirm());
        crm.syncer().confirmed(crm.now());
        return;
    }
  }

  std::string calm() {
    std::string wrong;
    for (auto& crm : crms_) {
      totals_.faults += crm->kit().server().faults_met();
      crm->kit().server().clear_faults();
      crm->kit().limit_requests_per_minute(0);
      crm->skew(milliseconds(0));
      clock_.pass(minutes(6));
      const std::string name = crm->source() + ": ";
      if (!crm->settle_inbox()) wrong += name + "the inbox does not empty\n";
      if (!crm->run(RunKind::delta)) wrong += name + "the delta does not end\n";
      if (!crm->run(RunKind::sweep)) wrong += name + "the sweep does not end\n";
      clock_.pass(minutes(6));
      if (!crm->run(RunKind::delta)) wrong += name + "the last delta does not end\n";
      if (!crm->confirm()) wrong += name + "the sweep cannot be confirmed\n";
    }
    for (auto& crm : crms_) {
      if (const std::string found = crm->differences(); !found.empty()) wrong += crm->source() + ":\n" + found;
    }
    return wrong + mixed_up();
  }
  // Everybody who has a number is found under it, of all CRMs together and of nobody else.
  std::string mixed_up() const {
    std::map<std::string, std::uint64_t> expected;
    for (const auto& crm : crms_) {
      for (const auto& [id, person] : crm->kit().people()) {
        for (const auto& phone : person.phones) ++expected[phone];
      }
    }
    std::string wrong;
    for (const auto& [number, count] : expected) {
      if (store_.open.total(number, account_) != count) wrong += number + " is found for others too\n";
      if (store_.open.total(number, "another account") != 0) wrong += number + " is known in another account\n";
    }
    return wrong;
  }

  std::mt19937_64 chance_;
  const std::string account_;
  CrmStore& store_;
  Totals& totals_;
  KitClock clock_;
  std::vector<std::unique_ptr<MirroredCrm>> crms_;
  std::vector<std::vector<RecordId>> ids_{crm_types().size()};
  std::vector<std::vector<WebhookRequest>> under_way_{crm_types().size()};
};

TEST_CASE("after any history the mirror of three CRMs is what they are") {
  const bool one = std::getenv("RINGDEX_SEED") != nullptr;
  const std::uint64_t first = from_environment("RINGDEX_SEED", std::random_device()());
  const std::uint64_t histories = from_environment("RINGDEX_HISTORIES", one ? 1 : kHistories);
  MESSAGE("seeds ", first, " to ", first + histories - 1);
  Totals totals;
  for (std::uint64_t seed = first; seed < first + histories; ++seed) {
    CrmStore store;
    std::string wrong;
    {
      std::optional<test_support::Quiet> quiet;
      if (!one) quiet.emplace();
      wrong = History(seed, store, totals).run();
    }
    REQUIRE_MESSAGE(wrong.empty(), "RINGDEX_SEED=" << seed << "\n" << wrong);
  }
  MESSAGE(histories, " histories, ", totals.operations, " edits, ", totals.events, " events of which ",
          totals.events_lost, " were lost, ", totals.faults, " faults, ", totals.crashes, " crashes");
}

}  // namespace
}  // namespace ringdex::sync
