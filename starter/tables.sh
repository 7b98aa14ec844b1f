#!/usr/bin/env bash
# Draws the sets that the tables of docs/starter.md and docs/starter-methods.md are measured on, and measures
# them: pictures kept back from pretraining, and real photographs.
# usage: starter/tables.sh WORK_DIR REAL_DIR
#   WORK_DIR of starter/build.sh; REAL_DIR with hazelnut_toy, mvtec, HeadCT, BrainMRI, Kvasir-SEG
set -euo pipefail
work=${1:?usage: starter/tables.sh WORK_DIR REAL_DIR}
real=$(readlink -f "${2:?usage: starter/tables.sh WORK_DIR REAL_DIR}")
home=$(cd "$(dirname "$0")/.." && pwd)
cd "$work"
ln -sfn "$real" real
draw() { # name, seed, count, folder of pictures
  if [ ! -d "ablation/$1" ]; then
    rm -rf "ablation/$1.part"
    "$home/headclip" datasets synthesize "ablation/$1.part" --seed "$2" --count "$3" \
      --textures "$4/surfaces" --cutouts "$4/cutouts"
    mv "ablation/$1.part" "ablation/$1"
  fi
}
mkdir -p ablation
draw auxiliary 21 720 textures
draw validation 12 432 textures/kept
"$home/headclip" benchmark "$home/starter/tables.yaml" --out ablation/results
"$home/headclip" benchmark "$home/starter/methods.yaml" --out ablation/methods
