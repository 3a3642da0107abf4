#include "index/history/ledger.h"

#include <algorithm>

#include "index/records/stored_json.h"
#include "index/store/store_impl.h"

namespace ringdex::index {
namespace {

using text::JsonDocument;
using text::JsonWriter;

// The counters by the names under which they are stored.
constexpr std::pair<const char*, std::uint64_t ApplyResult::*> kRunCounters[] = {
    {"added", &ApplyResult::added},         {"awaiting_confirmation", &ApplyResult::awaiting_confirmation},
    {"deleted", &ApplyResult::deleted},     {"kept_name", &ApplyResult::kept_name},
    {"merged", &ApplyResult::merged},       {"over_limit", &ApplyResult::over_limit},
    {"position", &ApplyResult::position},   {"renamed", &ApplyResult::renamed},
    {"stale", &ApplyResult::stale},         {"swept", &ApplyResult::swept},
    {"unchanged", &ApplyResult::unchanged}, {"updated", &ApplyResult::updated}};

// Members are written by their names.
std::string encode(const Run& run) {
  std::string bytes;
  JsonWriter out(bytes);
  out.open('{').member("account", run.account);
  out.key("counts").open('{');
  for (const auto& [name, member] : kRunCounters) out.member(name, run.counts.*member);
  out.close('}').member("failed", run.failed);
  if (run.finished_at) out.member("finished_at", stored_time(*run.finished_at));
  out.member("ignored", run.ignored);
  out.member("kind", run.kind);
  out.member("message", run.message);
  out.member("number", run.number);
  out.member("outcome", run.outcome);
  out.member("pages", run.pages);
  out.member("requests", run.requests);
  out.member("skipped", run.skipped);
  out.key("skipped_by_reason").open('{');
  for (const auto& [reason, count] : run.skipped_by_reason) out.member(reason, count);
  out.close('}').member("source", run.source);
  out.member("started_at", stored_time(run.started_at)).close('}');
  return bytes;
}

std::optional<Run> decode_run(std::string_view bytes) {
  const auto document = JsonDocument::parse(bytes);
  if (!document) return std::nullopt;
  bool good = true;
  const StoredObject in(*document, good);
  // What was not counted in earlier versions was not written.
  const auto counted = [](const StoredObject& object, std::string_view name) {
    return object.has(name) ? object.natural(name) : 0;
  };
  Run run;
  run.number = counted(in, "number");
  run.account = in.text("account");
  run.source = in.text("source");
  run.kind = in.text("kind");
  run.outcome = in.text("outcome");
  run.message = in.text("message");
  run.started_at = in.time("started_at");
  if (in.has("finished_at")) run.finished_at = in.time("finished_at");
  const StoredObject counts = in.object("counts");
  for (const auto& [name, member] : kRunCounters) run.counts.*member = counted(counts, name);
  run.skipped = counted(in, "skipped");
  for (const auto& [reason, count] : in["skipped_by_reason"].members()) {
    run.skipped_by_reason.emplace(reason, count.natural().value_or(0));
  }
  run.failed = counted(in, "failed");
  run.ignored = counted(in, "ignored");
  run.pages = counted(in, "pages");
  run.requests = counted(in, "requests");
  return good ? std::optional(std::move(run)) : std::nullopt;
}

std::string encode(const RunReject& reject) {
  std::string bytes;
  JsonWriter out(bytes);
  out.open('{').member("detail", reject.detail).member("external_id", reject.external_id);
  out.member("reason", reject.reason).close('}');
  return bytes;
}

std::optional<RunReject> decode_reject(std::string_view bytes) {
  const auto document = JsonDocument::parse(bytes);
  if (!document) return std::nullopt;
  bool good = true;
  const StoredObject in(*document, good);
  RunReject reject{in.text("external_id"), in.text("reason"), in.text("detail")};
  return good ? std::optional(std::move(reject)) : std::nullopt;
}

}  // namespace

std::expected<void, IndexError> Ledger::begin(Run& run) {
  Store::Impl& store = store_.impl();
  {
    const std::lock_guard lock(store.writer);
    try {
      run.number = key::read_u64(store.get(Family::meta, "run").value_or("")) + 1;
      rocksdb::WriteBatch batch;
      batch.Put(store.family(Family::meta), "run", key::u64(run.number));
      store.write(batch, false);
    } catch (const StoreFailure& failure) {
      return std::unexpected(to_error(failure.status, "begin a run"));
    }
  }
  return save(run, 0, {});
}

std::expected<void, IndexError> Ledger::save(const Run& run, std::uint64_t first_reject,
                                             const std::vector<RunReject>& rejects) {
  Store::Impl& store = store_.impl();
  try {
    const key::AccountNumber account = store.account_for_write(run.account);
    rocksdb::WriteBatch batch;
    batch.Put(store.family(Family::runs), key::numbered(account, run.number), encode(run));
    for (const RunReject& reject : rejects) {
      if (first_reject >= kRejectsPerRunMax) break;
      batch.Put(store.family(Family::rejects), key::numbered(account, run.number, first_reject++), encode(reject));
    }
    store.write(batch, false);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "save a run"));
  }
}

