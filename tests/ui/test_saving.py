import pytest

from assistant.errors import LibraryError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.ui.chat import Desk
from assistant.ui.saving import back_up
from tests.ui.conftest import Make


def test_a_backup_is_offered_and_holds_all(make: Make, home: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    desk = Desk(make())
    *_, shown = back_up(desk)()
    assert "The backup is ready" in shown
    address = shown.partition('href="')[2].partition('"')[0]
    file = desk.intake.exchange.offered(address.rpartition("/")[2])
    assert file is not None
    with Library(tmp_path_factory.mktemp("other"), embedder=FakeEmbedder()) as other:
        assert other.restore(file) == 3
    desk.intake.exchange.close()
    assert not file.exists()


def test_what_goes_wrong_is_said(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(make())

    def fail(*_: object) -> int:
        raise LibraryError("The disk is full.", remedy="Free some space.")

    monkeypatch.setattr(desk.assistant.library, "backup", fail)
    *_, shown = back_up(desk)()
    assert "The disk is full. Free some space." in shown
    desk.intake.exchange.close()
