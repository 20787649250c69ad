"""Runs an exported encoder by OpenCV's DNN module: opencv_dnn.py MODEL.onnx PIXELS SHAPE FEATURES

PIXELS and FEATURES are files of 32-bit floats; SHAPE is that of the pixels, e.g. 1x3x96x96."""

import sys

import cv2
import numpy

model, pixels, shape, features = sys.argv[1:]
network = cv2.dnn.readNetFromONNX(model)
network.setInput(numpy.fromfile(pixels, "<f4").reshape([int(length) for length in shape.split("x")]))
network.forward().astype("<f4").tofile(features)
