"""LaTeX and the little HTML of exported records, made readable Unicode; true formulae stay LaTeX between dollars."""

import functools
import html
import importlib
import logging
import re
from typing import Any
from unicodedata import lookup
from xml.etree import ElementTree

from assistant.readers import mathml
from assistant.readers.text import clean, squeeze

_LATEX = re.compile(r"[\\{}~]|--|``|''")
_ATTRIBUTES = r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s<>\"']++))*+\s*/?"
_TAG = re.compile(
    r"</?(?:(?:jats|mml):[\w-]+|i|b|u|em|strong|sub|sup|inf|tt|span|scp|sc|italic|bold|font|tex|small|big|a|underline|abstract"
    r"|monospace|roman|emph|inline-formula|disp-formula|tex-math|named-content|xref|ext-link|styled-content|html_ent)"
    rf"{_ATTRIBUTES}>",
    re.IGNORECASE,
)
_BREAK = re.compile(rf"</?(?:jats:)?(?:p|br|div|sec|title|list|list-item|li|ul|ol|h[1-6]){_ATTRIBUTES}>", re.IGNORECASE)
_HEADING = re.compile(r"<(jats:)?title>\s*([^<>]{0,200}?)[\s:.]*</(?:jats:)?title>\s*(?:<(?:jats:)?p>)?", re.IGNORECASE)
_MATH_START = re.compile(r"<(?:\w{1,10}:)?math(?=[\s>])", re.IGNORECASE)
_MATH_END = re.compile(r"</(?:\w{1,10}:)?math\s{0,9}>", re.IGNORECASE)
_RAISED_TAG = re.compile(r"<(?:jats:)?sup>([^<>]*)</(?:jats:)?sup>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
# A dollar opens and closes a formula where no space follows or precedes it, and no digit comes after: else it is money.
_FORMULA = re.compile(
    r"(?<!\\)(?:\$\$([^$]{1,2000})\$\$|\$(?=[^\s$])([^$]{1,2000}?)(?<=[^\s\\])\$(?!\d)|\$(\\[A-Za-z]+)\$"
    r"|\\\((.{1,2000}?)\\\)|\\\[(.{1,2000}?)\\\]"
    r"|\\begin\{(?:equation|displaymath|math)\*?\}(.{1,2000}?)\\end\{(?:equation|displaymath|math)\*?\})",
    re.DOTALL,
)
_FONT = r"\\(?:mathrm|mathit|mathbf|mathsf|mathcal|mathbb|mbox|text|textrm|hbox)\s*"
# Possessive throughout: a long run of macros could otherwise be split in exponentially many ways.
_PLAIN_FORMULA = re.compile(
    rf"(?:[A-Za-z0-9 ,.'+=<>()|/:;~-]|\\%|{_FONT}\{{[\w -]*+(?:\\\w++)?\}}"
    r"|\\(?!left|right|big|over|limits|frac|sqrt|not|choose|math|text|mbox)[A-Za-z]++\s*+)++"
)
_RAISED_FORMULA = re.compile(
    rf"(?:\{{\}})?(?:\^\s*\{{*(?:{_FONT})?\{{*(?P<up>th|st|nd|rd|[+-]?\d+|[+-])|_\s*\{{*(?P<down>\d+))\s*\}}*"
)
_SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SIGNS = {"---": "—", "--": "–", "``": "“", "''": "”", "!`": "¡", "?`": "¿", "~": " ", "{": "", "}": ""}
_SIGN = re.compile(r"---?|``|''|[!?]`|(?<!/)~|[{}]")
# Deeper nesting is no prose, and would exhaust the converter's recursion.
_DEEPEST = 40
_LETTER = r"\\(?:AA|aa|AE|ae|OE|oe|ss|SS|DH|dh|TH|th|DJ|dj|NG|ng|[oOlLij])(?![A-Za-z])"
_GROUP = r"\{(?:[^{},\s]|\{[^{},\s]{0,9}\}){1,9}\}"
_MARKED = rf"\\(?:[`'^\"~=.]\s*|[uvHtcdbrk](?:\s+|(?=[{{\\])))(?:{_GROUP}|{_LETTER}(?:\{{\}})?|[^\W\d_])"
# A space ends the name of a letter's macro, but parts two names as well.
_ACCENTED = re.compile(
    rf"(?<!\\)(?:\{{\s*(?P<held>{_MARKED}|{_LETTER})\s*\}}|{_MARKED}|{_LETTER}(?:\{{\}}|[ \t]+(?!and\b))?)"
)
# In a bibliography these are themselves: `%` starts no comment there and `&` parts no table.
_SHIELD = {"%": "\ue000", "&": "\ue001", "#": "\ue002", "$": "\ue003"}
_UNSHIELD = str.maketrans({mark: character for character, mark in _SHIELD.items()})
_SHIELDED = re.compile(r"(?<!\\)((?:\\\\)*)([%&#$])")
# A formula held back is one character, which the converter cannot take apart; fields have none of these before.
_FIRST_HELD, _LAST_HELD = 0xF0000, 0xFFFFD
_HELD = re.compile("[\U000f0000-\U000ffffd]")
_PRIVATE = re.compile("[\ue000-\ue003\U000f0000-\U000ffffd]")
_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_SYMBOLS = {"textgreater": ">", "textless": "<", "textbar": "|", "slash": "/", "textmu": "µ", "textdegree": "°"}
_SYMBOLS |= {"textasciitilde": "~", "textasciicircum": "^", "copyright": "©", "pounds": "£", "euro": "€", "ddag": "‡"}
_SYMBOLS |= {"S": "§", "P": "¶", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "par": "\n\n"}
_SYMBOLS |= {"degree": "°", "micro": "µ", "textperiodcentered": "·"}
_SYMBOLS |= {f"text{name}": lookup(f"GREEK SMALL LETTER {name.upper().replace('LAMBDA', 'LAMDA')}") for name in _GREEK}
_SYMBOLS |= {"thinspace": " ", ",": " ", ";": " ", ":": " "}
_SILENT = (
    "bf it tt rm sc sf sl em bfseries itshape ttfamily rmfamily scshape sffamily slshape mdseries upshape normalfont"
    " tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge centering noindent relax newblock"
    " footnotemark ref eqref label displaystyle textstyle protect cite citep citet noopsort - / !"
    " input include includegraphics maketitle today"
)
"""Macros that leave nothing behind; the last ones would bring in what is not in the record."""


def readable(text: str) -> str:
    r"""Turn the LaTeX and HTML of a field into readable text, white space left as it comes.

    >>> readable(r"The {DNA} of {\"O}sterg{\aa}rd: 5\% at $\alpha$, $x^2$, H<sub>2</sub>O &lt; 3")
    'The DNA of Östergård: 5% at α, $x^2$, H2O < 3'
    """
    formulae: list[str] = []
    text = _without_mathml(text) if "math" in text else text
    text = _FORMULA.sub(lambda match: _formula(match, formulae), _PRIVATE.sub("", text))
    if _LATEX.search(text):
        text = _from_latex(text)
    text = _without_tags(text)
    unescaped = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if unescaped.count("<") > text.count("<"):
        # Some escape their tags as well, "&lt;i&gt;".
        unescaped = _without_tags(unescaped)
    return clean(_HELD.sub(lambda match: _restored(match, formulae), unescaped))


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    text = re.sub(r"\n{3,}", "\n\n", _BREAK.sub("\n\n", _HEADING.sub(_heading, text)))
    return _TAG.sub("", _RAISED_TAG.sub(lambda match: _raised(match[1]), text))


def _heading(match: re.Match[str]) -> str:
    """Make the heading of a part of an abstract its label; "Abstract" itself says nothing."""
    return "\n\n" if match[2].lower() in ("", "abstract", "summary") else f"\n\n{match[2]}: "


def _without_mathml(text: str) -> str:
    found, position = [], 0
    while (start := _MATH_START.search(text, position)) and (end := _MATH_END.search(text, start.end())):
        found += [text[position : start.start()], _from_mathml(text[start.end() : end.start()])]
        position = end.end()
    return "".join(found) + text[position:]


def _from_mathml(inside: str) -> str:
    raw = _ENTITY.sub(lambda match: html.escape(html.unescape(match[0])), f"<math{inside}</math>")
    raw = re.sub(r"(</?)\w{1,10}:", r"\1", re.sub(r"\s\w{1,10}:\w{1,20}=", " of=", raw))
    try:
        return html.escape(mathml.readable(ElementTree.fromstring(raw)), quote=False)
    except (ElementTree.ParseError, RecursionError):
        return " ".join(re.split(r"<[^<>]*>", raw))


def readable_line(text: str) -> str:
    """Turn a field into one line of readable text."""
    return squeeze(readable(text))


def readable_paragraphs(text: str) -> str:
    """Turn a field into readable paragraphs: only a blank line in it breaks the line."""
    paragraphs = re.split(r"\n[ \t]*\n", readable(text))
    return "\n\n".join(filter(None, map(squeeze, paragraphs)))


def accented(text: str) -> str:
    r"""Turn only the accents and letters of LaTeX into Unicode; braces around other text stay.

    >>> accented(r"\c{S}ahin, {\AA}se and {Purr \& Sons}")
    'Şahin, Åse and {Purr \\& Sons}'
    """
    return _ACCENTED.sub(lambda match: readable(match["held"] or match[0]), text)


def unbraced(text: str) -> str:
    r"""Take the braces and backslashes off a field that is no prose, such as a link.

    >>> unbraced(r"\url{https://a.org/x\_y}")
    'https://a.org/x_y'
    """
    text = text.replace(r"\textless", "<").replace(r"\textgreater", ">").replace(r"\textasciitilde", "~")
    text = text.replace("$<$", "<").replace("$>$", ">")
    text = re.sub(r"\\(?:url|path|texttt)\b|\\(?=[_%&#$~{}])|[{}]", "", text)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text).strip()


