#include "encode/protobuf/names.hpp"

#include <gtest/gtest.h>

namespace cantrail::encode::protobuf {
namespace {

TEST(LegalName, KeepsWhatProtobufTakes) {
  EXPECT_EQ(legal_name("Pack_Voltage2", "field"), "Pack_Voltage2");
  EXPECT_EQ(legal_name("message", "field"), "message");
}

TEST(LegalName, TurnsSpacesToUnderscoresAndDropsParentheses) {
  EXPECT_EQ(legal_name("Pack Voltage (min)", "field"), "Pack_Voltage_min");
  EXPECT_EQ(legal_name("T-motor.1/2", "field"), "T_motor_1_2");
}

TEST(LegalName, GivesEachOtherCharacterOneUnderscore) {
  EXPECT_EQ(legal_name("\xC3\x96l", "field"), "_l");  // Öl
  EXPECT_EQ(legal_name("a\xE2\x82\xAC"
                       "b",
                       "field"),
            "a_b");  // the euro sign
  EXPECT_EQ(legal_name("a\xFF\xFE"
                       "b",
                       "field"),
            "a__b");  // no UTF-8
}

TEST(LegalName, DoesNotBeginWithADigit) {
  EXPECT_EQ(legal_name("3rdGear", "field"), "_3rdGear");
  EXPECT_EQ(legal_name("_4WD", "field"), "_4WD");
}

TEST(LegalName, IsNeverEmptyNorEndless) {
  EXPECT_EQ(legal_name("", "field"), "field");
  EXPECT_EQ(legal_name("(°)", "field"), "field");
  EXPECT_EQ(legal_name(std::string(5000, 'n'), "field").size(), kMostNameBytes);
}

TEST(NameScope, TellsEqualNamesApart) {
  NameScope scope;
  EXPECT_EQ(scope.take("Speed"), "Speed");
  EXPECT_EQ(scope.take("Speed"), "Speed_2");
  EXPECT_EQ(scope.take("Speed_2"), "Speed_2_2");
  EXPECT_EQ(scope.take("Speed"), "Speed_3");
  EXPECT_EQ(scope.take("speed"), "speed");
}

TEST(NameScope, TellsFieldsApartThatJsonWouldNot) {
  NameScope scope;
  EXPECT_EQ(scope.take_field("Speed"), "Speed");
  EXPECT_EQ(scope.take_field("speed"), "speed_2");
  EXPECT_EQ(scope.take_field("Spe_ed"), "Spe_ed_3");
  EXPECT_EQ(scope.take_field("Speed2"), "Speed2_2");  // speed_2 is it without underscores
}

TEST(NameScope, NamesOneofsAsProtocDoes) {
  NameScope scope;
  for (const char* field : {"Speed", "_Speed", "X_Speed"}) (void)scope.take(field);
  EXPECT_EQ(scope.take_oneof("Speed"), "XX_Speed");  // _Speed and X_Speed are fields
  EXPECT_EQ(scope.take_oneof("_Speed"), "XXX_Speed");
  EXPECT_EQ(scope.take_oneof("X_Speed"), "_X_Speed");
}

TEST(NameScope, TellsEqualLabelsApartByTheirNumbers) {
  NameScope scope;
  EXPECT_EQ(scope.take_value("Gear_Reserved", "Gear_Value", 5), "Gear_Reserved");
  EXPECT_EQ(scope.take_value("Gear_Reserved", "Gear_Value", 6), "Gear_Reserved_6");
  EXPECT_EQ(scope.take_value("Gear_reserved", "Gear_Value", -7), "Gear_reserved_minus_7");
  EXPECT_EQ(scope.take_value("Gear_Value_Gear_On", "Gear_Value", 1), "Gear_Value_Gear_On");
  EXPECT_EQ(scope.take_value("Gear_On", "Gear_Value", 2), "Gear_On_2");  // protoc takes the enum's name away
}

TEST(NameScope, GivesManyEqualNamesWithoutSearchingEachTime) {
  NameScope scope;
  for (int i = 0; i < 100'000; ++i) (void)scope.take_field("n");
  EXPECT_EQ(scope.take_field("N"), "N_100001");
}

}  // namespace
}  // namespace cantrail::encode::protobuf
