#!/usr/bin/python3
"""Time of one epoch of SimCLR in PyTorch: torchvision's transforms on PIL images in a DataLoader, ResNet-18 at a quarter of the width with CIFAR's stem.
The peer of the benchmark `epoch`: same images, views, batch, network and optimiser.

    /usr/bin/python3 eng/compare/epoch_pytorch.py --data FOLDER --workers 1

Prints `epoch_seconds X`: from opening the folder of images to the end of the last step; loading Python and torch is not in it.
"""

import argparse
import random
import time

import torch
import torchvision
from PIL import ImageFilter
from torchvision import transforms

import simclr_pytorch

SIDE, BATCH, WIDTH = 32, 256, 0.25

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--data", required=True, help="folder of class folders")
arguments.add_argument("--images", type=int, help="use only so many images, evenly spread")
arguments.add_argument("--workers", type=int, default=1, help="processes of the DataLoader; 0 loads in the training process")
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--memory-format", choices=("contiguous", "channels_last"), default="contiguous", help="contiguous is what PyTorch does by itself")
options = arguments.parse_args()


class PilBlur:
    """As in MoCo v2's code."""

    def __call__(self, image):
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))


class TwoViews:
    def __init__(self, view):
        self.view = view

    def __call__(self, image):
        return self.view(image), self.view(image)


view = transforms.Compose([
    transforms.RandomResizedCrop(SIDE, scale=(0.2, 1.0)),
    transforms.RandomHorizontalFlip(),
    transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
    transforms.RandomGrayscale(p=0.2),
    transforms.RandomApply([PilBlur()], p=0.5),
    transforms.ToTensor(),
    transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
])

torch.set_num_threads(options.threads)
torch.manual_seed(1)
start = time.perf_counter()
images = torchvision.datasets.ImageFolder(options.data, TwoViews(view))
if options.images:
    images = torch.utils.data.Subset(images, [i * len(images) // options.images for i in range(options.images)])
loader = torch.utils.data.DataLoader(images, BATCH, shuffle=True, drop_last=True, num_workers=options.workers)
memory_format = torch.channels_last if options.memory_format == "channels_last" else torch.contiguous_format
network = simclr_pytorch.SimClr("cifar", WIDTH, temperature=0.2).train().to(memory_format=memory_format)
sgd = simclr_pytorch.optimizer(network, BATCH)
for (first, second), _ in loader:
    simclr_pytorch.step(network, sgd, first.contiguous(memory_format=memory_format), second.contiguous(memory_format=memory_format))
print(f"epoch_seconds {time.perf_counter() - start:.3f}")
