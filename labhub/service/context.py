"""What a route asks for in its signature: who, in which course, with which role."""

from typing import Annotated

from fastapi import Depends, Request

from labhub.service.courses import OpenedCourse
from labhub.service.identity import Role, User
from labhub.service.state import ServiceState, state_of


def current_user(request: Request) -> User:
    """Who asks; the guard has seen to it that somebody does."""
    user: User = request.state.user
    return user


def current_course(request: Request) -> OpenedCourse:
    """The course of the address."""
    course: OpenedCourse = request.state.course
    return course


def current_role(request: Request) -> Role:
    """The role of who asks, in the course of the address."""
    return current_user(request).roles[current_course(request).id]


CurrentState = Annotated[ServiceState, Depends(state_of)]
CurrentUser = Annotated[User, Depends(current_user)]
CurrentCourse = Annotated[OpenedCourse, Depends(current_course)]
CurrentRole = Annotated[Role, Depends(current_role)]
