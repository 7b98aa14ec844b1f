#!/usr/bin/env bash
# Fetches freely licensed pictures from Debian's archive for pretraining the starter model: surfaces
# (textures of games) and cut-outs (things with transparent ground). Every twelfth is kept back for
# validation. The images stay outside the repository; NOTICE lists the packages and their licences.
# 0ad-data is left out: its textures come as DDS files only.
# usage: starter/fetch-textures.sh OUT      (needs apt-get, dpkg-deb, unzip; about 2.7 GB of downloads)
#   OUT/surfaces/PACKAGE, OUT/cutouts/PACKAGE, and the same under OUT/kept
set -euo pipefail
out=${1:?usage: starter/fetch-textures.sh OUT}
surfaces="nexuiz-textures openarena-081-textures ufoai-textures colobot-common-textures redeclipse-data supertuxkart-data"
cutouts="tuxpaint-stamps-default openclipart-png"
mkdir -p "$out/.debs" "$out/surfaces" "$out/cutouts" "$out/kept/surfaces" "$out/kept/cutouts"
out=$(cd "$out" && pwd)
cd "$out/.debs"

unpack() {
  ls "$1"_*.deb >/dev/null 2>&1 || apt-get download "$1" >&2
  rm -rf "$1.part"
  dpkg-deb -x "$1"_*.deb "$1.part"
  find "$1.part" -name '*.pk3' -execdir unzip -q -o {} \; -delete
}

# only colour images of surfaces: no normal maps, gloss, glow, sky, models, interface
surface_list() {
  find "$1.part" -type f \( -iname '*.jpg' -o -iname '*.png' \) -size +3k \
    | grep -viE '(_norm|_nm|_bump|_gloss|_spec|_glow|_sm|_gm|_n|_s|_g|_local|_add|_mask|_luma|_reflect|_pants|_shirt|_alpha|_fx|_normal|_gls|blend)\.(jpg|png)$' \
    | grep -viE '/(env|sky|skies|skybox|skyboxes|levelshots|gfx|icons|particles|effects|flares?|decals?|sprites?|models|pics|ui|gui|skins|radar|tex_terrain_blend|menu|editor|karts|library|crosshairs|maps|caustics|blendbrush|vegetation|keys|modes|hud|privs|rewards|weapons|servers|actors|vanities|torley/glass|deprecated|doc|po)/|sky|cloud|flare|liquid|lightmap|interface|font|mouse|button|screenshot|logo|normal|gloss|spec\.|glow|particle|smoke|fire' \
    | LC_ALL=C sort
}

# things seen alone; letters, flags and signs are flat drawings
cutout_list() {
  find "$1.part" -type f -iname '*.png' -size +3k \
    | grep -viE '/(alphabets|flags?|numbers|shapes|signs_and_symbols|logos|buttons|geography|icons)/' \
    | LC_ALL=C sort
}

fetch() { # package, kind
  if [ -d "$out/$2/$1" ]; then return; fi
  unpack "$1"
  "${2%s}_list" "$1" >"$1.list"
  rm -rf "$1.done" "$1.kept"
  mkdir -p "$1.done" "$1.kept"
  n=0
  while IFS= read -r f; do
    n=$((n + 1))
    to=$1.done
    if [ $((n % 12)) = 0 ]; then to=$1.kept; fi
    cp "$f" "$to/$(printf %05d "$n").${f##*.}"
  done <"$1.list"
  rm -rf "$1.part" "$out/kept/$2/$1"
  mv "$1.kept" "$out/kept/$2/$1"
  mv "$1.done" "$out/$2/$1"
  echo "$1: $(ls "$out/$2/$1" | wc -l) images, $(ls "$out/kept/$2/$1" | wc -l) kept back" >&2
}

for p in $surfaces; do fetch "$p" surfaces; done
for p in $cutouts; do fetch "$p" cutouts; done
