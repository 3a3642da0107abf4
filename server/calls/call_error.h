#pragma once

#include <string>

#include "index/records/index_error.h"

namespace ringdex::server {

struct CallError {
  enum class Kind {
    unknown_account,
    unknown_call,
    id_taken,  // by a call with somebody else, or by one that is over
    unknown_source,
    unknown_region,
    unknown_record,
    deleted_record,
    store
  };
  Kind kind = Kind::store;
  std::string message;
};

inline CallError call_error(const index::IndexError& error) {
  return {CallError::Kind::store, error.message};
}

inline CallError unknown_call(const std::string& id) {
  return {CallError::Kind::unknown_call, "no call '" + id + "'; it may be older than calls are kept"};
}

}  // namespace ringdex::server
