# Components describe themselves in the build file of their own folder; the registry is written from that.

define_property(GLOBAL PROPERTY CANTRAIL_COMPONENTS
  BRIEF_DOCS "One entry a component: KIND|TYPE|FUNCTION|HEADER|TARGET|FOLDER|LIBRARY")

# cantrail_component(KIND source|sink TYPE socketcan SOURCES … NEEDS … [PRIVATE …] FUNCTION cantrail::socketcan_source_info
# HEADER sources/socketcan/options.hpp): builds the folder as cantrail_KIND_TYPE and puts it into the registry.
# FUNCTION returns the ComponentInfo and is declared in HEADER.
function(cantrail_component)
  cmake_parse_arguments(arg "" "KIND;TYPE;FUNCTION;HEADER" "SOURCES;NEEDS;PRIVATE" ${ARGN})
  foreach(needed KIND TYPE FUNCTION HEADER SOURCES)
    if(NOT arg_${needed})
      message(FATAL_ERROR "cantrail_component: ${needed} is missing")
    endif()
  endforeach()
  cantrail_layer(${arg_KIND}_${arg_TYPE}
    SOURCES ${arg_SOURCES} NEEDS cantrail_component ${arg_NEEDS} PRIVATE ${arg_PRIVATE})
  cantrail_put_on_record(${arg_KIND} ${arg_TYPE} ${arg_FUNCTION} ${arg_HEADER} cantrail_${arg_KIND}_${arg_TYPE} "")
endfunction()

# cantrail_component_missing(KIND sink TYPE redis LIBRARY libhiredis-dev): the same folder where a library is
# missing. `cantrail components` and `cantrail check` say so.
function(cantrail_component_missing)
  cmake_parse_arguments(arg "" "KIND;TYPE;LIBRARY" "" ${ARGN})
  message(STATUS "not built: ${arg_KIND} ${arg_TYPE} (${arg_LIBRARY} is missing)")
  cantrail_put_on_record(${arg_KIND} ${arg_TYPE} "" "" "" ${arg_LIBRARY})
endfunction()

function(cantrail_put_on_record kind type function header target library)
  if(NOT kind MATCHES "^(source|sink)$")
    message(FATAL_ERROR "a component is a source or a sink, not '${kind}'")
  endif()
  set_property(GLOBAL APPEND PROPERTY CANTRAIL_COMPONENTS
    "${kind}|${type}|${function}|${header}|${target}|${CMAKE_CURRENT_SOURCE_DIR}|${library}")
endfunction()

# cantrail_registry(NAME [ENTRIES …]): a library that defines components(), of the given entries or, without ENTRIES, of
# all on record, linked against every one of them. Sorted by kind (sources first), then type.
function(cantrail_registry name)
  cmake_parse_arguments(arg "" "" "ENTRIES" ${ARGN})
  set(entries ${arg_ENTRIES})
  if(NOT arg_ENTRIES)
    get_property(entries GLOBAL PROPERTY CANTRAIL_COMPONENTS)
  endif()
  list(TRANSFORM entries REPLACE "^source" "0source")
  list(TRANSFORM entries REPLACE "^sink" "1sink")
  list(SORT entries)
  list(TRANSFORM entries REPLACE "^[01]" "")

  set(includes "")
  set(elements "")
  set(targets "")
  foreach(entry IN LISTS entries)
    string(REGEX MATCH "^([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|(.*)$" matched "${entry}")
    if(CMAKE_MATCH_7)
      string(APPEND elements
        "      not_built(ComponentKind::${CMAKE_MATCH_1}, \"${CMAKE_MATCH_2}\", \"${CMAKE_MATCH_7}\"),\n")
    else()
      string(APPEND includes "#include \"${CMAKE_MATCH_4}\"\n")
      string(APPEND elements "      ${CMAKE_MATCH_3}(),\n")
      list(APPEND targets ${CMAKE_MATCH_5})
    endif()
  endforeach()
  list(LENGTH entries CANTRAIL_COUNT)
  set(CANTRAIL_INCLUDES "${includes}")
  set(CANTRAIL_ELEMENTS "${elements}")
  configure_file(${PROJECT_SOURCE_DIR}/cmake/components.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp @ONLY)
  add_library(cantrail_${name} STATIC ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(cantrail_${name} PUBLIC cantrail_component ${targets})
endfunction()
