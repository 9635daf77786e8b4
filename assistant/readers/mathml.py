"""MathML as readable text: `x²`, `a/b`, `√(x+1)`."""

import re
from collections.abc import Callable, Iterable, Sequence
from xml.etree.ElementTree import Element

from assistant.readers.text import squeeze

_TEX = "application/x-tex"
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_ACCENTS = {"¯": "\u0304", "‾": "\u0304", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "˙": "\u0307"}
_ACCENTS |= {"→": "\u20d7", "⇀": "\u20d7", "¨": "\u0308"}
_INVISIBLE = dict.fromkeys(range(0x2061, 0x2065), "")
_SYMBOLS = {"infinity": "∞", "pi": "π", "exponentiale": "e", "imaginaryi": "i", "emptyset": "∅"}
_SYMBOLS |= {"complexes": "ℂ", "reals": "ℝ", "rationals": "ℚ", "integers": "ℤ", "naturalnumbers": "ℕ"}
_INFIX = {"plus": "+", "minus": "−", "times": "×", "divide": "/", "power": "^", "in": "∈", "subset": "⊂"}
_INFIX |= {"eq": "=", "neq": "≠", "lt": "<", "gt": ">", "leq": "≤", "geq": "≥", "approx": "≈"}


def readable(element: Element) -> str:
    """Turn a formula into text; one that brings its own LaTeX is given as that, between dollars."""
    for annotation in element.iter("annotation"):
        if annotation.get("encoding") == _TEX and (latex := squeeze(annotation.text or "")):
            return f"${latex.strip('$')}$"
    return _text(element)


def _text(element: Element) -> str:
    if shape := _SHAPES.get(element.tag):
        return shape(element, [_text(child) for child in element])
    if element.tag in _SYMBOLS or element.tag in _INFIX:
        return _SYMBOLS.get(element.tag) or _INFIX[element.tag]
    if len(element):
        return _joined(_text(child) for child in element)
    text = (element.text or "").translate(_INVISIBLE)
    # Only in words does the space between them belong to what is said.
    return re.sub(r"\s+", " ", text) if element.tag == "mtext" else squeeze(text)


def _joined(parts: Iterable[str]) -> str:
    """Put parts side by side, with a space where words would run together."""
    joined = ""
    for part in parts:
        touching = joined[-1:].isalpha() and part[:1].isalpha()
        joined += f" {part}" if touching and (joined[-2:-1].isalpha() or part[1:2].isalpha()) else part
    return joined


def _grouped(text: str) -> str:
    return text if re.fullmatch(r"[^\W\d_⁰¹²³⁴-⁹]*[\d.]*|\W", text) else f"({text})"


def _raised(text: str) -> str:
    if re.fullmatch(r"[+−-]?\d+|[+−-]", text):
        return text.translate(_SUPERSCRIPTS)
    return text if text in ("", "′", "″", "*", "∗", "°") else f"^{_grouped(text)}"


def _lowered(text: str) -> str:
    return text if re.fullmatch(r"\d*", text) else f"_{_grouped(text)}"


def _script(_: Element, parts: Sequence[str], down: int = 0, up: int = 0) -> str:
    base = parts[0] if parts else ""
    lowered = _lowered(parts[down]) if 0 < down < len(parts) else ""
    raised = _raised(parts[up]) if 0 < up < len(parts) else ""
    return f"{base}{lowered}{raised}"


def _over(element: Element, parts: Sequence[str]) -> str:
    if len(parts) == 2 and parts[1] in _ACCENTS:
        return parts[0] + _ACCENTS[parts[1]]
    return _script(element, parts, up=1)


def _around(element: Element, parts: Sequence[str]) -> str:
    """Give scripts on both sides of a base, as of an isotope."""
    at = next((number for number, child in enumerate(element) if child.tag == "mprescripts"), len(parts))
    return "".join([*_scripts(parts[at + 1 :]), *parts[:1], *_scripts(parts[1:at])])


def _scripts(parts: Sequence[str]) -> list[str]:
    return [_raised(part) if number % 2 else _lowered(part) for number, part in enumerate(parts)]


def _fraction(_: Element, parts: Sequence[str]) -> str:
    return "/".join(map(_grouped, parts))


def _square_root(_: Element, parts: Sequence[str]) -> str:
    return f"√{_grouped(_joined(parts))}"


def _root(_: Element, parts: Sequence[str]) -> str:
    return f"{_grouped(parts[0])}^(1/{parts[1]})" if len(parts) == 2 else _joined(parts)


def _fenced(element: Element, parts: Sequence[str]) -> str:
    separator = element.get("separators", ",").strip()[:1]
    between = f"{separator} " if separator else ""
    return f"{element.get('open', '(')}{between.join(parts)}{element.get('close', ')')}"


def _table(_: Element, parts: Sequence[str]) -> str:
    return f"[{'; '.join(parts)}]"


def _row(_: Element, parts: Sequence[str]) -> str:
    return " ".join(parts)


def _first(_: Element, parts: Sequence[str]) -> str:
    return parts[0] if parts else ""


def _nothing(_: Element, __: Sequence[str]) -> str:
    return ""


def _space(_: Element, __: Sequence[str]) -> str:
    return " "


def _number(element: Element, _: Sequence[str]) -> str:
    """Give a number of content MathML, whose two parts an empty element keeps apart."""
    parts = [squeeze(text) for text in element.itertext()]
    if len(parts) == 2 and element.get("type") == "complex-cartesian":
        return f"{parts[0]}+{parts[1]}i"
    return ("/" if element.get("type") == "rational" else " ").join(parts)


def _applied(element: Element, parts: Sequence[str]) -> str:
    if len(parts) > 1 and element[0].tag in _INFIX:
        return parts[0].join(parts[1:]) if len(parts) > 2 else f"{parts[0]}{parts[1]}"
    name = element[0].tag if len(element) and not parts[0] else "".join(parts[:1])
    return f"{name}({', '.join(parts[1:])})"


_SHAPES: dict[str, Callable[[Element, list[str]], str]] = {
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "msup": lambda element, parts: _script(element, parts, up=1),
    "msub": lambda element, parts: _script(element, parts, down=1),
    "msubsup": lambda element, parts: _script(element, parts, down=1, up=2),
    "munder": lambda element, parts: _script(element, parts, down=1),
    "mover": _over,
    "munderover": lambda element, parts: _script(element, parts, down=1, up=2),
    "mmultiscripts": _around,
    "mfenced": _fenced,
    "mtable": _table,
    "matrix": _table,
    "mtr": _row,
    "mlabeledtr": _row,
    "matrixrow": _row,
    "semantics": _first,
    "mspace": _space,
    "mphantom": _nothing,
    "cn": _number,
    "apply": _applied,
}
