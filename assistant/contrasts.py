"""Which two things a question compares, where its wording says so with certainty."""

import re
from dataclasses import dataclass

from assistant.words import names, terms

LONGEST = 8
"""Words a side has at most; a longer one has clauses of its own."""

QUALITY = r"(?:(?:main|key|major|essential|biggest|most\s+important|real|practical|actual)\s+)?"
NOUN = r"(?:differences?|distinctions?|contrasts?|similarit(?:y|ies)|comparisons?|trade-?offs?)"
ASK = r"(?:(?:please|(?:can|could|would)\s+you)\s+)*"
MORE = (
    r"(?:better|worse|faster|slower|larger|smaller|bigger|cheaper|stronger|weaker|easier|harder|safer|higher|lower"
    r"|simpler|(?:more|less)\s+\w+)"
)
FROM = r"(?:from|to|with|against|versus|vs\.?)"
ONE, OTHER = r"(?P<one>[^,;:?]+?)", r"(?P<other>[^,;:?]+?)"
END = r"(?P<aspect>\s*[,:][^?]*)?\W*$"
CONTRASTS = tuple(
    re.compile(rf"^\W*(?:(?:and|so|but|now|then)\W+)?{pattern}", re.IGNORECASE)
    for pattern in (
        rf"how\s+(?:exactly\s+)?(?:do|does|did)\s+{ONE}\s+(?:differ|compare)\s+{FROM}\s+{OTHER}{END}",
        rf"how\s+(?:is|are|was|were)\s+{ONE}\s+(?:different|distinct)\s+from\s+{OTHER}{END}",
        rf"(?:how|in\s+(?:what|which)\s+ways?|in\s+what|where)\s+(?:do|does|did|are|were)\s+{ONE}\s+and\s+{OTHER}"
        rf"\s+(?:differ|different|compare)\b(?P<aspect>[^?]*)\W*$",
        rf"{ASK}(?:(?:what|which|where)(?:['’]s|\s+(?:is|are|was|were|lies?))\s+|is\s+there\s+|are\s+there\s+"
        rf"|(?:explain|describe|discuss|summari[sz]e|list|give|show|name|tell)\s+(?:me\s+)?(?:about\s+)?)?"
        rf"(?:the\s+|an?\s+|any\s+)?{QUALITY}{NOUN}\s+(?:between|of)\s+{ONE}\s+and\s+{OTHER}{END}",
        rf"what\s+(?:distinguishes|separates|sets)\s+{ONE}\s+(?:apart\s+)?from\s+{OTHER}{END}",
        rf"{ASK}(?:compare|contrast)(?:\s+and\s+contrast)?\s+{ONE}\s+(?:and|{FROM})\s+{OTHER}{END}",
        rf"(?P<aspect>(?:which|what|who)\s[^,;:?]+?)\s*[,:]\s*{ONE}\s*,?\s+(?:or|vs\.?|versus)\s+{OTHER}\W*$",
        rf"(?:is|are|was|were)\s+{ONE}\s+or\s+{OTHER}(?P<aspect>\s+{MORE}\b[^?]*)\W*$",
        rf"(?:(?:what|how)\s+about\s+)?(?!(?:what|which|who|how|why|when|where|is|are|do|does|did|can|has|have)\b)"
        rf"{ONE}\s+(?:versus|vs\.?)\s+{OTHER}{END}",
    )
)
JOINS = re.compile(r"\b(?:and|or|versus|vs|than|from|between|compared?|differ\w*)\b", re.IGNORECASE)
"""More than one of these, and nobody can tell where a side ends."""

ASPECT = re.compile(
    r"\s+(?:in\s+terms\s+of|with\s+(?:respect|regard)\s+to|when\s+it\s+comes\s+to|regarding|concerning)\s.*", re.I
)
BEHIND_NAME = re.compile(r"(?<=\w)\s+(?:in|on|for|at|when|by|with)\s.*", re.IGNORECASE)
THAT_OF = re.compile(r"^(?:that|those|the\s+ones?)\s+(?:of|in|by|from|for)\s+(?=\w)", re.IGNORECASE)
BACK = re.compile(
    r"(?:it|this|that|they|them|these|those|(?:this|that|the)\s+(?:paper|method|approach|model|system|work|study))",
    re.IGNORECASE,
)
NOTHING = frozenset(
    """
    alternatives approach approaches art baseline baselines best competitors conventional current different earlier
    existing experiment experiments former latter literature method methods model models newer older others previous
    prior rest result results similar standard state state-of-the-art study studies system systems technique techniques
    theory three traditional two usual
    """.split()  # noqa: SIM905
)
"""Words that name nothing that could be looked for, as in `from previous methods`."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two things, and in what they are compared as far as that is said."""

    sides: tuple[str, str]
    aspect: str = ""

    def query(self, side: str) -> str:
        """Return what to search for on one side."""
        return f"{side} {self.aspect}".strip()


def read(sentence: str) -> Contrast | None:
    """Read what a sentence compares; None where it compares nothing, or the sides cannot be told.

    >>> read("What is the difference between BM25 and dense retrieval?").sides
    ('BM25', 'dense retrieval')
    >>> read("How do BERT and GPT-2 differ in training data?").aspect
    'in training data'
    """
    sentence = " ".join(sentence.split())
    found = next((match for one in CONTRASTS if (match := one.match(sentence))), None)
    if found is None:
        return None
    aspect = (found["aspect"] or "").strip(" ,:.")
    one, other = found["one"].strip(" \"“”'"), found["other"].strip(" \"“”'.!")
    if not aspect:
        other, aspect = _cut(other)
    other = _completed(one, other)
    if one.casefold() == other.casefold() or not (_is_side(one) and _is_side(other)):
        return None
    return Contrast((one, other), aspect)


def points_back(side: str) -> bool:
    """Tell whether a side only points to what was said before.

    >>> points_back("it"), points_back("the method of Lee")
    (True, False)
    """
    return bool(BACK.fullmatch(side))


def tells_of(text: str, side: str) -> bool:
    """Tell whether a text has every name that stands in a side; a side without a name is told by its meaning alone.

    >>> tells_of("RouteLLM: Learning to Route", "the cost of RouteLLM"), tells_of("Learning to route", "routing")
    (True, False)
    """
    named = names(side)
    return bool(named) and all(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, re.IGNORECASE) for one in named)


def _cut(other: str) -> tuple[str, str]:
    """Take off the second side in what it is compared; behind anything but a name it may belong to the side."""
    for pattern in (ASPECT, BEHIND_NAME):
        found = pattern.search(other)
        if found and (pattern is ASPECT or names(other[: found.start()]) == [other[: found.start()]]):
            return other[: found.start()], other[found.start() :].strip()
    return other, ""


def _completed(one: str, other: str) -> str:
    """Give the second side what it shares with the first: `the cost of BERT and GPT-2` compares two costs."""
    other = THAT_OF.sub("", other)
    head, _, last = one.rpartition(" ")
    is_name = names(last) == [last] and names(other) == [other]
    return f"{head} {other}" if head and is_name and not names(head) else other


def _is_side(text: str) -> bool:
    if points_back(text):
        return True
    told = [word for word in terms(text) if word.lower() not in NOTHING]
    return bool(told) and len(text.split()) <= LONGEST and not JOINS.search(text)
