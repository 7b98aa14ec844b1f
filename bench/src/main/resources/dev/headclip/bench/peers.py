"""Times the image tower of a CLIP in PyTorch: peers.py BACKBONE SIZE [ANOMALYCLIP_CHECKOUT].

Prints its ways, then for each line of input that names one the seconds of one image.
"""
import sys
import time

import torch


def clip_ways(folder, size):
    """Hugging Face's CLIPVisionModel in float32, under bfloat16 autocast, quantized dynamically."""
    from transformers import CLIPVisionModel

    model = CLIPVisionModel.from_pretrained(folder, torch_dtype=torch.float32).eval()
    pixels = torch.randn(1, 3, size, size)
    native = model.config.image_size == size

    def run(m):
        return m(pixel_values=pixels, interpolate_pos_encoding=not native, output_hidden_states=True)

    def bf16():
        with torch.autocast("cpu", dtype=torch.bfloat16):
            run(model)

    int8 = torch.ao.quantization.quantize_dynamic(
        CLIPVisionModel.from_pretrained(folder, torch_dtype=torch.float32).eval(),
        {torch.nn.Linear}, dtype=torch.qint8)
    return {"clip_fp32": lambda: run(model), "clip_bf16": bf16, "clip_int8": lambda: run(int8)}


def openai_names(folder):
    """The state dictionary of a Hugging Face folder under the names that the official code loads."""
    from transformers import CLIPModel

    model = CLIPModel.from_pretrained(folder, torch_dtype=torch.float32)
    given = model.state_dict()
    state = {}
    for tower, to in (("vision_model", "visual.transformer"), ("text_model", "transformer")):
        layers = model.config.vision_config if tower == "vision_model" else model.config.text_config
        for i in range(layers.num_hidden_layers):
            a = f"{tower}.encoder.layers.{i}."
            b = f"{to}.resblocks.{i}."
            for kind in ("weight", "bias"):
                state[b + "attn.in_proj_" + kind] = torch.cat(
                    [given[f"{a}self_attn.{p}_proj.{kind}"] for p in "qkv"])
                for x, y in (("self_attn.out_proj", "attn.out_proj"), ("layer_norm1", "ln_1"),
                             ("layer_norm2", "ln_2"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj")):
                    state[f"{b}{y}.{kind}"] = given[f"{a}{x}.{kind}"]
    for kind in ("weight", "bias"):
        state["visual.ln_pre." + kind] = given["vision_model.pre_layrnorm." + kind]
        state["visual.ln_post." + kind] = given["vision_model.post_layernorm." + kind]
        state["ln_final." + kind] = given["text_model.final_layer_norm." + kind]
    state["visual.conv1.weight"] = given["vision_model.embeddings.patch_embedding.weight"]
    state["visual.class_embedding"] = given["vision_model.embeddings.class_embedding"]
    state["visual.positional_embedding"] = given["vision_model.embeddings.position_embedding.weight"]
    state["visual.proj"] = given["visual_projection.weight"].t().contiguous()
    state["token_embedding.weight"] = given["text_model.embeddings.token_embedding.weight"]
    state["positional_embedding"] = given["text_model.embeddings.position_embedding.weight"]
    state["text_projection"] = given["text_projection.weight"].t().contiguous()
    state["logit_scale"] = given["logit_scale"]
    return state


def official_ways(checkout, folder, size):
    """The image encoder of zqhang/AnomalyCLIP with the settings of its test.py."""
    sys.path.insert(0, checkout)
    from AnomalyCLIP_lib.build_model import build_model

    details = {"Prompt_length": 12, "learnabel_text_embedding_depth": 9,
               "learnabel_text_embedding_length": 4}
    model = build_model("ViT-L/14@336px", openai_names(folder), details).float().eval()
    model.visual.DAPM_replace(DPAM_layer=20)
    pixels = torch.randn(1, 3, size, size)
    return {"anomalyclip": lambda: model.encode_image(pixels, [24], DPAM_layer=20)}


def main():
    folder, size = sys.argv[1], int(sys.argv[2])
    ways = clip_ways(folder, size)
    if len(sys.argv) > 3:
        ways.update(official_ways(sys.argv[3], folder, size))
    print("peers: " + " ".join(ways), flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            start = time.perf_counter()
            ways[line.strip()]()
            print("peers: %f" % (time.perf_counter() - start), flush=True)


main()
