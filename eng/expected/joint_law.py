"""Expected values of the joint law, to 50 digits (mpmath 1.2.1, Debian): prints joint-law.csv of the tests.

    python3 eng/expected/joint_law.py > test/Microsoft.ML.Contrastive.Tests/Augmentation/joint-law.csv

kind "quantile":    beta, probability, the log ratio that is not exceeded with that probability, bound ln 5.
kind "conditional": beta, probability, the log ratio given that the first value is `first`, range 0.2 to 1.
"""
from mpmath import mp, mpf, erf, erfinv, exp, log, sqrt, quad, sign

mp.dps = 60
BOUND = log(mpf(5))
BETAS = [b for size in (1e-12, 1e-6, 1e-3, 0.5, 1.0, 3.0, 30.0, 1e3, 1e6) for b in (-size, size)]
PROBABILITIES = [1e-12, 1e-6, 0.01, 0.25, 0.49999, 0.6, 0.875, 0.999, 1 - 2.0 ** -40]


def quantile(beta, p):
    """Inverse of the distribution functions of the paper's family (AAAI-25, section 3)."""
    beta, p = mpf(beta), mpf(p)
    size, centre = abs(beta), abs(2 * p - 1)
    half_normal = lambda q: BOUND / size * sqrt(mpf(2)) * erfinv(q * erf(size / sqrt(mpf(2))))
    magnitude = half_normal(centre) if beta > 0 else BOUND - half_normal(1 - centre)
    return sign(p - mpf(1) / 2) * magnitude


def conditional(beta, first, p):
    """Inverse, by bisection, of the distribution of ln(s_k / s_1) given s_1: density over the length of what the ratio leaves for s_1."""
    beta, first, p = mpf(beta), mpf(first), mpf(p)
    low, high = log(mpf(0.2) / first), log(1 / first)

    def weight(u):
        z = beta * (abs(u) if beta > 0 else BOUND - abs(u)) / BOUND
        return exp(-z * z / 2) / (exp(BOUND - u) - 1 if u >= 0 else exp(BOUND) - exp(-u))

    # Even pieces, and finer ones where the density is busy: around 0 for beta > 0, at the ends otherwise.
    step = BOUND / abs(beta) if abs(beta) > 1 else BOUND
    around = [0] if beta > 0 else [low, high]
    even = {low + (high - low) * k / 100 for k in range(101)}
    cuts = sorted(even | {mpf(0)} | {c + k * step / 2 for c in around for k in range(-24, 25) if low < c + k * step / 2 < high})
    sums = [mpf(0)]
    for start, end in zip(cuts, cuts[1:]):
        sums.append(sums[-1] + quad(weight, [start, end]))

    wanted = p * sums[-1]
    piece = max(i for i in range(len(cuts) - 1) if sums[i] <= wanted)
    a, b = cuts[piece], cuts[piece + 1]
    for _ in range(60):
        middle = (a + b) / 2
        (a, b) = (middle, b) if sums[piece] + quad(weight, [cuts[piece], middle]) < wanted else (a, middle)
    return (a + b) / 2


print("kind,beta,first,probability,log_ratio")
for beta in BETAS:
    for p in PROBABILITIES:
        print(f"quantile,{beta!r},,{p!r},{mp.nstr(quantile(beta, p), 20)}")
mp.dps = 30
for beta in (-30.0, -1.0, -1e-12, 1e-12, 1.0, 30.0, 1e3, 1e6):
    for first in (0.21, 0.5, 0.95):
        for p in (0.01, 0.5, 0.9):
            print(f"conditional,{beta!r},{first!r},{p!r},{mp.nstr(conditional(beta, first, p), 17)}")
