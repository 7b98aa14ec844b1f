#!/usr/bin/env bash
# What each idea of the recipe gives: short equal runs (700 steps of 32 pictures of 128 px, about a quarter of an
# hour each on two cores), each adapted alike and measured by measure.sh. Goes on where it stopped.
# usage: starter/ideas.sh WORK_DIR [IDEA...]     WORK_DIR of starter/build.sh; ideas: see below
set -euo pipefail
work=$(readlink -f "${1:?usage: starter/ideas.sh WORK_DIR [IDEA...]}")
shift
home=$(cd "$(dirname "$0")/.." && pwd)
headclip=${HEADCLIP:-$home/headclip}
all=$work/textures
# the packages of the starter before
old=$work/ideas/old-pictures
known=(old-pictures new-pictures pairs comparison subspace again masked crops even wide heavier bodies)
names=("$@")
if [ $# = 0 ]; then names=("${known[@]}"); fi

recipe() { # idea: sets what idea() takes
  case $1 in
    old-pictures) recipe=(old "$old" --views 1 --comparison 0) ;;
    new-pictures) recipe=(new "$all" --views 1 --comparison 0) ;;
    pairs) recipe=(pairs "$all" --comparison 0) ;;
    comparison) recipe=(comparison "$all" --compare-by nearest) ;;
    subspace) recipe=(subspace "$all") ;;
    # what chance does: another seed
    again) recipe=(again "$all" --seed 2) ;;
    masked) recipe=(masked "$all" --masked 1) ;;
    crops) recipe=(crops "$all" --crops 1) ;;
    even) recipe=(even "$all" --even 0.75) ;;
    heavier) recipe=(heavier "$all" --comparison 2) ;;
    bodies) recipe=(bodies "$all" --bodies 0.08) ;;
    # of about 20 MB in place of 10; takes twice as long
    wide) recipe=(wide "$all" --width 288) ;;
    *) echo "no idea called $1; there are: ${known[*]}" >&2; exit 2 ;;
  esac
}

# an unknown one is told before hours of work
for name in "${names[@]}"; do recipe "$name"; done

# each part of a batch has a thread of its own
export OMP_NUM_THREADS=1 HEADCLIP_JAVA_OPTS=${HEADCLIP_JAVA_OPTS:--Xmx9g}
mkdir -p "$old/surfaces" "$old/cutouts"
for p in nexuiz-textures openarena-081-textures ufoai-textures colobot-common-textures redeclipse-data supertuxkart-data; do
  ln -sfn "$all/surfaces/$p" "$old/surfaces/$p"
done
for p in tuxpaint-stamps-default openclipart-png; do ln -sfn "$all/cutouts/$p" "$old/cutouts/$p"; done

if [ ! -d "$work/ideas/auxiliary" ]; then
  "$headclip" datasets synthesize "$work/ideas/auxiliary.part" --seed 20 --count 612 \
    --textures "$all/surfaces" --cutouts "$all/cutouts"
  mv "$work/ideas/auxiliary.part" "$work/ideas/auxiliary"
fi

idea() { # name, pictures, flags of models pretrain
  to=$work/ideas/$1
  pictures=$2
  shift 2
  if [ ! -f "$to/measure/measure.md" ]; then
    "$headclip" models pretrain "$to" --textures "$pictures/surfaces" --cutouts "$pictures/cutouts" \
      --image-size 128 --batch 32 --steps 700 --lr 1e-3 "$@" >>"$to.log"
    OMP_NUM_THREADS=2 "$headclip" train --resume --root "$work/ideas/auxiliary" --backbone "$to" \
      --out "$to/adapter.safetensors" \
      --epochs 2 --image-size 128 --csa 4-8 --cls-ln-post --lambda 0.5 --threshold 0.47 >"$to.train.log"
    # smoothed as all rows of docs/starter.md are
    OMP_NUM_THREADS=2 "$home/starter/measure.sh" "$work" "$to" "$to/measure" --reference-smoothing gaussian >/dev/null
  fi
  echo "## $(basename "$to") $*"
  head -n 7 "$to/measure/measure.md"
}

for name in "${names[@]}"; do
  recipe "$name"
  idea "${recipe[@]}"
done
