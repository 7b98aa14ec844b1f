#!/usr/bin/env bash
# Draws the sets that the tables of docs/starter.md and docs/starter-methods.md are measured on, and measures
# them: pictures kept back from pretraining, and real photographs.
# usage: starter/tables.sh WORK_DIR REAL_DIR [tables|methods]...
#   WORK_DIR of starter/build.sh; REAL_DIR with hazelnut_toy, mvtec, HeadCT, BrainMRI, Kvasir-SEG;
#   tables: 39 trainings, 15 minutes in two halves on two quick cores; methods: an
#   hour in two halves, beside other work
set -euo pipefail
work=${1:?usage: starter/tables.sh WORK_DIR REAL_DIR}
real=$(readlink -f "${2:?usage: starter/tables.sh WORK_DIR REAL_DIR}")
shift 2
home=$(cd "$(dirname "$0")/.." && pwd)
headclip=${HEADCLIP:-$home/headclip}
plans=("$@")
if [ $# = 0 ]; then plans=(tables methods); fi
for plan in "${plans[@]}"; do
  case $plan in
    tables | methods) ;;
    *) echo "no plan called $plan; there are: tables methods" >&2; exit 2 ;;
  esac
done
cd "$work"
ln -sfn "$real" real
draw() { # name, seed, count, folder of pictures
  if [ ! -d "ablation/$1" ]; then
    rm -rf "ablation/$1.part"
    "$headclip" datasets synthesize "ablation/$1.part" --seed "$2" --count "$3" \
      --textures "$4/surfaces" --cutouts "$4/cutouts"
    mv "ablation/$1.part" "ablation/$1"
  fi
}
mkdir -p ablation
draw auxiliary 21 720 textures
draw validation 12 432 textures/kept
for plan in "${plans[@]}"; do
  "$headclip" benchmark "$home/starter/$plan.yaml" --out "ablation/$plan"
done
