#!/usr/bin/env bash
# Fetches freely licensed pictures from Debian's archive for pretraining the starter model: surfaces
# (textures of games, parts of photographs) and cut-outs (things with transparent ground), each made small
# once so that training starts at once. Every twelfth is kept back for validation, of photographs every
# twelfth as a whole. The pictures stay outside the repository; NOTICE lists the packages and their licences.
# Goes on where it stopped.
# usage: starter/fetch-textures.sh OUT
#   needs apt-get, dpkg-deb, unzip, ImageMagick, rsvg-convert (apt install imagemagick librsvg2-bin); about 7 GB of downloads
#   OUT/surfaces/PACKAGE, OUT/cutouts/PACKAGE, and the same under OUT/kept
set -euo pipefail
out=${1:?usage: starter/fetch-textures.sh OUT}
surfaces="nexuiz-textures openarena-081-textures ufoai-textures colobot-common-textures redeclipse-data supertuxkart-data
  torcs-data megaglest-data 0ad-data flightgear-data-base krita-data"
photographs="plasma-workspace-wallpapers mate-backgrounds gnome-backgrounds lomiri-wallpapers-16.04
  lomiri-wallpapers-20.04"
cutouts="tuxpaint-stamps-default openclipart-png sweethome3d-furniture unknown-horizons freedroidrpg-data fritzing-parts"
mkdir -p "$out/.debs" "$out/surfaces" "$out/cutouts" "$out/kept/surfaces" "$out/kept/cutouts"
out=$(cd "$out" && pwd)
cd "$out/.debs"
for tool in convert unzip dpkg-deb rsvg-convert; do
  command -v $tool >/dev/null || { echo "needs $tool" >&2; exit 2; }
done

unpack() {
  ls "$1"_*.deb >/dev/null 2>&1 || apt-get download "$1" >&2
  rm -rf "$1.part"
  dpkg-deb -x "$1"_*.deb "$1.part"
  find "$1.part" -name '*.pk3' -execdir unzip -q -o {} \; -delete
  find "$1.part" \( -name '*.zip' -o -name '*.sh3f' \) -execdir sh -c 'unzip -q -o "$1" -d "$1.d"; rm "$1"' _ {} \;
}

images() { # folder, endings
  find "$1" -type f -regextype posix-extended -iregex ".*\\.($2)"
}

# only colour images of surfaces: no normal maps, gloss, glow, sky, models, interface. What the first six packages
# give must stay as it is, file by file: which pictures are kept back depends on it.
surfaces_list() {
  case $1 in
    torcs-data)
      images "$1.part" 'jpg|png|rgb' | grep -E '/(tracks|data/textures)/' \
        | grep -viE '/[^/]*(rpm|speed|tacho|torcs|cars|counter|map)[^/]*$' | plain
      ;;
    megaglest-data) images "$1.part" 'jpg|png|tga|bmp' | grep -E '/tilesets/.*/textures/' | plain ;;
    0ad-data)
      images "$1.part" 'dds|png' | grep -E '/art/textures/(terrain|skins/structural)/' | grep -v '/ao/' | plain
      ;;
    flightgear-data-base)
      images "$1.part" 'jpg|png|rgb|dds' \
        | grep -E '/(Textures/(Terrain|Runway)|Scenery/Models/(Airport|Industrial|Residential|Misc|Commercial))/' | plain
      ;;
    krita-data) images "$1.part" 'png' | grep '/patterns/' ;;
    *)
      images "$1.part" 'jpg|png' \
        | grep -viE '(_norm|_nm|_bump|_gloss|_spec|_glow|_sm|_gm|_n|_s|_g|_local|_add|_mask|_luma|_reflect|_pants|_shirt|_alpha|_fx|_normal|_gls|blend)\.(jpg|png)$' \
        | grep -viE '/(env|sky|skies|skybox|skyboxes|levelshots|gfx|icons|particles|effects|flares?|decals?|sprites?|models|pics|ui|gui|skins|radar|tex_terrain_blend|menu|editor|karts|library|crosshairs|maps|caustics|blendbrush|vegetation|keys|modes|hud|privs|rewards|weapons|servers|actors|vanities|torley/glass|deprecated|doc|po)/|sky|cloud|flare|liquid|lightmap|interface|font|mouse|button|screenshot|logo|normal|gloss|spec\.|glow|particle|smoke|fire'
      ;;
  esac | larger 3k | LC_ALL=C sort
}

