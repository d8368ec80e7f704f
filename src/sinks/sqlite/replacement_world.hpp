// What the tests of Replacement share: an hour of batches as they were captured, and with a corrected DBC.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sinks/sqlite/replacement.hpp"
#include "sinks/sqlite/test_world.hpp"

namespace cantrail::sqlite {

inline constexpr std::int64_t kStep = 700'000'000;
inline constexpr std::size_t kFrames = 50;
inline constexpr std::uint64_t kBatches = 120;  // over an hour
inline constexpr std::int64_t kEnd = kStart + std::int64_t{kBatches} * kFrames * kStep;

// Battery's voltage in other units and with another signal; the message Motor is called Engine.
[[nodiscard]] CatalogPtr corrected_catalog();

// Batches of make_catalog() and of corrected_catalog().
[[nodiscard]] std::shared_ptr<Batch> captured(const CatalogPtr& catalog, std::uint64_t seq);
[[nodiscard]] std::shared_ptr<Batch> corrected(const CatalogPtr& catalog, std::uint64_t seq);
[[nodiscard]] std::vector<AgainBatch> all_again();

// Motor's frames are known by no name: another message is in its place, of an identifier that never comes.
[[nodiscard]] CatalogPtr catalog_without_motor();
[[nodiscard]] std::shared_ptr<Batch> captured_without_motor(const CatalogPtr& catalog, std::uint64_t seq);

struct Told {
  std::vector<std::string> rows;
  std::vector<std::string> plain;  // as they lie in the file
  std::vector<std::string> latest;
  std::vector<std::string> series;
};
[[nodiscard]] std::vector<std::string> plain_rows(const World& world);
[[nodiscard]] Told told(const World& world);
void expect_same(const Told& told, const Told& expected);

// A closed history of all batches, in one transaction each; from some batch on in the other form.
using MakeBatch = std::function<std::shared_ptr<Batch>(const CatalogPtr& catalog, std::uint64_t seq)>;
inline const std::vector<std::string> kKeep{"30d", "1GiB"};
[[nodiscard]] std::unique_ptr<World> written(const std::string& form, const CatalogPtr& catalog,
                                             const MakeBatch& make,
                                             const std::vector<std::string>& keep = kKeep,
                                             std::uint64_t other_form_from = kBatches + 1);

inline void nothing(const std::string&, const std::string&, WallTime, const RowAt&, const RowAt&) {}

// By the form of the history's rows.
class Replaced : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] std::string table(int partition) const {
    return (GetParam() == std::string("plain") ? "rows_" : "packed_") + std::to_string(partition);
  }
};

}  // namespace cantrail::sqlite
