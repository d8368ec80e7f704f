// `cantrail replay JOURNAL --dbc …`: what a journal holds, decoded again.
#pragma once

#include <string>
#include <vector>

namespace cantrail::cli {

struct ReplayAgainArguments {
  std::string journal;
  std::string target;             // NAME.mcap or NAME.db
  std::vector<std::string> dbcs;  // FILE or CHANNEL=FILE
  std::string config;             // empty: none
  std::string from, until;        // empty: all
  bool replace = false;
  bool remove_gone = false;  // with replace: rows of messages that are no longer decoded, too
  bool json = false;
};

// The exit code.
int replay_again(const ReplayAgainArguments& arguments);

}  // namespace cantrail::cli