# of the packages that came later: no shadows, plants, panels either
plain() {
  grep -viE '(_norm|_nm|_spec|_glow|_n|_s|_mask|_alpha|_normal|-n|_ao|_lm|-lit|_lit|_light|shadow|env)\.[a-z]+(\.cached\.dds)?$' \
    | grep -viE '/(effects|skins/structural/.*norm|splashes|liveries)/|sky|cloud|flare|lightmap|screenshot|logo|normal|gloss|spec\.|glow|particle|smoke|fire|tree|bush|people|panel|background'
}

larger() {
  tr '\n' '\0' | xargs -0 -r sh -c 'find "$@" -prune -size +"$0"' "$1"
}

photographs_list() {
  images "$1.part" 'jpg|png|webp' | larger 40k \
    | case $1 in
        # of each picture one size
        plasma-workspace-wallpapers) grep -E '/images/(1920x1080|1920x1200|2560x1440|3840x2160)\.' | awk -F/ '!seen[$(NF-3)]++' ;;
        mate-backgrounds) grep '/nature/' ;;
        *) cat ;;
      esac \
    | grep -vi 'screenshot' | LC_ALL=C sort
}

# things seen alone; letters, flags and signs are flat drawings
cutouts_list() {
  case $1 in
    # one of the views round the thing
    unknown-horizons) images "$1.part" png | grep -E '/(buildings|units/ships)/' | grep -E '/(45|135)/0+\.png$' | larger 2k ;;
    freedroidrpg-data) images "$1.part" jpg | grep -E '/items/.*/portrait_00(01|09)\.jpg$' ;;
    # what lies deeper belongs to models
    sweethome3d-furniture) images "$1.part" png | grep -viE 'girl|boy|man|woman' | grep -E '\.sh3f\.d/[^/]*/[^/]*$' | larger 2k ;;
    # circuit boards and their parts as they look, not their symbols and copper
    fritzing-parts) images "$1.part" svg | grep -E '/svg/core/breadboard/' | larger 3k ;;
    *) images "$1.part" png | grep -viE '/(alphabets|flags?|numbers|shapes|signs_and_symbols|logos|buttons|geography|icons)/' | larger 3k ;;
  esac | LC_ALL=C sort
}

surface() { # from, to without ending
  convert "$1[0]" -alpha off -resize '448x448^>' -strip -quality 92 "$2.jpg"
}
photograph() {
  # parts of a size at which things can be told; plain sky is none
  convert "$1[0]" -alpha off -resize '1350x1350^>' -crop 448x448 +repage -strip -quality 92 "$2-%02d.jpg"
  for part in "$2"-*.jpg; do
    if [ "$(stat -c %s "$part")" -lt 14000 ] || [ "$(identify -format '%[fx:min(w,h)]' "$part")" -lt 400 ]; then
      rm "$part"
    fi
  done
}
cutout() {
  case $1 in
    # things on black
    *.jpg) convert "$1" -alpha set -bordercolor black -border 1 -fuzz 6% -fill none -floodfill +0+0 black -shave 1x1 -trim +repage -strip "$2.png" ;;
    # a board fills its picture; a thing has ground about it
    *.svg) timeout 20 rsvg-convert -a -w 308 -h 308 "$1" | convert - -bordercolor none -border 6 -strip "$2.png" ;;
    *) convert "$1[0]" -resize '320x320>' -strip "$2.png" ;;
  esac
}
export -f surface photograph cutout

fetch() { # package, kind, folder
  if [ -d "$out/$3/$1" ]; then return; fi
  unpack "$1"
  "$2_list" "$1" >"$1.list"
  rm -rf "$1.done" "$1.kept"
  mkdir -p "$1.done" "$1.kept"
  awk -v done="$1.done" -v kept="$1.kept" '{ printf "%s\n%s/%05d\n", $0, NR % 12 ? done : kept, NR }' "$1.list" \
    | tr '\n' '\0' \
    | xargs -0 -n 2 -P 2 bash -c "${2%s} \"\$0\" \"\$1\" 2>/dev/null || true"
  rm -rf "$1.part" "$out/kept/$3/$1"
  mv "$1.kept" "$out/kept/$3/$1"
  mv "$1.done" "$out/$3/$1"
  echo "$1: of $(wc -l <"$1.list") files $(ls "$out/$3/$1" | wc -l) pictures, $(ls "$out/kept/$3/$1" | wc -l) kept back" >&2
  # so few are no class of a validation set
  if [ "$(ls "$out/kept/$3/$1" | wc -l)" -lt 9 ]; then rm -rf "$out/kept/$3/$1"; fi
}

for p in $surfaces; do fetch "$p" surfaces surfaces; done
for p in $photographs; do fetch "$p" photographs surfaces; done
for p in $cutouts; do fetch "$p" cutouts cutouts; done
