#!/usr/bin/python3
"""Runs this library and its peers in turns and compares them; started by eng/compare/run, which builds and installs first."""

import argparse
import csv
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tarfile

from measures import MEASURES

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "test/Microsoft.ML.Contrastive.Benchmarks/bin/Release/net10.0/Microsoft.ML.Contrastive.Benchmarks"
DATA = pathlib.Path(os.environ.get("CONTRASTIVE_DATA", ROOT / "../shared/data")).resolve()
REPEATS = 5
PACKAGES = ("python3-torch", "python3-torchvision", "python3-opencv", "python3-pil", "python3-numpy")


def main():
    names = [measure.name for measure in MEASURES]
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="shorter runs, as many of them")
    arguments.add_argument("--only", type=lambda text: text.split(","), default=names, metavar="NAME,NAME", help="of " + ", ".join(names))
    arguments.add_argument("--repeats", type=int, default=REPEATS, help=f"at least {REPEATS}")
    arguments.add_argument("--output", type=pathlib.Path, default=ROOT / "artifacts",
                           help="folder of compare.json and compare.csv; measures already there stay until they are measured anew")
    options = arguments.parse_args()
    if unknown := set(options.only) - set(names):
        arguments.error(f"--only names {', '.join(sorted(unknown))}; known are {', '.join(names)}.")
    if options.repeats < REPEATS:
        arguments.error(f"--repeats is {options.repeats}; a median wants at least {REPEATS}.")

    results, failed = kept(options.output), False
    for measure in MEASURES:
        if measure.name not in options.only:
            continue
        try:
            folder = unpacked(measure.data, options.output) if measure.data else None
        except FileNotFoundError as missing:
            print(f"{measure.name} left out: {missing.filename} is not there (CONTRASTIVE_DATA can name the folder)", flush=True)
            results[measure.name] = {"name": measure.name, "left_out": f"{pathlib.Path(missing.filename).name} is not there"}
            continue
        try:
            result = compared(measure, options, ("--data", str(folder)) if folder else ())
        except subprocess.CalledProcessError as error:
            lines = (error.stderr or error.stdout or "").strip().splitlines() or [f"exit code {error.returncode}"]
            print(f"{measure.name} failed: {lines[-1]}", flush=True)
            results[measure.name] = {"name": measure.name, "failed": lines[-1]}
            failed = True
            continue
        print(f"{result['name']} {result['ratio']:.4g} {result['goal']:g} {'ok' if result['ok'] else 'short'}", flush=True)
        for note in result["notes"]:
            print(f"# {note}", flush=True)
        results[measure.name] = result
        write(results, options)
    write(results, options)
    return 1 if failed else 0


def kept(output):
    """Results of earlier runs by name: each says when, on what and of which commit it was measured."""
    path = output / "compare.json"
    return {result["name"]: result for result in json.loads(path.read_text())["measures"]} if path.exists() else {}


def compared(measure, options, data):
    """Ours and the peer in turns, one process a run; which is first alternates."""
    length = measure.quick if options.quick else measure.full
    ours = [str(BENCHMARKS), *measure.ours, *data, *length]
    peer = ["/usr/bin/python3", str(ROOT / "eng/compare" / measure.peer[0]), *measure.peer[1:], *data] if measure.peer else None
    tried = {setting: statistics.median(values_of(measure, [*peer, *measure.quick, *setting.split()])[0]) for setting in measure.tuned}
    if peer:
        fastest = max if measure.key.endswith("_per_second") else min
        peer += [*length, *(fastest(tried, key=tried.get).split() if tried else ())]

    repeats, notes = {"ours": [], "peer": []}, []
    while len(repeats["ours"]) < options.repeats:
        turn = [("ours", ours), ("peer", peer)] if peer else [("ours", ours)]
        for who, command in turn if len(repeats["ours"]) % 2 == 0 else turn[::-1]:
            values, noted = values_of(measure, command)
            repeats[who] += values
            notes += noted
    if not peer:
        ratio = statistics.median(repeats["ours"])
    elif measure.key.endswith("_per_second"):
        ratio = statistics.median(a / b for a, b in zip(repeats["ours"], repeats["peer"]))
    else:
        ratio = statistics.median(b / a for a, b in zip(repeats["ours"], repeats["peer"]))
    return {
        "name": measure.name, "ratio": ratio, "goal": measure.goal, "at_most": measure.at_most,
        "ok": ratio <= measure.goal if measure.at_most else ratio >= measure.goal,
        "unit": measure.key, "ours": repeats["ours"], "peer": repeats["peer"], "peer_tried": tried, "notes": notes,
        "command": shown(ours), "peer_command": shown(peer) if peer else None,
        "date": datetime.date.today().isoformat(), "quick": options.quick, "hardware": hardware(),
    }


def values_of(measure, command):
    """Runs a program: what it measured, and the lines worth reading."""
    if measure.one_core:
        command = ["taskset", "-c", str(max(os.sched_getaffinity(0))), *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = [float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith(measure.key + " ")]
    if not found:
        raise subprocess.CalledProcessError(1, command, done.stdout, f"{shown(command)} printed no line '{measure.key} VALUE'")
    print(f"  {measure.name}: {' '.join(f'{value:.5g}' for value in found)} {measure.key}  ({shown(command)})", file=sys.stderr, flush=True)
    return found, [line for line in done.stdout.splitlines() if measure.note and line.startswith(measure.note)]


def shown(command):
    """Without the folder of this copy."""
    return " ".join(part.replace(str(ROOT) + os.sep, "") for part in command)


def unpacked(archive, output):
    """Folder of an archive of the data folder, unpacked once; raises FileNotFoundError where there is none."""
    file, _, folder = archive.partition(":")
    path = DATA / file
    if not path.exists():
        raise FileNotFoundError(2, "no data", str(path))
    target = output / "data" / file.split(".")[0]
    if not (target / ".complete").exists():
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path) as tar:
            tar.extractall(target, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(target)
        (target / ".complete").touch()
    return next(found for found in sorted(target.rglob(folder)) if found.is_dir())


def write(results, options):
    options.output.mkdir(parents=True, exist_ok=True)
    results = [results[measure.name] for measure in MEASURES if measure.name in results]
    aside = options.output / "compare.json.part"
    aside.write_text(json.dumps({"measures": results}, indent=2) + "\n")
    aside.replace(options.output / "compare.json")
    with open(options.output / "compare.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("name", "who", "repeat", "value", "unit"))
        for result in results:
            for who in ("ours", "peer"):
                table.writerows((result["name"], who, i + 1, value, result.get("unit")) for i, value in enumerate(result.get(who, [])))


def hardware():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    kibibytes = int(open("/proc/meminfo").readline().split()[1])
    versions = subprocess.run(["dpkg-query", "-W", *PACKAGES], capture_output=True, text=True).stdout.split("\n")
    return {
        "processor": cpu, "cores": len(os.sched_getaffinity(0)), "memory_gib": round(kibibytes / 2**20, 1), "kernel": os.uname().release,
        "dotnet": subprocess.run(["dotnet", "--version"], cwd=ROOT, capture_output=True, text=True).stdout.strip(),
        "commit": subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip() or None,
        "packages": dict(line.split("\t") for line in versions if "\t" in line), "load_at_end": os.getloadavg()[0],
    }


if __name__ == "__main__":
    sys.exit(main())
