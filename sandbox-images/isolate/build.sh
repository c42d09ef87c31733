#!/bin/sh
# Bundles the supervisor with its libraries into one module, for workerd's configuration to hold.
#   build.sh ESBUILD SOURCES OUTPUT
set -eu
# What sucrase asks of source maps is never called here.
printf 'export const GenMapping = null, addMapping = null, setSourceContent = null, toEncodedMap = null, maybeAddSegment = null, toDecodedMap = null;\n' >"$3/nothing.js"
"$1" "$2/supervisor.js" --bundle --format=esm --target=es2023 --minify-whitespace --log-level=warning \
	--external:program-runner.txt --alias:@jridgewell/gen-mapping="$3/nothing.js" --outfile="$3/supervisor.js"
rm "$3/nothing.js"
cp "$2/program-runner.js" "$3/program-runner.js"
