// A bus with all kinds of messages of several frames, for tests and fuzzers. J1939: a message of several
// packets and one of a single frame, matched by group. ISO-TP: answers of UDS, and a message longer than a
// frame. And one of CAN FD.
#pragma once

namespace cantrail::transport::testing {

inline constexpr const char* kDbc =
    "VERSION \"\"\n"
    "BO_ 2566841342 EC1: 40 X\n SG_ Speed : 96|16@1+ (0.125,0) [0|8031] \"rpm\" X\n SG_ Last : 312|8@1+ "
    "(1,0) [0|0] \"\" X\n"
    "BO_ 2364540158 EEC1: 8 X\n SG_ Speed : 24|16@1+ (0.125,0) [0|8031] \"rpm\" X\n"
    "BO_ 1979 Temperature: 54 X\n SG_ Indoor m256 : 72|8@1+ (0.5,-40) [0|0] \"degC\" X\n"
    " SG_ response m98M : 23|16@0+ (1,0) [0|0] \"\" X\n SG_ service M : 15|8@0+ (1,0) [0|0] \"\" X\n"
    "BO_ 1980 Long: 200 X\n SG_ A : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ Z : 1592|8@1+ (1,0) [0|0] \"\" X\n"
    "BO_ 291 Fd: 16 X\n SG_ At9 : 72|8@1+ (1,0) [0|0] \"\" X\n"
    "BA_DEF_ BO_ \"VFrameFormat\" ENUM \"StandardCAN\",\"ExtendedCAN\",\"reserved\",\"J1939PG\";\n"
    "BA_ \"VFrameFormat\" BO_ 2364540158 3;\n"
    "SG_MUL_VAL_ 1979 Indoor response 256-256;\nSG_MUL_VAL_ 1979 response service 98-98;\n";

}  // namespace cantrail::transport::testing
