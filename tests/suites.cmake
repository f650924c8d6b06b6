# Read by ctest when it starts: one test of ctest for each suite of a test program. To start a sanitized process takes
# longer than most tests run, so there is not one for each test; the program is asked, so that none is missed.
function(add_suites folder program environment)
  if(NOT EXISTS ${program})
    add_test(${folder}.is_built ${program})  # fails
    return()
  endif()
  execute_process(COMMAND ${program} --gtest_list_tests OUTPUT_VARIABLE listed RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${program} --gtest_list_tests ended with ${code}")
  endif()
  string(REGEX MATCHALL "(^|\n)[A-Za-z_][^ \n]*\\." lines "${listed}")
  foreach(line ${lines})
    string(REGEX REPLACE "^\n?(.*)\\.$" "\\1" suite "${line}")
    add_test("${folder}.${suite}" ${program} "--gtest_filter=${suite}.*")
    set_tests_properties("${folder}.${suite}" PROPERTIES LABELS ${folder} ENVIRONMENT "${environment}")
  endforeach()
endfunction()
