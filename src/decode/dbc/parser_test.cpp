#include "decode/dbc/parser.hpp"

#include <string>

#include <gtest/gtest.h>

#include "decode/dbc/test_parsed.hpp"

namespace cantrail::dbc {
namespace {

using testing::parsed;

// One that must leave no warning.
Database clean(const std::string& text) {
  Parsed result = parsed(text);
  for (const Diagnostic& diagnostic : result.diagnostics) ADD_FAILURE() << to_string(diagnostic);
  return std::move(result.database);
}

std::string only_warning(const Parsed& result) {
  EXPECT_EQ(result.diagnostics.size(), 1u);
  return result.diagnostics.empty() ? "" : to_string(result.diagnostics[0]);
}

Signal signal_of(const std::string& line) {
  const Database database = clean("BO_ 1 M: 8 X\n SG_ " + line + "\n");
  EXPECT_EQ(database.messages.size(), 1u);
  return database.messages.empty() || database.messages[0].signals.empty() ? Signal{}
                                                                           : database.messages[0].signals[0];
}

TEST(DbcParser, ReadsTheHeadOfAFile) {
  const Database database = clean(
      "VERSION \"1.2\"\nNS_ :\n\tNS_DESC_\n\tCM_\nBA_\n\nBS_: 500 : 2, 2\nBU_: A B\n\tC D\n"
      "VAL_TABLE_ OnOff 1 \"on\" 0 \"off\" ;\n");
  EXPECT_EQ(database.version, "1.2");
  EXPECT_EQ(database.new_symbols, (std::vector<std::string>{"NS_DESC_", "CM_", "BA_"}));
  EXPECT_EQ(database.bit_timing, "500 : 2, 2");
  ASSERT_EQ(database.nodes.size(), 4u);
  EXPECT_EQ(database.nodes[3].name, "D");
  ASSERT_EQ(database.value_tables.size(), 1u);
  EXPECT_EQ(database.value_tables[0].values[0].name, "on");
}

TEST(DbcParser, ReadsMessagesAndSignals) {
  const Database database = clean(
      "BO_ 2566834685 Engine: 8 ECM\n SG_ Speed : 24|16@1- (0.125,-40) [-40|8031.875] \"rpm\" Dash,Gateway\n"
      " SG_ Temp : 7|12@0+ (1,0) [0|0] \"\" Vector__XXX\nBO_ 256 Brake: 64 Vector__XXX\n");
  ASSERT_EQ(database.messages.size(), 2u);
  const Message& engine = database.messages[0];
  EXPECT_EQ(engine.id, 2566834685 & 0x1FFFFFFF);
  EXPECT_TRUE(engine.extended);
  EXPECT_EQ(engine.senders, std::vector<std::string>{"ECM"});
  const Signal& speed = engine.signals[0];
  EXPECT_EQ(speed.start_bit, 24u);
  EXPECT_EQ(speed.length_bits, 16u);
  EXPECT_EQ(speed.order, ByteOrder::intel);
  EXPECT_TRUE(speed.is_signed);
  EXPECT_EQ(speed.factor, 0.125);
  EXPECT_EQ(speed.offset, -40);
  EXPECT_EQ(speed.minimum, -40);
  EXPECT_EQ(speed.maximum, 8031.875);
  EXPECT_EQ(speed.unit, "rpm");
  EXPECT_EQ(speed.receivers, (std::vector<std::string>{"Dash", "Gateway"}));
  EXPECT_EQ(speed.where.line, 2u);
  EXPECT_EQ(speed.where.column, 6u);
  EXPECT_EQ(engine.signals[1].order, ByteOrder::motorola);
  EXPECT_TRUE(engine.signals[1].receivers.empty());
  EXPECT_FALSE(database.messages[1].extended);
  EXPECT_TRUE(database.messages[1].senders.empty());
  EXPECT_TRUE(database.messages[1].fd);
}

TEST(DbcParser, NeedsNoSpaces) {
  const Signal signal = signal_of("S:0|8@1+(2,-3)[0|1]\"km\"A,B");
  EXPECT_EQ(signal.factor, 2);
  EXPECT_EQ(signal.receivers.size(), 2u);
  EXPECT_EQ(signal_of("S M : 0 | 8 @ 1 + ( 2 , -3 ) [ 0 | 1 ] \"km\"").offset, -3);
}

TEST(DbcParser, ToldApartIntegersAndFractions) {
  EXPECT_TRUE(signal_of("S : 0|8@1+ (2,-40) [0|0] \"\" X").integral_scale);
  EXPECT_TRUE(signal_of("S : 0|8@1+ (4.0,1E3) [0|0] \"\" X").integral_scale);
  EXPECT_FALSE(signal_of("S : 0|8@1+ (1,0.5) [0|0] \"\" X").integral_scale);
  EXPECT_FALSE(signal_of("S : 0|8@1+ (18446744073709551615,0) [0|0] \"\" X").integral_scale);
  const Signal exact = signal_of("S : 0|64@1+ (9007199254740993,-9223372036854775808.00) [0|0] \"\" X");
  EXPECT_TRUE(exact.integral_scale);
  EXPECT_EQ(exact.factor_integer, 9007199254740993);
  EXPECT_EQ(exact.offset_integer, INT64_MIN);
  EXPECT_EQ(exact.factor, 9007199254740992.0);
}

TEST(DbcParser, TakesOddRangesAsTheyAre) {
  EXPECT_EQ(signal_of("S : 0|8@1+ (1,0) [100|-5] \"\" X").maximum, -5);
  EXPECT_EQ(signal_of("S : 0|8@1+ (1,0) [-1.7E+308|1.7e308] \"\" X").maximum, 1.7e308);
  EXPECT_EQ(signal_of("S : 0|8@1+ (1,0) [nan|1.#INF] \"\" X").maximum, 0);
  EXPECT_EQ(signal_of("S : 0|8@1+ (1,0) [-1e999|1e999] \"\" X").maximum, 0);
}

TEST(DbcParser, ReadsMultiplexing) {
  const Database database = clean(
      "BO_ 1 M: 8 X\n SG_ Mux M : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ Sub m1M : 8|8@1+ (1,0) [0|0] \"\" X\n"
      " SG_ A m2 : 8|8@1+ (1,0) [0|0] \"\" X\n SG_ B m3 : 16|8@1+ (1,0) [0|0] \"\" X\n"
      "SG_MUL_VAL_ 1 Sub Mux 1-1;\nSG_MUL_VAL_ 1 B Sub 3-3, 5-10;\n");
  const Message& message = database.messages[0];
  EXPECT_TRUE(message.signal("Mux")->is_selector);
  EXPECT_FALSE(message.signal("Mux")->multiplexing);
  EXPECT_TRUE(message.signal("Sub")->is_selector);
  EXPECT_EQ(message.signal("A")->multiplexing->selector, "");
  EXPECT_EQ(message.signal("A")->multiplexing->ranges[0].from, 2u);
  const Multiplexing& b = *message.signal("B")->multiplexing;
  EXPECT_EQ(b.selector, "Sub");
  ASSERT_EQ(b.ranges.size(), 2u);
  EXPECT_EQ(b.ranges[1].from, 5u);
  EXPECT_EQ(b.ranges[1].to, 10u);
}

TEST(DbcParser, BreaksARingOfSelectors) {
  const Parsed result = parsed(
      "BO_ 1 M: 8 X\n SG_ A m0M : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ B m0M : 8|8@1+ (1,0) [0|0] \"\" X\n"
      "SG_MUL_VAL_ 1 A B 1-1;\nSG_MUL_VAL_ 1 B A 1-1;\n");
  EXPECT_NE(only_warning(result).find("selects itself"), std::string::npos);
  const Message& message = result.database.messages[0];
  EXPECT_NE(message.signal("A")->multiplexing.has_value(), message.signal("B")->multiplexing.has_value());
}

TEST(DbcParser, StatementsStandInAnyOrder) {
  const Database database = clean(
      "VAL_ 1 S 1 \"one\" 0 \"zero\" ;\nCM_ SG_ 1 S \"of S\";\nCM_ BO_ 1 \"of M\";\nCM_ BU_ N \"of N\";\nCM_ "
      "\"of all\";\n"
      "BA_ \"Cycle\" BO_ 1 7;\nSIG_VALTYPE_ 1 F : 1;\nBA_DEF_DEF_ \"Cycle\" 5;\nBO_TX_BU_ 1 : N,O;\n"
      "BA_DEF_ BO_ \"Cycle\" INT 0 10;\nBO_ 1 M: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n"
      " SG_ F : 32|32@1- (1,0) [0|0] \"\" X\nBU_: N O\n");
  const Message& message = database.messages[0];
  EXPECT_EQ(message.comment, "of M");
  EXPECT_EQ(message.senders, (std::vector<std::string>{"N", "O"}));
  EXPECT_EQ(message.signals[0].comment, "of S");
  EXPECT_EQ(message.signals[0].values[0].name, "zero");
  EXPECT_EQ(message.signals[1].kind, ValueKind::float32);
  EXPECT_EQ(std::get<std::int64_t>(message.attributes[0].value), 7);
  EXPECT_EQ(database.nodes[0].comment, "of N");
  EXPECT_EQ(database.comment, "of all");
}

TEST(DbcParser, ReadsValueNames) {
  const Database database = clean(
      "BO_ 1 M: 16 X\n SG_ S : 0|64@1+ (1,0) [0|0] \"\" X\n SG_ T : 64|8@1+ (1,0) [0|0] \"\" X\n"
      "BO_ 2 N: 8 X\n SG_ U : 0|8@1+ (1,0) [0|0] \"\" X\n"
      "VAL_ 1 S 18446744073709551615 \"all\" -5 \"neg\" 3 \"a \\\"quoted\\\" one\" 3 \"second\" ;\n"
      "VAL_ 2 U Table ;\nVAL_ 1 T ;\nVAL_TABLE_ Table 1 \"one\" ;\nVAL_ Env 0 \"off\" ;\n"
      "EV_ Env: 0 [0|1] \"u\" 0.5 7 DUMMY_NODE_VECTOR1 A,B;\nENVVAR_DATA_ Env: 10;\n");
  const auto& values = database.messages[0].signals[0].values;
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0].value, -5);
  EXPECT_EQ(values[1].value, -1);
  EXPECT_EQ(values[1].name, "all");
  EXPECT_EQ(values[2].name, "a \"quoted\" one");
  EXPECT_EQ(database.messages[1].signals[0].values[0].name, "one");
  ASSERT_EQ(database.environment.size(), 1u);
  EXPECT_EQ(database.environment[0].values[0].name, "off");
  EXPECT_EQ(database.environment[0].initial, 0.5);
  EXPECT_EQ(database.environment[0].data_size_bytes, 10u);
  EXPECT_EQ(database.environment[0].nodes.size(), 2u);
}

