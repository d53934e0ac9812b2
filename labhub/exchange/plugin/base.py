"""What the classes share: the service, the course, and errors as nbgrader expects them."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from nbgrader.exchange import ExchangeError, abc
from traitlets import Bool, Unicode

from labhub.course.directory import folder_of
from labhub.course.folder import CourseFolder
from labhub.errors import LabhubError
from labhub.exchange.client.configured import HUB_USER, Account, account
from labhub.exchange.client.service import Service
from labhub.exchange.client.student import PlaceOf
from labhub.exchange.client.transport import Patience
from labhub.exchange.client.workfolder import WorkFolder

# JupyterLab waits meanwhile, and does nothing else.
PATIENCE = Patience(tries=3, first_wait_s=0.3, timeout_s=30)


class Exchange(abc.Exchange):  # type: ignore[misc]
    """The service in the place of nbgrader's exchange directory."""

    service_url = Unicode(
        "", help="Address of the hand-in service; default: LABHUB_SERVICE_URL."
    ).tag(config=True)
    path_includes_course = Bool(
        False, help="Whether assignments lie in COURSE/ASSIGNMENT instead of ASSIGNMENT."
    ).tag(config=True)

    @cached_property
    def account(self) -> Account:
        """Address and token."""
        return account(self.service_url)

    @cached_property
    def service(self) -> Service:
        """The service as the one sees it whose token this is."""
        return Service(self.account.url, self.account.token, patience=PATIENCE)

    def reach(self) -> Service:
        """The service, for what may not need it."""
        return self.service

    @property
    def course_id(self) -> str:
        """The course; nbgrader's own words where none is named."""
        course = str(self.coursedir.course_id)
        if course in ("", "*"):
            self.fail("No course id specified. Re-run with --course flag.")
        return course

    @property
    def places(self) -> PlaceOf:
        """Where a student's folders are."""
        return PlaceOf(
            Path(self.assignment_dir).absolute(), with_course=bool(self.path_includes_course)
        )

    @property
    def folder(self) -> WorkFolder:
        """The student's folder of the assignment."""
        return self.places(self.course_id, self.coursedir.assignment_id)

    @property
    def course_folder(self) -> CourseFolder:
        """The course's folder, as nbgrader's configuration has it."""
        return folder_of(self.coursedir, self.course_id)

    @property
    def who(self) -> str:
        """In whose name staff change something."""
        return os.environ.get(HUB_USER) or getpass.getuser()

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """What labhub refuses becomes nbgrader's error."""
        try:
            yield
        except LabhubError as error:
            self.refuse(error)

    def refuse(self, error: LabhubError) -> NoReturn:
        """Say the error's words and raise nbgrader's error, without the way to it."""
        self.log.critical("%s", error)
        raise ExchangeError(str(error)) from None

    def init_src(self) -> None:
        """Nothing: nbgrader's step for folders."""

    def init_dest(self) -> None:
        """Nothing: nbgrader's step for folders."""