def _formula(match: re.Match[str], held: list[str]) -> str:
    """Free a formula of mere symbols from its dollars, so that `$β$-carotene` can be found; hold back others."""
    formula = next(filter(None, match.groups())).strip()
    if raised := _RAISED_FORMULA.fullmatch(formula):
        return raised["down"] or _raised(raised["up"])
    if _PLAIN_FORMULA.fullmatch(formula):
        # In a formula the space after a macro ends its name, and is wanted between words: `\log n`.
        return "{" + re.sub(r"(\\[A-Za-z]{2,}) +", r"\1{} ", formula) + "}"
    held.append(f"${formula}$")
    return chr(min(_FIRST_HELD + len(held) - 1, _LAST_HELD))


def _restored(match: re.Match[str], held: list[str]) -> str:
    at = ord(match[0]) - _FIRST_HELD
    return held[at] if at < len(held) else ""


def _raised(text: str) -> str:
    """Raise a number, as 10 to the 5th must not become 105; an ending such as `th` stays as it is."""
    return text.translate(_SUPERSCRIPTS) if re.fullmatch(r"[+-]?\d+|[+-]", text) else text


def _from_latex(text: str) -> str:
    if "\\" not in text:
        # Most fields have braces and dashes only, for which the converter is slow.
        return _SIGN.sub(lambda match: _SIGNS[match[0]], text)
    if _depth(text) > _DEEPEST or text.count("\\begin") > _DEEPEST:
        return unbraced(text)
    shielded = _SHIELDED.sub(lambda match: match[1] + _SHIELD[match[2]], text)
    shielded = re.sub(r"(?<=/)~", r"\\textasciitilde{}", shielded)
    to_text, shapes = _converter()
    try:
        converted: str = to_text.latex_to_text(shielded, latex_context=shapes)
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError):
        # The converter takes for granted the arguments of macros, which broken LaTeX does not have.
        return unbraced(text)
    return converted.translate(_UNSHIELD)


