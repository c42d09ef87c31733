#!/bin/sh
# Compiles the QuickJS of Debian's source package, unchanged but for its threads, to one WASI command.
#   build.sh SOURCE OUTPUT
set -eu
source=$1 output=$2
include=$(dirname "$(readlink -f "$0")")
objects=$(mktemp -d)

# Threads are what WASI lacks and no header can make up for: os.Worker stays out.
sed '/^#define USE_WORKER$/d' "$source/quickjs-libc.c" >"$objects/quickjs-libc.c"

# EMSCRIPTEN is the sources' own word for WebAssembly: no computed goto, no atomics.
clang --target=wasm32-wasi -O2 -w -I"$include/include" -I"$source" -include absent.h \
	-DEMSCRIPTEN -DCONFIG_STACK_CHECK -D_GNU_SOURCE -DCONFIG_VERSION="\"$(cat "$source/VERSION")\"" \
	-D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_GETPID -D_WASI_EMULATED_PROCESS_CLOCKS -mllvm -wasm-enable-sjlj \
	-Wl,--stack-first,-z,stack-size=2097152 -o "$output" \
	"$source/quickjs.c" "$source/dtoa.c" "$source/libregexp.c" "$source/libunicode.c" "$source/cutils.c" \
	"$objects/quickjs-libc.c" "$source/qjs.c" "$include/no-repl.c" \
	-lwasi-emulated-signal -lwasi-emulated-getpid -lwasi-emulated-process-clocks -lsetjmp -ldl -lm
rm -r "$objects"
