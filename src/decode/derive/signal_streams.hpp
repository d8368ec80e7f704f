// Gives named signals their streams while a catalog is put together, and binds them to what they are computed
// of when it is whole.
//
// A signal gets a stream `NAME` as soon as the catalog has all that it names; of copied messages, it gets a
// stream for each copy, `NAME` + suffix, with that copy's labels. Several channels may have the stream that
// is named: the first counts. What is added behind changes no stream that is there already.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "decode/derive/plan.hpp"
#include "model/catalog.hpp"

namespace cantrail::derive {

inline constexpr std::size_t kMostSignalStreams = 4096;

class SignalStreams {
 public:
  explicit SignalStreams(const std::vector<Formula>& formulas);

  // Streams have been added to the catalog: adds those of the signals that have all they need now. Names that
  // are taken, and signals beyond kMostSignalStreams, are left out with a warning.
  void add_to(Catalog& catalog, Diagnostics& diagnostics);

  // Under the whole catalog; nullptr: there are no named signals.
  [[nodiscard]] std::shared_ptr<const Plan> plan(const Catalog& catalog) const;

 private:
  // By suffix: where an operand can come from.
  struct Source {
    Input input;
    StreamId stream = 0;  // whose labels it has
  };
  using Sources = std::map<std::string, Source>;
  struct Made {  // a stream of a signal
    std::size_t formula = 0;
    StreamId stream = 0;
    std::vector<std::string> suffixes;  // by operand: under which it was there
  };

  [[nodiscard]] Sources sources_of(const Operand& operand, const Catalog& catalog) const;
  [[nodiscard]] std::set<std::string> suffixes_of(const Formula& formula,
                                                  const std::vector<Sources>& operands) const;
  void make(std::size_t formula, const std::string& suffix, const std::vector<Sources>& operands,
            Catalog& catalog, Diagnostics& diagnostics);
  [[nodiscard]] bool is_wanted(const StreamInfo& stream) const;

  std::vector<std::shared_ptr<const Formula>> formulas_;
  std::set<std::string, std::less<>> named_;                 // streams that a formula names
  std::vector<Made> made_;                                   // each behind those that it is computed of
  std::vector<std::map<std::string, std::size_t>> made_of_;  // by formula: suffix to index into made_
  std::set<std::string> refused_;                            // told once
  std::size_t seen_ = 0;                                     // streams of the catalog that were looked at
};

}  // namespace cantrail::derive
