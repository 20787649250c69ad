#!/usr/bin/python3
"""Time of a SimCLR training step of ResNet-18 in PyTorch, float32, on views that are there already; the peer of the benchmark `step`.

    /usr/bin/python3 eng/compare/step_pytorch.py --size 32 --batch 64 --seconds 10

Prints `step_seconds X`, the median, and `step_processor_seconds X`, the mean over all cores, which other work on the machine disturbs less.
"""

import argparse
import statistics
import time

import torch

import simclr_pytorch

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--size", type=int, default=32, help="side of the views in pixels; up to 96 the stem is CIFAR's")
arguments.add_argument("--batch", type=int, default=64, help="images a step, of two views each")
arguments.add_argument("--seconds", type=float, default=10, help="how long to measure")
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--memory-format", choices=("contiguous", "channels_last"), default="contiguous", help="contiguous is what PyTorch does by itself")
options = arguments.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(1)
network = simclr_pytorch.SimClr("cifar" if options.size <= 96 else "imagenet").train()
views = [torch.rand(options.batch, 3, options.size, options.size) for _ in range(2)]
if options.memory_format == "channels_last":
    network = network.to(memory_format=torch.channels_last)
    views = [view.contiguous(memory_format=torch.channels_last) for view in views]
sgd = simclr_pytorch.optimizer(network, options.batch)

WARM_UP = 3
for _ in range(WARM_UP):
    simclr_pytorch.step(network, sgd, *views)
seconds, processor = [], time.process_time()
end = time.perf_counter() + options.seconds
while time.perf_counter() < end or len(seconds) < 3:
    start = time.perf_counter()
    simclr_pytorch.step(network, sgd, *views)
    seconds.append(time.perf_counter() - start)
print(f"step_seconds {statistics.median(seconds):.6f}")
print(f"step_processor_seconds {(time.process_time() - processor) / len(seconds):.6f}")
