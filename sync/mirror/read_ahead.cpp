#include "sync/mirror/read_ahead.h"

#include <future>
#include <string>
#include <system_error>
#include <utility>

#include "index/store/background.h"

namespace ringdex::sync {
namespace {

using Page = std::expected<SourcePage, FetchError>;

class ReadAhead : public Connector {
 public:
  explicit ReadAhead(std::unique_ptr<Connector> pages) : pages_(std::move(pages)) {}

  Page next_page(const std::string& cursor, TimePoint now) override {
    Page page = taken(cursor);
    if (!page) page = pages_->next_page(cursor, now);
    if (page && page->more && !page->next_cursor.empty()) {
      next_cursor_ = page->next_cursor;
      read_on(now);
    }
    return page;
  }

  std::expected<FetchedRecord, FetchError> fetch(const index::RecordId& id, TimePoint now) override {
    drop();
    return pages_->fetch(id, now);
  }
  std::expected<index::OrganizationName, FetchError> fetch_organization(const std::string& id, TimePoint now) override {
    drop();
    return pages_->fetch_organization(id, now);
  }
  std::expected<std::vector<Hint>, WebhookRefusal> read_webhook(const WebhookRequest& request,
                                                                TimePoint now) const override {
    return pages_->read_webhook(request, now);
  }
  // Only for sources that send none, since it does not wait for the page ahead.
  std::uint64_t requests_sent() const override { return pages_->requests_sent(); }

 private:
  void read_on(TimePoint now) {
    try {
      ahead_ = std::async(std::launch::async, [this, now] {
        index::lower_thread_priority();
        return pages_->next_page(next_cursor_, now);
      });
    } catch (const std::system_error&) {
      // No thread is to be had: the page is read when it is asked for.
      ahead_ = {};
    }
  }
  // What was read ahead, if it is this cursor's page. Waits for it in any case: one thread at a time calls a connector.
  Page taken(const std::string& cursor) {
    if (ahead_.valid()) {
      Page page = ahead_.get();
      if (cursor == next_cursor_) return page;
    }
    return std::unexpected(FetchError{});
  }
  void drop() {
    if (ahead_.valid()) ahead_.wait();
    ahead_ = {};
  }

  std::unique_ptr<Connector> pages_;
  std::string next_cursor_;
  std::future<Page> ahead_;  // of next_cursor_; before `pages_` in destruction
};

}  // namespace

std::unique_ptr<Connector> make_read_ahead(std::unique_ptr<Connector> pages) {
  return std::make_unique<ReadAhead>(std::move(pages));
}

}  // namespace ringdex::sync
