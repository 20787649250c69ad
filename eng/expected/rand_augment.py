"""RandAugment's operations carried out by Pillow: prints rand-augment.csv of the tests (Pillow 9.4.0, Debian).

    python3 eng/expected/rand_augment.py > test/Microsoft.ML.Contrastive.Tests/Imaging/rand-augment.csv

Each row: image, operation, argument, filter, the pixels of the result in hexadecimal. The images are formulas; the tests make them again.
"""
import numpy
from PIL import Image, ImageEnhance, ImageOps

WIDTH, HEIGHT, FILL = 19, 14, (124, 116, 104)


def pixels(name):
    y, x, c = numpy.mgrid[0:HEIGHT, 0:WIDTH, 0:3]
    if name == "noise":
        return (x * x * 37 + y * 59 + c * 83 + x * y * 7) % 256
    return 60 + 4 * x + 3 * y + 11 * c        # ramp: few values, none near the ends


def transform(image, matrix, resample):
    return image.transform(image.size, Image.Transform.AFFINE, matrix, resample=resample, fillcolor=FILL)


def solarize_add(image, add):
    return image.point([min(255, v + add) if v < 128 else v for v in range(256)] * 3)


def apply(image, operation, argument, resample):
    width, height = image.size
    return {
        "AutoContrast": lambda: ImageOps.autocontrast(image),
        "Equalize": lambda: ImageOps.equalize(image),
        "Invert": lambda: ImageOps.invert(image),
        "Rotate": lambda: image.rotate(argument, resample=resample, fillcolor=FILL),
        "Posterize": lambda: ImageOps.posterize(image, int(argument)),
        "Solarize": lambda: ImageOps.solarize(image, int(argument)),
        "SolarizeAdd": lambda: solarize_add(image, int(argument)),
        "Color": lambda: ImageEnhance.Color(image).enhance(argument),
        "Contrast": lambda: ImageEnhance.Contrast(image).enhance(argument),
        "Brightness": lambda: ImageEnhance.Brightness(image).enhance(argument),
        "Sharpness": lambda: ImageEnhance.Sharpness(image).enhance(argument),
        "ShearX": lambda: transform(image, (1, argument, 0, 0, 1, 0), resample),
        "ShearY": lambda: transform(image, (1, 0, 0, argument, 1, 0), resample),
        "TranslateX": lambda: transform(image, (1, 0, argument * width, 0, 1, 0), resample),
        "TranslateY": lambda: transform(image, (1, 0, 0, 0, 1, argument * height), resample),
    }[operation]()


TONES = [("AutoContrast", 0), ("Equalize", 0), ("Invert", 0), ("Posterize", 4), ("Posterize", 3), ("Posterize", 0), ("Solarize", 256), ("Solarize", 247), ("Solarize", 77),
         ("SolarizeAdd", 110), ("SolarizeAdd", 104), ("Color", 1.9), ("Contrast", 1.82), ("Brightness", 1.9), ("Sharpness", 1.9), ("Sharpness", 0.1)]
MOVES = [("Rotate", 30), ("Rotate", -28.4), ("ShearX", 0.3), ("ShearX", -0.27), ("ShearY", 0.3), ("ShearY", -0.291), ("TranslateX", 0.45), ("TranslateX", -0.43),
         ("TranslateY", 0.45), ("TranslateY", -0.402)]

print("image,operation,argument,filter,pixels")
for name in ("noise", "ramp"):
    image = Image.fromarray(pixels(name).astype(numpy.uint8), "RGB")
    for operation, argument, filters in [(*tone, ("Bilinear",)) for tone in TONES] + [(*move, ("Bilinear", "Bicubic")) for move in MOVES]:
        single = float(numpy.float32(argument))       # recipes hold arguments in single precision
        for resample in filters:
            result = apply(image, operation, single, Image.Resampling[resample.upper()])
            print(f"{name},{operation},{single!r},{resample},{result.tobytes().hex()}")