TEST(DbcParser, ReadsAttributes) {
  const Database database = clean(
      "BU_: N\nBO_ 1 M: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\nEV_ E: 0 [0|1] \"\" 0 1 DUMMY_NODE_VECTOR0 "
      "N;\n"
      "BA_DEF_ \"Bus\" STRING ;\nBA_DEF_ BU_ \"Hex\" HEX 0 255;\nBA_DEF_ SG_ \"F\" FLOAT -1.5 1.5;\n"
      "BA_DEF_ BO_ \"E\" ENUM \"a\",\"b\";\nBA_DEF_ EV_ \"I\" INT 0 0;\nBA_DEF_REL_ BU_SG_REL_ \"R\" INT 0 "
      "9;\n"
      "BA_DEF_DEF_ \"E\" \"b\";\nBA_DEF_DEF_REL_ \"R\" 3;\n"
      "BA_ \"Bus\" \"CAN\";\nBA_ \"Hex\" BU_ N 16;\nBA_ \"F\" SG_ 1 S 1;\nBA_ \"E\" BO_ 1 0;\nBA_ \"I\" EV_ "
      "E 5;\n"
      "BA_ \"E\" BO_ 1 1;\nBA_REL_ \"R\" BU_SG_REL_ N SG_ 1 S 4;\nBA_REL_ \"R2\" BU_BO_REL_ N 1 \"x\";\n"
      "BA_REL_ \"R3\" BU_EV_REL_ N E 1;\n");
  EXPECT_EQ(std::get<std::string>(database.attributes[0].value), "CAN");
  EXPECT_EQ(std::get<std::int64_t>(database.nodes[0].attributes[0].value), 16);
  EXPECT_EQ(std::get<double>(database.messages[0].signals[0].attributes[0].value), 1.0);
  ASSERT_EQ(database.messages[0].attributes.size(), 1u);  // the last of two counts
  EXPECT_EQ(std::get<std::string>(database.messages[0].attributes[0].value), "b");
  EXPECT_EQ(std::get<std::int64_t>(database.environment[0].attributes[0].value), 5);
  ASSERT_EQ(database.relation_attributes.size(), 3u);
  EXPECT_EQ(database.relation_attributes[0].signal_or_variable, "S");
  EXPECT_EQ(std::get<std::int64_t>(database.attribute_definitions[5].default_value->value), 3);
}

