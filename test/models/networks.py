# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks around attention: convolutions, recurrence, decoding loops. Plain torch modules, as people write them."""
from typing import List

import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm


class TextCnn(nn.Module):
    """Convolutions of several widths over embedded tokens, the largest value of each channel, a classifier."""

    def __init__(self, vocabulary, width, channels):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.convolutions = nn.ModuleList([nn.Conv1d(width, channels, size) for size in (3, 4, 5)])
        self.head = nn.Linear(3 * channels, 4)

    def forward(self, ids):
        x = self.embed(ids).transpose(1, 2)
        return self.head(torch.cat([torch.relu(part(x)).max(-1).values for part in self.convolutions], 1))


class TemporalBlock(nn.Module):
    """Two dilated causal convolutions with normalised weights, padded on both sides and cut at the end, and a residual."""

    def __init__(self, inner, outer, size, dilation):
        super().__init__()
        self.cut = (size - 1) * dilation
        self.first = weight_norm(nn.Conv1d(inner, outer, size, padding=self.cut, dilation=dilation))
        self.second = weight_norm(nn.Conv1d(outer, outer, size, padding=self.cut, dilation=dilation))
        self.residual = nn.Conv1d(inner, outer, 1) if inner != outer else nn.Identity()

    def forward(self, x):
        y = torch.relu(self.first(x)[..., :-self.cut].contiguous())
        y = torch.relu(self.second(y)[..., :-self.cut].contiguous())
        return torch.relu(y + self.residual(x))


class Tcn(nn.Module):
    def __init__(self, levels, channels):
        super().__init__()
        self.blocks = nn.Sequential(*[TemporalBlock(channels if i else 1, channels, 7, 2**i) for i in range(levels)])
        self.head = nn.Linear(channels, 10)

    def forward(self, x):
        return self.head(self.blocks(x)[:, :, -1])


class Recurrent(nn.Module):
    """Two layers of RNN, GRU or LSTM; returns the sequence and the last states."""

    def __init__(self, kind, width, hidden, bidirectional):
        super().__init__()
        self.cells = getattr(nn, kind)(width, hidden, 2, batch_first=True, bidirectional=bidirectional)

    def forward(self, x):
        sequence, state = self.cells(x)
        return (sequence, *state) if isinstance(state, tuple) else (sequence, state)


class DecodingLoop(nn.Module):
    """Greedy decoding into a buffer, for as many steps as asked."""

    def __init__(self, vocabulary, width):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.mix = nn.Linear(width, width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, start, steps):
        tokens = torch.zeros(start.size(0), 13, dtype=torch.long)
        tokens[:, 0] = start
        hidden, token = torch.zeros(start.size(0), self.mix.in_features, dtype=self.mix.weight.dtype), start
        for k in range(int(steps)):
            hidden = torch.tanh(self.mix(hidden) + self.embed(token))
            token = self.head(hidden).argmax(-1)
            tokens[:, k + 1] = token
        return tokens, hidden


class CollectingLoop(nn.Module):
    """A cell written by hand, over the steps of its input; the states are collected in a list."""

    def __init__(self, width, hidden):
        super().__init__()
        self.mix = nn.Linear(width + hidden, hidden)

    def forward(self, x):
        state = torch.zeros(x.size(1), self.mix.out_features, dtype=x.dtype)
        states: List[torch.Tensor] = []
        for t in range(x.size(0)):
            state = torch.tanh(self.mix(torch.cat([x[t], state], 1)))
            states.append(state)
        return torch.stack(states, 1), torch.cat(states, 0)


class GrowingLoop(nn.Module):
    """Greedy decoding with attention over what was said so far, which grows by one token at each step."""

    def __init__(self, vocabulary, width, steps):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.head = nn.Linear(width, vocabulary)
        self.scale: float = width ** -0.5
        self.steps: int = steps

    def forward(self, tokens):
        hidden = self.embed(tokens)
        for _ in range(self.steps):
            x = self.embed(tokens)
            scores = self.query(x[:, -1:]) @ self.key(x).transpose(1, 2) * self.scale
            hidden = torch.softmax(scores, -1) @ self.value(x)
            tokens = torch.cat([tokens, self.head(hidden).argmax(-1)], 1)
        return tokens, hidden
