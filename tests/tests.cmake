# What tools/test builds and runs again under a sanitizer: `sanitize(NAME PROGRAM asan tsan)` labels the test NAME.
add_custom_target(asan_tests)
add_custom_target(tsan_tests)
function(sanitize NAME PROGRAM)
  set_property(TEST ${NAME} PROPERTY LABELS ${ARGN})
  foreach(SANITIZER ${ARGN})
    add_dependencies(${SANITIZER}_tests ${PROGRAM})
  endforeach()
endfunction()

# Test code is built for quick building: the engine under it is built as it is for users.
function(add_test_program NAME)
  add_executable(${NAME} ${ARGN})
  target_link_libraries(${NAME} PRIVATE etl_engine)
  target_compile_options(${NAME} PRIVATE -O0)
endfunction()

# One program of unit tests: Catch2's header is heavy, so its main comes from the library and tests share few files.
file(GLOB_RECURSE UNIT_SOURCES CONFIGURE_DEPENDS tests/unit/*.cpp)
list(FILTER UNIT_SOURCES EXCLUDE REGEX "/runtime_[^/]*$")
add_test_program(unit_tests ${UNIT_SOURCES})
target_link_libraries(unit_tests PRIVATE Catch2::Catch2WithMain)
add_test(NAME unit COMMAND unit_tests WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
sanitize(unit unit_tests asan)

# What runs threads: TSan looks at these alone.
file(GLOB RUNTIME_SOURCES CONFIGURE_DEPENDS tests/unit/runtime_*.cpp tests/conformance/sqlite_oracle_test.cpp)
add_test_program(runtime_tests ${RUNTIME_SOURCES})
target_link_libraries(runtime_tests PRIVATE Catch2::Catch2WithMain)
add_test(NAME runtime COMMAND runtime_tests WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
sanitize(runtime runtime_tests asan tsan)

# Suites that run over the registries.
file(GLOB CONFORMANCE_SOURCES CONFIGURE_DEPENDS tests/conformance/*.cpp)
list(FILTER CONFORMANCE_SOURCES EXCLUDE REGEX "sqlite_oracle_test")
add_test_program(conformance_tests ${CONFORMANCE_SOURCES})
target_link_libraries(conformance_tests PRIVATE Catch2::Catch2WithMain)
add_test(NAME conformance COMMAND conformance_tests WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
sanitize(conformance conformance_tests asan)

# The fuzz entries (tests/fuzz/NAME_fuzz.cpp) run over their corpora in every test run. With -DETL_FUZZ=ON, clang makes
# a libFuzzer program of them.
file(GLOB FUZZ_ENTRIES CONFIGURE_DEPENDS tests/fuzz/*_fuzz.cpp)
add_test_program(fuzz_replay ${FUZZ_ENTRIES} tests/fuzz/replay_main.cpp)
add_test(NAME fuzz COMMAND fuzz_replay tests/fuzz/corpus WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
sanitize(fuzz fuzz_replay asan)
option(ETL_FUZZ "The program fuzz, for which the compiler has libFuzzer" OFF)
if(ETL_FUZZ)
  add_executable(fuzz ${FUZZ_ENTRIES} tests/fuzz/libfuzzer/target.cpp)
  target_compile_options(fuzz PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz PRIVATE -fsanitize=fuzzer)
  target_link_libraries(fuzz PRIVATE etl_engine)
endif()
# The corpus of pipelines, run in process under every configuration.
add_program(etltest tests/runner)
add_test(NAME logic COMMAND etltest tests/logic WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
sanitize(logic etltest asan)

# The reference pages are made from the registries.
add_program(etl_reference tools/dev/reference)
add_test(NAME reference COMMAND etl_reference tests/reference --check WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
# What tools/dev/bench needs: it makes the data, runs a program and takes its time, compares the outputs, and runs
# DuckDB's SQL.
add_custom_target(bench_programs)
foreach(PROGRAM generate digest duckdb timed)
  file(GLOB SOURCES CONFIGURE_DEPENDS tests/bench/programs/${PROGRAM}.cpp tests/bench/programs/${PROGRAM}/*.cpp)
  add_executable(bench_${PROGRAM} EXCLUDE_FROM_ALL ${SOURCES})
  target_link_libraries(bench_${PROGRAM} PRIVATE etl_options ${CMAKE_DL_LIBS})
  target_link_options(bench_${PROGRAM} PRIVATE -Wl,--as-needed)
  add_dependencies(bench_programs bench_${PROGRAM})
endforeach()
add_executable(csv_copy_bench EXCLUDE_FROM_ALL tests/bench/csv_copy_bench.cpp)
target_link_libraries(csv_copy_bench PRIVATE etl_engine)
set_target_properties(bench_generate bench_digest PROPERTIES EXCLUDE_FROM_ALL FALSE)
add_executable(key_table_bench EXCLUDE_FROM_ALL tests/bench/key_table_bench.cpp)
target_link_libraries(key_table_bench PRIVATE etl_engine)

find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  function(add_python_test NAME SCRIPT)
    add_test(NAME ${NAME} COMMAND Python3::Interpreter ${SCRIPT} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endfunction()
  add_python_test(house tests/house/house.py)
  add_python_test(house_rules tests/house/house_test.py)
  if(TARGET etlrun)
    add_python_test(retail tests/retail/retail_test.py $<TARGET_FILE:etlrun>)
    add_python_test(readme tests/retail/readme_test.py $<TARGET_FILE:etlrun>)
    add_python_test(fault tests/fault/run $<TARGET_FILE:etlrun>)
    set_tests_properties(fault PROPERTIES SKIP_RETURN_CODE 77)
    add_python_test(cli tests/cli/cli_test.py $<TARGET_FILE:etlrun> $<TARGET_FILE:etlcheck>)
    add_python_test(spill tests/spill/spill_test.py $<TARGET_FILE:etlrun>)
    add_python_test(workloads tests/bench/bench_test.py $<TARGET_FILE:bench_generate> $<TARGET_FILE:etlrun>)
  endif()
endif()
