#!/usr/bin/env bash
# Draws docs/images/samples.png and nuts.png anew, six pictures above, their overlays below; then page.png.
# usage: starter/pictures.sh      needs ImageMagick, Chromium
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sheet() { # folder of pictures, folder of overlays, result, names
  local from=$1 seen=$2 to=$3 all=()
  shift 3
  for n in "$@"; do all+=("$from/$n"); done
  for n in "$@"; do all+=("$seen/$n.overlay.png"); done
  montage "${all[@]}" -tile 6x2 -geometry 240x240+5+5 -background white miff:- \
    | convert - -shave 5x5 +dither -colors 256 -strip "PNG8:$to"
}
./headclip detect samples --overlay --no-page --out "$out/samples" >/dev/null
sheet samples "$out/samples" docs/images/samples.png \
  bricks_missing.jpg mesh_rough.jpg metal_pitting.jpg board_hole.jpg metal_good.jpg tiles_rust.jpg
./headclip detect examples/nuts/parts --normal examples/nuts/good --overlay --no-page --out "$out/nuts" >/dev/null
sheet examples/nuts/parts "$out/nuts" docs/images/nuts.png \
  01_ok.jpg 03_patch.jpg 10_hole.jpg 06_rough.jpg 11_missing.jpg 05_bent.jpg
mvn -q -B test -Pbrowser -pl browser -am -Dspotless.check.skip=true -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtest='PageTest#thePictureOfTheReadme' -Dheadclip.page="$out/page.png"
convert "$out/page.png" -resize 1020x615 +dither -colors 256 -strip PNG8:docs/images/page.png
