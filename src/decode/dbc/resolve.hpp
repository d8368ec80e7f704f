// The second pass: what the file says about messages, signals and nodes is put where it belongs, now that
// all of them are known.
#pragma once

#include "decode/dbc/draft.hpp"
#include "decode/dbc/warnings.hpp"

namespace cantrail::dbc {

// In this order. Names in the file are the short ones until apply_long_names(), which comes last.
void resolve_references(Draft& draft, Warnings& warnings);  // all but attributes
void resolve_multiplexing(Draft& draft, Warnings& warnings);
void resolve_attributes(Draft& draft, Warnings& warnings);
void apply_known_attributes(Draft& draft);  // VFrameFormat, GenMsgCycleTime
void apply_long_names(Draft& draft, Warnings& warnings);

// Finds what a statement speaks of. Without result the statement is left out: with a warning, unless what it
// speaks of was left out itself.
class Lookup {
 public:
  Lookup(Draft& draft, Warnings& warnings) : draft_(draft), warn_(warnings) {}
  Message* message(std::uint32_t file_id, std::size_t at, const char* what);
  Signal* signal(const SignalName& name, const char* what);
  Node* node(const std::string& name, std::size_t at, const char* what);
  EnvironmentVariable* environment(const std::string& name, std::size_t at, const char* what);

 private:
  Draft& draft_;
  Warnings& warn_;
};

}  // namespace cantrail::dbc
