# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The models: each builder makes a module with random weights, and its inputs by name, small or in the size it is used in.

Models of transformers are wrapped where they take or return more than tensors.
"""
import dataclasses
from typing import Callable

import timm
import torch
import torchvision
import transformers
from transformers import DynamicCache

import networks

EXPORTERS = ("torchscript", "dynamo18", "dynamo23")


@dataclasses.dataclass
class Model:
    module: torch.nn.Module
    inputs: dict


class Select(torch.nn.Module):
    """A model that returns the named fields of what another one returns."""

    def __init__(self, inner, *fields, **fixed):
        super().__init__()
        self.inner, self.fields, self.fixed = inner, fields, fixed
        self.names = []

    def forward(self, *arguments):
        out = self.inner(**dict(zip(self.names, arguments)), **self.fixed, return_dict=True)
        results = tuple(getattr(out, field) for field in self.fields)
        return results if len(results) > 1 else results[0]


def tokens(count, vocabulary, batch=1):
    return torch.randint(3, vocabulary - 3, (batch, count))


def padded_mask(batch, count):
    """All ones but for the last tokens of the last row."""
    mask = torch.ones(batch, count, dtype=torch.int64)
    mask[-1, count - count // 4:] = 0
    return mask


def pixels(size, batch=1):
    return torch.randn(batch, 3, size, size)


def select(inner, fields, inputs, **fixed):
    module = Select(inner, *fields, **fixed)
    module.names = list(inputs)
    return Model(module, inputs)


def bert(full, attention="sdpa"):
    sizes = {} if full else dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, vocab_size=100)
    config = transformers.BertConfig(attn_implementation=attention, **sizes)
    count, batch = (128, 1) if full else (12, 2)
    inputs = dict(input_ids=tokens(count, config.vocab_size, batch), attention_mask=padded_mask(batch, count))
    return select(transformers.BertModel(config), ["last_hidden_state", "pooler_output"], inputs)


def gpt2_config(full, attention="sdpa"):
    sizes = {} if full else dict(n_embd=32, n_layer=2, n_head=4, vocab_size=100, n_positions=64)
    return transformers.GPT2Config(attn_implementation=attention, **sizes)


def gpt2(full, attention="sdpa"):
    config = gpt2_config(full, attention)
    count, batch = (128, 1) if full else (12, 2)
    inputs = dict(input_ids=tokens(count, config.vocab_size, batch), attention_mask=torch.ones(batch, count, dtype=torch.int64))
    return select(transformers.GPT2LMHeadModel(config), ["logits"], inputs, use_cache=False)


class Gpt2WithPast(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, input_ids, attention_mask, *past):
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        out = self.inner(input_ids=input_ids, attention_mask=attention_mask, past_key_values=cache, use_cache=True)
        present = [part for layer in out.past_key_values.layers for part in (layer.keys, layer.values)]
        return (out.logits, *present)


def gpt2_past(full):
    config = gpt2_config(full)
    past, batch = (64, 1) if full else (7, 2)
    head = config.n_embd // config.n_head
    inputs = dict(input_ids=tokens(1, config.vocab_size, batch), attention_mask=torch.ones(batch, past + 1, dtype=torch.int64))
    for layer in range(config.n_layer):
        for kind in ("key", "value"):
            inputs[f"past_{kind}_{layer}"] = torch.randn(batch, config.n_head, past, head)
    return Model(Gpt2WithPast(transformers.GPT2LMHeadModel(config)), inputs)


def t5_config(full):
    sizes = {} if full else dict(d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, vocab_size=100)
    return transformers.T5Config(**sizes)


def t5_encoder(full):
    config = t5_config(full)
    count, batch = (128, 1) if full else (12, 2)
    inputs = dict(input_ids=tokens(count, config.vocab_size, batch), attention_mask=padded_mask(batch, count))
    return select(transformers.T5EncoderModel(config), ["last_hidden_state"], inputs)


class T5Decoder(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, input_ids, encoder_states, encoder_mask):
        out = self.inner.decoder(input_ids=input_ids, encoder_hidden_states=encoder_states,
                                 encoder_attention_mask=encoder_mask, use_cache=False, return_dict=True)
        return self.inner.lm_head(out.last_hidden_state)


def t5_decoder(full):
    config = t5_config(full)
    count, source, batch = (32, 128, 1) if full else (9, 12, 2)
    inputs = dict(input_ids=tokens(count, config.vocab_size, batch), encoder_states=torch.randn(batch, source, config.d_model),
                  encoder_mask=padded_mask(batch, source))
    return Model(T5Decoder(transformers.T5ForConditionalGeneration(config)), inputs)


def whisper_config(full):
    sizes = dict(encoder_layers=4, decoder_layers=4, d_model=384, encoder_attention_heads=6, decoder_attention_heads=6,
                 encoder_ffn_dim=1536, decoder_ffn_dim=1536) if full else dict(
        encoder_layers=2, decoder_layers=2, d_model=32, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=64,
        decoder_ffn_dim=64, max_source_positions=24, max_target_positions=24, vocab_size=100, num_mel_bins=16, pad_token_id=0,
        bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, suppress_tokens=None, begin_suppress_tokens=None)
    return transformers.WhisperConfig(**sizes)


def whisper_encoder(full):
    config = whisper_config(full)
    inputs = dict(input_features=torch.randn(1, config.num_mel_bins, 2 * config.max_source_positions))
    return select(transformers.WhisperModel(config).encoder, ["last_hidden_state"], inputs)


class WhisperDecoder(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, input_ids, encoder_states):
        return self.inner(input_ids=input_ids, encoder_hidden_states=encoder_states, use_cache=False,
                          attention_mask=torch.ones_like(input_ids), return_dict=True).last_hidden_state


def whisper_decoder(full):
    config = whisper_config(full)
    inputs = dict(input_ids=tokens(16 if full else 7, config.vocab_size),
                  encoder_states=torch.randn(1, config.max_source_positions, config.d_model))
    return Model(WhisperDecoder(transformers.WhisperModel(config).decoder), inputs)


def llama(full, attention="sdpa"):
    sizes = dict(hidden_size=1024, intermediate_size=2752, num_hidden_layers=2, num_attention_heads=8, num_key_value_heads=2,
                 vocab_size=4096) if full else dict(
        hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=100)
    config = transformers.LlamaConfig(attn_implementation=attention, **sizes)
    count, batch = (256, 1) if full else (12, 2)
    inputs = dict(input_ids=tokens(count, config.vocab_size, batch), attention_mask=torch.ones(batch, count, dtype=torch.int64))
    return select(transformers.LlamaForCausalLM(config), ["logits"], inputs, use_cache=False)


def clip(full):
    text = {} if full else dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, vocab_size=100,
                                bos_token_id=1, eos_token_id=99, pad_token_id=0, projection_dim=16)
    vision = {} if full else dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=32,
                                  patch_size=8, projection_dim=16)
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, **({} if full else dict(projection_dim=16)))
    count = 77 if full else 12
    ids = tokens(count, config.text_config.vocab_size, 2)
    ids[:, -1] = config.text_config.eos_token_id
    inputs = dict(input_ids=ids, pixel_values=pixels(config.vision_config.image_size),
                  attention_mask=torch.ones_like(ids))
    return select(transformers.CLIPModel(config), ["logits_per_text", "image_embeds", "text_embeds"], inputs)


def sam_encoder(full):
    sizes = {} if full else dict(
        hidden_size=32, output_channels=16, num_hidden_layers=3, num_attention_heads=2, image_size=64, patch_size=8, window_size=3,
        global_attn_indexes=[1], num_pos_feats=8, mlp_dim=64)
    # Its default for weights, 1e-10, leaves nothing of the input.
    config = transformers.SamVisionConfig(**sizes, initializer_range=0.02)
    inputs = dict(pixel_values=pixels(config.image_size))
    return select(transformers.SamVisionModel(config), ["last_hidden_state"], inputs)


def detr(full):
    sizes = {} if full else dict(d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
                                 encoder_ffn_dim=64, decoder_ffn_dim=64, num_queries=9, num_labels=5)
    backbone = transformers.ResNetConfig(out_features=["stage4"], **({} if full else dict(
        embedding_size=8, hidden_sizes=[8, 16, 16, 24], depths=[1, 1, 1, 1])))
    config = transformers.DetrConfig(use_timm_backbone=False, use_pretrained_backbone=False, backbone=None,
                                     backbone_config=backbone, **sizes)
    height, width = (480, 640) if full else (64, 96)
    inputs = dict(pixel_values=torch.randn(1, 3, height, width), pixel_mask=torch.ones(1, height, width, dtype=torch.int64))
    return select(transformers.DetrForObjectDetection(config), ["logits", "pred_boxes"], inputs)


def convolutional(full):
    """ResNet-50, and a ResNet of one block per stage."""
    if full:
        return Model(torchvision.models.resnet50(weights=None), dict(image=pixels(224)))
    blocks = torchvision.models.resnet.Bottleneck
    return Model(torchvision.models.ResNet(blocks, [1, 1, 1, 1], num_classes=10, width_per_group=8), dict(image=pixels(64, 2)))


def text_cnn(full):
    vocabulary, width, channels = (5000, 300, 100) if full else (100, 16, 8)
    return Model(networks.TextCnn(vocabulary, width, channels), dict(input_ids=tokens(56 if full else 20, vocabulary, 2)))


def tcn(full):
    return Model(networks.Tcn(8, 25) if full else networks.Tcn(3, 6), dict(x=torch.randn(1, 1, 784 if full else 64)))


def recurrent(kind, bidirectional):
    def build(full):
        width, hidden, steps = (128, 256, 100) if full else (12, 20, 9)
        return Model(networks.Recurrent(kind, width, hidden, bidirectional), dict(x=torch.randn(2, steps, width)))
    return build


def decoding_loop(full):
    module = torch.jit.script(networks.DecodingLoop(*((5000, 256) if full else (50, 32))))
    return Model(module, dict(start=torch.tensor([3, 17, 8]), steps=torch.tensor(12)))


def collecting_loop(full):
    width, hidden, steps = (128, 256, 100) if full else (16, 32, 7)
    return Model(torch.jit.script(networks.CollectingLoop(width, hidden)), dict(x=torch.randn(steps, 2, width)))


def growing_loop(full):
    module = torch.jit.script(networks.GrowingLoop(*((5000, 256, 40) if full else (50, 32, 6))))
    return Model(module, dict(input_ids=torch.tensor([[3, 5]])))


def vision(name, size, **small):
    def build(full):
        module = timm.create_model(name, pretrained=False, **({} if full else small))
        return Model(module, dict(image=pixels(size if full else small["img_size"], 1 if full else 2)))
    return build


TINY = dict(img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=4, num_classes=10)
HYBRID = dict(img_size=64, embed_dim=32, depth=2, num_heads=4, num_classes=10)

MODELS: dict[str, Callable[[bool], Model]] = {
    "bert": bert,
    "bert-eager": lambda full: bert(full, "eager"),
    "gpt2": gpt2,
    "gpt2-eager": lambda full: gpt2(full, "eager"),
    "gpt2-past": gpt2_past,
    "t5-encoder": t5_encoder,
    "t5-decoder": t5_decoder,
    "whisper-encoder": whisper_encoder,
    "whisper-decoder": whisper_decoder,
    "llama": llama,
    "llama-eager": lambda full: llama(full, "eager"),
    "clip": clip,
    "sam-encoder": sam_encoder,
    "detr-r50": detr,
    "swin-t": vision("swin_tiny_patch4_window7_224", 224, img_size=56, window_size=7, embed_dim=16, depths=(2, 2), num_heads=(2, 4),
                     num_classes=10),
    "swinv2-t": vision("swinv2_tiny_window8_256", 256, img_size=64, window_size=4, embed_dim=16, depths=(2, 2), num_heads=(2, 4),
                       num_classes=10),
    "hybrid-r50-vit-b": vision("vit_base_r50_s16_224", 224, **HYBRID),
    "deit-s": vision("deit_small_patch16_224", 224, **TINY),
    "deit-distilled": vision("deit_tiny_distilled_patch16_224", 224, **TINY),
    "beit-b": vision("beit_base_patch16_224", 224, **TINY),
    "vit-b": vision("vit_base_patch16_224", 224, **TINY),
    "dinov2": vision("vit_small_patch14_reg4_dinov2", 518, **{**TINY, "img_size": 28, "patch_size": 7}),
    "eva02": vision("eva02_tiny_patch14_224", 224, **{**TINY, "img_size": 28, "patch_size": 7}),
    "siglip": vision("vit_base_patch16_siglip_224", 224, **{**TINY, "num_classes": 0}),
    "resnet50": convolutional,
    "text-cnn": text_cnn,
    "tcn": tcn,
    "rnn": recurrent("RNN", False),
    "rnn-both": recurrent("RNN", True),
    "gru": recurrent("GRU", False),
    "gru-both": recurrent("GRU", True),
    "lstm": recurrent("LSTM", False),
    "lstm-both": recurrent("LSTM", True),
    "collecting-loop": collecting_loop,
    "decoding-loop": decoding_loop,
    "growing-loop": growing_loop,
}


def exporters_of(name):
    """What can export a model: loops are scripted, which the newer exporter refuses."""
    return EXPORTERS[:1] if name.endswith("-loop") else EXPORTERS


def redraw(inputs, seed):
    """Other inputs of the same kind: numbers anew, tokens shuffled, masks as they are."""
    generator = torch.Generator().manual_seed(seed)
    drawn = {}
    for name, value in inputs.items():
        if value.is_floating_point():
            value = torch.randn(value.shape, generator=generator)
        elif "mask" not in name:
            value = value.flatten()[torch.randperm(value.numel(), generator=generator)].reshape(value.shape)
        drawn[name] = value
    return drawn


def widen(module):
    """Default weights make attention almost uniform and outputs almost zero; wider ones test the numbers."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.abs().sum() == 0:
                parameter.normal_(std=0.02 if parameter.ndim < 2 else 0.2)
            elif parameter.ndim >= 2:
                # At least as wide as keeps the size of what passes through.
                terms = parameter[0].numel()
                parameter.mul_(max(2.0, 1 / (float(parameter.std()) * terms ** 0.5)))
            elif "gamma" in name or name.endswith("lambda1"):
                # Scales of layers begin so small that the layers would not be seen.
                parameter.uniform_(0.5, 1.0)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_(std=0.1)
            elif name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5)
