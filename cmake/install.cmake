# `cmake --install` gives a consumer find_package(sluice) and the target sluice::sluice (tests/consumer is one).
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sluice)

install(TARGETS sluice EXPORT sluice_targets FILE_SET HEADERS)
install(TARGETS sluice_cli RUNTIME)
install(EXPORT sluice_targets FILE sluice-targets.cmake NAMESPACE sluice:: DESTINATION ${package_dir})

configure_package_config_file(cmake/sluice-config.cmake.in sluice-config.cmake INSTALL_DESTINATION ${package_dir})
# Before 1.0 every minor version may break its users, so only the same minor version matches.
write_basic_package_version_file(sluice-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/sluice-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/sluice-config-version.cmake
        DESTINATION ${package_dir})
