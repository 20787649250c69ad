#!/usr/bin/env python3
"""Exchanges weights with torchvision through a folder; run by PyTorchInteropTests.

    python3 eng/interop/torchvision_weights.py FOLDER resnet18 resnet50

Reads NAME-ours.pth (weights, from encoder.SaveWeights) and NAME-sample.pth (images, and the features that the encoder has computed of them): loads the
weights with strict=True and without executing anything of the file, and fails where a feature differs by more than 1e-5. Writes NAME-theirs.pth, a
checkpoint as MoCo's training saves it, NAME-theirs-legacy.pth, the same in the form before PyTorch 1.6, and NAME-theirs-sample.pth with features of the same images, for the encoder to do likewise.
"""

import argparse
import pathlib
import sys

import torch
import torchvision

TOLERANCE = 1e-5


def encoder(name):
    """torchvision's network without its classifier, so that every key of the file is one of its own."""
    network = torchvision.models.__dict__[name]()
    network.fc = torch.nn.Identity()
    return network.eval()


def fresh(name):
    """An encoder with weights of its own, whose batch norms have seen something."""
    network = encoder(name).train()
    with torch.no_grad():
        network(torch.randn(4, 3, 64, 64))
    return network.eval()


def main(folder, names):
    torch.manual_seed(1)
    for name in names:
        ours = encoder(name)
        ours.load_state_dict(torch.load(folder / f"{name}-ours.pth", weights_only=True), strict=True)
        sample = torch.load(folder / f"{name}-sample.pth", weights_only=True)
        with torch.no_grad():
            difference = (ours(sample["images"]) - sample["features"]).abs().max().item()
        print(f"{name}: features of our weights differ by {difference:.2g}")
        if not difference <= TOLERANCE:
            sys.exit(f"{name}: {difference} is more than {TOLERANCE}")

        theirs = fresh(name)
        state = {f"module.encoder_q.{key}": value for key, value in theirs.state_dict().items()}
        state |= {f"module.encoder_k.{key}": torch.zeros_like(value) for key, value in theirs.state_dict().items()}
        state |= {"module.encoder_q.fc.0.weight": torch.zeros(2, 2), "module.queue": torch.zeros(128, 4)}
        checkpoint = {"epoch": 200, "arch": name, "state_dict": state, "args": argparse.Namespace(lr=0.03)}
        torch.save(checkpoint, folder / f"{name}-theirs.pth")
        torch.save(checkpoint, folder / f"{name}-theirs-legacy.pth", pickle_protocol=4, _use_new_zipfile_serialization=False)
        with torch.no_grad():
            torch.save({"images": sample["images"], "features": theirs(sample["images"])}, folder / f"{name}-theirs-sample.pth")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
