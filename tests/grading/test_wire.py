"""A channel carries whole messages, and a hostile peer gets a clear error."""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labhub.grading.errors import (
    ChannelTimeoutError,
    PeerGoneError,
    ProtocolError,
    TooLargeError,
)
from labhub.grading.wire import Channel

OPEN = Path("/proc/self/fd")


@pytest.fixture
def pair() -> Iterator[tuple[Channel, Channel]]:
    one, other = Channel.pair()
    with one, other:
        yield one, other


@pytest.fixture
def hostile() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel, and the raw socket at its other end."""
    ours, theirs = socket.socketpair()
    with Channel(ours, limit_bytes=1 << 20) as channel, theirs:
        yield channel, theirs


def test_messages_arrive_in_order(pair: tuple[Channel, Channel]) -> None:
    one, other = pair
    one.send({"a": 1})
    one.send([2])
    assert (other.receive(), other.receive()) == ({"a": 1}, [2])


def test_a_large_message_goes_through_in_parts(pair: tuple[Channel, Channel]) -> None:
    one, other = pair
    sender = threading.Thread(target=one.send, args=(b"x" * (8 << 20),))
    sender.start()
    assert len(other.receive(timeout_s=30)) == 8 << 20
    sender.join()


def test_a_descriptor_goes_along(pair: tuple[Channel, Channel]) -> None:
    one, other = pair
    read, write = os.pipe()
    one.send("pipe", [write])
    os.close(write)
    message, (received,) = other.receive_with_fds(1)
    os.write(received, b"hello")
    assert (message, os.read(read, 5), os.get_inheritable(received)) == ("pipe", b"hello", False)
    os.close(received)
    os.close(read)


def test_the_end_of_the_stream_is_an_error(hostile: tuple[Channel, socket.socket]) -> None:
    channel, theirs = hostile
    theirs.close()
    with pytest.raises(PeerGoneError):
        channel.receive()


def test_the_end_within_a_message_is_an_error(hostile: tuple[Channel, socket.socket]) -> None:
    channel, theirs = hostile
    theirs.sendall(struct.pack("<I", 100) + b"half")
    theirs.close()
    with pytest.raises(PeerGoneError):
        channel.receive()


def test_a_length_beyond_the_bound_is_refused(hostile: tuple[Channel, socket.socket]) -> None:
    channel, theirs = hostile
    theirs.sendall(struct.pack("<I", 0xFFFFFFFF))
    with pytest.raises(ProtocolError):
        channel.receive()


def test_silence_ends_with_the_timeout(hostile: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(ChannelTimeoutError):
        hostile[0].receive(timeout_s=0.01)


def test_after_half_a_message_the_channel_stays_broken(
    hostile: tuple[Channel, socket.socket],
) -> None:
    channel, theirs = hostile
    theirs.sendall(struct.pack("<I", 100) + b"half")
    with pytest.raises(ChannelTimeoutError):
        channel.receive(timeout_s=0.01)
    with pytest.raises(PeerGoneError):
        channel.receive()


def test_a_peer_that_reads_nothing_ends_with_the_timeout(
    hostile: tuple[Channel, socket.socket],
) -> None:
    with pytest.raises(ChannelTimeoutError):
        for _ in range(100):
            hostile[0].send(b"x" * 100_000, timeout_s=0.05)


def test_a_message_beyond_the_bound_is_not_sent(hostile: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(TooLargeError):
        hostile[0].send_frame(b"x" * (2 << 20))


def test_uninvited_descriptors_are_dropped(hostile: tuple[Channel, socket.socket]) -> None:
    channel, theirs = hostile
    before = len(list(OPEN.iterdir()))
    socket.send_fds(theirs, [struct.pack("<I", 1) + b"N"], [0] * 100)
    assert channel.receive() is None
    assert len(list(OPEN.iterdir())) == before


def test_more_descriptors_than_expected_are_refused_and_closed(
    hostile: tuple[Channel, socket.socket],
) -> None:
    channel, theirs = hostile
    before = len(list(OPEN.iterdir()))
    socket.send_fds(theirs, [struct.pack("<I", 1) + b"N"], [0] * 7)
    with pytest.raises(ProtocolError):
        channel.receive_with_fds(1)
    assert len(list(OPEN.iterdir())) == before


def test_a_message_without_its_descriptors_gives_none(
    hostile: tuple[Channel, socket.socket],
) -> None:
    channel, theirs = hostile
    theirs.sendall(struct.pack("<I", 1) + b"N")
    assert channel.receive_with_fds(1) == (None, [])
