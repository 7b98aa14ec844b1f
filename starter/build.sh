#!/usr/bin/env bash
# Makes the starter model again: pictures, the generation before out of the repository's history, training on in two
# stages, half way back, auxiliary set, adapter, resources. Goes on where it stopped. Two to three hours on two cores,
# most of it pretraining. (Generations and the commits whose scripts made them: docs/starter.md.)
# usage: starter/build.sh WORK_DIR
set -euo pipefail
work=${1:?usage: starter/build.sh WORK_DIR}
home=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$work"
work=$(cd "$work" && pwd)
before=$work/before
in=starter/src/main/resources/headclip/models/starter
if [ ! -d "$before" ]; then
  rm -rf "$before.part"
  mkdir -p "$before.part"
  for f in config.json preprocessor_config.json tokenizer.json model.safetensors; do
    git -C "$home" show "9ce9d1a:$in/$f" >"$before.part/$f" \
      || { echo "needs the history of the repository: git fetch --unshallow" >&2; exit 2; }
  done
  mv "$before.part" "$before"
fi
"$home/starter/fetch-textures.sh" "$work/textures"
pictures=(--textures "$work/textures/surfaces" --cutouts "$work/textures/cutouts")
examples=("${pictures[@]}" --even 0.75 --bodies 0.08)
export HEADCLIP_JAVA_OPTS=${HEADCLIP_JAVA_OPTS:--Xmx9g}
# each part of a batch has a thread of its own
OMP_NUM_THREADS=1 "$home/headclip" models pretrain "$work/small" "${examples[@]}" --from "$before" \
  --image-size 224 --batch 16 --steps 1400 --lr 5e-4 --seed 91 | tee -a "$work/pretrain.log"
OMP_NUM_THREADS=1 "$home/headclip" models pretrain "$work/large" "${examples[@]}" --from "$work/small" \
  --image-size 288 --batch 16 --steps 480 --lr 3e-4 --seed 92 | tee -a "$work/pretrain.log"
"$home/headclip" models interpolate "$before" "$work/large" "$work/backbone" --share 0.5
if [ ! -d "$work/auxiliary" ]; then
  rm -rf "$work/auxiliary.part"
  "$home/headclip" datasets synthesize "$work/auxiliary.part" "${pictures[@]}" --seed 20 --count 1740
  mv "$work/auxiliary.part" "$work/auxiliary"
fi
"$home/headclip" train --resume --root "$work/auxiliary" --backbone "$work/backbone" \
  --out "$work/backbone/adapter.safetensors" \
  --epochs 4 --image-size 288 --csa 4-8 --cls-ln-post \
  --sigma 8 --lambda 0.5 --threshold 0.5
to=$home/$in
mkdir -p "$to"
for f in config.json preprocessor_config.json tokenizer.json model.safetensors adapter.safetensors; do
  cp "$work/backbone/$f" "$to/$f"
done
ls -l "$to"
