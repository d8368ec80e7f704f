// From what a configuration says about sources, channels and DBCs to a catalog and the plans that decode it;
// and back from the definition that a journal keeps. Pure: DBC texts are passed in.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/status.hpp"
#include "decode/dbc/aliases.hpp"
#include "decode/dbc/copies.hpp"
#include "decode/dbc/decoder.hpp"
#include "decode/dbc/plan.hpp"
#include "decode/derive/plan.hpp"
#include "decode/derive/signal_spec.hpp"
#include "decode/transport/plan.hpp"
#include "model/catalog.hpp"

namespace cantrail {

// A stream whose rows a source delivers itself.
struct StreamSpec {
  SourceId source = 0;
  std::optional<ChannelId> channel;  // that it tells about
  std::shared_ptr<const RowSchema> row;
  // How many channels the catalog had when it was added: its id lies behind all streams of those.
  std::uint32_t after_channels = 0;
};

struct CatalogSpec {
  std::vector<SourceInfo> sources;
  std::vector<DbcText> dbcs;
  std::vector<ChannelInfo> channels;
  std::vector<dbc::MessageCopies> copies;   // applied to every DBC
  std::vector<dbc::NameAlias> aliases;      // to every DBC, or to those of the channel that they say
  std::vector<StreamSpec> streams;          // ascending by after_channels
  std::vector<derive::SignalSpec> signals;  // named signals
  bool protocols = true;                    // dbc::PlanOptions
  bool identification = true;               // rows of VehicleIdentification
};

// Immutable; shared by every thread that decodes under this catalog.
struct CompiledCatalog {
  CatalogPtr catalog;
  std::vector<dbc::ChannelPlan> channels;                      // indexed by ChannelId
  std::shared_ptr<const derive::Plan> derivation = nullptr;    // nullptr: no named signals
  std::shared_ptr<const transport::Plan> transport = nullptr;  // nullptr: nothing comes in more than a frame

  // How far back what came before reaches that can still matter to what comes next; 0: nothing is remembered.
  // What named signals remember may itself have been put together.
  [[nodiscard]] std::int64_t lookback_ns() const {
    return (derivation ? derivation->lookback_ns : 0) + (transport ? transport->lookback_ns : 0);
  }
};

using CompiledCatalogPtr = std::shared_ptr<const CompiledCatalog>;

// Compiles catalogs, and each DBC text once: a catalog that grew by a channel costs no second parse. Not
// thread-safe.
class CatalogCompiler {
 public:
  // Stream ids are given in the order in which channels and streams of rows were added; within a channel by
  // its DBCs in order, then messages in the file's order; named signals get theirs behind the channel or
  // stream that was the last they needed. So a spec that has more channels or streams behind the same ones
  // keeps all ids. Faults: `config` where a DBC text is no DBC, or a named signal cannot be computed.
  // Warnings of DBCs seen for the first time are appended to `diagnostics`.
  Result<CompiledCatalogPtr> compile(CatalogSpec spec, Diagnostics& diagnostics);

  // The same from Catalog::definition. Fault `corrupt` where it is none.
  Result<CompiledCatalogPtr> compile(std::string_view definition);

  // Lets go of DBCs that no catalog decodes by any more.
  void forget_unused();

 private:
  using Plan = std::shared_ptr<const dbc::DecodePlan>;
  Result<Plan> plan_of(const DbcText& dbc, const CatalogSpec& spec,
                       const std::vector<dbc::NameAlias>& aliases, Diagnostics& diagnostics);
  Status compile_own(const ChannelInfo& channel, const CatalogSpec& spec, std::vector<Plan>& plans,
                     Diagnostics& diagnostics);
  // By the digest of the DBC's text, the copies made of it, its aliases, and whether protocols are known.
  std::map<std::tuple<Digest, std::string, std::string, bool>, Plan> plans_;
};

}  // namespace cantrail
