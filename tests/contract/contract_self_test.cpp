// The contract holds for what keeps it, and finds each flaw by the sentence that it breaks.
#include <set>

#include <gtest/gtest.h>

#include "contract/checks.hpp"
#include "contract/readme_options.hpp"
#include "contract/test_readings.hpp"
#include "contract/test_recording.hpp"
#include "contract/test_store.hpp"

namespace cantrail::contract {
namespace {

const std::string kRecordingFolder = CANTRAIL_SOURCE_DIR "/tests/contract/recording";
const std::string kReadingsFolder = CANTRAIL_SOURCE_DIR "/tests/contract/readings";

struct Reported {
  std::set<std::string> broken, skipped;
  std::string text;
};

Reported run(const ComponentInfo& component, const std::string& folder) {
  Reported findings;
  const auto& own = component.kind == ComponentKind::source ? source_checks() : sink_checks();
  for (const auto& checks : {description_checks(), probe_checks(), own}) {
    for (const Check& check : checks) {
      const Verdict verdict = check.run(component, folder);
      if (!verdict.complaints.empty()) findings.broken.insert(check.name);
      if (!verdict.skipped.empty()) findings.skipped.insert(check.name);
      for (const std::string& complaint : verdict.complaints)
        findings.text += std::string(check.name) + ": " + complaint + "\n";
    }
  }
  return findings;
}

template <Flaw flaw>
void expect_store_breaks(const std::string& sentence) {
  const Reported findings = run(test_store<flaw>(), "");
  EXPECT_TRUE(findings.broken.contains(sentence)) << findings.text;
}

template <Flaw flaw>
void expect_recording_breaks(const std::string& sentence) {
  const Reported findings = run(test_recording<flaw>(), kRecordingFolder);
  EXPECT_TRUE(findings.broken.contains(sentence)) << findings.text;
}

template <Flaw flaw>
void expect_readings_break(const std::string& sentence) {
  const Reported findings = run(test_readings<flaw>(), kReadingsFolder);
  EXPECT_TRUE(findings.broken.contains(sentence)) << findings.text;
}

TEST(Contract, HoldsForAStoreThatKeepsIt) {
  const Reported findings = run(test_store<Flaw::none>(), "");
  EXPECT_TRUE(findings.broken.empty()) << findings.text;
  EXPECT_EQ(findings.skipped, (std::set<std::string>{"ReadmeListsTheOptions", "ReadmeShowsTheSample"}));
}

TEST(Contract, HoldsForARecordingThatKeepsIt) {
  const Reported findings = run(test_recording<Flaw::none>(), kRecordingFolder);
  EXPECT_TRUE(findings.broken.empty()) << findings.text;
  EXPECT_TRUE(findings.skipped.empty());
}

TEST(Contract, HoldsForReadingsThatKeepIt) {
  const Reported findings = run(test_readings<Flaw::none>(), kReadingsFolder);
  EXPECT_TRUE(findings.broken.empty()) << findings.text;
  EXPECT_EQ(findings.skipped,
            (std::set<std::string>{"FindsNoErrorWhereItOpens", "LeavesEverythingAsItIsWhenProbed",
                                   "SaysWhenProbedWhyItCannotOpen"}));
}

TEST(Contract, FindsADescriptionThatChanges) {
  expect_store_breaks<Flaw::forgets_options>("DescribesItselfTwiceTheSame");
}
TEST(Contract, FindsAMissingSample) {
  expect_store_breaks<Flaw::has_no_sample>("SamplePassesCheck");
}
TEST(Contract, FindsASinkThatCannotBeOpenedAgain) {
  expect_store_breaks<Flaw::opens_once>("OpensAndClosesAgainAndAgain");
}
TEST(Contract, FindsASinkThatOpensWhereItCannot) {
  expect_store_breaks<Flaw::opens_anywhere>("FailsToOpenAsAValue");
}
TEST(Contract, FindsASinkThatMiscounts) {
  expect_store_breaks<Flaw::miscounts>("AccountsForEveryRecord");
}
TEST(Contract, FindsASinkThatForgetsItsCursor) {
  expect_store_breaks<Flaw::forgets_the_cursor>("FindsItsCursorAfterARestart");
}
TEST(Contract, FindsASinkThatWritesFromAnyCursor) {
  expect_store_breaks<Flaw::writes_from_any_cursor>("WritesNothingWhereTheCursorIsAnother");
}
TEST(Contract, FindsASinkThatTakesAnotherJournalsCursor) {
  expect_store_breaks<Flaw::takes_any_journal>("LeavesTheCursorOfAnotherJournalAlone");
}
TEST(Contract, FindsASinkThatDependsOnHowBatchesAreCut) {
  expect_store_breaks<Flaw::depends_on_the_cut>("StoresTheSameHoweverBatchesAreCut");
}
TEST(Contract, FindsAProbeThatLeavesSomethingBehind) {
  expect_store_breaks<Flaw::probes_by_opening>("LeavesEverythingAsItIsWhenProbed");
}
TEST(Contract, FindsAProbeThatFindsNothing) {
  expect_store_breaks<Flaw::probes_nothing>("SaysWhenProbedWhyItCannotOpen");
}
TEST(Contract, FindsAForecastThatShrinks) {
  expect_store_breaks<Flaw::forecasts_the_reverse>("ForecastsMoreForMore");
}
TEST(Contract, FindsASourceThatReadsOverTheLimit) {
  expect_recording_breaks<Flaw::reads_over_the_limit>("ReadsWithinItsDeadlineAndTheLimits");
}
TEST(Contract, FindsASourceThatLosesFramesAtACut) {
  expect_recording_breaks<Flaw::loses_at_a_cut>("GivesTheSameHoweverBatchesAreCut");
}
TEST(Contract, FindsASourceThatSkipsWhenItResumes) {
  expect_recording_breaks<Flaw::skips_when_resuming>("GoesOnWhereItWas");
}

TEST(Contract, FindsASourceWithMoreRowsThanABatchMayHave) {
  expect_readings_break<Flaw::rows_over_the_limit>("ReadsWithinItsDeadlineAndTheLimits");
}
TEST(Contract, FindsASourceThatLosesRowsAtACut) {
  expect_readings_break<Flaw::loses_rows_at_a_cut>("GivesTheSameHoweverBatchesAreCut");
}
TEST(Contract, FindsASourceWhoseRowsOfOneTimeChangePlaces) {
  expect_readings_break<Flaw::swaps_equal_times>("GivesTheSameHoweverBatchesAreCut");
}
TEST(Contract, FindsRowsOfAStreamThatNobodyAskedFor) {
  expect_readings_break<Flaw::rows_of_no_stream>("ReadsWithinItsDeadlineAndTheLimits");
}
TEST(Contract, FindsRowsThatHaveNotGrownWithTheirStream) {
  expect_readings_break<Flaw::rows_of_an_old_schema>("GivesTheSameHoweverBatchesAreCut");
}
TEST(Contract, FindsTimesThatGoBack) {
  expect_readings_break<Flaw::times_go_back>("ReadsWithinItsDeadlineAndTheLimits");
}
TEST(Contract, FindsABlobThatTheBatcherIsNotToldOf) {
  expect_readings_break<Flaw::forgets_its_blobs>("ReadsWithinItsDeadlineAndTheLimits");
}
TEST(Contract, FindsASourceThatNeverGetsOn) {
  expect_readings_break<Flaw::never_gets_on>("GivesTheSameHoweverBatchesAreCut");
}

constexpr const char* kTable =
    "# A store\n\n| option | what it does | default |\n|---|---|---|\n"
    "| `path` | the file | *required* |\n| `keep` | times \\| sizes | `[\"30d\", \"a\\|b\"]` |\n"
    "| `url` | where to |  |\n\nMore text.\n| `not` | of the table | |\n";

std::vector<std::string> about_table(const std::vector<OptionRow>& described) {
  return table_complaints(kTable, described);
}

TEST(ReadmeOptions, AreThoseThatAreDescribed) {
  const OptionRow path{"path", "*required*"}, keep{"keep", R"(`["30d", "a|b"]`)"}, url{"url", ""};
  using Complaints = std::vector<std::string>;
  EXPECT_EQ(about_table({path, keep, url}), Complaints{});
  EXPECT_EQ(about_table({path, keep, url, {"rows", "`\"packed\"`"}}),
            Complaints{"README.md does not list `rows`, default: `\"packed\"`"});
  EXPECT_EQ(about_table({path, keep}), Complaints{"README.md lists `url`, which is no option"});
  EXPECT_EQ(about_table({path, {"keep", "`\"30d\"`"}, url}),
            Complaints{R"(the default of `keep` in README.md is to be `"30d"`, not `["30d", "a|b"]`)"});
  EXPECT_EQ(about_table({keep, path, url}),
            Complaints{"README.md lists the options in another order than describe()"});
  EXPECT_EQ(table_complaints("no table", {path}),
            Complaints{"README.md has no table of options: one that begins with | option |"});
  EXPECT_EQ(table_complaints("no table", {}), Complaints{});
}

}  // namespace
}  // namespace cantrail::contract
