# The page: web/ built by npm into one folder, and files that become constants of the program.
set(CANTRAIL_WEB AUTO CACHE STRING "Build the page with npm: ON, OFF, or AUTO (where npm is installed)")
set_property(CACHE CANTRAIL_WEB PROPERTY STRINGS AUTO ON OFF)

# Sets `out` to what is missing to build the page; empty: nothing.
function(cantrail_web_missing out)
  find_program(CANTRAIL_NPM npm)
  find_program(CANTRAIL_NODE NAMES node nodejs)
  mark_as_advanced(CANTRAIL_NPM CANTRAIL_NODE)
  set(missing "")
  if(NOT CANTRAIL_NODE)
    list(APPEND missing "node (Debian's nodejs)")
  else()
    execute_process(COMMAND ${CANTRAIL_NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REGEX REPLACE "^v" "" version "${version}")
    if(version VERSION_LESS 18.13)
      list(APPEND missing "node 18.13 or newer (${CANTRAIL_NODE} is ${version})")
    endif()
  endif()
  if(NOT CANTRAIL_NPM)
    list(APPEND missing npm)
  endif()
  list(JOIN missing " and " missing)
  set(${out} "${missing}" PARENT_SCOPE)
endfunction()

# cantrail_web(OUT): OUT is the folder with index.html, style.css, app.js and icon.svg, built by npm where possible;
# otherwise that of a page that says that there is none.
function(cantrail_web out)
  set(web ${PROJECT_SOURCE_DIR}/web)
  set(${out} ${web}/plain PARENT_SCOPE)
  if(CANTRAIL_WEB STREQUAL OFF)
    message(STATUS "Page: not built (CANTRAIL_WEB is OFF); the API is served all the same")
    return()
  endif()
  cantrail_web_missing(missing)
  if(missing AND CANTRAIL_WEB STREQUAL ON)
    message(FATAL_ERROR "The page needs ${missing}. `./dev setup build` installs it; -DCANTRAIL_WEB=OFF builds without the page.")
  elseif(missing)
    message(WARNING "The page is not built: it needs ${missing}. `./dev setup build` installs it. The API is served all the same.")
    return()
  endif()

  set(folder ${CMAKE_BINARY_DIR}/web)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/*.ts ${web}/src/*.tsx ${web}/src/*.css ${web}/public/*)
  list(FILTER sources EXCLUDE REGEX "_test\\.tsx?$")
  add_custom_command(
    OUTPUT ${folder}/index.html ${folder}/style.css ${folder}/app.js ${folder}/icon.svg
    COMMAND ${CMAKE_COMMAND} -DNPM=${CANTRAIL_NPM} -DWEB=${web} -P ${PROJECT_SOURCE_DIR}/cmake/npm_ci.cmake
    COMMAND ${CMAKE_COMMAND} -E chdir ${web} ${CANTRAIL_NPM} run --silent build -- --outDir ${folder} --emptyOutDir --logLevel warn
    DEPENDS ${sources} ${web}/index.html ${web}/package.json ${web}/package-lock.json ${web}/tsconfig.json
            ${web}/vite.config.ts ${PROJECT_SOURCE_DIR}/cmake/npm_ci.cmake
    COMMENT "Building the page (web/)"
    VERBATIM)
  set(${out} ${folder} PARENT_SCOPE)
endfunction()

# cantrail_embed_gzip(NAME FILE): ${CMAKE_CURRENT_BINARY_DIR}/embedded_NAME.cpp with the compressed file.
function(cantrail_embed_gzip name file)
  find_program(CANTRAIL_GZIP gzip REQUIRED)
  mark_as_advanced(CANTRAIL_GZIP)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_gzip.cmake)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DGZIP=${CANTRAIL_GZIP} -DINPUT=${file} -DOUTPUT=${output} -DNAME=${name} -P ${script}
    DEPENDS ${file} ${script}
    VERBATIM)
endfunction()
