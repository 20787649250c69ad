#!/usr/bin/env bash
# What applications weigh when published for Linux x64, framework-dependent, native libraries included, in MiB: the table of docs/shipping.md.
#
#   eng/published-size.sh [SAMPLE …]          StockConsumer, NearestImages and Quickstart when left out
#
# Everything is built in a temporary folder, which is removed.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Sum of the files of an application whose names match.
mib() { find "$1" -type f -regextype posix-extended -iregex ".*/$2" -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum / 1048576 }'; }

for sample in ${*:-StockConsumer NearestImages Quickstart}; do
  # The lock file in the repository is that of all platforms.
  dotnet publish -v q -c Release -r linux-x64 --self-contained false --artifacts-path "$out/build" -o "$out/$sample" "samples/$sample" \
    -p:RestoreLockedMode=false -p:NuGetLockFilePath="$out/$sample.lock.json" >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }
  echo "| samples/$sample | $(mib "$out/$sample" '.*') | ONNX Runtime $(mib "$out/$sample" 'libonnxruntime.*'), SkiaSharp $(mib "$out/$sample" 'libSkiaSharp.*')," \
    "libtorch $(mib "$out/$sample" 'lib(torch|c10|caffe2|gomp|LibTorch|shm).*') |"
done
