#!/usr/bin/python3
"""SimCLR views by OpenCV and NumPy: the fastest way that each step has there, 8 bits between the steps."""
import math
import random

import cv2
import numpy as np

from timed_views import *

LEVELS = np.arange(256, dtype=np.float32)
SCALE = [np.float32(1 / (255 * std)) for std in STD]
OFFSET = [np.float32(-mean / std) for mean, std in zip(MEAN, STD)]


def crop_box(width, height):
    """torchvision's RandomResizedCrop: ten tries, then the largest central box."""
    for _ in range(10):
        area = width * height * random.uniform(*CROP_SCALE)
        ratio = math.exp(random.uniform(math.log(CROP_RATIO[0]), math.log(CROP_RATIO[1])))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            return random.randint(0, width - w), random.randint(0, height - h), w, h
    side = min(width, height)
    return (width - side) // 2, (height - side) // 2, side, side


def blend_with_level(image, level, factor):
    return cv2.LUT(image, np.clip(level + factor * (LEVELS - level), 0, 255).astype(np.uint8))


def contrast(image, factor):
    return blend_with_level(image, round(cv2.mean(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))[0]), factor)


def grey(image):
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def hue(image, turns):
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV_FULL)
    planes = list(cv2.split(hsv))
    planes[0] += np.uint8(int(turns * 255) & 255)
    return cv2.cvtColor(cv2.merge(planes), cv2.COLOR_HSV2RGB_FULL)


def jitter(image):
    brightness_factor, contrast_factor, saturation_factor = (random.uniform(1 - JITTER_STRENGTH, 1 + JITTER_STRENGTH) for _ in range(3))
    turns = random.uniform(-HUE_STRENGTH, HUE_STRENGTH)
    operations = [
        lambda x: blend_with_level(x, 0, brightness_factor),
        lambda x: contrast(x, contrast_factor),
        lambda x: cv2.addWeighted(x, saturation_factor, grey(x), 1 - saturation_factor, 0),
        lambda x: hue(x, turns),
    ]
    random.shuffle(operations)
    for operation in operations:
        image = operation(image)
    return image


def render(source, size, mode):
    x, y, w, h = crop_box(source.shape[1], source.shape[0])
    # OpenCV's bilinear filter is not antialiased; averaging areas is its filter for shrinking.
    filter = cv2.INTER_AREA if w > size and h > size else cv2.INTER_LINEAR
    image = cv2.resize(source[y:y + h, x:x + w], (size, size), interpolation=filter)
    if random.random() < FLIP:
        image = cv2.flip(image, 1)
    if mode == "view":
        if random.random() < JITTER:
            image = jitter(image)
        if random.random() < GREY:
            image = grey(image)
        if random.random() < BLUR:
            image = cv2.GaussianBlur(image, (0, 0), random.uniform(*SIGMA))
    planes = np.empty((3, size, size), np.float32)
    for channel, plane in enumerate(cv2.split(image)):
        np.multiply(plane, SCALE[channel], out=planes[channel])
        planes[channel] += OFFSET[channel]
    return planes


if __name__ == "__main__":
    cv2.setNumThreads(0)
    random.seed(1)
    options = arguments()
    measure(lambda source: render(source, options.size, options.mode), list(images(options.source)), options.seconds)
