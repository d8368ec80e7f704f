// Aliases held against the names that streams have without them, so that those that are applied fit.
#pragma once

#include <string>
#include <vector>

#include "model/catalog.hpp"
#include "pipeline/config/named_sections.hpp"

namespace cantrail {

class AliasCheck {
 public:
  // `any_channel`: channels are not known yet, and not looked at.
  AliasCheck(ConfigSections& sections, const NodeConfig& config, bool any_channel);

  // Those of messages that the DBCs have, under the catalog without copies and aliases. Errors: an old name
  // that something else has, a new name that is no message or signal, or that has an alias already.
  [[nodiscard]] std::vector<Alias> of_messages(const Catalog& plain);
  // Those of copies, under the catalog with copies and with what of_messages() gave: the others. An error
  // too: a new name that is not there.
  [[nodiscard]] std::vector<Alias> of_copies(const Catalog& copied);

 private:
  enum class Of { messages, copies };
  std::vector<Alias> fitting(const Catalog& catalog, Of what);
  [[nodiscard]] std::vector<StreamId> named(const Catalog& catalog, const std::string& reference) const;
  [[nodiscard]] std::string problem_of_new_name(const Catalog& catalog, const Alias& alias, Of what,
                                                std::vector<StreamId>& messages) const;
  [[nodiscard]] std::string problem_of_old_name(const Catalog& catalog, const Alias& alias,
                                                const std::vector<StreamId>& messages,
                                                const std::vector<Alias>& aliases) const;
  // The alias of what is called so on that channel; nullptr: it has none.
  [[nodiscard]] const Alias* alias_of(const std::vector<Alias>& aliases, std::string_view channel,
                                      const std::string& new_name) const;
  [[nodiscard]] bool is_named_signal(std::string_view name) const;
  [[nodiscard]] bool is_on(std::string_view said, std::string_view channel) const;
  void error(const Alias& alias, bool of_new_name, const std::string& what);

  ConfigSections& sections_;
  const NodeConfig& config_;
  std::vector<AliasEntry> entries_;
  std::vector<Alias> left_, accepted_;
  bool any_channel_;
};

}  // namespace cantrail
