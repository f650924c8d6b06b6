// Exists so that CMake compiles precompiled.h with the flags of the test programs, which then share it.
