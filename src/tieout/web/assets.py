"""Copies what the browser needs from node_modules into the package, and draws the icon sprite.

Run as `python -m tieout.web.assets` after `npm ci --ignore-scripts`. Only the files named here are taken; a file that is
missing there is an error, never skipped.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

from tieout.web.icons import ICONS

ROOT = Path(__file__).resolve().parents[3]
VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
SCRIPTS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese")
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map": "tabler.min.css.map",
    "@tabler/icons/LICENSE": "icons.LICENSE",
    "@fontsource-variable/inter/wght.css": "inter/wght.css",
    "@fontsource-variable/inter/LICENSE": "inter/LICENSE",
    **{
        f"@fontsource-variable/inter/files/inter-{script}-wght-normal.woff2": f"inter/files/inter-{script}-wght-normal.woff2"
        for script in SCRIPTS
    },
}
"""Path in node_modules to path in the package's vendor folder."""
_SVG = "http://www.w3.org/2000/svg"


class AssetMissing(Exception):
    """A browser file is not in node_modules."""


def copy(modules: Path, vendor: Path) -> int:
    """Fill `vendor` from `modules`, replacing what was there. Returns the number of files. Raises AssetMissing."""
    sprite_text = sprite(modules)
    missing = [name for name in FILES if not (modules / name).is_file()]
    if missing:
        raise AssetMissing(f"{modules} lacks {', '.join(missing)}: run `npm ci --ignore-scripts` first.")
    shutil.rmtree(vendor, ignore_errors=True)
    for name, target in FILES.items():
        (vendor / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / name, vendor / target)
    (vendor / "icons.svg").write_text(sprite_text, encoding="utf-8")
    return len(FILES) + 1


def sprite(modules: Path) -> str:
    """One SVG with a symbol for each icon in use. Raises AssetMissing naming an icon that Tabler does not have."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.Element(f"{{{_SVG}}}svg")
    for name in sorted(ICONS):
        root.append(_symbol(name, modules / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"))
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _symbol(name: str, file: Path) -> ElementTree.Element:
    if not file.is_file():
        raise AssetMissing(f"{file} is missing: run `npm ci --ignore-scripts` first, and check the icon's name.")
    symbol = ElementTree.Element(f"{{{_SVG}}}symbol", {"id": name, "viewBox": "0 0 24 24"})
    symbol.extend(ElementTree.fromstring(file.read_text(encoding="utf-8")))  # noqa: S314 (our own installed file)
    return symbol


def main() -> int:
    """Copy from the checkout's node_modules; 1 with the reason when it is not there."""
    try:
        copied = copy(ROOT / "node_modules", VENDOR)
    except AssetMissing as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{copied} browser files are in place.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
