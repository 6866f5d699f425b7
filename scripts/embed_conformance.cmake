# embed_conformance.cmake - builds the tables of tcp/conformance/ into the library and the program.
#
#     include(scripts/embed_conformance.cmake)
#     tcpsim_embed_conformance()        before the libraries
#
# Writes two C files: marks.inc, the lists of requirements and of marks for tcp/marks.h, and
# conformance.inc, the tables as octets for sim/search/tables.c. As a script:
# cmake -DROOT=… -DOUTPUT=FOLDER -P embed_conformance.cmake.

function(tcpsim_write_marks root output)
  set(rows "")
  foreach(table rfc9293-requirements companion-rfcs)
    file(READ ${root}/tcp/conformance/${table}.tsv text)
    string(REGEX MATCHALL "\n[A-Z0-9]+-[0-9]+\t" ids "${text}")
    foreach(id IN LISTS ids)
      string(STRIP "${id}" id)
      string(REPLACE "-" "_" name ${id})
      string(APPEND rows "    X(${name}, \"${id}\") \\\n")
    endforeach()
  endforeach()
  file(READ ${root}/tcp/conformance/rfc9293-transitions.tsv text)
  string(REGEX MATCHALL "\tT[0-9]+\t[A-Z0-9_]+\t" found "${text}")
  set(marks "")
  foreach(mark IN LISTS found)
    string(REGEX REPLACE "\tT[0-9]+\t(.*)\t" "\\1" mark "${mark}")
    list(APPEND marks ${mark})
  endforeach()
  list(REMOVE_DUPLICATES marks)
  list(TRANSFORM marks REPLACE "(.+)" "    X(\\1) \\\\\n")
  string(JOIN "" marks ${marks})
  file(WRITE ${output}/marks.inc.new "/* Made by scripts/embed_conformance.cmake. */\n"
    "#define TCP_REQUIREMENTS(X) \\\n${rows}\n#define TCP_ROWS(X) \\\n${marks}\n")
  file(COPY_FILE ${output}/marks.inc.new ${output}/marks.inc ONLY_IF_DIFFERENT)
  file(REMOVE ${output}/marks.inc.new)
endfunction()

function(tcpsim_write_conformance root output)
  set(arrays "")
  foreach(table rfc9293-requirements companion-rfcs rfc9293-transitions waiting)
    file(READ ${root}/tcp/conformance/${table}.tsv octets HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${octets}")
    string(REPLACE "-" "_" name ${table})
    string(APPEND arrays "static const unsigned char ${name}[] = {${octets}0};\n")
  endforeach()
  file(WRITE ${output}/conformance.inc
    "/* Made by scripts/embed_conformance.cmake from tcp/conformance/. */\n${arrays}")
endfunction()

function(tcpsim_embed_conformance)
  set(folder ${PROJECT_BINARY_DIR}/generated)
  set(script ${PROJECT_SOURCE_DIR}/scripts/embed_conformance.cmake)
  file(GLOB tables CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tcp/conformance/*.tsv)
  # When configuring, so that the list is there for whatever is built first; again when a table changes.
  file(MAKE_DIRECTORY ${folder})
  tcpsim_write_marks(${PROJECT_SOURCE_DIR} ${folder})
  tcpsim_write_conformance(${PROJECT_SOURCE_DIR} ${folder})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${tables} ${script})
  set(TCPSIM_GENERATED ${folder} PARENT_SCOPE)
endfunction()
