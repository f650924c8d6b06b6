# What only those who work on Sluice need: warnings for our own code, a compiler cache, a quick linker. Nothing of this
# reaches a project that links sluice.
add_library(sluice_warnings INTERFACE)
if(SLUICE_DEVELOPER)
  # -Wrestrict: g++ 12 sees overlaps in std::string operations that cannot be (GCC bug 105651).
  # -Wdeprecated-declarations: clang 19 (tsan, fuzz) sees what std::stable_sort of libstdc++ 12 does inside.
  target_compile_options(sluice_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                                                   -Woverloaded-virtual $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                                   $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations> -Werror)

  # Collecting garbage takes g++ a tenth of its time, and hardly any memory comes back.
  target_compile_options(sluice_warnings INTERFACE "$<$<CXX_COMPILER_ID:GNU>:SHELL:--param ggc-min-heapsize=1000000>")

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

# Compiles files of one folder in groups: the headers that they share are then read once for a group, which saves a
# third of the time of a clean build. File-local names of a group meet.
# -DSLUICE_GROUPS=OFF compiles each file by itself (as the tsan preset does, so that no header goes missing unnoticed).
option(SLUICE_GROUPS "Compile files in groups" ${SLUICE_DEVELOPER})
function(compile_together target group_size)
  if(NOT SLUICE_GROUPS)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cc$")
  list(SORT sources)
  foreach(source ${sources})
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(GET folder FILENAME name)
    if(NOT DEFINED count_${name})
      set(count_${name} 0)
    endif()
    math(EXPR group "${count_${name}} / ${group_size}")
    math(EXPR count_${name} "${count_${name}} + 1")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${name}_${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # In a group g++ takes each .cc for a header, where members of file-local types would be wrong.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()
