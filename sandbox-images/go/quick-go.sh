#!/bin/sh
# Lays quick-go.go and its two lists into /rootfs/usr/lib/quick-go; needs the filled cache, and the environment of language.json.
set -eu
folder=/rootfs/usr/lib/quick-go
mkdir -p "$folder"
list='{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}'
GOFLAGS=-trimpath go list -export -f "$list" std >"$folder/link.cfg"
# What the go command lets a program import: nothing internal, nothing vendored.
grep -vE '^packagefile ([^=]*/)?(internal|vendor)[/=]' "$folder/link.cfg" >"$folder/compile.cfg"
work=$(mktemp -d)
cd "$work"
printf 'package main\n\nfunc main() {}\n' >main.go
go build -x -trimpath '-ldflags=-s -w' -o a.out main.go 2>&1 | grep '^modinfo ' >>"$folder/link.cfg"
go build -trimpath "-ldflags=-s -w -X main.toolFolder=$(go env GOTOOLDIR)" -o "$folder/go" "${0%/*}/quick-go.go"
rm -rf "$work"
