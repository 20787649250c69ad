#!/usr/bin/env bash
# Makes samples/Quickstart/Data from Debian's package of Fashion-MNIST. The result is committed, so nobody needs to run this to build or
# to run anything; it says where the data came from and makes it again, byte for byte with the same .NET SDK.
# Needs: a Debian or Ubuntu with apt-get and dpkg-deb, and the .NET SDK.
set -euo pipefail
cd "$(dirname "$0")/.."

package=dataset-fashion-mnist
sha256=39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0   # 0.0~git20200523.55506a9-1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get download -q "$package" && echo "$sha256  $(ls "$package"_*.deb)" | sha256sum --check --quiet)
dpkg-deb --extract "$work/$package"_*.deb "$work/files"

output=samples/Quickstart/Data
mkdir -p "$output"
dotnet run eng/QuickstartData.cs -- "$work/files/usr/share/datasets/fashion-mnist" "$output"
cp "$work/files/usr/share/doc/$package/copyright" "$output/LICENSE-fashion-mnist.txt"
ls -l "$output"
