// A node with counting sources and stores of its own folder, for the tests of what many parts do together.
#pragma once

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/fakes.hpp"
#include "pipeline/node.hpp"

namespace cantrail {

using fakes::Counting;
using fakes::CountingSource;
using fakes::Store;
using fakes::StoreSink;
using namespace std::chrono_literals;

// Waits for something that other threads bring about.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::milliseconds patience = 20s) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return condition();
}

class NodeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cantrail-node-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  NodeParts parts(Counting how) {
    NodeParts parts;
    parts.name = "test";
    parts.version = "0";
    parts.journal.folder = folder_ + "/journal";
    parts.journal.sync = SyncMode::safe;
    parts.journal.cap_bytes = 256U << 20;
    parts.dead_letter_folder = folder_ + "/dead";
    parts.sources.push_back({"log", "counting", {}, {{"counter.dbc", fakes::kDbc}}, false, [how] {
                               return std::make_unique<CountingSource>(how);
                             }});
    return parts;
  }
  static SinkPart sink(const std::string& name, Store& store, SinkTraits traits) {
    SinkPart part;
    part.name = name;
    part.type = "store";
    part.make = [&store, traits] { return std::make_unique<StoreSink>(store, traits); };
    return part;
  }
  static SinkTraits durable() {
    SinkTraits traits;
    traits.durable = true;
    traits.records = 500;
    traits.delay = 5ms;
    return traits;
  }
  static SinkTraits live() {
    SinkTraits traits;
    traits.delay = 1ms;
    return traits;
  }
  static SinkTraits prompt() {
    SinkTraits traits;
    traits.prompt = true;
    return traits;
  }

  static std::vector<std::uint32_t> expected_numbers(std::uint32_t total) {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t k = 0; k < total; ++k) {
      if (k % 7 != 6) numbers.push_back(k);
    }
    return numbers;
  }
  static std::string describe(const NodeStatus& status) {
    std::string text =
        "epoch " + std::to_string(status.epoch) + ", received " + std::to_string(status.received);
    for (const auto& source : status.sources) {
      text += "\n" + source.name + " " + std::string(to_string(source.state)) + " " + source.message;
    }
    for (const auto& lane : status.lanes) {
      text += "\n" + lane.name + " " + std::string(to_string(lane.state)) + " " + lane.message + " " +
              to_string(lane.ledger) + " queued " + std::to_string(lane.queued_bytes) + " cursor " +
              (lane.cursor ? to_string(*lane.cursor) : "none");
    }
    return text;
  }
  static void expect_balance(const NodeStatus& status) {
    std::uint64_t read = 0;
    for (const SourceStatus& source : status.sources) read += source.records;
    EXPECT_LE(read, status.received) << "a source has counted what no lane owes yet";
    for (const LaneStatus& lane : status.lanes) {
      EXPECT_TRUE(lane.ledger.balances()) << lane.name << ": " << to_string(lane.ledger);
      EXPECT_TRUE(lane.earlier.balances()) << lane.name << " earlier: " << to_string(lane.earlier);
    }
  }
  // A node with a store that follows, one that is too slow and reads the journal, and one that fails and
  // loses its answers: its status when all of them have everything.
  NodeStatus run_to_the_end(NodeParts p, Store& follows, Store& reads, Store& fails) {
    fails.fail_writes = 3;
    fails.lose_answers = 3;
    reads.write_takes_us = 2'000;
    p.sinks.push_back(sink("follows", follows, durable()));
    p.sinks.push_back(sink("reads", reads, durable()));
    p.sinks.back().queue_bytes = 50'000;  // lets go of the main chain at once
    p.sinks.push_back(sink("fails", fails, durable()));
    Node node(std::move(p), real_file_system(), clock_, log_);
    EXPECT_TRUE(node.start().ok());
    EXPECT_TRUE(eventually([&] { return node.finished(); })) << describe(node.status());
    EXPECT_TRUE(node.stop());
    NodeStatus status = node.status();
    expect_balance(status);
    return status;
  }

  std::string folder_;
  SystemClock clock_;
  fakes::QuietLog log_;
};

}  // namespace cantrail
