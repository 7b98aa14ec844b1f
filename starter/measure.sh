#!/usr/bin/env bash
# Measures a model on pictures and kinds that no training sees: zero-shot, against one and four normal
# images, and batched; by class, and the mean of each group of classes. Every step of making the starter is
# judged by it. Pictures kept back by fetch-textures.sh and drawn kinds that pretraining never draws, two
# seeds, each class one product before one camera.
# usage: starter/measure.sh WORK_DIR MODEL OUT [flags of evaluate]
#   WORK_DIR of starter/build.sh; MODEL a folder with adapter.safetensors, or starter
#   OUT/measure.md: image / pixel AUROC, %; OUT/61, OUT/62: every figure
set -euo pipefail
work=$(readlink -f "${1:?usage: starter/measure.sh WORK_DIR MODEL OUT}")
model=${2:?usage: starter/measure.sh WORK_DIR MODEL OUT}
out=${3:?usage: starter/measure.sh WORK_DIR MODEL OUT}
shift 3
headclip=${HEADCLIP:-$(cd "$(dirname "$0")/.." && pwd)/headclip}
kept=$work/textures/kept
mkdir -p "$work/measure" "$out"
for seed in 61 62; do
  set=$work/measure/$seed
  if [ ! -d "$set" ]; then
    classes=$(($(find "$kept" -mindepth 2 -maxdepth 2 -type d | wc -l) + 9))
    rm -rf "$set.part"
    "$headclip" datasets synthesize "$set.part" --line --kept-kinds --seed $seed --count $((classes * 24)) \
      --textures "$kept/surfaces" --cutouts "$kept/cutouts"
    mv "$set.part" "$set"
  fi
  "$headclip" evaluate --root "$set" --model "$model" --shots 0,1,4 --seeds 0 --batched --out "$out/$seed" "$@" \
    >"$out/$seed.log"
done
# the tables' rows: | class | 12.3 / 45.6 | ... |; of each group and seed the mean
group() {
  case $1 in
    screw | casting | solar_cell | road | biscuit | lace | terminal) echo "drawn kinds kept back" ;;
    circuit_board | tray) echo "boards and trays" ;;
    *)
      if [ -d "$kept/cutouts/$1" ]; then echo "cut-outs kept back"; else echo "surfaces kept back"; fi
      ;;
  esac
}
for seed in 61 62; do
  sed -n '/^| class/,$p' "$out/$seed/few-shot.md" | grep -E '^\| [a-z0-9_.-]+ \|.*/' | grep -v '^| class' \
    | while IFS='|' read -r _ name rest; do
      name=$(echo $name)
      echo "$(group "$name")|$name|$rest"
    done
done | LC_ALL=C awk -F'|' '
  function add(key,   k) {
    if (!(key in n)) { order[++keys] = key }
    n[key]++
    for (k = 1; k <= 4; k++) { split($(2 + k), v, "/"); i[key, k] += v[1]; p[key, k] += v[2] }
  }
  { add("all classes"); add($1); add("- " $2) }
  END {
    print "| image / pixel AUROC, % | zero-shot | 1 reference | 4 references | batched |"
    print "|---|---|---|---|---|"
    for (j = 1; j <= keys; j++) {
      key = order[j]
      line = "| " key " |"
      for (k = 1; k <= 4; k++) { line = line sprintf(" %.1f / %.1f |", i[key, k] / n[key], p[key, k] / n[key]) }
      if (substr(key, 1, 2) == "- ") { tail = tail line "\n" } else { print line }
    }
    printf "%s", tail
  }' >"$out/measure.md"
head -n 7 "$out/measure.md"
