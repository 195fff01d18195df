"""Fails, and says so, unless every operation of a document has answered with a success."""

import json
import re
import sys

document, seen = sys.argv[1:]
with open(document, encoding="utf-8") as file:
    paths = re.findall(r"^  (/\S+):$", file.read().split("\ncomponents:")[0], re.MULTILINE)
with open(seen, encoding="utf-8") as file:
    told = json.load(file)
assert paths, "a document has operations"
missing = [path for path in paths if "200" not in told["reached"].get(path, {})]
print(f"   operations that reached a success: {len(paths) - len(missing)} of {len(paths)}")
for name, count in sorted(told["excepted"].items()):
    print(f"   excepted: {name} × {count}")
for path in missing:
    print(f"   no success: {path} {told['reached'].get(path, {})}")
sys.exit(bool(missing))
