"""Prints the packages that restored projects need, as ID/VERSION of the package folder. Arguments: project files."""
import json
import pathlib
import sys

packages = set()
seen = set()


def visit(project: pathlib.Path) -> None:
    if project in seen:
        return
    seen.add(project)
    assets = json.loads((project.parent / "obj" / "project.assets.json").read_text())
    for name, library in assets["libraries"].items():
        if library["type"] == "package":
            packages.add(library["path"].lower())
        else:
            visit((project.parent / library["msbuildProject"]).resolve())
    for framework in assets["project"]["frameworks"].values():
        for download in framework.get("downloadDependencies", []):
            version = download["version"].strip("[]").split(",")[0].strip()
            packages.add(f'{download["name"]}/{version}'.lower())


for argument in sys.argv[1:]:
    visit(pathlib.Path(argument).resolve())
print("\n".join(sorted(packages)))
