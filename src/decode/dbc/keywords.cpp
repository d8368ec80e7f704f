#include "decode/dbc/keywords.hpp"

#include <algorithm>
#include <array>

namespace cantrail::dbc {
namespace {

constexpr std::array<std::string_view, 32> kKeywords{"BA_",          "BA_DEF_",
                                                     "BA_DEF_DEF_",  "BA_DEF_DEF_REL_",
                                                     "BA_DEF_REL_",  "BA_DEF_SGTYPE_",
                                                     "BA_REL_",      "BA_SGTYPE_",
                                                     "BO_",          "BO_TX_BU_",
                                                     "BS_",          "BU_",
                                                     "CAT_",         "CAT_DEF_",
                                                     "CM_",          "ENVVAR_DATA_",
                                                     "EV_",          "EV_DATA_",
                                                     "FILTER",       "NS_",
                                                     "NS_DESC_",     "SGTYPE_",
                                                     "SGTYPE_VAL_",  "SG_",
                                                     "SG_MUL_VAL_",  "SIGTYPE_VALTYPE_",
                                                     "SIG_GROUP_",   "SIG_TYPE_REF_",
                                                     "SIG_VALTYPE_", "VAL_",
                                                     "VAL_TABLE_",   "VERSION"};
static_assert(std::is_sorted(kKeywords.begin(), kKeywords.end()));

}  // namespace

bool is_keyword(std::string_view word) {
  return std::binary_search(kKeywords.begin(), kKeywords.end(), word);
}

bool is_unmistakable_keyword(std::string_view word) {
  return !word.empty() && word.back() == '_' && is_keyword(word);
}

}  // namespace cantrail::dbc
