// The thread that decodes every batch once and offers it to all lanes.
#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "component/context.hpp"
#include "pipeline/batch_decoder.hpp"
#include "pipeline/catalog_store.hpp"
#include "pipeline/decode_tally.hpp"
#include "pipeline/lane.hpp"
#include "pipeline/sequencer.hpp"

namespace cantrail {

class MainChain {
 public:
  MainChain(Sequencer& sequencer, std::shared_ptr<CatalogStore> catalogs, DecodeTally& tally)
      : sequencer_(sequencer), catalogs_(std::move(catalogs)), tally_(tally) {}
  ~MainChain() { stop(); }

  void start();
  void stop();  // after the sequencer is closed: decodes what is queued, then ends

  // Any thread. From the next batch on; the lane is told what was before, and is started afterwards.
  void add(Lane& lane);
  // Any thread. When it returns, the lane is offered nothing more.
  void remove(const Lane& lane);

 private:
  void run();
  void offer(const BatchPtr& batch);

  Sequencer& sequencer_;
  std::shared_ptr<CatalogStore> catalogs_;
  DecodeTally& tally_;
  BatchDecoder decoder_;
  std::thread thread_;

  std::mutex mutex_;  // guards what follows; taken once a batch
  std::vector<Lane*> lanes_;
  std::uint64_t last_seq_ = 0, end_record_ = 0;  // of the last batch offered
};

}  // namespace cantrail
