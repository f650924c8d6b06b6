# What only those who work on Sluice need: warnings for our own code, a compiler cache, a quick linker. Nothing of this
# reaches a project that links sluice.
add_library(sluice_warnings INTERFACE)
if(SLUICE_DEVELOPER)
  # -Wrestrict: g++ 12 sees overlaps in std::string operations that cannot be (GCC bug 105651).
  # -Wdeprecated-declarations: clang 19 (tsan, fuzz) sees what std::stable_sort of libstdc++ 12 does inside.
  target_compile_options(sluice_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                                                   -Woverloaded-virtual $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                                   $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations> -Werror)

  find_program(SLUICE_CCACHE ccache)
  if(SLUICE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness, and -fpch-preprocess in tests/CMakeLists.txt, let it cache what uses precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${SLUICE_CCACHE})
  endif()

  find_program(SLUICE_MOLD mold)
  if(SLUICE_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()