def _depth(text: str) -> int:
    deepest = depth = 0
    for brace in re.findall("[{}]", text):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
    return deepest


@functools.cache
def _converter() -> tuple[Any, Any]:
    # What it warns about is a macro without its arguments, of which it keeps what there is.
    logging.getLogger("pylatexenc").addHandler(logging.NullHandler())
    # Imported by name because the package has no types.
    latex2text = importlib.import_module("pylatexenc.latex2text")
    latexwalker = importlib.import_module("pylatexenc.latexwalker")
    macrospec = importlib.import_module("pylatexenc.macrospec")
    shapes = latexwalker.get_default_latex_context_db()
    arguments = {"href": "{{", "noopsort": "{", "citep": "[[{", "citet": "[[{", "textsuperscript": "{"}
    macros = [macrospec.MacroSpec(name, shape) for name, shape in arguments.items()]
    shapes.add_context_category("carrel", prepend=True, macros=macros)
    words = latex2text.get_default_latex_context_db()
    texts: dict[str, Any] = _SYMBOLS | dict.fromkeys(_SILENT.split(), "") | {"url": "%s", "href": "%(2)s"}
    texts["textsuperscript"] = lambda node, l2tobj: _raised(_arguments(node, l2tobj))
    macros = [latex2text.MacroTextSpec(name, text) for name, text in texts.items()]
    words.add_context_category("carrel", prepend=True, macros=macros)
    words.set_unknown_macro_spec(latex2text.MacroTextSpec("", _unknown_macro, discard=False))
    return latex2text.LatexNodes2Text(latex_context=words, math_mode="verbatim"), shapes


def _arguments(node: Any, l2tobj: Any) -> str:
    arguments = getattr(node.nodeargd, "argnlist", None) or ()
    return "".join(l2tobj.nodelist_to_text([argument]) for argument in arguments if argument is not None)


def _unknown_macro(node: Any, l2tobj: Any) -> str:
    r"""Keep what an unknown macro wraps; one that stands alone, such as `\ourmodel`, is kept as a word."""
    if wrapped := _arguments(node, l2tobj):
        return wrapped
    following = node.parsing_state.s[node.pos + node.len :][:2]
    wraps = following.startswith("{") and following != "{}"
    return "" if wraps else f"{node.macroname}{node.macro_post_space}"
