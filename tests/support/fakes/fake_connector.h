#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sync/connector.h"

namespace ringdex::tests {

// A CRM in memory. It remembers every change, so that a page can also be of an earlier moment, as an export is that
// lags. Its clock moves by one millisecond with each change and is what versions are made of. Any thread may call.
class FakeSource {
 public:
  explicit FakeSource(std::string id = "crm", std::int64_t clock = 1'000'000) : id_(std::move(id)), clock_(clock) {}

  index::RecordId contact(const std::string& external_id) const {
    return {id_, index::RecordKind::contact, external_id};
  }

  // Writes the record with a new version, also over a deleted one. Phones in E.164 form.
  void put(const std::string& external_id, const std::string& name, const std::vector<std::string>& phones = {},
           const std::string& organization_id = "");
  // Changes the name and leaves the version, as a CRM does for a change that it does not count.
  void rename_quietly(const std::string& external_id, const std::string& name);
  // It is still there and its rows are rejected.
  void make_unfit(const std::string& external_id);
  void remove(const std::string& external_id);
  // It is gone and no page of changes tells so.
  void forget(const std::string& external_id);
  // The winner gains the loser's phones.
  void merge(const std::string& loser, const std::string& winner);
  void name_organization(const std::string& organization_id, const std::string& name);

  std::map<std::string, index::Record> alive() const;  // what a complete mirror holds
  std::vector<std::string> alive_ids() const;          // with the unfit ones
  std::optional<std::string> merged_into(const std::string& external_id) const;
  std::int64_t clock() const;
  void advance_clock(std::int64_t milliseconds);
  std::size_t changes() const;

  // Settings of the answers.
  std::size_t page_rows = 2;
  std::size_t pages_lag = 0;        // changes that pages do not show yet
  bool pages_name_winners = false;  // deletions in pages say where a record was merged to
  bool fetch_names_winners = false;
  bool listing_is_complete = true;  // false: pages begin and end no listing

  std::expected<sync::SourcePage, sync::FetchError> page(const std::string& cursor);
  std::expected<sync::FetchedRecord, sync::FetchError> fetch(const index::RecordId& id) const;
  std::expected<index::OrganizationName, sync::FetchError> organization(const std::string& id) const;

 private:
  struct State {
    std::optional<index::Record> record;  // nothing: gone
    bool unfit = false;
    std::int64_t version = 0;
    std::optional<std::string> merged_into;
    bool silent = false;
  };
  struct Change {
    std::string external_id;  // empty: of an organization
    State state;
    std::string organization_id;
    std::string organization_name;
  };
  std::map<std::string, State> seen_at(std::size_t changes) const;
  std::map<std::string, std::string> organizations_at(std::size_t changes) const;
  State& state(const std::string& external_id);
  void note(const std::string& external_id);
  void add(sync::SourcePage& page, const std::string& external_id, const State& state) const;

  const std::string id_;
  mutable std::mutex mutex_;
  std::int64_t clock_;                        // under mutex_
  std::map<std::string, State> states_;       // under mutex_
  std::map<std::string, std::string> names_;  // of organizations, under mutex_
  std::vector<Change> changes_;               // under mutex_
  std::size_t shown_ = 0;                     // changes that a page has shown; under mutex_
};

// Answers from a FakeSource, but first what the test scripted. One thread at a time, as every Connector.
class FakeConnector : public sync::Connector {
 public:
  explicit FakeConnector(FakeSource& source) : source_(source) {}

  // Taken from the front, one for each call; nothing: the source answers.
  std::deque<std::optional<std::expected<sync::SourcePage, sync::FetchError>>> pages;
  std::deque<std::optional<std::expected<sync::FetchedRecord, sync::FetchError>>> records;
  std::deque<std::optional<sync::FetchError>> organization_failures;
  // Called first; what it gives is the answer. For failures by chance and for calls that take long.
  std::function<std::optional<sync::FetchError>()> before_page;
  std::function<std::optional<sync::FetchError>()> before_fetch;

  std::vector<std::string> cursors;  // that pages were asked from
  std::vector<std::string> fetched;  // external ids, and organizations as "organization 7"

  std::expected<sync::SourcePage, sync::FetchError> next_page(const std::string& cursor, index::TimePoint now) override;
  std::expected<sync::FetchedRecord, sync::FetchError> fetch(const index::RecordId& id, index::TimePoint now) override;
  std::expected<index::OrganizationName, sync::FetchError> fetch_organization(const std::string& id,
                                                                              index::TimePoint now) override;
  // A line per event: "deleted 7 1000", "refetch 7", "merged 7 8", "organization 3", "ignored"; the time of a deletion
  // stands last. The body "malformed" is so, and without a header "signature: good" a request is refused.
  std::expected<std::vector<sync::Hint>, sync::WebhookRefusal> read_webhook(const sync::WebhookRequest& request,
                                                                            index::TimePoint now) const override;
  std::uint64_t requests_sent() const override { return cursors.size() + fetched.size(); }

 private:
  FakeSource& source_;
};

sync::WebhookRequest signed_request(const std::string& body);
sync::FetchError failure(sync::FetchErrorKind kind, const std::string& message,
                         std::optional<std::chrono::milliseconds> wait = std::nullopt, int http_status = 0);

}  // namespace ringdex::tests
