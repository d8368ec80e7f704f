// What [copies.NAME] may say.
#include "pipeline/config/named_sections.hpp"

namespace cantrail {
namespace {

constexpr double kLargestStep = 0x1FFFFFFF;

struct CopiesKeys {
  CopiesSection section;
  void describe(OptionVisitor& visitor) { describe_copies(section, visitor); }
};

struct CopyKeys {
  std::string suffix;
  void describe(OptionVisitor& visitor) {
    visitor.option({.name = "suffix",
                    .sense = "What the names of the copy's messages and signals end with",
                    .target = &suffix,
                    .example = "\"_f\""});
  }
};

}  // namespace

void describe_copies(CopiesSection& section, OptionVisitor& visitor) {
  visitor.option({.name = "step",
                  .sense = "How far the identifiers of two copies are apart",
                  .target = &section.step,
                  .required = true,
                  .minimum = 1,
                  .maximum = kLargestStep,
                  .example = "0x100"});
  visitor.option({.name = "base",
                  .sense = "The number of the one that the DBC describes",
                  .target = &section.base,
                  .minimum = 0,
                  .maximum = kMostCopies});
  visitor.option({.name = "only",
                  .sense = "Which messages there are copies of, globs; all if left out",
                  .target = &section.only});
}

LanguageSection copies_language() {
  const LanguageEntries labels{.called = "LABEL",
                               .sense = "A label of the copy's streams",
                               .names = kIdentifier,
                               .text = true,
                               .whole_number = true};
  LanguageTable each = tables_called({.called = "NUMBER",
                                      .sense = "The copy at identifier + (NUMBER - base) * step",
                                      .names = "^0*(?:[0-9]{1,3}|1[0-9]{3}|20[0-3][0-9]|204[0-7])$"},
                                     {described<CopyKeys>(), labels});
  each.keys = described<CopiesKeys>();
  return {"copies", "One DBC for one node, many nodes on the bus: its messages again at other identifiers",
          tables_called({.called = "NAME", .sense = "Copies; the name is also the label that has the number"},
                        std::move(each))};
}

}  // namespace cantrail
