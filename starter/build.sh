#!/usr/bin/env bash
# Makes the starter model anew: textures, pretraining, auxiliary set, adapter, resources.
# Goes on where it stopped. About 50 minutes on two cores, most of it pretraining.
# usage: starter/build.sh WORK_DIR
set -euo pipefail
work=${1:?usage: starter/build.sh WORK_DIR}
home=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$work"
work=$(cd "$work" && pwd)
"$home/starter/fetch-textures.sh" "$work/textures"
"$home/headclip" models pretrain "$work/backbone" --textures "$work/textures" | tee -a "$work/pretrain.log"
[ -d "$work/auxiliary" ] || "$home/headclip" datasets synthesize "$work/auxiliary" --seed 20 --count 1380
"$home/headclip" train --resume --root "$work/auxiliary" --backbone "$work/backbone" \
  --out "$work/backbone/adapter.safetensors" \
  --epochs 4 --image-size 224 --csa 4-8 --cls-ln-post \
  --lambda 0.8 --threshold 0.35
to=$home/starter/src/main/resources/headclip/models/starter
mkdir -p "$to"
for f in config.json preprocessor_config.json tokenizer.json model.safetensors adapter.safetensors; do
  cp "$work/backbone/$f" "$to/$f"
done
ls -l "$to"
