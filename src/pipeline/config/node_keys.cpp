#include "pipeline/config/node_keys.hpp"

#include "pipeline/config/node_config.hpp"

namespace cantrail {
namespace {

constexpr double kSmallestJournal = 1 << 20;
constexpr double kSmallestLog = 64 << 10;
constexpr double kLargestLog = 1 << 30;

}  // namespace

void TopKeys::describe(OptionVisitor& visitor) {
  describe_origins(visitor);
  describe_rest(visitor);
}

void TopKeys::describe_origins(OptionVisitor& visitor) {
  visitor.option({.name = "config_version",
                  .sense = "The version of this language",
                  .target = &config_version,
                  .required = true,
                  .minimum = kConfigVersion,
                  .maximum = kConfigVersion,
                  .example = std::to_string(kConfigVersion)});
  visitor.option({.name = "env_file",
                  .sense = "Variables for the whole node, KEY=VALUE lines; readable by nobody but its owner",
                  .target = &env_file});
}

void TopKeys::describe_rest(OptionVisitor& visitor) {
  visitor.option({.name = "data",
                  .sense = "Where stores and the journal lie unless they say otherwise",
                  .target = &data});
}

void NodeKeys::describe(OptionVisitor& visitor) {
  visitor.option({.name = "name",
                  .sense = "What this node is called in stores and topics; this machine's name if left out",
                  .target = &name,
                  .example = "\"leaf\""});
  visitor.option(
      {.name = "timezone", .sense = "For display only", .target = &timezone, .example = "\"Europe/Berlin\""});
}

void LogSection::describe(OptionVisitor& visitor) {
  visitor.option({.name = "level",
                  .sense = "The least that is told",
                  .target = &level,
                  .choices = {"debug", "info", "warning", "error"}});
  visitor.option({.name = "format",
                  .sense = "How lines look; auto: journald where the journal reads them, else text",
                  .target = &format,
                  .choices = {"auto", "text", "json", "journald"}});
  visitor.option({.name = "file",
                  .sense = "A file that gets the same lines as standard error",
                  .target = &file,
                  .example = "\"/var/log/cantrail.log\""});
  visitor.option({.name = "keep",
                  .sense = "The most that the file takes, together with FILE.1, the one before it",
                  .target = &keep,
                  .minimum = kSmallestLog,
                  .maximum = kLargestLog});
}

void JournalSection::describe(OptionVisitor& visitor) {
  visitor.option(
      {.name = "folder", .sense = "Where it lies; in `data`, as journal, if left out", .target = &folder});
  visitor.option({.name = "sync",
                  .sense = "How often it is made safe against a power cut: 100 ms, 500 ms, 5 s",
                  .target = &sync,
                  .choices = {"safe", "normal", "sd-saver"}});
  visitor.option({.name = "keep",
                  .sense = "The most it takes of the disk; else the smaller of 8 GiB and 20 % of it",
                  .target = &keep,
                  .minimum = kSmallestJournal,
                  .example = "\"8GB\""});
  visitor.option({.name = "compression",
                  .sense = "zstd makes it smaller by a fifth on a quiet bus, by half and more on a busy "
                           "one, for some processor time",
                  .target = &compression,
                  .choices = {"none", "zstd"}});
}

void BlobsSection::describe(OptionVisitor& visitor) {
  visitor.option({.name = "keep",
                  .sense = "The most that they take of the disk; else the smaller of 4 GiB and 10 % of it",
                  .target = &keep,
                  .minimum = kSmallestJournal,
                  .example = "\"4GB\""});
}

}  // namespace cantrail
