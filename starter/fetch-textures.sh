#!/usr/bin/env bash
# Fetches freely licensed game textures from Debian's archive for pretraining the starter model.
# The images stay outside the repository; NOTICE lists the packages and their licences.
# usage: starter/fetch-textures.sh OUT      (needs apt-get, dpkg-deb, unzip; about 900 MB of downloads)
set -euo pipefail
out=${1:?usage: starter/fetch-textures.sh OUT}
packages="nexuiz-textures openarena-081-textures ufoai-textures colobot-common-textures"
mkdir -p "$out/.debs"
out=$(cd "$out" && pwd)
cd "$out/.debs"
for p in $packages; do
  if [ -d "$out/$p" ]; then continue; fi
  ls "$p"_*.deb >/dev/null 2>&1 || apt-get download "$p" >&2
  rm -rf "$p.part"
  dpkg-deb -x "$p"_*.deb "$p.part"
  find "$p.part" -name '*.pk3' -execdir unzip -q -o {} \; -delete
  # only colour images of surfaces: no normal maps, gloss, glow, sky, models, interface
  find "$p.part" -type f \( -iname '*.jpg' -o -iname '*.png' \) \
    | grep -viE '(_norm|_nm|_bump|_gloss|_spec|_glow|_sm|_gm|_n|_s|_luma|_reflect|_pants|_shirt|_alpha|_fx|blend)\.(jpg|png)$' \
    | grep -viE '/(env|sky|skies|skybox|levelshots|gfx|icons|particles|effects|flares?|decals?|sprites?|models|pics|ui|radar|tex_terrain_blend|menu)/|sky|cloud|flare|liquid|lightmap|interface|font|mouse|button' \
    | sort > "$p.list"
  mkdir -p "$p.done"
  n=0
  while IFS= read -r f; do
    n=$((n + 1))
    cp "$f" "$p.done/$(printf %05d "$n").${f##*.}"
  done < "$p.list"
  rm -rf "$p.part"
  mv "$p.done" "$out/$p"
  echo "$p: $(ls "$out/$p" | wc -l) images" >&2
done
