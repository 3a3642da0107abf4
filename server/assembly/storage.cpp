#include "server/assembly/storage.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace ringdex::server {
namespace {

constexpr std::size_t kBlockCacheBytes = 128 << 20;

}  // namespace

Storage::Storage(std::unique_ptr<index::Store> opened, std::unique_ptr<index::Journal> opened_journal,
                 index::TimePoint now)
    : store(std::move(opened)),
      journal(std::move(opened_journal)),
      index(*store),
      inbox(*store),
      ledger(*store),
      usage(*store, now) {}

std::expected<std::unique_ptr<Storage>, std::string> open_storage(const config::Config& config, std::uint64_t hash_key,
                                                                  index::TimePoint now) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) return std::unexpected(fmt::format("cannot make data_dir {}: {}", config.data_dir, error.message()));
  std::filesystem::permissions(config.data_dir, std::filesystem::perms::owner_all, error);
  auto store = index::Store::open({.path = config.data_dir + "/index",
                                   .block_cache_bytes = kBlockCacheBytes,
                                   .card_bytes_max = config.index.memory_bytes_max,
                                   .hash_key = hash_key});
  if (!store) return std::unexpected(store.error().message);
  auto journal = index::Journal::open(config.data_dir + "/calls");
  if (!journal) return std::unexpected(journal.error().message);
  return std::make_unique<Storage>(std::move(*store), std::move(*journal), now);
}

}  // namespace ringdex::server
