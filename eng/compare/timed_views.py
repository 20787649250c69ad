"""What the programs that render views have in common: their arguments, the source images, and the clock.

Each prints one line, `views_per_second X`: views rendered in a second of a core's time, on one thread, from decoded images in memory to normalised
float32 planes (3, size, size), parameters drawn afresh for every view. The .NET side is the benchmark program's `views`.
"""
import argparse
import time

import numpy as np

IMAGES = 64
VIEWS_BETWEEN_LOOKS = 16
WARM_UP_SECONDS = 3
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)

# SimCLR's augmentation (Chen et al. 2020, appendix A) at full strength.
CROP_SCALE = (0.08, 1.0)
CROP_RATIO = (3 / 4, 4 / 3)
FLIP = 0.5
JITTER, JITTER_STRENGTH, HUE_STRENGTH = 0.8, 0.8, 0.2
GREY = 0.2
BLUR, SIGMA = 0.5, (0.1, 2.0)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=224, help="side of the views in pixels")
    parser.add_argument("--source", type=int, default=256, help="side of the source images in pixels")
    parser.add_argument("--mode", choices=["view", "crop"], default="view", help="all of SimCLR's steps, or crop, resize, flip and normalisation")
    parser.add_argument("--seconds", type=float, default=3)
    return parser.parse_args()


def images(side):
    """The same bytes as on the .NET side: a ramp, rings and noise, in 32-bit integers."""
    y, x = np.meshgrid(np.arange(side, dtype=np.uint32), np.arange(side, dtype=np.uint32), indexing="ij")
    for k in range(IMAGES):
        channels = []
        for c in range(3):
            ramp = (x * np.uint32(3 + c) + y * np.uint32(5 - c) + np.uint32(17 * k)) >> 2 & 127
            rings = (x * x + y * y * np.uint32(3) + np.uint32(7 * k * c)) >> 6 & 63
            noise = (x * np.uint32(73856093) ^ y * np.uint32(19349663) ^ np.uint32(83492791 * (3 * k + c) & 0xFFFFFFFF)) >> 9 & 31
            channels.append(ramp + rings + noise)
        yield np.stack(channels, axis=2).astype(np.uint8)


def measure(render, sources, seconds):
    """Renders one image after another, three seconds to warm up (the .NET side compiles meanwhile), then for the time given: of the processor, which other programs do not take away."""
    for duration in (WARM_UP_SECONDS, seconds):
        count, start = 0, time.process_time()
        while (elapsed := time.process_time() - start) < duration:
            for count in range(count, count + VIEWS_BETWEEN_LOOKS):
                render(sources[count % len(sources)])
            count += 1
    print(f"views_per_second {count / elapsed:.1f}")
