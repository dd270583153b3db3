# Settings common to the compiler and the runtime: ccache, lld, warnings,
# assertions and sanitizers.
include_guard(GLOBAL)

find_program(UPWEAVE_CCACHE ccache)
if(UPWEAVE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need these two to be cacheable.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${UPWEAVE_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${UPWEAVE_CCACHE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(
    "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  find_program(UPWEAVE_LLD NAMES ld.lld-22)
  if(UPWEAVE_LLD)
    add_link_options(--ld-path=${UPWEAVE_LLD})
  endif()
endif()

# -UNDEBUG comes behind the build type's -DNDEBUG. LLVM's headers may be
# read with assertions though its libraries were built without: what changes
# layouts is LLVM_ENABLE_ABI_BREAKING_CHECKS, which its packages fix.
if(UPWEAVE_ASSERTIONS)
  add_compile_options(-UNDEBUG)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

if(UPWEAVE_SANITIZE)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=${UPWEAVE_SANITIZE})
  check_cxx_source_compiles("int main() { return 0; }" UPWEAVE_CAN_SANITIZE)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT UPWEAVE_CAN_SANITIZE)
    message(FATAL_ERROR
      "${CMAKE_CXX_COMPILER} links no program with -fsanitize=${UPWEAVE_SANITIZE}. "
      "On Debian 12 the sanitizers of clang-22 come with\n"
      "  apt-get install libclang-rt-22-dev\n"
      "or set CMAKE_CXX_COMPILER to g++, which has its own.")
  endif()
  # What a sanitizer finds ends the process, or a test that prints it passes.
  add_compile_options(-fsanitize=${UPWEAVE_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${UPWEAVE_SANITIZE})
endif()

if(UPWEAVE_FUZZ)
  # Every library tells the fuzzer where it went.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# upweave_warnings(TARGET): the warnings every target of the project builds with.
function(upweave_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter)
  if(UPWEAVE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