TEST(DbcParser, KnowsFrameFormatsAndCycleTimes) {
  const std::string head =
      "BA_DEF_ BO_ \"VFrameFormat\" ENUM "
      "\"StandardCAN\",\"ExtendedCAN\",\"reserved\",\"J1939PG\",\"StandardCAN_FD\";\n"
      "BA_DEF_DEF_ \"VFrameFormat\" \"StandardCAN\";\nBA_DEF_ BO_ \"GenMsgCycleTime\" INT 0 1000;\n"
      "BA_DEF_DEF_ \"GenMsgCycleTime\" 100;\nBO_ 1 A: 8 X\nBO_ 2 B: 8 X\nBO_ 3 C: 8 X\nBO_ 4 D: 20 X\nBO_ 5 "
      "E: 1785 X\n";
  const Database database = clean(head +
                                  "BA_ \"VFrameFormat\" BO_ 2 4;\nBA_ \"VFrameFormat\" BO_ 3 \"J1939PG\";\n"
                                  "BA_ \"GenMsgCycleTime\" BO_ 2 50;\nBA_ \"GenMsgCycleTime\" BO_ 3 0;\n");
  const auto& messages = database.messages;
  EXPECT_FALSE(messages[0].fd);
  EXPECT_TRUE(messages[1].fd);
  EXPECT_TRUE(messages[2].j1939);
  EXPECT_FALSE(messages[2].fd);
  EXPECT_TRUE(messages[3].fd);
  EXPECT_FALSE(messages[4].fd);
  EXPECT_EQ(messages[0].cycle_ms, 100u);
  EXPECT_EQ(messages[1].cycle_ms, 50u);
  EXPECT_EQ(messages[2].cycle_ms, std::nullopt);
  const Database bare = clean("BO_ 1 A: 8 X\nBA_ \"VFrameFormat\" BO_ 1 14;\n");
  EXPECT_TRUE(bare.messages[0].fd);
}

