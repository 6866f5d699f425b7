# packetdrill.cmake - tcpsim-packetdrill.so: sim/adapter/ with what it stands on, in one shared object
# that has no other names than those of packetdrill.map.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/sim/adapter/*.c)
set(parts "")
foreach(library tcpsim_tcp tcpsim_core tcpsim_trace tcpsim_net tcpsim_pkt)
  get_target_property(of_library ${library} SOURCES)
  list(APPEND parts ${of_library})
endforeach()
add_library(tcpsim_packetdrill MODULE ${sources} ${parts})
target_compile_definitions(tcpsim_packetdrill PRIVATE TCPSIM_MARKS="${TCPSIM_GENERATED}/marks.inc"
  TCPSIM_VERSION="${PROJECT_VERSION}")
target_compile_options(tcpsim_packetdrill PRIVATE $<$<BOOL:${TCPSIM_LTO}>:-fno-lto>)
set(map ${PROJECT_SOURCE_DIR}/scripts/packetdrill.map)
target_link_options(tcpsim_packetdrill PRIVATE LINKER:--version-script=${map}
  $<$<BOOL:${TCPSIM_LTO}>:-fno-lto>)
target_link_libraries(tcpsim_packetdrill PRIVATE PkgConfig::SODIUM PkgConfig::XXHASH
  Threads::Threads)
include(GNUInstallDirs)
install(TARGETS tcpsim_packetdrill LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/tcpsim)
set_target_properties(tcpsim_packetdrill PROPERTIES
  PREFIX "" OUTPUT_NAME tcpsim-packetdrill LINK_DEPENDS ${map})
