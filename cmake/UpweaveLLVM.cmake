# Finds LLVM/MLIR 22.1 and sets up the helpers the compiler's libraries use.
include_guard(GLOBAL)

find_program(UPWEAVE_LLVM_CONFIG NAMES llvm-config-22)
if(UPWEAVE_LLVM_CONFIG)
  execute_process(COMMAND ${UPWEAVE_LLVM_CONFIG} --prefix
                  OUTPUT_VARIABLE UPWEAVE_LLVM_PREFIX
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  list(APPEND CMAKE_PREFIX_PATH ${UPWEAVE_LLVM_PREFIX})
endif()
find_package(MLIR 22.1 CONFIG QUIET)
if(NOT MLIR_FOUND)
  message(FATAL_ERROR
    "MLIR 22.1 was not found. On Debian 12 (security suite) it comes with\n"
    "  apt-get install libmlir-22-dev mlir-22-tools llvm-22-dev\n"
    "elsewhere, set MLIR_DIR to the folder of MLIRConfig.cmake. "
    "For the runtime alone use the preset 'runtime'.")
endif()
message(STATUS "MLIR ${LLVM_PACKAGE_VERSION} in ${MLIR_DIR}")

list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
set(LLVM_RUNTIME_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/bin)
set(LLVM_LIBRARY_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/lib)
# One shared libMLIR: static archives beside it would bring second copies of
# every TypeID.
set(MLIR_LINK_MLIR_DYLIB ON)
set(LLVM_LINK_LLVM_DYLIB ON)
set(LLVM_EXTERNAL_LIT ${LLVM_TOOLS_BINARY_DIR}/lit CACHE STRING "lit")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include(HandleLLVMOptions)

include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
separate_arguments(UPWEAVE_LLVM_DEFINITIONS NATIVE_COMMAND "${LLVM_DEFINITIONS}")
add_definitions(${UPWEAVE_LLVM_DEFINITIONS})

# One precompiled header for all of the compiler's libraries.
add_library(UpweavePCH STATIC ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
llvm_update_compile_flags(UpweavePCH)
set_target_properties(UpweavePCH PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_precompile_headers(UpweavePCH PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.h)

# upweave_library(NAME SOURCES... [DEPENDS ...] [LINK_LIBS ...] [MLIR_LIBS ...])
# A static library of the compiler, linked against the shared libMLIR.
function(upweave_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK_LIBS;MLIR_LIBS" ${ARGN})
  add_mlir_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS}
                   EXCLUDE_FROM_LIBMLIR DISABLE_INSTALL
                   DEPENDS ${ARG_DEPENDS}
                   LINK_LIBS PUBLIC ${ARG_LINK_LIBS})
  mlir_target_link_libraries(${name} PUBLIC MLIRIR ${ARG_MLIR_LIBS})
  foreach(target ${name} obj.${name})
    if(TARGET ${target})
      upweave_warnings(${target})
      target_precompile_headers(${target} REUSE_FROM UpweavePCH)
    endif()
  endforeach()
endfunction()

# upweave_tool(NAME SOURCES... [LINK_LIBS ...] [MLIR_LIBS ...])
function(upweave_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS;MLIR_LIBS" ${ARGN})
  add_llvm_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  mlir_target_link_libraries(${name} PRIVATE MLIRIR ${ARG_MLIR_LIBS})
  upweave_warnings(${name})
endfunction()