TEST(DbcParser, GivesLongNamesButIsReferredToByShortOnes) {
  const Database database = clean(
      "BU_: N\nBO_ 1 M: 8 N\n SG_ Mux M : 0|8@1+ (1,0) [0|0] \"\" N\n SG_ S m1 : 8|8@1+ (1,0) [0|0] \"\" N\n"
      "SG_MUL_VAL_ 1 S Mux 1-1;\nSIG_GROUP_ 1 G 1 : Mux S;\nCM_ SG_ 1 S \"short\";\n"
      "BA_ \"SystemMessageLongSymbol\" BO_ 1 \"MessageLong\";\nBA_ \"SystemNodeLongSymbol\" BU_ N "
      "\"NodeLong\";\n"
      "BA_ \"SystemSignalLongSymbol\" SG_ 1 S \"SignalLong\";\nBA_ \"SystemSignalLongSymbol\" SG_ 1 Mux "
      "\"MuxLong\";\n");
  const Message& message = database.messages[0];
  EXPECT_EQ(message.name, "MessageLong");
  EXPECT_EQ(message.senders[0], "NodeLong");
  ASSERT_NE(message.signal("SignalLong"), nullptr);
  EXPECT_EQ(message.signal("SignalLong")->comment, "short");
  EXPECT_EQ(message.signal("SignalLong")->multiplexing->selector, "MuxLong");
  EXPECT_EQ(message.signals[0].receivers[0], "NodeLong");
  EXPECT_EQ(database.signal_groups[0].signals, (std::vector<std::string>{"MuxLong", "SignalLong"}));
}

