"""SimCLR in PyTorch, as step_pytorch.py and epoch_pytorch.py train it: torchvision's ResNet-18, a two-layer head with batch norm, NT-Xent, SGD with momentum."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision


class SimClr(nn.Module):
    """Encoder and head; both views go through in one batch, as in the paper's algorithm 1."""

    def __init__(self, stem, width=1.0, temperature=0.1, dimension=128):
        super().__init__()
        self.temperature = temperature
        self.encoder = resnet18(stem, width)
        features = round(512 * width)
        scale_only = nn.BatchNorm1d(dimension)
        scale_only.bias.requires_grad_(False)
        self.head = nn.Sequential(
            nn.Linear(features, features, bias=False), nn.BatchNorm1d(features), nn.ReLU(inplace=True),
            nn.Linear(features, dimension, bias=False), scale_only)

    def forward(self, first, second):
        z = F.normalize(self.head(self.encoder(torch.cat([first, second]))), dim=1)
        logits = z @ z.t() / self.temperature
        logits.fill_diagonal_(float("-inf"))
        rows = len(first)
        other_view = torch.arange(2 * rows, device=z.device).roll(rows)
        return F.cross_entropy(logits, other_view)


def resnet18(stem, width):
    """torchvision's, without classifier; the stem "cifar" is a 3x3 convolution without pooling."""
    network = torchvision.models.resnet18()
    if width != 1.0:
        narrow(network, width)
    channels = network.conv1.out_channels
    if stem == "cifar":
        network.conv1 = nn.Conv2d(3, channels, 3, stride=1, padding=1, bias=False)
        nn.init.kaiming_normal_(network.conv1.weight, mode="fan_out", nonlinearity="relu")
        network.maxpool = nn.Identity()
    network.fc = nn.Identity()
    return network


def narrow(network, width):
    """Replaces every convolution and batch norm by one with a fraction of the channels."""
    for name, module in list(network.named_modules()):
        if isinstance(module, nn.Conv2d):
            inputs = module.in_channels if module.in_channels == 3 else round(module.in_channels * width)
            smaller = nn.Conv2d(inputs, round(module.out_channels * width), module.kernel_size, module.stride, module.padding, bias=False)
            nn.init.kaiming_normal_(smaller.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.BatchNorm2d):
            smaller = nn.BatchNorm2d(round(module.num_features * width))
        else:
            continue
        parent, _, child = name.rpartition(".")
        setattr(network.get_submodule(parent), child, smaller)


def optimizer(network, images_a_step):
    """What Microsoft.ML.Contrastive trains with by default."""
    trained = [p for p in network.parameters() if p.requires_grad]
    return torch.optim.SGD(trained, lr=0.25 * images_a_step / 256, momentum=0.9, weight_decay=1e-4)


def step(network, sgd, first, second):
    sgd.zero_grad(set_to_none=True)
    loss = network(first, second)
    loss.backward()
    sgd.step()
    return loss.item()
