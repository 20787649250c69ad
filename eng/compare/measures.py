"""What is measured, and the goals. A program prints lines `key value`; keys that end in _seconds are times, those that end in _per_second rates."""

import dataclasses

FORMATS = ("--memory-format contiguous", "--memory-format channels_last")
VIEWS_PEERS = {"torchvision": "views_torchvision.py", "opencv": "views_opencv.py"}


@dataclasses.dataclass(frozen=True)
class Measure:
    name: str
    goal: float
    key: str                    # the line of output that counts
    ours: tuple                 # verb of the benchmarks and its arguments
    peer: tuple = ()            # script of this folder and its arguments; without one the value itself is compared with the goal
    quick: tuple = ()           # arguments of both that replace the others in a quick run
    full: tuple = ()            # arguments of both otherwise
    one_core: bool = False
    data: str = ""              # archive below the data folder; its folder becomes --data of both
    note: str = ""              # beginning of a line of our output that is worth reading too
    tuned: tuple = ()           # settings of the peer, tried in quick runs; the fastest is compared

    @property
    def at_most(self):
        return not self.peer


def views(name, goal, peer, mode, source, size):
    arguments = ("--source", str(source), "--size", str(size), "--mode", mode)
    return Measure(name, goal, "views_per_second", ("views", *arguments), (VIEWS_PEERS[peer], *arguments),
                   quick=("--seconds", "2"), full=("--seconds", "8"), one_core=True)


def step(size, batch):
    arguments = ("--size", str(size), "--batch", str(batch))
    return Measure(f"step{size}", 1.0, "step_seconds", ("step", *arguments), ("step_pytorch.py", *arguments),
                   quick=("--seconds", "5"), full=("--seconds", "20"), tuned=FORMATS)


MEASURES = (
    views("view224", 10, "torchvision", "view", 256, 224),
    views("view96", 10, "torchvision", "view", 96, 96),
    views("view32", 10, "torchvision", "view", 32, 32),
    views("view224-opencv", 3, "opencv", "view", 256, 224),
    views("view96-opencv", 3, "opencv", "view", 96, 96),
    views("crop224", 8, "torchvision", "crop", 256, 224),
    views("crop96", 8, "torchvision", "crop", 96, 96),
    step(32, 64),
    step(224, 32),
    Measure("epoch", 1.5, "epoch_seconds", ("epoch",), ("epoch_pytorch.py",), quick=("--images", "2560"), data="cifar10.tar.gz:train",
            tuned=tuple(f"--workers {workers} {layout}" for workers in (0, 1, 2) for layout in FORMATS)),
    Measure("joint-share", 0.005, "joint_share", ("crops",), quick=("--pairs", "5"), full=("--pairs", "11"), note="JointCrop(0) / IndependentCrop"),
    Measure("waiting", 0.02, "waiting_share", ("waiting",)),
    Measure("memory", 1.01, "memory_ratio", ("memory",), quick=("--steps", "600"), full=("--steps", "2000")),
    Measure("startup", 5, "startup_seconds", ("startup",)),
)