TEST(DbcParser, SkipsRareStatementsKnowingly) {
  clean(
      "SGTYPE_ T : 8@1+ (1,0) [0|1] \"a;b\" 0, X;\nSIG_TYPE_REF_ 1 S : T;\nCAT_DEF_ 1 c 0;\nFILTER 1;\n"
      "BA_DEF_SGTYPE_ \"x\" INT 0 0;\nBO_ 1 M: 8 X\n");
}

TEST(DbcParser, SkipsComments) {
  const Database database = clean(
      "// BO_ 9 No: 8 X\nBO_ 1 M: 8 X // sender\n/* BO_ 8 No: 8 X\nBO_ 7 No: 8 X */\n"
      " SG_ S : 0|8@1+ (1,0) [0|0] \"//u\" X /* r */\n");
  ASSERT_EQ(database.messages.size(), 1u);
  EXPECT_EQ(database.messages[0].signals[0].unit, "//u");
  const Parsed open = parsed("BO_ 1 M: 8 X\n/* never ends\nBO_ 2 N: 8 X\n");
  EXPECT_TRUE(only_warning(open).starts_with("x.dbc:2:1:"));
  EXPECT_EQ(open.database.messages.size(), 2u);
}

TEST(DbcParser, ReadsUtf8AndCp1252AndEveryLineEnd) {
  const std::string text =
      "BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] \"UNIT\" X\nCM_ BO_ 1 \"a\nBO_ b\";\nBO_ x\n";
  for (const auto& [bytes, unit] : {std::pair{"\xC2\xB0"
                                              "C",
                                              "°C"},
                                    std::pair{"\xB0"
                                              "C",
                                              "°C"},
                                    std::pair{"\x80", "€"}}) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
      for (const std::string mark : {"", "\xEF\xBB\xBF"}) {
        std::string file = text;
        file.replace(file.find("UNIT"), 4, bytes);
        for (std::size_t at = 0; (at = file.find('\n', at)) != std::string::npos; at += end.size()) {
          file.replace(at, 1, end);
        }
        const Parsed result = parsed(mark + file);
        EXPECT_TRUE(only_warning(result).starts_with("x.dbc:5:5:")) << only_warning(result);
        EXPECT_EQ(result.database.messages[0].signals[0].unit, unit);
        EXPECT_EQ(result.database.messages[0].comment, "a\nBO_ b");
      }
    }
  }
}

TEST(DbcParser, KeepsWhatOthersRefuseWithAWarning) {
  const auto warning = [](const std::string& text) { return only_warning(parsed(text)); };
  EXPECT_EQ(
      warning("BO_ 2000000 M: 8 X\n"),
      "x.dbc:1:5: warning: the message 'M' has an identifier of 29 bits without bit 31; taken as extended, "
      "write 2149483648");
  EXPECT_EQ(
      warning("BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (.25,0) [0|0] \"\" X\n"),
      "x.dbc:2:18: warning: a digit is missing beside the decimal point, which other tools refuse; read as "
      "0.25, better write that");
  EXPECT_NE(warning("BO_ 1 4WD: 8 X\n").find("begins with a digit"), std::string::npos);
  EXPECT_NE(warning("BO_ 1 M: 8 X\nCM_ BO_ 1 \"c\"\nBO_ 2 N: 8 X\n").find("x.dbc:2:14: warning: ';'"),
            std::string::npos);
  const Parsed loose = parsed("BO_ 2000000 M: 8 X\nCM_ BO_ 2149483648 \"c\";\n");
  EXPECT_TRUE(loose.database.messages[0].extended);
  EXPECT_EQ(loose.database.messages[0].id, 2000000u);
  EXPECT_EQ(loose.database.messages[0].comment, "c");
}

