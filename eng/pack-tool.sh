#!/usr/bin/env bash
# Packs the tool mlnet-contrastive into artifacts/packages: a package for each runtime identifier, and one that points to them.
#
#   eng/pack-tool.sh [RID …]          linux-x64 when left out; also win-x64, osx-arm64
#   PACKAGE_ID_PREFIX=Acme.Contrastive eng/pack-tool.sh
#
# Try it: dotnet tool install --tool-path DIR --add-source artifacts/packages Microsoft.ML.Contrastive.Cli --prerelease
set -euo pipefail
cd "$(dirname "$0")/.."
runtimes=${*:-linux-x64}
dotnet pack -c Release src/Microsoft.ML.Contrastive.Cli -o artifacts/packages \
  -p:ToolRuntimes="${runtimes// /%3B}" ${PACKAGE_ID_PREFIX:+-p:PackageIdPrefix="$PACKAGE_ID_PREFIX"}
