#!/usr/bin/env bash
# What a model's verdicts are worth at its threshold: shares of normal images called anomalous and of anomalous ones
# found, against references and in batches, on the sets that starter/measure.sh has drawn (run it first).
# usage: starter/verdicts.sh WORK_DIR MODEL OUT [flags of detect]
#   WORK_DIR of starter/build.sh; MODEL as for detect; OUT/verdicts.md, OUT/*.csv with every score; ten minutes on
#   two cores
set -euo pipefail
work=$(readlink -f "${1:?usage: starter/verdicts.sh WORK_DIR MODEL OUT}")
model=${2:?usage: starter/verdicts.sh WORK_DIR MODEL OUT}
out=$(readlink -m "${3:?usage: starter/verdicts.sh WORK_DIR MODEL OUT}")
shift 3
headclip=${HEADCLIP:-$(cd "$(dirname "$0")/.." && pwd)/headclip}
mkdir -p "$out"
classes=()
for seed in 61 62; do
  if [ ! -d "$work/measure/$seed" ]; then echo "$work/measure/$seed is not there: run starter/measure.sh first" >&2; exit 2; fi
  for class in "$work/measure/$seed"/*/; do classes+=("$seed/$(basename "$class")"); done
done

# one folder a class, so that a batch is a folder: all good ones and so many others
batches() { # name, most anomalous ones of a class
  rm -rf "$out/$1"
  for class in "${classes[@]}"; do
    mkdir -p "$out/$1/$class"
    for image in "$work/measure/$class"/test/good/*; do ln -s "$image" "$out/$1/$class/good_$(basename "$image")"; done
    mapfile -t others < <(find "$work/measure/$class/test" -mindepth 2 -not -path '*/test/good/*' | LC_ALL=C sort)
    for image in "${others[@]:0:$2}"; do
      ln -s "$image" "$out/$1/$class/bad_$(basename "$(dirname "$image")")_$(basename "$image")"
    done
  done
}

row() { # name; csv of detect on standard input
  tee "$out/$1.csv" | awk -F, -v name="$1" '
    $1 ~ /\/good[_\/]/ { normal++; false_alarm += $5 == "true" }
    $1 ~ /\/bad_/ { anomalous++; found += $5 == "true" }
    END {
      printf "| %s | %.1f %% of %d | ", name, 100 * false_alarm / normal, normal
      if (anomalous) { printf "%.1f %% of %d |\n", 100 * found / anomalous, anomalous } else { print "|" }
    }' | tee -a "$out/verdicts.md"
}

quiet=(--maps none --format csv --model "$model" "$@")
batches all 1000
batches few 1
batches none 0
{
  echo "| | normal called anomalous | anomalous found |"
  echo "|---|---|---|"
} | tee "$out/verdicts.md"
"$headclip" detect "$out/all" "${quiet[@]}" 2>>"$out/log" | row zero-shot
for references in 1 2 4; do
  for class in "${classes[@]}"; do
    normal=("$work/measure/$class"/train/good/*)
    "$headclip" detect "$out/all/$class" --normal "${normal[@]:0:$references}" "${quiet[@]}" 2>>"$out/log"
  done | row "$references references"
done
"$headclip" detect "$out/all" --batched --by-folder "${quiet[@]}" 2>>"$out/log" | row "batch, 8 of 20 anomalous"
"$headclip" detect "$out/few" --batched --by-folder "${quiet[@]}" 2>>"$out/log" | row "batch, 1 of 13 anomalous"
"$headclip" detect "$out/none" --batched --by-folder "${quiet[@]}" 2>>"$out/log" | row "batch, none anomalous"
