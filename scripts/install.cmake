# install.cmake - what `cmake --install BUILD --prefix P` and `cpack -G DEB` (in BUILD) install.
#
# The man page, completion and annotations are printed by the program itself, at build time.
if(TCPSIM_SANITIZE OR TCPSIM_FUZZ)
  return() # such a build is not for installation
endif()
include(GNUInstallDirs)

# ---- the program, and what it prints of itself ----

install(TARGETS tcpsim)

set(generated ${PROJECT_BINARY_DIR}/generated)
function(tcpsim_generate kind file destination)
  set(output ${generated}/${kind}/${file})
  file(MAKE_DIRECTORY ${generated}/${kind})
  add_custom_command(OUTPUT ${output}
    COMMAND tcpsim generate ${kind} > ${output}
    DEPENDS tcpsim COMMENT "Writing ${file}" VERBATIM)
  set_property(GLOBAL APPEND PROPERTY tcpsim_generated ${output})
  if(destination)
    install(FILES ${output} DESTINATION ${destination})
  endif()
endfunction()

tcpsim_generate(man tcpsim.1 ${CMAKE_INSTALL_MANDIR}/man1)
tcpsim_generate(bash tcpsim ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
tcpsim_generate(fish tcpsim.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
tcpsim_generate(zsh _tcpsim ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
# Where Debian's zsh looks below /usr.
install(FILES ${generated}/zsh/_tcpsim
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)

tcpsim_generate(luals options.d.lua "")
set(annotations ${generated}/tcpsim.d.lua)
set(functions ${PROJECT_SOURCE_DIR}/sim/lua/functions.d.lua)
add_custom_command(OUTPUT ${annotations}
  COMMAND ${CMAKE_COMMAND} -E cat ${functions} ${generated}/luals/options.d.lua > ${annotations}
  DEPENDS ${functions} ${generated}/luals/options.d.lua
  COMMENT "Writing tcpsim.d.lua" VERBATIM)
install(FILES ${annotations} DESTINATION ${CMAKE_INSTALL_DATADIR}/tcpsim)

get_property(outputs GLOBAL PROPERTY tcpsim_generated)
add_custom_target(tcpsim_generated ALL DEPENDS ${outputs} ${annotations})

# ---- the protocol, for embedding: docs/embedding.md ----

# One object of its own, which any compiler and linker can use, in a shared library too: of its names
# only those of the headers can be seen.
get_target_property(sources tcpsim_tcp SOURCES)
add_library(tcpsim_tcp_parts OBJECT ${sources})
target_compile_definitions(tcpsim_tcp_parts PRIVATE TCPSIM_MARKS="${TCPSIM_GENERATED}/marks.inc")
target_compile_options(tcpsim_tcp_parts PRIVATE $<$<BOOL:${TCPSIM_LTO}>:-fno-lto>)
set_target_properties(tcpsim_tcp_parts PROPERTIES POSITION_INDEPENDENT_CODE ON)
set(object ${generated}/tcpsim_tcp.o)
add_custom_command(OUTPUT ${object}
  COMMAND ${CMAKE_LINKER} -r -o ${object} $<TARGET_OBJECTS:tcpsim_tcp_parts>
  COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=tcp_* --keep-global-symbol=wire_*
    ${object}
  DEPENDS tcpsim_tcp_parts $<TARGET_OBJECTS:tcpsim_tcp_parts>
  COMMAND_EXPAND_LISTS COMMENT "Joining tcp/ into one object" VERBATIM)
add_library(tcpsim_tcp_installed STATIC ${object})
set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
set_target_properties(tcpsim_tcp_installed PROPERTIES
  LINKER_LANGUAGE C
  OUTPUT_NAME tcpsim_tcp
  ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/installed)
install(TARGETS tcpsim_tcp_installed ARCHIVE)
list(TRANSFORM TCPSIM_TCP_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/tcp/ OUTPUT_VARIABLE headers)
install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tcpsim)

# The prefix is known only at the installation: it is found from where the file lies.
file(RELATIVE_PATH up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" up ${up})
string(CONCAT pc
  "prefix=\${pcfiledir}/${up}\n"
  "libdir=\${prefix}/${CMAKE_INSTALL_LIBDIR}\n"
  "includedir=\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}\n\n"
  "Name: tcpsim-tcp\n"
  "Description: TCP's state machine (RFC 9293) without clock, memory or network of its own\n"
  "Version: ${PROJECT_VERSION}\n"
  "Cflags: -I\${includedir}\n"
  "Libs: -L\${libdir} -ltcpsim_tcp\n")
file(WRITE ${generated}/tcpsim-tcp.pc "${pc}")
install(FILES ${generated}/tcpsim-tcp.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# ---- pages, scenarios, the example: at the places where the pages' links expect them ----

install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY docs scenarios DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY tests/embed DESTINATION ${CMAKE_INSTALL_DOCDIR}/tests)

# ---- the Debian package ----

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the tcpsim authors <tcpsim@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Hosts, links and what happens to chosen segments are written in Lua and played in simulated
time: the whole state machine of RFC 9293, timelines, expectations, captures. The protocol
alone is there for embedding (pkg-config tcpsim-tcp).")
include(CPack)
