// A small bus with copied messages, for tests of named signals.
#pragma once

#include <gtest/gtest.h>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/derive/deriver.hpp"

namespace cantrail::derive {

// Node 1: 0x101 PT100 (dry, wet: i16 big-endian, 0.01), 0x102 BME280 (pressure: u16 big-endian, 0.1), 0x103
// State (a value table). Copies at 0x100 apart for nodes 1 and 2, with the suffixes _b and _f.
inline const char* const kNodeDbc =
    "VERSION \"\"\nBU_: A\n"
    "BO_ 257 PT100: 8 A\n"
    " SG_ dry : 7|16@0- (0.01,0) [0|0] \"degC\" A\n"
    " SG_ wet : 23|16@0- (0.01,0) [0|0] \"degC\" A\n"
    "BO_ 258 BME280: 8 A\n"
    " SG_ pressure : 7|16@0+ (0.1,0) [0|0] \"hPa\" A\n"
    "BO_ 259 State: 8 A\n"
    " SG_ state : 7|8@0+ (1,0) [0|0] \"\" A\n"
    "VAL_ 259 state 0 \"off\" 1 \"on\" ;\n";

inline CatalogSpec node_spec(std::vector<SignalSpec> signals, std::size_t channels = 1, bool copied = true) {
  CatalogSpec spec;
  spec.sources = {{"bus", "socketcan"}};
  spec.dbcs = {{"node.dbc", kNodeDbc}};
  for (std::size_t i = 0; i < channels; ++i) spec.channels.push_back({"can" + std::to_string(i), 0, {0}});
  if (copied) {
    dbc::MessageCopies node{"node", 0x100, 1, {}, {}};
    node.copies = {{1, "_b", {{"room", "Back"}}}, {2, "_f", {{"room", "Front"}}}};
    spec.copies = {node};
  }
  spec.signals = std::move(signals);
  return spec;
}

inline SignalSpec named(std::string name, std::string from) {
  SignalSpec spec;
  spec.name = std::move(name);
  spec.from = std::move(from);
  return spec;
}

inline SignalSpec computed(std::string name, std::string expression) {
  SignalSpec spec;
  spec.name = std::move(name);
  spec.expression = std::move(expression);
  return spec;
}

inline CompiledCatalogPtr compile(CatalogSpec spec) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  auto compiled = compiler.compile(std::move(spec), diagnostics);
  EXPECT_TRUE(compiled.ok()) << (compiled.ok() ? "" : compiled.fault().message);
  return compiled ? *compiled : nullptr;
}

inline std::optional<StreamId> stream_of(const Catalog& catalog, std::string_view name) {
  for (StreamId id = 0; id < catalog.streams.size(); ++id) {
    if (catalog.qualified_name(id) == name) return id;
  }
  return std::nullopt;
}

}  // namespace cantrail::derive
