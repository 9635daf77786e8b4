import base64

import pytest

from assistant.ui.owners import cookie, login, new_cookie, owner

ANN = {"ann": "secret: with a colon", "bo": "other"}


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def given() -> dict[str, str]:
    return {"cookie": f"theme=dark; {new_cookie().split(';')[0]}"}


def test_a_browser_profile_stays_itself_and_no_two_are_the_same() -> None:
    one, two = given(), given()
    assert owner(one, {}) == owner(dict(one), {}, "another tab")
    assert owner(one, {}) != owner(two, {})
    assert cookie(one) not in owner(one, {})


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    assert "; HttpOnly; SameSite=Lax" in new_cookie()


@pytest.mark.parametrize("text", ["", "carrel=short", "carrel", "a=b", ";;;", 'carrel="'])
def test_without_a_cookie_of_ours_a_tab_is_alone(text: str) -> None:
    assert cookie({"cookie": text}) == ""
    assert owner({"cookie": text}, {}, "one") != owner({"cookie": text}, {}, "two")


def test_a_login_is_told_by_name_and_password() -> None:
    assert login(basic("ann:secret: with a colon"), ANN) == "ann"
    assert owner({"authorization": basic("ann:secret: with a colon")}, ANN) == owner(
        given() | {"authorization": basic("ann:secret: with a colon")}, ANN
    )


@pytest.mark.parametrize(
    "told",
    ["", "Basic", "Basic ?", basic("ann:other"), basic("cy:"), basic("ann"), basic("ann:secret").replace("B", "C")],
)
def test_anything_else_is_no_login(told: str) -> None:
    assert login(told, ANN) == ""
