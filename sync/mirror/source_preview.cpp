#include "sync/mirror/source_preview.h"

#include <algorithm>

namespace ringdex::sync {
namespace {

constexpr std::chrono::minutes kPreviewIdleWait{10};

// As the Index does it: the organization's own name goes before the record's word for it, and who has the name of
// another one takes it from there.
void complete(std::vector<index::Record>& records, const std::map<std::string, std::string>& organizations) {
  for (index::Record& record : records) {
    if (const auto name = organizations.find(record.organization_id); name != organizations.end()) {
      record.organization = name->second;
    }
  }
  for (index::Record& record : records) {
    if (record.person_id.empty()) continue;
    const auto person = std::ranges::find_if(records, [&](const index::Record& other) {
      return other.id.kind == index::RecordKind::contact && other.id.external_id == record.person_id;
    });
    if (person == records.end()) continue;
    record.name = person->name;
    record.phones = person->phones;
    record.emails = person->emails;
    if (record.organization.empty()) record.organization = person->organization;
  }
}

}  // namespace

std::future<PreviewAnswer> SourcePreview::ask(std::size_t records_max) {
  Asked asked{.records_max = std::min(records_max, kRecordsMax)};
  auto answer = asked.promise.get_future();
  const std::lock_guard lock(mutex_);
  if (stopped_ || waiting_.size() >= kWaitingMax) {
    PreviewAnswer refused;
    refused.error = stopped_ ? "the sync was stopped" : "too many previews of this source are being asked for";
    asked.promise.set_value(std::move(refused));
  } else {
    waiting_.push_back(std::move(asked));
  }
  return answer;
}

TimePoint SourcePreview::step(TimePoint now) {
  if (!current_) {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return now + kPreviewIdleWait;
    current_ = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
  }
  if (read_page(*current_, now)) return now;
  PreviewAnswer& answer = current_->answer;
  complete(answer.records, current_->organizations);
  if (answer.records.size() > current_->records_max) answer.records.resize(current_->records_max);
  if (answer.rejected.size() > current_->records_max) answer.rejected.resize(current_->records_max);
  current_->promise.set_value(std::move(answer));
  current_.reset();
  return now;
}

// true if another page is to be read.
bool SourcePreview::read_page(Asked& asked, TimePoint now) {
  PreviewAnswer& answer = asked.answer;
  auto page = connector_.next_page(asked.cursor, now);
  if (!page) {
    answer.error = page.error().message;
    return false;
  }
  ++answer.pages;
  answer.ignored += page->ignored;
  std::ranges::move(page->records, std::back_inserter(answer.records));
  std::ranges::move(page->rejected, std::back_inserter(answer.rejected));
  for (auto& organization : page->organizations) asked.organizations[organization.id] = std::move(organization.name);
  asked.cursor = page->next_cursor;
  if (!page->more || page->ends_listing || answer.records.size() >= asked.records_max) return false;
  if (answer.pages < kPagesMax) return true;
  answer.error = "the first pages hold no more records";
  return false;
}

void SourcePreview::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (Asked& asked : waiting_) {
    PreviewAnswer refused;
    refused.error = "the sync was stopped";
    asked.promise.set_value(std::move(refused));
  }
  waiting_.clear();
  if (current_) {
    current_->answer.error = "the sync was stopped";
    current_->promise.set_value(std::move(current_->answer));
    current_.reset();
  }
}

}  // namespace ringdex::sync
