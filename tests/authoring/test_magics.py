import socket
import types

import pytest

from labhub.authoring import magics


@pytest.fixture
def shell(monkeypatch):
    """A shell with one name; the socket module is put back afterwards."""
    monkeypatch.setattr(socket.socket, "connect", socket.socket.connect)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    monkeypatch.delenv("NNLAB_MODE", raising=False)
    return types.SimpleNamespace(user_ns={"softmax": "the author's"})


def test_reference_is_the_notebooks_own_name(shell):
    magics.load_ipython_extension(shell)
    assert shell.user_ns["reference"].softmax == "the author's"


def test_reference_sees_what_is_defined_later(shell):
    magics.load_ipython_extension(shell)
    shell.user_ns["later"] = 1
    assert shell.user_ns["reference"].later == 1


def test_a_missing_reference_says_where_it_should_be(shell):
    magics.load_ipython_extension(shell)
    with pytest.raises(AttributeError, match=r"reference\.relu: the notebook defines no relu"):
        shell.user_ns["reference"].relu  # noqa: B018


def test_probe_is_an_ordinary_function(shell):
    magics.load_ipython_extension(shell)
    assert shell.user_ns["probe"](len) is len


def test_the_network_stays_open_outside_of_test_mode(shell):
    before = socket.socket.connect
    magics.load_ipython_extension(shell)
    assert socket.socket.connect is before


def test_test_mode_closes_the_network(shell, monkeypatch):
    monkeypatch.setenv("NNLAB_MODE", "test")
    magics.load_ipython_extension(shell)
    with socket.socket() as outside, pytest.raises(OSError, match="closed in test mode"):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(OSError, match="closed in test mode"):
        socket.getaddrinfo("example.org", 443)


def test_the_machine_itself_stays_reachable(shell, monkeypatch):
    monkeypatch.setenv("NNLAB_MODE", "test")
    magics.load_ipython_extension(shell)
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
    assert socket.getaddrinfo("localhost", 80)
