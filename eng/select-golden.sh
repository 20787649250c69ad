#!/usr/bin/env bash
# Selects golden cases to be committed, so that a clone tests itself: every family and every kind of case is represented, within a limit of bytes.
#
#   eng/select-golden.sh GOLDEN [BYTES]      GOLDEN: the folder with all cases; BYTES: 5000000 unless given
#
# First the smallest case of every kind (a case's name without its photograph and up to its first digit), then the smallest of the others
# as long as they fit. Files are copied unchanged, with the lines of MANIFEST.sha256 that belong to them.
set -euo pipefail
export LC_ALL=C

golden=$(realpath "${1:?usage: eng/select-golden.sh GOLDEN [BYTES]}")
limit=${2:-5000000}
target=$(realpath "$(dirname "$0")/..")/test/Microsoft.ML.Contrastive.Tests/Conformance/golden
test -d "$golden/losses" || { echo "$golden holds no golden cases" >&2; exit 1; }

bytes_of() { find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }'; }

rm -rf "$target"
mkdir -p "$target/augment"
cp "$golden/README.md" "$target/"
cp -r "$golden/augment/images" "$target/augment/"
# 100 bytes a file are left for the manifest.
used=$(($(bytes_of "$target") + 60000))

photographs=$(find "$golden/augment/images" -name '*.npy' -printf '%f\n' | sed 's/\.npy$//' | paste -sd'|')
cd "$golden"
for case in */*/; do
    case=${case%/}
    [ -f "$case/case.json" ] || continue
    kind=$(sed -E "s#/($photographs)_#/#; s/[0-9].*//" <<<"$case")
    echo "$(bytes_of "$case") $kind $case"
done | sort -n -k1,1 -k3,3 | awk '{ print (seen[$2]++ ? 2 : 1), $1, $3 }' | sort -s -n -k1,1 |
    while read -r round bytes case; do
        if ((used + bytes > limit)); then
            [ "$round" = 2 ] || { echo "the limit of $limit bytes has no room for $case, the first of its kind" >&2; exit 1; }
            continue
        fi
        used=$((used + bytes))
        mkdir -p "$target/$(dirname "$case")"
        cp -r "$case" "$target/$(dirname "$case")/"
    done
chmod -R u+w "$target"

while read -r hash file; do
    if [ -f "$target/$file" ]; then echo "$hash  $file"; fi
done <"$golden/MANIFEST.sha256" >"$target/MANIFEST.sha256"

echo "$(find "$target" -name case.json | wc -l) of $(find "$golden" -name case.json | wc -l) cases, $(bytes_of "$target") bytes, in $target"
