"""What the shipped program is made of, as cargo resolved it: for the bill of materials and the licences."""

import json
import re
import subprocess
import tomllib
from dataclasses import dataclass, field


@dataclass
class Crate:
    """A package of the Rust registry, or one of ours."""

    name: str
    version: str
    license: str = ""
    description: str = ""
    repository: str = ""
    folder: str = ""
    checksum: str = ""
    needs: set[str] = field(default_factory=set)

    @property
    def purl(self) -> str:
        return f"pkg:cargo/{self.name}@{self.version}"

    @property
    def is_ours(self) -> bool:
        return not self.checksum


def said_by(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def crates() -> list[Crate]:
    """The program and all it is built from (without what only tests or the demo need), the program first, the others by name."""
    flags = ("--locked", "--package", "bernard", "--no-default-features", "--edges", "normal,build")
    found: dict[tuple[str, str], Crate] = {}
    above: list[Crate] = []
    for line in said_by("cargo", "tree", *flags, "--prefix", "depth", "--format", " {p}").splitlines():
        depth, name, version = re.match(r"(\d+) (\S+) v(\S+)", line).groups()
        crate = found.setdefault((name, version), Crate(name, version))
        del above[int(depth) :]
        if above:
            above[-1].needs.add(crate.purl)
        above.append(crate)
    describe(found)
    root, *others = found.values()
    return [root, *sorted(others, key=lambda crate: (crate.name, crate.version))]


def describe(found: dict[tuple[str, str], Crate]) -> None:
    for package in json.loads(said_by("cargo", "metadata", "--locked", "--format-version", "1"))["packages"]:
        if crate := found.get((package["name"], package["version"])):
            crate.license = (package["license"] or "").replace("/", " OR ")
            crate.description = " ".join((package["description"] or "").split())
            crate.repository = package["repository"] or ""
            crate.folder = package["manifest_path"].rpartition("/")[0]
    with open("Cargo.lock", "rb") as lock:
        for package in tomllib.load(lock)["package"]:
            if crate := found.get((package["name"], package["version"])):
                crate.checksum = package.get("checksum", "")
