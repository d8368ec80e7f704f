// The key that has the node record what happens now, through its API as anybody would; and what came of it.
#pragma once

#include <future>
#include <optional>
#include <string>

#include "cli/demo/books.hpp"
#include "cli/http_get.hpp"

namespace cantrail::cli::demo {

// One thread, which never waits for the node.
class Recording {
 public:
  // Of the page: "0.0.0.0:8080" can be listened on, but is no address to ask.
  [[nodiscard]] static std::string url_of(const std::string& listen);

  // POST /api/trigger. Does nothing while the last call is not answered.
  void call(const std::string& url);
  // A sentence, once, when the call is answered.
  [[nodiscard]] std::optional<std::string> answered();
  // The name of a file, once, when it is finished; whoever called for it.
  [[nodiscard]] std::optional<std::string> heard(const Report& now);

 private:
  std::future<Result<HttpAnswer>> asked_;
  std::optional<std::string> newest_;  // that was there before, or has been told
};

}  // namespace cantrail::cli::demo
