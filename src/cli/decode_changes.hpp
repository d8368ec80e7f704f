// What is different once frames are decoded by other DBCs: message by message, signal by signal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "sinks/sqlite/replacement.hpp"

namespace cantrail::cli {

class DecodeChanges {
 public:
  // A row as it was and as it is; one of them may be missing. Their schemas must stay as long as this.
  void note(const std::string& channel, const std::string& message, WallTime time,
            const sqlite::RowAt& before, const sqlite::RowAt& after);
  // All rows of the batch: of equal records those of equal channel and message.
  void note(const sqlite::AgainBatch& batch);

  // For people: a line a message, below it one for each signal that is different. Ends with how many messages
  // are the same.
  void append_text(std::string& out) const;
  // An array for programs.
  void append_json(std::string& out) const;

 private:
  struct Difference {
    WallTime time;
    std::string before, after;  // as JSON; empty: absent
  };
  struct Signal {
    std::optional<std::string> unit_before, unit_after;  // nullopt: there is no such signal
    std::uint64_t before = 0, after = 0;                 // values
    std::uint64_t differ = 0;                            // rows in which both or one have it, not alike
    std::optional<Difference> first;
    std::optional<double> largest;  // difference of two numbers
    [[nodiscard]] bool changed() const { return differ != 0 || unit_before != unit_after; }
  };
  // A field of the one schema and of the other.
  struct Pairing {
    Signal* signal = nullptr;
    std::optional<std::size_t> before, after;
  };
  using Schemas = std::pair<const RowSchema*, const RowSchema*>;
  struct Message {
    std::uint64_t before = 0, after = 0;  // rows
    std::map<std::string, Signal> signals;
    std::map<Schemas, std::vector<Pairing>> pairings;
    [[nodiscard]] bool changed() const;
  };

  static const std::vector<Pairing>& pairing_of(Message& message, const Schemas& schemas);
  static void compare(const Pairing& pair, WallTime time, const sqlite::RowAt& before,
                      const sqlite::RowAt& after);

  using Messages = std::map<std::pair<std::string, std::string>, Message>;  // by channel and message
  Messages messages_;
  Messages::iterator last_ = messages_.end();  // rows come stream by stream
};

}  // namespace cantrail::cli
