#!/usr/bin/env python3
"""Writes test/Microsoft.ML.Contrastive.Tests/Weights/pytorch-1.13.pth and the same in the form before PyTorch 1.6, pytorch-1.13-legacy.pth: tensors of every type and
layout, and what checkpoints have beside them.

Run with PyTorch 1.13 (Debian 12: python3-torch):  python3 eng/expected/pytorch_file.py
"""

import argparse
import collections
import pathlib

import numpy
import torch

base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
shared = torch.arange(10, dtype=torch.float32)
state = collections.OrderedDict(
    contiguous=base.clone(),
    transposed=base.t(),
    slice=base[1:3, 2:5],
    strided=base[::2, ::3],
    head=shared[:4],
    tail=shared[4:],
    expanded=torch.tensor([3.0]).expand(5),
    scalar=torch.tensor(2.5),
    empty=torch.empty(0, 3),
    double=torch.tensor([0.1, -0.2], dtype=torch.float64),
    half=torch.tensor([0.5, -1.5], dtype=torch.float16),
    brain=torch.tensor([0.5, -1.5], dtype=torch.bfloat16),
    long=torch.tensor([-(2**62), 2**62]),
    int=torch.tensor([-7, 7], dtype=torch.int32),
    short=torch.tensor([-7, 7], dtype=torch.int16),
    char=torch.tensor([-7, 7], dtype=torch.int8),
    byte=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    parameter=torch.nn.Parameter(torch.tensor([1.0, 2.0])),
)
linear = torch.nn.Linear(2, 3)
with torch.no_grad():
    linear.weight.copy_(torch.arange(6).reshape(3, 2))
    linear.bias.copy_(torch.arange(3))
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1, momentum=0.9)
linear(torch.ones(1, 2)).sum().backward()
optimizer.step()

checkpoint = {
    "epoch": 7,
    "arch": "resnet50",
    "best_acc1": numpy.float64(0.25),
    "best_acc2": torch.tensor(0.25),
    "state_dict": state,
    "linear": linear.state_dict(),
    "optimizer": optimizer.state_dict(),
    "args": argparse.Namespace(lr=0.1, names=["a", "b"], path=pathlib.Path("data")),
    "sizes": torch.Size([1, 2]),
    "device": torch.device("cpu"),
    "type": torch.float32,
    "large": 2**100,
    "set": {1, 2},
    "counts": collections.defaultdict(list, {"a": [1]}),
}
folder = pathlib.Path(__file__).parents[2] / "test/Microsoft.ML.Contrastive.Tests/Weights"
torch.save(checkpoint, folder / "pytorch-1.13.pth")
torch.save(checkpoint, folder / "pytorch-1.13-legacy.pth", _use_new_zipfile_serialization=False)