bool is_notable(const Run& run) {
  const ApplyResult& counts = run.counts;
  return run.outcome != "finished" || run.kind == "full" || run.kind == "sweep" || run.skipped > 0 ||
         counts.added + counts.updated + counts.deleted + counts.merged + counts.renamed > 0;
}

std::expected<RunPage, IndexError> Ledger::page(const std::string& account, const RunQuery& query) const {
  const Store::Impl& store = store_.impl();
  RunPage page;
  const auto account_number = store.account(account);
  if (!account_number) return page;
  const std::string prefix = key::u32(*account_number);
  // Most runs of other sources are told by this, which is quicker than decoding them.
  std::string of_source;
  if (!query.source.empty()) JsonWriter(of_source).member("source", query.source);
  ReadOptions options;
  options.fill_cache = false;  // which is for lookups
  const auto it = store.iterate(Family::runs, options);
  std::size_t examined = 0;
  std::uint64_t last = 0;  // looked at
  for (it->SeekForPrev(key::numbered(*account_number, query.behind - 1)); it->Valid() && it->key().starts_with(prefix);
       it->Prev()) {
    if (examined > 0 && examined >= query.examined_max) {
      page.next = last;
      break;
    }
    ++examined;
    last = key::read_u64(it->key().ToStringView().substr(prefix.size()));
    const std::string_view bytes = it->value().ToStringView();
    if (!bytes.contains(of_source)) continue;
    auto run = decode_run(bytes);
    if (!run || (!query.source.empty() && run->source != query.source)) continue;
    if (query.only_notable && !is_notable(*run)) continue;
    if (page.runs.size() >= std::max<std::size_t>(query.runs_max, 1)) {
      page.next = page.runs.back().number;
      break;
    }
    page.runs.push_back(std::move(*run));
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read runs"));
  return page;
}

std::expected<std::vector<Run>, IndexError> Ledger::runs(const std::string& account, const std::string& source,
                                                         std::size_t runs_max) const {
  if (runs_max == 0) return std::vector<Run>();
  auto found = page(account, {.source = source, .runs_max = runs_max});
  if (!found) return std::unexpected(found.error());
  return std::move(found->runs);
}

std::expected<std::vector<RunReject>, IndexError> Ledger::rejects(const std::string& account, std::uint64_t run,
                                                                  std::size_t rejects_max) const {
  const Store::Impl& store = store_.impl();
  std::vector<RunReject> found;
  const auto account_number = store.account(account);
  if (!account_number) return found;
  const std::string prefix = key::numbered(*account_number, run);
  const auto it = store.iterate(Family::rejects, {});
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix) && found.size() < rejects_max; it->Next()) {
    if (auto reject = decode_reject(it->value().ToStringView())) found.push_back(std::move(*reject));
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read rejects"));
  return found;
}

