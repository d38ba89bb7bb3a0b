"""What each optimisation of the cold start is worth: the package without it, compared with the package as it is."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median_high

from benchmarks import story
from benchmarks.built import compile_all, copy, package
from benchmarks.record import Plot, Progress, Row, Section, Table, ratio
from benchmarks.starts import Times, start, time_starts
from benchmarks.stubs.running import aws

TITLE = "Cold start, lever by lever"
HOW = (
    "The same harness. Each row is the package with one optimisation undone or replaced, compared with the package as "
    "shipped, in alternating starts of one run: above 1 the optimisation pays. The last rows try what is not shipped."
)

SHIPPED = "as shipped"
HANDLERS = {"ask": ("entrypoints.chat.handler", story.ASK), "poll": ("entrypoints.reads.handler", story.POLL)}


@dataclass(frozen=True)
class Variant:
    """A package with one difference."""

    change: Callable[[Path], None]
    environment: Mapping[str, str] = field(default_factory=dict)


def _edit(file: str, *changes: tuple[str, str]) -> Callable[[Path], None]:
    """A change of a source file; fails if the text is missing."""

    def edit(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{file} has no {old!r} any more"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    return edit


def _all_of(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


def _without_service_models(folder: Path) -> None:
    shutil.rmtree(folder / "service_models")


def _without_bytecode(folder: Path) -> None:
    for cached in list(folder.rglob("__pycache__")):
        shutil.rmtree(cached)


def _with_columns(folder: Path) -> None:
    compile_all(folder, "-f", "--invalidation-mode", "unchecked-hash")


WITH_BOTO3 = _edit(
    "adapters/aws/clients.py",
    ("from botocore.session import Session", "import boto3"),
    ("self._session = Session()", "self._session = boto3.Session()"),
    ("models.is_dir()", "False"),
    ('"AWS_ACCESS_KEY_ID" in os.environ', "False"),
    ("self._session.create_client(", "self._session.client("),
)
COLLECTING = _edit("entrypoints/lambda_runtime.py", ("gc.disable()", ""), ("gc.freeze()", "pass"))
ALL_MODELS = _all_of(
    _edit("entrypoints/schemas/fields.py", ("defer_build=True", "defer_build=False")),
    _edit(
        "entrypoints/http/router.py",
        (
            "from entrypoints.schemas.fields import",
            "from entrypoints.schemas import ask, chats, memories, poll\nfrom entrypoints.schemas.fields import",
        ),
    ),
)

UNDONE: Mapping[str, Variant] = {
    "boto3's clients instead of botocore's, whole service models": Variant(WITH_BOTO3),
    "whole service models": Variant(_without_service_models),
    "cycles collected during the start": Variant(COLLECTING),
    "all wire models built at the start": Variant(ALL_MODELS),
    "no bytecode in the zip": Variant(_without_bytecode, {"PYTHONDONTWRITEBYTECODE": "1"}),
    "bytecode with the columns of every instruction": Variant(_with_columns),
    "none of the first four": Variant(_all_of(WITH_BOTO3, COLLECTING, ALL_MODELS)),
}
TRIED: Mapping[str, Variant] = {
    "boto3's clients, trimmed models for everybody by AWS_DATA_PATH": Variant(
        WITH_BOTO3, {"AWS_DATA_PATH": "service_models"}
    ),
    "pydantic's search for plug-ins turned off": Variant(_all_of(), {"PYDANTIC_DISABLE_PLUGINS": "__all__"}),
}


def run(*, quick: bool, progress: Progress) -> Section:
    with aws(story.answers()) as stub:
        starts = {
            f"{what}: {name}": start(folder, handler, event, stub.url, environment)
            for name, folder, environment in _packages()
            for what, (handler, event) in HANDLERS.items()
        }
        times = time_starts(starts, 3 if quick else 15, stub.url, progress)
    return Section(
        "levers",
        TITLE,
        HOW,
        tables=[_table(times)],
        plots=[_plot(times)],
        measures=[times.again],
        refused=times.refused,
    )


def _packages() -> list[tuple[str, Path, Mapping[str, str]]]:
    found: list[tuple[str, Path, Mapping[str, str]]] = [(SHIPPED, package(), {})]
    for number, (name, variant) in enumerate({**UNDONE, **TRIED}.items()):
        folder = copy(f"variant-{number}")
        variant.change(folder)
        if variant.change not in {_without_bytecode, _with_columns}:
            for ours in ("adapters", "entrypoints"):
                compile_all(folder / ours, "-f", "--invalidation-mode", "unchecked-hash", columns=False)
        found.append((name, folder, variant.environment))
    return found


def _relative(times: Times, name: str, what: str) -> float:
    return ratio(name, times.taken[f"{what}: {name}"], times.taken[f"{what}: {SHIPPED}"]).median


def _table(times: Times) -> Table:
    rows: list[Row] = [
        [
            name,
            *(f"{_relative(times, name, what):.2f}×" for what in HANDLERS),
            *(round(median_high(times.taken[f"{what}: {name}"])) for what in HANDLERS),
        ]
        for name in (SHIPPED, *UNDONE, *TRIED)
    ]
    columns = ["package", "ask", "poll", "ask, ms", "poll, ms"]
    return Table("Beside the package as shipped", columns, rows)


def _plot(times: Times) -> Plot:
    series: dict[str, list[tuple[str, float]]] = {
        what: [(name, _relative(times, name, what)) for name in {**UNDONE, **TRIED}] for what in HANDLERS
    }
    return Plot("ratios", "Start beside the package as shipped", "", "ratio", series, kind="bars", mark=1)
