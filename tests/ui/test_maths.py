from html import escape
from pathlib import Path

import pytest

from assistant.ui import maths


def formulae(text: str) -> list[str]:
    return [part for part, is_formula in maths._parts(text) if is_formula]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("with $n$ nodes and $O(n \\log n)$ time", ["$n$", "$O(n \\log n)$"]),
        ("$$E = mc^2$$", ["$$E = mc^2$$"]),
        ("an $\\ell_2$-norm, \\(x_1\\) and \\[y\\]", ["$\\ell_2$", "\\(x_1\\)", "\\[y\\]"]),
        ("$\\text{top k}$ of $10^{-3}$", ["$\\text{top k}$", "$10^{-3}$"]),
        ("costs $5 for $n^2$ steps", ["$n^2$"]),
        ("$x$, $y$", ["$x$", "$y$"]),
    ],
)
def test_formulae_are_found(text: str, found: list[str]) -> None:
    assert formulae(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 or $10",
        "between $5-$10 a month",
        "$1.5 million to $2 million",
        "from US$5 to US$6",
        "$5/$6 and $7k–$8k",
        "a saving of $100 and a cost of less than half$ it",
        "escaped \\$x\\$ and \\$5",
        "${document.title='taken'} {{title}} $",
        "$ x $",
        "one $ alone",
        "$HOME and $PATH variables",
        "$" + "x" * 500 + "$",
    ],
)
def test_money_and_the_like_is_text(text: str) -> None:
    assert formulae(text) == []


def test_nothing_in_a_formula_is_markup() -> None:
    set_apart = maths.set_apart("<b>$<img/>$</b>", escape)
    assert set_apart == '&lt;b&gt;<span class="math">$&lt;img/&gt;$</span>&lt;/b&gt;'


def test_what_sets_formulae_comes_with_gradio() -> None:
    import gradio

    files = [Path(gradio.__file__).parent / "templates" / "frontend" / name for name in maths.assets()]
    assert [file.suffix for file in files] == [".js", ".css"]
    assert "export{" in files[0].read_text(encoding="utf-8")[-200:]
