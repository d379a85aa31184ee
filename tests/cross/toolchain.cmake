# SPDX-License-Identifier: GPL-2.0-or-later
# A CMake toolchain for another architecture: the host's cross compiler, the libraries of a directory that sysroot.sh
# made. cmake -DCMAKE_TOOLCHAIN_FILE=tests/cross/toolchain.cmake -DKFG_SYSROOT=DIR [-DKFG_TRIPLET=aarch64-linux-gnu]
set(KFG_TRIPLET aarch64-linux-gnu CACHE STRING "the architecture, as GNU names it")
set(KFG_SYSROOT "" CACHE PATH "what sysroot.sh printed")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES KFG_TRIPLET KFG_SYSROOT)
string(REGEX REPLACE "-.*" "" processor ${KFG_TRIPLET})
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${processor})
set(CMAKE_C_COMPILER ${KFG_TRIPLET}-gcc)
set(CMAKE_SYSROOT ${KFG_SYSROOT})
set(CMAKE_LIBRARY_ARCHITECTURE ${KFG_TRIPLET})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${KFG_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${KFG_SYSROOT}/usr/lib/${KFG_TRIPLET}/pkgconfig:${KFG_SYSROOT}/usr/share/pkgconfig)
