#!/usr/bin/env bash
# Builds the Collector of builder.yaml with the OpenTelemetry Collector Builder and prints the binary's path.
# The result is kept under .build/, one folder per manifest, so that a second call only prints.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
manifest=$here/builder.yaml
version=$(sed -n 's/^  version: //p' "$manifest")
folder=${here%/*}/.build/collector-$(sha256sum "$manifest" | cut -c1-12)
binary=$folder/otelcol-spanwright

# One build at a time, where several tests want it at once.
mkdir -p "${folder%/*}"
if command -v flock >/dev/null; then
  exec 9>"$folder.lock"
  flock 9
fi
if [ ! -x "$binary" ]; then
  if ! command -v go >/dev/null; then
    echo "Cannot build the Collector: 'go' is not on PATH. Install Go 1.25 or newer and run this again." >&2
    exit 1
  fi
  mkdir -p "$folder"
  builder=$folder/bin/builder
  [ -x "$builder" ] || GOBIN=$folder/bin GOFLAGS= go install "go.opentelemetry.io/collector/cmd/builder@v$version" >&2
  # Compiled beside the final place and moved, so that a build cut off half way is never taken for a whole one.
  sed "s|^dist:|dist:\n  output_path: $folder/source|" "$manifest" >"$folder/builder.yaml"
  "$builder" --config "$folder/builder.yaml" >&2
  mv "$folder/source/otelcol-spanwright" "$binary"
  rm -rf "$folder/source"
fi
echo "$binary"
