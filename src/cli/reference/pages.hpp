// The reference of the configuration language, as Markdown: what stands in docs/reference.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "component/registry.hpp"
#include "pipeline/config/language.hpp"

namespace cantrail::cli {

struct Page {
  std::string name;  // of its file: "configuration.md", "sink-sqlite.md"
  std::string text;
};

// One page for the language, one for each component that is built.
[[nodiscard]] std::vector<Page> reference_pages(const Language& language,
                                                std::span<const ComponentInfo> components);

}  // namespace cantrail::cli
