"""The npm package, packed as for publishing and installed into apps: each is type-checked under strict rules and run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from tests.npm.installed import NODE, ROOT, check, installed, packed

HERE: Final = Path(__file__).parent


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def node_app(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = shutil.copytree(HERE / "node_app", tmp_path_factory.mktemp("apps") / "node")
    (app / "package.json").write_text('{"name": "app", "private": true, "type": "module"}', encoding="utf-8")
    return installed(package, app)


def run(app: Path, *command: str) -> Any:
    return json.loads(check(app, NODE, *command))


def test_package_holds_the_sources_their_types_and_nothing_else(package: Path) -> None:
    listed = check(package.parent, "tar", "--list", "--file", str(package)).splitlines()
    names = {name.removeprefix("package/") for name in listed}
    web = ROOT / "clients/web"
    sources = {path.name for path in web.glob("*.js")}
    assert names == sources | {f"types/{Path(name).stem}.d.ts" for name in sources} | {"README.md", "package.json"}


def test_node_app_needs_no_leniency_from_typescript_and_runs(node_app: Path) -> None:
    """Without `skipLibCheck`, so the package's own declarations are checked too."""
    check(node_app, str(node_app / "node_modules/.bin/tsc"), "--project", "tsconfig.json")
    assert run(node_app, "--no-warnings", "app.ts") == {
        "answer": "Level 3, bay 12.",
        "step": "Searching",
        "quotes": ["bay 12"],
        "busy": True,
        "stopped": True,
        "memories": 1,
        "title": "Where did I park?",
        "wrong": "function",
        "never": False,
    }


def test_hook_and_transport_fit_react_and_the_ai_sdk(node_app: Path) -> None:
    check(node_app, str(node_app / "node_modules/.bin/tsc"), "--project", "tsconfig.entries.json")


@pytest.mark.full  # React Native is 160 packages
def test_react_native_app_is_type_checked_without_the_dom_and_needs_only_fetch(package: Path, tmp_path: Path) -> None:
    app = shutil.copytree(HERE / "react_native", tmp_path / "app")
    check(app, "npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
    installed(package, app, tools=False)
    check(app, str(app / "node_modules/.bin/tsc"))
    assert run(app, "--conditions=react-native", "smoke.js") == {"content": "An answer.", "added": "function"}
