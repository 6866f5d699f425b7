# packetdrill.cmake - tcpsim-packetdrill.so: sim/adapter/ with what it stands on, in one shared object
# that has no other names than those of packetdrill.map.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/sim/adapter/*.c)
add_library(tcpsim_packetdrill MODULE ${sources})
set(map ${PROJECT_SOURCE_DIR}/scripts/packetdrill.map)
target_link_options(tcpsim_packetdrill PRIVATE LINKER:--version-script=${map})
target_link_libraries(tcpsim_packetdrill PRIVATE tcpsim_pkt Threads::Threads)
include(GNUInstallDirs)
install(TARGETS tcpsim_packetdrill LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/tcpsim/packetdrill)
set_target_properties(tcpsim_packetdrill PROPERTIES
  PREFIX "" OUTPUT_NAME tcpsim-packetdrill LINK_DEPENDS ${map})
