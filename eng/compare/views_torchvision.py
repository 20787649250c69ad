#!/usr/bin/python3
"""SimCLR views by torchvision's transforms on Pillow images; the blur is Pillow's, as in MoCo v2's and SimSiam's code."""
import random

import torch
from PIL import Image, ImageFilter
from torchvision import transforms

from timed_views import *


class PillowBlur:
    def __call__(self, image):
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(*SIGMA)))


def transform(size, mode):
    steps = [transforms.RandomResizedCrop(size, scale=CROP_SCALE, ratio=CROP_RATIO), transforms.RandomHorizontalFlip(FLIP)]
    if mode == "view":
        jitter = transforms.ColorJitter(JITTER_STRENGTH, JITTER_STRENGTH, JITTER_STRENGTH, HUE_STRENGTH)
        steps += [transforms.RandomApply([jitter], p=JITTER), transforms.RandomGrayscale(p=GREY), transforms.RandomApply([PillowBlur()], p=BLUR)]
    return transforms.Compose(steps + [transforms.ToTensor(), transforms.Normalize(MEAN, STD, inplace=True)])


if __name__ == "__main__":
    torch.set_num_threads(1)
    random.seed(1)
    torch.manual_seed(1)
    options = arguments()
    measure(transform(options.size, options.mode), [Image.fromarray(pixels) for pixels in images(options.source)], options.seconds)
