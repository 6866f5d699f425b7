# embed_lua.cmake - builds the Lua modules of scripts/lua/ into the program, for `require`.
#
#     include(scripts/embed_lua.cmake)
#     tcpsim_embed_lua(tcpsim_lua)
#
# Writes a C file with an array of octets for each module, which sim/lua/sandbox_require.c includes by the
# macro TCPSIM_EMBEDDED_LUA. Run again when a module changes or one comes or goes. As a script:
# cmake -DROOT=… -DOUTPUT=… -P embed_lua.cmake.

function(tcpsim_write_embedded_lua root output)
  file(GLOB_RECURSE modules RELATIVE ${root} ${root}/scripts/lua/*.lua)
  list(SORT modules)
  set(arrays "")
  set(rows "")
  set(number 0)
  foreach(module IN LISTS modules)
    string(REGEX REPLACE "^scripts/lua/(.*)\\.lua$" "\\1" name ${module})
    string(REPLACE "/" "." name ${name})
    if(NOT name MATCHES "^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*$")
      message(FATAL_ERROR "${module}: no name that require takes")
    endif()
    file(READ ${root}/${module} octets HEX)
    string(LENGTH "${octets}" digits)
    math(EXPR length "${digits} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${octets}")
    string(APPEND arrays
      "static const unsigned char embedded_text_${number}[] = {${octets}0};\n")
    string(APPEND rows
      "    {\"${name}\", \"${module}\", embedded_text_${number}, ${length}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(WRITE ${output} "/* Made by scripts/embed_lua.cmake from scripts/lua/. */\n"
    "${arrays}static const struct embedded embedded_modules[] = {\n"
    "${rows}    {NULL, NULL, NULL, 0},\n};\n")
endfunction()

function(tcpsim_embed_lua library)
  set(output ${PROJECT_BINARY_DIR}/generated/embedded_lua.inc)
  file(GLOB_RECURSE modules CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scripts/lua/*.lua)
  string(SHA1 names "${modules}") # so that the command differs when a module goes
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DOUTPUT=${output} -DNAMES=${names}
      -P ${PROJECT_SOURCE_DIR}/scripts/embed_lua.cmake
    DEPENDS ${modules} ${PROJECT_SOURCE_DIR}/scripts/embed_lua.cmake
    COMMENT "Embedding the Lua modules" VERBATIM)
  target_sources(${library} PRIVATE ${output})
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/sim/lua/sandbox_require.c APPEND PROPERTY
    OBJECT_DEPENDS ${output})
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/sim/lua/sandbox_require.c APPEND PROPERTY
    COMPILE_DEFINITIONS "TCPSIM_EMBEDDED_LUA=\"${output}\"")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  tcpsim_write_embedded_lua(${ROOT} ${OUTPUT})
endif()