TEST(DbcParser, KeepsTheFirstOfTwoEqualMessagesAndSignals) {
  const Parsed result = parsed(
      "BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ S : 8|8@1+ (1,0) [0|0] \"\" X\n"
      "BO_ 1 N: 8 X\n SG_ T : 0|8@1+ (1,0) [0|0] \"\" X\nVAL_ 1 T 0 \"z\" ;\n");
  ASSERT_EQ(result.diagnostics.size(), 2u);
  EXPECT_EQ(result.diagnostics[0].where.line, 3u);
  EXPECT_EQ(result.diagnostics[1].where.line, 4u);
  ASSERT_EQ(result.database.messages.size(), 1u);
  ASSERT_EQ(result.database.messages[0].signals.size(), 1u);
  EXPECT_EQ(result.database.messages[0].signals[0].start_bit, 0u);
}

TEST(DbcParser, LeavesOutTheShelfForSignalsWithoutMessage) {
  const Database database = clean(
      "BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n"
      "BO_ 2147483648 Zero: 8 X\nCM_ SG_ 3221225472 S \"c\";\n");
  ASSERT_EQ(database.messages.size(), 1u);
  EXPECT_EQ(database.messages[0].name, "Zero");
}

TEST(DbcLayout, WarnsOfSharedBitsOncePerMessage) {
  const Parsed result = parsed(
      "BO_ 1 M: 8 X\n SG_ A : 0|12@1+ (1,0) [0|0] \"\" X\n SG_ B : 8|8@1+ (1,0) [0|0] \"\" X\n"
      " SG_ C : 23|16@0+ (1,0) [0|0] \"\" X\n SG_ D : 31|1@1+ (1,0) [0|0] \"\" X\n");
  EXPECT_EQ(only_warning(result),
            "x.dbc:3:6: warning: signal 'B' shares bits with 'A' (and 1 more of this message with others); "
            "all kept, "
            "correct the start bit or the length of one");
  EXPECT_EQ(result.database.messages[0].signals.size(), 4u);
  clean("BO_ 1 M: 8 X\n SG_ A : 7|12@0+ (1,0) [0|0] \"\" X\n SG_ B : 8|4@1+ (1,0) [0|0] \"\" X\n");
}

TEST(DbcLayout, SignalsOfDifferentSelectorValuesMayShareBits) {
  const std::string head =
      "BO_ 1 M: 8 X\n SG_ Mux M : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ Sub m1M : 8|8@1+ (1,0) [0|0] \"\" X\n"
      " SG_ A m1 : 16|8@1+ (1,0) [0|0] \"\" X\n SG_ B m2 : 16|8@1+ (1,0) [0|0] \"\" X\n";
  clean(head);
  // A under Sub's value 5, Sub under Mux's 1, B under Mux's 2: never together.
  clean(head + "SG_MUL_VAL_ 1 A Sub 5-5;\n");
  const Parsed both = parsed(head + "SG_MUL_VAL_ 1 B Mux 0-9;\n");
  EXPECT_EQ(both.diagnostics.size(), 1u);  // with Sub and with A
}

TEST(DbcLayout, WarnsOfSignalsThatDoNotFit) {
  const Parsed result = parsed(
      "BO_ 1 M: 2 X\n SG_ A : 0|16@1+ (1,0) [0|0] \"\" X\nBO_ 2 N: 2 X\n SG_ B : 9|8@1+ (1,0) [0|0] \"\" "
      "X\n");
  EXPECT_EQ(
      only_warning(result),
      "x.dbc:4:6: warning: signal 'B' needs 3 bytes, but message 'N' has 2; kept, correct the start bit, a "
      "length or the byte order");
}

}  // namespace
}  // namespace cantrail::dbc
