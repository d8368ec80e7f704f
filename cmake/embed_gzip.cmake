# cmake -DGZIP=… -DINPUT=file -DOUTPUT=file.cpp -DNAME=constant -P embed_gzip.cmake
# Compresses a file (without its name and time: the same input gives the same program) and writes it as a constant.
execute_process(COMMAND ${GZIP} -9nc ${INPUT} OUTPUT_FILE ${OUTPUT}.gz COMMAND_ERROR_IS_FATAL ANY)
file(READ ${OUTPUT}.gz bytes HEX)
file(REMOVE ${OUTPUT}.gz)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "// Written by the build.
#include \"server/embedded.hpp\"

namespace cantrail::server::embedded {

static constexpr std::uint8_t ${NAME}_bytes[] = {${bytes}};
const Bytes ${NAME}{${NAME}_bytes};

}  // namespace cantrail::server::embedded
")
