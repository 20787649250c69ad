#!/usr/bin/env bash
# Adds public members that are not yet written down to src/*/PublicAPI.Unshipped.txt. Members that are gone (RS0017) are to be removed by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in src/*/PublicAPI.Unshipped.txt; do
  project=$(dirname "$file")
  dotnet build -c Release --no-incremental "$project" 2>&1 | grep -F "/$(basename "$project").csproj]" | grep -oP "RS0016: Symbol '\K.*(?=' is not part of the declared public API)" |
    LC_ALL=C sort -u - <(grep -v '^#nullable enable$' "$file" || true) >"$file.new" || true
  { echo '#nullable enable'; grep -v '^$' "$file.new"; } >"$file"
  rm "$file.new"
done
