#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "index/history/inbox.h"
#include "index/history/ledger.h"
#include "sync/mirror/record_refresher.h"
#include "sync/mirror/syncer.h"
#include "sync/webhooks/webhook_intake.h"
#include "tests/index/open_index.h"
#include "tests/support/fakes/crm_kit.h"
#include "tests/support/test_parser.h"

namespace ringdex::sync {

using test_support::crm_types;
using test_support::CrmKit;
using test_support::CrmType;
using test_support::FakePerson;
using test_support::KitClock;

// A store on disk that several CRMs are mirrored into.
struct CrmStore {
  index::OpenIndex open;
  std::optional<index::Ledger> ledger{std::in_place, *open.store};
  std::optional<index::Inbox> inbox{std::in_place, *open.store};

  void reopen() {
    ledger.reset();
    inbox.reset();
    open.reopen();
    ledger.emplace(*open.store);
    inbox.emplace(*open.store);
  }
};

// One CRM over real HTTP, mirrored by the parts that mirror it in the server, on a clock that the test owns.
class MirroredCrm {
 public:
  MirroredCrm(const CrmType& type, CrmStore& store, KitClock& clock, std::string account, std::string source,
              std::size_t page_rows, std::function<double()> draw)
      : store_(store),
        clock_(clock),
        account_(std::move(account)),
        source_(std::move(source)),
        draw_(std::move(draw)),
        kit_(type.make(
            {.source = source_, .clock = clock, .parser = telephony::test_parser(), .page_rows = page_rows})) {
    start();
  }

  CrmKit& kit() { return *kit_; }
  Connector& connector() { return *pages_; }
  Syncer& syncer() { return *syncer_; }
  const std::string& source() const { return source_; }

  // As a new process does it: nothing is left but the store and what the CRM has.
  void stop() {
    refresher_.reset();
    syncer_.reset();
    intake_.reset();
    pages_.reset();
    singles_.reset();
  }
  void start() {
    pages_ = kit_->make_connector();
    singles_ = kit_->make_connector();
    const RetryDelayOptions retry{.first = std::chrono::seconds(1), .longest = std::chrono::minutes(5)};
    syncer_.emplace(SyncerOptions{.account = account_,
                                  .source = source_,
                                  .interval = std::chrono::minutes(30),
                                  .retry = retry,
                                  .policy = {},
                                  .draw = draw_},
                    *pages_, *store_.open.index, *store_.ledger);
    refresher_.emplace(
        RecordRefresherOptions{.account = account_, .source = source_, .retry = retry, .policy = {}, .draw = draw_},
        *singles_, *store_.open.index, *store_.inbox, *store_.ledger);
    intake_.emplace(WebhookIntakeOptions{.account = account_, .source = source_, .policy = {}}, *singles_,
                    *store_.open.index, *store_.inbox);
  }

  // Of requests to the API itself. A token answer that is lost on its way is lost for good, where tokens rotate.
  std::string api_path() const { return kit_->type() == "salesforce" ? "/services/data/" : "/api/"; }

