# The four words the folders of src/ use to describe themselves.

find_package(Threads REQUIRED)
if(CANTRAIL_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# cantrail_layer(NAME SOURCES … NEEDS … [COLD]): a static library from one folder. What it may include is its NEEDS, and
# the layer check (tests/lint/layers.py) holds the includes against the order of layers. Debug builds do not optimise what
# is COLD: not run often, and long to compile.
function(cantrail_layer name)
  cmake_parse_arguments(arg "COLD" "" "SOURCES;NEEDS;PRIVATE" ${ARGN})
  add_library(cantrail_${name} STATIC ${arg_SOURCES})
  target_include_directories(cantrail_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(cantrail_${name} PUBLIC ${arg_NEEDS} PRIVATE ${arg_PRIVATE})
  if(arg_COLD)
    target_compile_options(cantrail_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
    cantrail_precompiled(cantrail_${name})
  endif()
endfunction()

# cantrail_built_in_dbc(FILE examples/x.dbc NAMESPACE ns FUNCTION x_dbc HEADER path): writes FUNCTION.cpp beside the build
# files of this folder; HEADER declares `const std::string& ns::FUNCTION()`, the text of the file.
function(cantrail_built_in_dbc)
  cmake_parse_arguments(arg "" "FILE;NAMESPACE;FUNCTION;HEADER" "" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FILE})
  file(READ ${PROJECT_SOURCE_DIR}/${arg_FILE} TEXT)
  foreach(word FILE NAMESPACE FUNCTION HEADER)
    set(${word} ${arg_${word}})
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/built_in_dbc.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/${FUNCTION}.cpp @ONLY)
endfunction()

# cantrail_test(NAME SOURCES … NEEDS … [LABEL …] [TIMEOUT s] [OPTIMISED] [FIRST]): a GoogleTest program, labelled `unit`
# unless said otherwise. Debug builds do not optimise what is not OPTIMISED: that takes longer than running it. What takes
# longest is run FIRST, so that it does not run alone at the end.
function(cantrail_test name)
  if(NOT CANTRAIL_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "OPTIMISED;FIRST" "TIMEOUT" "SOURCES;NEEDS;LABEL" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(CMAKE_CROSSCOMPILING)
    math(EXPR arg_TIMEOUT "10 * ${arg_TIMEOUT}")  # an emulator runs it
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_NEEDS} GTest::gtest GTest::gtest_main Threads::Threads)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE CANTRAIL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(NOT arg_OPTIMISED)
    target_compile_options(${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
    cantrail_precompiled(${name} TEST)
  endif()
  # One entry per program, not per case: the summary of the run reads the programs' XML reports.
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1
           --gtest_output=xml:${CMAKE_BINARY_DIR}/reports/${name}.xml)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
  if(CANTRAIL_SANITIZE)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "RC_PARAMS=max_success=20")  # of 100; as in tests/sanitized.hpp
  endif()
  if(arg_FIRST)
    set_tests_properties(${name} PROPERTIES COST 100)
  endif()
endfunction()
