// From where the server may be asked: the names it answers to, the origins whose pages may read, and the path
// it lies under behind a proxy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/request.hpp"

namespace cantrail::server {

struct Access {
  bool loopback_only = false;  // the server listens on loopback
  std::vector<std::string> hosts =
      {};  // further names that it answers to: "car.example.org", with a port or not
  std::vector<std::string> cors = {};  // origins as browsers write them ("https://car.example.org"), or "*"
  std::string base_path = {};          // "/car7"; empty: none

  // A server on loopback, or one with `hosts`, answers to no other name than those and this machine's own: so
  // no page from elsewhere reaches it by pointing its own name here.
  [[nodiscard]] bool takes_host(std::string_view host) const;
  // Whether a page of this origin may read: one of the list, or one that was loaded from this host.
  [[nodiscard]] bool takes_origin(std::string_view origin, std::string_view host) const;
  // What browsers look at before they give an answer to a page of another origin.
  void allow_origin(Response& response, std::string_view origin) const;
  // The answer to a browser's question whether it may ask. nullopt: none of this origin may.
  [[nodiscard]] std::optional<Response> preflight(const Request& request) const;
  // Takes the base path off the request, where it has one. The answer, where that is all: a redirect to the
  // page, whose own paths are relative.
  [[nodiscard]] std::optional<Response> enter(Request& request) const;

 private:
  [[nodiscard]] bool lists(std::string_view origin) const;
};

// What is wrong with each, for the configuration; empty: nothing.
[[nodiscard]] std::string problem_of_origin(std::string_view origin);
[[nodiscard]] std::string problem_of_host(std::string_view host);
[[nodiscard]] std::string problem_of_base_path(std::string_view path);

}  // namespace cantrail::server
