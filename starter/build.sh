#!/usr/bin/env bash
# Makes the starter model anew: textures, pretraining in two stages, auxiliary set, adapter, resources.
# Goes on where it stopped. About two hours on two cores, most of it pretraining. The recipe of the next starter is
# in the making: what is shipped was made by this script of commit cce637e.
# usage: starter/build.sh WORK_DIR
set -euo pipefail
work=${1:?usage: starter/build.sh WORK_DIR}
home=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$work"
work=$(cd "$work" && pwd)
"$home/starter/fetch-textures.sh" "$work/textures"
pictures=(--textures "$work/textures/surfaces" --cutouts "$work/textures/cutouts")
export HEADCLIP_JAVA_OPTS=${HEADCLIP_JAVA_OPTS:--Xmx9g}
# each part of a batch has a thread of its own
OMP_NUM_THREADS=1 "$home/headclip" models pretrain "$work/small" "${pictures[@]}" \
  --image-size 128 --batch 32 --steps 2200 --lr 1e-3 | tee -a "$work/pretrain.log"
OMP_NUM_THREADS=1 "$home/headclip" models pretrain "$work/backbone" "${pictures[@]}" --from "$work/small" \
  --image-size 224 --batch 16 --steps 2000 --lr 6e-4 | tee -a "$work/pretrain.log"
if [ ! -d "$work/auxiliary" ]; then
  rm -rf "$work/auxiliary.part"
  "$home/headclip" datasets synthesize "$work/auxiliary.part" "${pictures[@]}" --seed 20 --count 1728
  mv "$work/auxiliary.part" "$work/auxiliary"
fi
"$home/headclip" train --resume --root "$work/auxiliary" --backbone "$work/backbone" \
  --out "$work/backbone/adapter.safetensors" \
  --epochs 4 --image-size 224 --csa 4-8 --cls-ln-post \
  --lambda 0.5 --threshold 0.47
to=$home/starter/src/main/resources/headclip/models/starter
mkdir -p "$to"
for f in config.json preprocessor_config.json tokenizer.json model.safetensors adapter.safetensors; do
  cp "$work/backbone/$f" "$to/$f"
done
ls -l "$to"