  // How far our clock is ahead of the CRM's.
  void skew(std::chrono::milliseconds ahead) { skew_ = ahead; }
  TimePoint now() const { return clock_.now() + skew_; }
  TimePoint step() { return syncer_->step(now()); }
  TimePoint step_refresher() { return refresher_->step(now()); }
  bool deliver(const WebhookRequest& request) { return intake_->accept(request, now()).has_value(); }
  void deliver_all() {
    for (const auto& request : kit_->take_webhooks()) CHECK(deliver(request));
  }
  ResyncAnswer resync(const index::RecordId& id) {
    auto answer = refresher_->resync(id);
    for (int steps = 0; steps < 100; ++steps) {
      if (answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return answer.get();
      pass_to(step_refresher());
    }
    return {ResyncAnswer::Outcome::unreachable, "never answered", std::nullopt};
  }

  // Until a run of that kind that begins now, or is in hand, has ended well; the clock goes on as the steps ask for.
  // false if it does not end.
  bool run(RunKind kind) {
    const auto in_hand = syncer_->status().progress;
    const std::uint64_t before = in_hand ? in_hand->run - 1 : last_run();
    syncer_->request(kind);
    const TimePoint asked = now();
    for (int steps = 0; steps < kStepsMax; ++steps) {
      const TimePoint next = step();
      if (kind == RunKind::sweep ? was_listed(asked) : has_ended(kind, before)) return true;
      pass_to(next);
    }
    return false;
  }
  // Until nothing is in hand.
  bool finish() {
    for (int steps = 0; steps < kStepsMax; ++steps) {
      const auto status = syncer_->status();
      const bool is_resting = status.state == SourceStateName::idle ||
                              status.state == SourceStateName::needs_confirmation ||
                              status.state == SourceStateName::limit_reached;
      if (is_resting && !status.progress) return true;
      pass_to(step());
    }
    return false;
  }
  bool settle_inbox() {
    for (int steps = 0; steps < kStepsMax; ++steps) {
      const auto pending = store_.inbox->pending(account_, source_, 1);
      if (pending && pending->empty()) return true;
      pass_to(step_refresher());
    }
    return false;
  }
  bool confirm() { return store_.open.index->confirm_sweep(account_, source_, now()).has_value(); }

  // What differs between the CRM and its mirror, one line each; empty if nothing does.
  std::string differences() const {
    std::string text;
    const auto people = kit_->people();
    const auto view = store_.open.index->read();
    std::map<std::string, std::set<index::RecordId>> bearing;
    for (auto [id, person] : people) {
      std::ranges::sort(person.phones);
      std::ranges::sort(person.emails);
      for (const auto& phone : person.phones) bearing[phone].insert(id);
      const auto got = view.get(account_, id);
      const auto* known = got ? std::get_if<index::KnownRecord>(&*got) : nullptr;
      if (known == nullptr) {
        text += id.to_string() + " is missing\n";
      } else if (const FakePerson mirrored = person_of(known->record); mirrored != person) {
        text += id.to_string() + " is " + shown(mirrored) + " and not " + shown(person) + "\n";
      }
    }
    const auto state = view.source_state(account_, source_);
    if (!state || state->records != people.size()) {
      text += source_ + " has " + std::to_string(state ? state->records : 0) + " records and not " +
              std::to_string(people.size()) + "\n";
    }
    for (const auto& [number, ids] : bearing) {
      std::set<index::RecordId> found;
      for (const auto& card : store_.open.look(number, 1000, account_).found.cards) {
        if (card.source == source_) found.insert({std::string(card.source), card.kind, std::string(card.external_id)});
      }
      if (found != ids) text += number + " finds others than it should\n";
    }
    return text;
  }

 private:
  static constexpr int kStepsMax = 3000;

  void pass_to(TimePoint next) { clock_.pass(std::max(next - now(), std::chrono::milliseconds(0))); }
  std::uint64_t last_run() const {
    const auto runs = store_.ledger->runs(account_, source_, 1);
    return runs && !runs->empty() ? runs->front().number : 0;
  }
  // A full copy that is being made takes a sweep's place.
  bool was_listed(TimePoint after) const {
    const auto state = store_.open.index->read().source_state(account_, source_);
    return state && state->swept_at >= after;
  }
  // A delta becomes a full copy where there is no checkpoint.
  bool has_ended(RunKind kind, std::uint64_t after) const {
    const auto runs = store_.ledger->runs(account_, source_, 50);
    return runs && std::ranges::any_of(*runs, [&](const index::Run& run) {
             const bool is_it = run.kind == to_string(kind) || (kind == RunKind::delta && run.kind == "full");
             const bool is_good = run.outcome == "finished" || run.outcome == "needs_confirmation";
             return run.number > after && is_it && is_good;
           });
  }
  static FakePerson person_of(const index::Record& record) {
    FakePerson person{record.name, record.organization, {}, record.emails};
    for (const auto& phone : record.phones) person.phones.push_back(phone.number ? phone.number->to_e164() : phone.raw);
    std::ranges::sort(person.phones);
    std::ranges::sort(person.emails);
    return person;
  }
  static std::string shown(const FakePerson& person) {
    std::string text = "\"" + person.name + "\" of \"" + person.organization + "\"";
    for (const auto& phone : person.phones) text += " " + phone;
    for (const auto& email : person.emails) text += " " + email;
    return text;
  }

  CrmStore& store_;
  KitClock& clock_;
  const std::string account_;
  const std::string source_;
  const std::function<double()> draw_;
  std::chrono::milliseconds skew_{0};
  std::unique_ptr<CrmKit> kit_;
  std::unique_ptr<Connector> pages_;
  std::unique_ptr<Connector> singles_;
  std::optional<Syncer> syncer_;
  std::optional<RecordRefresher> refresher_;
  std::optional<WebhookIntake> intake_;
};

}  // namespace ringdex::sync
