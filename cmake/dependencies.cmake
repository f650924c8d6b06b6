# The libraries that the core stands on (docs/decisions.md says why each). Those without CMake files come by pkg-config.
# cmake/sluice-config.cmake.in finds the same ones for a project that links the installed static library.
find_package(PkgConfig REQUIRED)
find_package(simdjson REQUIRED)
find_package(TBB REQUIRED)
find_package(zstd REQUIRED CONFIG)
find_package(ZLIB REQUIRED)
find_package(BZip2 REQUIRED)
find_package(fmt REQUIRED)
find_package(FlatBuffers REQUIRED CONFIG)  # its builder is headers only: a consumer needs nothing of it
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(libxxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(liblz4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(libbrotli REQUIRED IMPORTED_TARGET libbrotlienc libbrotlidec)
pkg_check_modules(liblzma REQUIRED IMPORTED_TARGET liblzma)
if(PROJECT_IS_TOP_LEVEL)
  find_package(CLI11 REQUIRED)
endif()

set(SLUICE_LIBRARIES simdjson::simdjson TBB::tbb zstd::libzstd_shared fmt::fmt ZLIB::ZLIB
                     BZip2::BZip2 PkgConfig::libdeflate PkgConfig::libxxhash PkgConfig::liblz4 PkgConfig::libbrotli
                     PkgConfig::liblzma)
