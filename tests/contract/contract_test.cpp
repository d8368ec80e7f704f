// Runs the contract over every component of this build.
#include <string>

#include <gtest/gtest.h>

#include "component/registry.hpp"
#include "component_folders.hpp"
#include "contract/checks.hpp"

namespace cantrail::contract {
namespace {

class ContractCase final : public ::testing::Test {
 public:
  ContractCase(const ComponentInfo& component, const Check& check) : component_(component), check_(check) {}

  void TestBody() override {
    const Verdict verdict = check_.run(component_, folder_of(component_));
    for (const std::string& complaint : verdict.complaints) ADD_FAILURE() << complaint;
    if (verdict.complaints.empty() && !verdict.skipped.empty()) {
      GTEST_SKIP() << component_.type << ": " << verdict.skipped;
    }
  }

 private:
  const ComponentInfo& component_;
  const Check& check_;
};

void enlist(const ComponentInfo& component, std::span<const Check> checks) {
  const std::string suite = std::string(component.kind == ComponentKind::source ? "source_" : "sink_") +
                            std::string(component.type);
  for (const Check& check : checks) {
    ::testing::RegisterTest(
        suite.c_str(), check.name, nullptr, nullptr, __FILE__, __LINE__,
        [&component, &check]() -> ::testing::Test* { return new ContractCase(component, check); });
  }
}

}  // namespace
}  // namespace cantrail::contract

int main(int argc, char** argv) {
  using namespace cantrail;
  ::testing::InitGoogleTest(&argc, argv);
  for (const ComponentInfo& component : components()) {
    if (!component.not_built.empty()) continue;
    contract::enlist(component, contract::description_checks());
    contract::enlist(component, contract::probe_checks());
    contract::enlist(component, component.kind == ComponentKind::source ? contract::source_checks()
                                                                        : contract::sink_checks());
  }
  return RUN_ALL_TESTS();
}