std::expected<std::optional<Run>, IndexError> Ledger::run(const std::string& account, std::uint64_t number) const {
  const Store::Impl& store = store_.impl();
  const auto account_number = store.account(account);
  if (!account_number) return std::nullopt;
  try {
    const auto bytes = store.get(Family::runs, key::numbered(*account_number, number));
    return bytes ? decode_run(*bytes) : std::nullopt;
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "read a run"));
  }
}

std::expected<std::map<std::string, CountsByCause>, IndexError> Ledger::changes(const std::string& account,
                                                                                const std::string& source,
                                                                                TimePoint from, TimePoint to) const {
  const Store::Impl& store = store_.impl();
  std::map<std::string, CountsByCause> found;
  const auto account_number = store.account(account);
  if (!account_number) return found;
  const std::string prefix = source.empty() ? key::u32(*account_number) : key::source(*account_number, source);
  const auto it = store.iterate(Family::counts, {});
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);) {
    const std::string key = it->key().ToString();
    const auto counted = key::counted(key);
    const std::string of_source = key.substr(0, key.size() - sizeof(std::uint64_t));
    if (counted && counted->period < counting_period(from)) {
      it->Seek(of_source + key::u64(counting_period(from)));
      continue;
    }
    if (counted && counted->period >= counting_period(to)) {
      it->Seek(key::after_prefix(of_source));
      continue;
    }
    const auto counts = decode_counts(it->value().ToStringView());
    if (counted && counts) found[counted->source] += *counts;
    it->Next();
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read counts"));
  return found;
}

std::expected<void, IndexError> Ledger::forget_before(TimePoint before) {
  Store::Impl& store = store_.impl();
  rocksdb::WriteBatch batch;
  // Runs stand in order within their account: from its oldest one up to the first that stays.
  const auto runs = store.iterate(Family::runs, {});
  for (runs->SeekToFirst(); runs->Valid();) {
    const std::string key = runs->key().ToString();
    const auto run = decode_run(runs->value().ToStringView());
    const bool stays = run && (!run->finished_at || *run->finished_at >= before);
    if (stays) {
      runs->Seek(key::after_prefix(key.substr(0, sizeof(key::AccountNumber))));
      continue;
    }
    batch.Delete(store.family(Family::runs), key);
    batch.DeleteRange(store.family(Family::rejects), key, key::after_prefix(key));
    runs->Next();
  }
  const auto counts = store.iterate(Family::counts, {});
  for (counts->SeekToFirst(); counts->Valid();) {
    const std::string key = counts->key().ToString();
    const auto counted = key::counted(key);
    if (counted && counted->period >= counting_period(before)) {
      counts->Seek(key::after_prefix(key.substr(0, key.size() - sizeof(std::uint64_t))));
      continue;
    }
    batch.Delete(store.family(Family::counts), key);
    counts->Next();
  }
  for (const auto* it : {&runs, &counts}) {
    if (!(*it)->status().ok()) return std::unexpected(to_error((*it)->status(), "read the ledger"));
  }
  try {
    if (batch.Count() > 0) store.write(batch, false);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "forget old runs"));
  }
}

std::expected<void, IndexError> Ledger::close_interrupted(TimePoint now) {
  Store::Impl& store = store_.impl();
  std::vector<Run> open;
  {
    const auto it = store.iterate(Family::runs, {});
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      auto run = decode_run(it->value().ToStringView());
      if (run && run->outcome == "running") open.push_back(std::move(*run));
    }
    if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read runs"));
  }
  for (Run& run : open) {
    run.outcome = "interrupted";
    run.finished_at = now;
    if (auto saved = save(run, 0, {}); !saved) return saved;
  }
  return {};
}

}  // namespace ringdex::index
