// A benchmark that cannot go on ends, and says why.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/status.hpp"

namespace cantrail::bench {

inline void require(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
  std::exit(1);
}

inline void require(const Status& status) {
  require(status.ok(), status.ok() ? "" : status.fault().message);
}

template <class T>
T value_of(Result<T> result) {
  require(result.ok(), result.ok() ? "" : result.fault().message);
  return std::move(*result);
}

}  // namespace cantrail::bench
