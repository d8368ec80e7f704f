# cmake -DNPM=… -DWEB=folder -P npm_ci.cmake
# What package-lock.json in WEB names, unless it is installed: what the page is built with, or a test's peers. Build
# trees share one checkout.
file(LOCK ${WEB}/.npm_ci.lock TIMEOUT 600)
set(stamp ${WEB}/node_modules/.package-lock.json)
if(NOT EXISTS ${stamp} OR ${WEB}/package-lock.json IS_NEWER_THAN ${stamp})
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error WORKING_DIRECTORY ${WEB}
                  RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "npm could not install what ${WEB}/package-lock.json names (is there a network?); "
                        "-DCANTRAIL_WEB=OFF builds without the page")
  endif()
  file(TOUCH ${stamp})
endif()
