# The headers that nearly every source includes are read once: a fifth of the time of a unit of tests. In Debug builds only, so that
# release, arm64 and clang-tidy find an include that is missing; and of what they do not optimise only: GCC 12 warns of the
# standard library's own code, and breaks down, where it optimises behind precompiled headers.

# cantrail_precompiled(TARGET [TEST])
function(cantrail_precompiled target)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Debug OR NOT CMAKE_UNITY_BUILD)
    return()
  endif()
  cmake_parse_arguments(arg "TEST" "" "" ${ARGN})
  set(holder cantrail_precompiled)
  if(arg_TEST)
    set(holder cantrail_precompiled_test)
  endif()
  if(NOT TARGET ${holder})
    file(TOUCH ${PROJECT_BINARY_DIR}/precompiled.cpp)
    add_library(${holder} OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
    target_compile_options(${holder} PRIVATE -O0)
    target_precompile_headers(${holder} PRIVATE
                              <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional>
                              <span> <string> <string_view> <thread> <unordered_map> <variant> <vector>)
    if(arg_TEST)
      target_link_libraries(${holder} PRIVATE GTest::gtest)
      target_precompile_headers(${holder} PRIVATE <gtest/gtest.h>)
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM ${holder})
endfunction()
