"""The journey of lab 1, from its source to feedback, as one story."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from labhub.course.model import Course
from labhub.hub.process import RunningHub
from tools.demo.course import COPIED, LAB1, REPOSITORY, in_time, lab_of, set_up_course
from tools.demo.handing_in import hand_in_through_hub, lay_into_exchange
from tools.demo.lab import Lab
from tools.demo.screen import Screen
from tools.demo.stage import FAVOURITE_PORT, Cast, Stage, open_hub
from tools.demo.students import HandIn, demo_class
from tools.demo.verbs import Terminal
from tools.demo.verdicts import Verdict, verdicts


@dataclass(frozen=True)
class Story:
    """One performance in the folder `root`; what an earlier one finished is not done again."""

    root: Path
    screen: Screen
    now: datetime

    @contextmanager
    def play(self) -> Iterator[tuple[RunningHub, Cast, list[Verdict]]]:
        """Play to the end; the Hub stays open for the length of the `with` block."""
        with self.screen.step("Set up a copy of the course") as notes:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            course = set_up_course(self.root / "course", self.now)
            notes.append(str(self.root))
        stage = Stage(self.root, course.id)
        terminal = Terminal(stage)
        memory = recall(self._memory)
        if memory.outcomes is None:
            self._prepare(terminal, checked=memory.checked)
            remember(self._memory, Memory(checked=True))
        lab = lab_of(stage.course_dir)
        hand_ins = demo_class(lab)
        cast = Cast(students=tuple(each.student for each in hand_ins))
        with ExitStack() as stack:
            with self.screen.step("Start the Hub") as notes:
                hub = stack.enter_context(open_hub(stage, cast, port=FAVOURITE_PORT))
                notes.append(hub.url)
            outcomes = memory.outcomes
            if outcomes is None:
                outcomes = self._term(hub, course, terminal, hand_ins)
                remember(self._memory, Memory(checked=True, outcomes=outcomes))
            else:
                self.screen.say("The class was graded in an earlier run and nothing has changed.")
            found = verdicts(hand_ins, outcomes)
            self.screen.summary(found, _out_of(lab))
            yield hub, cast, found

    def _prepare(self, terminal: Terminal, *, checked: bool) -> None:
        with self.screen.step("Build the student version of lab 1") as notes:
            notes.append(_conclusion(terminal.run("generate-assignment", LAB1, "--force")))
        if not checked:
            with self.screen.step("Check lab 1: reference, mutants, leaks") as notes:
                notes.append(_conclusion(terminal.run("check", LAB1)))

    def _term(
        self, hub: RunningHub, course: Course, terminal: Terminal, hand_ins: list[HandIn]
    ) -> list[dict[str, Any]]:
        """From release to feedback; what `labhub autograde` says about each hand-in."""
        with self.screen.step("Release lab 1"):
            terminal.run("release-assignment", LAB1, "--force")
        with self.screen.step("The class hands in") as notes:
            for each in hand_ins:
                if each.through_hub:
                    hand_in_through_hub(hub, terminal.stage, LAB1, each)
                else:
                    lay_into_exchange(terminal.stage, LAB1, each, in_time(course))
            notes.append(f"{len(hand_ins)} hand-ins")
        with self.screen.step("Collect"):
            terminal.run("collect", LAB1, "--update", "--no-check-owner")
        with self.screen.step("Grade in the sandbox") as notes:
            outcomes: list[dict[str, Any]] = terminal.ask("autograde", LAB1, "--force")["outcomes"]
            notes.append(f"{len(outcomes)} graded")
        with self.screen.step("Write and release feedback"):
            terminal.run("generate-feedback", LAB1)
            terminal.run("release-feedback", LAB1)
        return outcomes

    @property
    def _memory(self) -> Path:
        return self.root / "memory.json"


@dataclass(frozen=True)
class Memory:
    """What earlier runs have done on the same sources."""

    checked: bool = False
    outcomes: list[dict[str, Any]] | None = None


def recall(path: Path) -> Memory:
    """What is still true of an earlier run."""
    if not path.exists():
        return Memory()
    memory = json.loads(path.read_text(encoding="utf-8"))
    if memory.pop("sources") != sources_digest():
        return Memory()
    return Memory(**memory)


def remember(path: Path, memory: Memory) -> None:
    """Keep it for the next run."""
    text = json.dumps({"sources": sources_digest(), **asdict(memory)}, indent=1)
    path.write_text(text, encoding="utf-8")


def sources_digest() -> str:
    """The fingerprint of all that the outcome of the story depends on."""
    folders = [REPOSITORY / name for name in (*COPIED, "course.toml", "labhub", "tools", "nnlab")]
    files = [file for folder in folders for file in sorted([folder, *folder.rglob("*")])]
    digest = sha256()
    for file in files:
        if file.is_file() and file.suffix != ".pyc":
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _out_of(lab: Lab) -> float:
    return lab.worth(lab.exercises)


def _conclusion(text: str) -> str:
    """The last line that a verb printed, without the name of the lab."""
    lines = text.strip().splitlines()
    return lines[-1].removeprefix(f"{LAB1}: ") if lines else ""
