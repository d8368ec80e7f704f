// The thread that decodes every batch once and offers it to all lanes.
#pragma once

#include <memory>
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
  MainChain(Sequencer& sequencer, std::shared_ptr<CatalogStore> catalogs, std::vector<Lane*> lanes,
            DecodeTally& tally)
      : sequencer_(sequencer), catalogs_(std::move(catalogs)), lanes_(std::move(lanes)), tally_(tally) {}
  ~MainChain() { stop(); }

  void start();
  void stop();  // after the sequencer is closed: decodes what is queued, then ends

 private:
  void run();

  Sequencer& sequencer_;
  std::shared_ptr<CatalogStore> catalogs_;
  std::vector<Lane*> lanes_;
  DecodeTally& tally_;
  BatchDecoder decoder_;
  std::thread thread_;
};

}  // namespace cantrail
