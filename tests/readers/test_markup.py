import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.markup import readable, readable_line, readable_paragraphs, unbraced


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"G{\"o}del, \v{S}koda, na{\"\i}ve, {\aa}ngstr{\"{o}}m, \c{c}, \ss", "Gödel, Škoda, naïve, ångström, ç, ß"),
        (r"The {DNA} of {{Procolophon}}", "The DNA of Procolophon"),
        (r"\textit{Procolophon} and {\em others}, \textsc{Bert}", "Procolophon and others, Bert"),
        (r"100% of R\&D, AT&T and 5\% \#1 #2", "100% of R&D, AT&T and 5% #1 #2"),
        ("``quoted'' --- 3--4~km", "“quoted” — 3–4 km"),
        (r"\url{http://x.y/a_b} \href{http://u}{text} http://x.edu/~joe", "http://x.y/a_b text http://x.edu/~joe"),
        (r"{\noopsort{1973a}}With \cite{knuth} \ourmodel{} and \unknown{words}", "With ourmodel and words"),
        (r"\input{/etc/passwd} is not read, \today{} \maketitle not written", "is not read, not written"),
        (r"unbalanced } and {", "unbalanced and"),
        (r"{[}see below]", "[see below]"),
        (r"{\textalpha}-helix at 5{\degree}C", "α-helix at 5°C"),
    ],
)
def test_latex_becomes_unicode(latex: str, expected: str) -> None:
    assert readable_line(latex) == expected


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"$\beta$-carotene, $n$-grams, $p \leq 0.05$", "β-carotene, n-grams, p ≤ 0.05"),
        (r"CO$_2$ at the 5\({}^{\mbox{th}}\), in m$^2$ and $^{14}$C", "CO2 at the 5th, in m² and ¹⁴C"),
        (r"$O(n \log n)$ but $O(\sqrt{n})$", r"O(n log n) but $O(\sqrt{n})$"),
        (r"\(x_{i}\), \[E=mc^2\] and $$\frac{a}{b}$$", r"$x_{i}$, $E=mc^2$ and $\frac{a}{b}$"),
        (r"\begin{equation*} \frac{a}{b} \end{equation*}", r"$\frac{a}{b}$"),
        (r"$a_b$ by M{\"u}ller", "$a_b$ by Müller"),
        (r"\cite{$y_1$} $z_1$ \emph{$x_1$}", "$z_1$ $x_1$"),
        ("$" + r"\alpha\beta\gamma" * 100 + "_$", "$" + r"\alpha\beta\gamma" * 100 + "_$"),
        (r"costs $5 or \$10 says M{\"u}ller", "costs $5 or $10 says Müller"),
        (r"10\textsuperscript{5} and 4\textsuperscript{th}", "10⁵ and 4th"),
    ],
)
def test_formulae_stay_unless_they_are_symbols(latex: str, expected: str) -> None:
    assert readable_line(latex) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<i>E. coli</i> in H<sub>2</sub>O, 10<sup>5</sup>", "E. coli in H2O, 10⁵"),
        ("<jats:p>Cats &amp; dogs, p &lt; 0.05</jats:p>", "Cats & dogs, p < 0.05"),
        ("a < b and c > d, <unknown> stays", "a < b and c > d, <unknown> stays"),
        ("&#0;&nosuch; AT&T;", "\ufffd&nosuch; AT&T;"),
        ("where a<b and c>d", "where a<b and c>d"),
        ("Cats<br/>and dogs, <a href='x'>linked</a>", "Cats and dogs, linked"),
        ("&lt;i&gt;Felis&lt;/i&gt; at p&lt;0.05", "Felis at p<0.05"),
        ("<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math> cats", "x² cats"),
        ("<math><mi>&alpha;</mi><mo>&lt;</mo><mn>1</mn></math>", "α<1"),
        ("<math><mi>a</math>, <math>b", "a , <math>b"),
    ],
)
def test_html_goes(markup: str, expected: str) -> None:
    assert readable_line(markup) == expected


def test_only_a_blank_line_parts_paragraphs() -> None:
    assert readable_paragraphs("Cats purr\n  and sleep.\n \nDogs  bark.") == "Cats purr and sleep.\n\nDogs bark."


def test_parts_of_an_abstract_are_paragraphs_with_their_labels() -> None:
    jats = "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aims:</jats:title><jats:p>Cats.</jats:p></jats:sec>"
    assert readable_paragraphs(f"{jats}<jats:p>They purr.</jats:p>") == "Aims: Cats.\n\nThey purr."


def test_links_lose_their_escapes_only() -> None:
    assert unbraced(r"{\url{https://a.org/x\_y\%20z}}") == "https://a.org/x_y%20z"
    assert unbraced("https://a.org/?x=1&amp;y=2&copy=3") == "https://a.org/?x=1&y=2&copy=3"
    assert unbraced(r"10.1002/(SICI)1{\textless}1::AID{\textgreater}3.0.CO;2-2") == "10.1002/(SICI)1<1::AID>3.0.CO;2-2"


def test_nesting_beyond_reason_is_flattened() -> None:
    assert readable("{" * 3000 + "cats" + "}" * 3000) == "cats"


LATEX = st.lists(
    st.sampled_from(
        ["\\", "{", "}", "$", "$$", "%", "&", "~", "^", "_", '"', "[", "]", " ", "\n", "cats", "é", "5", "<i>"]
    )
    | st.sampled_from(
        ["\\begin{a}", "\\end{a}", "\\textcolor", "\\href", "\\verb", "\\frac", "\\sqrt", "\\(", "\\)", "\\["]
    )
    | st.sampled_from(["\\textsuperscript", "\\input", "\\newcommand", "\\ensuremath", "\\item", "\\accent", "&amp;"]),
    max_size=20,
).map("".join)


@given(LATEX | st.text())
def test_nothing_breaks_it(text: str) -> None:
    assert not set("\ue000\ue001\ue002\ue003\U000f0000\U000f0001\x00") & set(readable(text))


@given(st.text(st.characters(categories=["L", "N"])))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert readable(text) == text
