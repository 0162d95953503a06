#!/usr/bin/env python3
"""Makes golden/resize.json: what Pillow's resize gives on float planes. Needs Pillow (Debian: python3-pil, with /usr/bin/python3); run it by
hand when cases change. The planes are made from integers, so that the test can make the same ones."""

import json
from pathlib import Path

from PIL import Image

KERNELS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos3": Image.LANCZOS}
CASES = [((7, 5), (13, 11)), ((31, 17), (8, 6)), ((16, 16), (16, 5)), ((40, 3), (7, 9)), ((1, 6), (4, 2)), ((64, 48), (3, 2))]


def plane(width, height):
    image = Image.new("F", (width, height))
    image.putdata([((x * 37 + y * 101 + x * y * 13) % 251) / 256 for y in range(height) for x in range(width)])
    return image


cases = []
for source, target in CASES:
    for kernel, code in KERNELS.items():
        values = [round(v, 7) for v in plane(*source).resize(target, code).getdata()]
        cases.append({"from": source, "to": target, "kernel": kernel, "values": values})

path = Path(__file__).parent / "golden" / "resize.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
