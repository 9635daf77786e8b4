"""The form of a question: which papers fit, how two things compare, or a fact.

Told by the wording alone, and only where it is certain; all else asks for a fact.
"""

import re
from dataclasses import dataclass
from typing import Literal

from assistant import contrasts, quoting
from assistant.contrasts import Contrast

Kind = Literal["fact", "list", "comparison"]

WORDS_BEFORE = (
    r"(?:all|any|some|many|more|most|other|another|further|several|various|different|both|few|a|an|the|of|my|our|your"
    r"|these|those|this|one|two|three|four|five|six|seven|eight|nine|ten|\d+|me|us"
    r"|recent|new|newer|newest|latest|older?|early|earlier|current|previous|prior|past|published|peer-reviewed|existing"
    r"|available|academic|scientific|scholarly|empirical|experimental|theoretical|qualitative|quantitative|comparative"
    r"|systematic|longitudinal|clinical|randomi[sz]ed|seminal|influential|important|key|main|major|notable|relevant"
    r"|related|similar|good|useful|interesting|introductory|review|survey|research|case|user|field|pilot|conference"
    r"|workshop|journal|methods?|position|theory|literature|and|or)"
)
"""What may stand before the noun and takes nothing away from it. Any other word might be the noun that is asked for,
as in `Which product reviews`, or its verb, as in `Which model ranks papers`."""

SURE = r"papers|papers?\(s\)|publications|pre-?prints|manuscripts|articles"
LOOSE = r"works|studies|surveys|reviews|overviews|tutorials|meta-analyses"
"""Some of these are verbs too: `Which method works?`"""

MASS = r"literature|research|(?<!\bthe )(?<!\ba )(?<!\bthis )(?<!\bthat )work"
PAPERS = (
    rf"(?P<one>any\s+(?:{WORDS_BEFORE}\s+)*?(?:paper|article|publication|preprint|study|survey|review)(?![-\w'’(]))"
    rf"|(?:{WORDS_BEFORE},?\s+)*?(?:(?P<sure>{SURE})|(?P<loose>{LOOSE})|(?P<mass>{MASS}))(?![-\w'’])"
)
"""Papers in the plural. Neither `the papers' results` nor `review-based`; one paper is a fact."""

ABOUT = r"\s+(?:on|about|into|concerning|regarding|that|which|where|in\s+which|(?:related|relating)\s+to|\w+ing)\b"
OF = rf"(?:{ABOUT}|\s+of\b)"
PLEASE = (
    r"(?:please\s+|(?:can|could|would)\s+you\s+|i(?:\s+would|['’]d)\s+like\s+(?:you\s+)?to\s+"
    r"|(?:i|we)\s+(?:want|need)\s+(?:you\s+)?to\s+|help\s+me\s+(?:to\s+)?)*"
)
LIBRARY = r"(?:(?:my|our|the|this|your)\s+(?:library|collection|archive|bibliography|papers))"
LEAD = rf"^\W*(?:(?:and|so|now|then|also|ok|okay)\W+|(?:in|among|from|within|of)\s+{LIBRARY}\s*,\s*)*"
LOOKED_AT = r"(?:studied|investigated|examined|explored|researched|looked\s+(?:at|into))\b"


@dataclass(frozen=True, slots=True)
class Opening:
    """How a request for papers begins, and what may follow each sort of noun; None where it cannot be one."""

    begins: str
    sure: str | None = ""
    loose: str | None = ""
    mass: str | None = ABOUT
    one: str | None = ""

    def fits(self, sentence: str) -> bool:
        """Tell whether a sentence begins like this."""
        found = re.match(rf"{LEAD}{self.begins}(?:{PAPERS})", sentence, re.IGNORECASE)
        if found is None:
            return False
        follows = getattr(self, next(sort for sort in ("one", "sure", "loose", "mass") if found[sort]))
        return follows is not None and bool(re.match(follows, sentence[found.end() :], re.IGNORECASE))


BY = (
    rf"(?:{PLEASE}(?:tell|show)\s+(?:me|us)\s+|{PLEASE}know\s+|do\s+you\s+know\s+)?"
    r"(?:(?:in|by|from|on|with|for|at)\s+)?"
)
PLURAL_VERB = (
    r"(?:have|are|were|exist|there|address|discuss|deal|cover|propose|describe|report|use|show|examine|investigate"
    r"|explore|compare|look|(?:do|did)\s+(?:i|we|you))\b"
)
IS_THERE = r"(?:is\s+there|exists?|(?:has|have)\s+(?:been|i|we)|(?:do|did)\s+(?:i|we|you))\b"
OPENINGS = (
    # Which of my papers propose it? But: Which of the papers is the oldest?
    Opening(rf"{BY}which\s+of\s+", sure=r"(?!\s+(?:is|was|has|does)\b)", mass=None, one=None),
    # Which studies examine it? But: Which works best?
    Opening(
        rf"{BY}which\s+(?!of\b)",
        loose=r"(?!\s+(?:better|best|well|worse|worst|fine|faster|more|most|only|as|at|if|when|for|with)\b)",
        mass=rf".*\s{IS_THERE}",
        one=None,
    ),
    # What reviews are there? But: What works in practice?
    Opening(
        rf"{BY}what\s+",
        loose=rf"(?:\s+(?:on|about|of|by)\s.*)?\s+{PLURAL_VERB}",
        mass=rf".*\s{IS_THERE}",
        one=None,
    ),
    # What are the studies of it? But: What are surveys good for?
    Opening(rf"{BY}(?:what|which)\s+are\s+", sure=rf"{OF}|\W*$", loose=OF, mass=None, one=None),
    # Which graph network papers are there? A word in -s or -ed may be a verb: Which model ranks papers?
    Opening(
        rf"{BY}(?:which|what)\s+"
        r"(?:(?!\w*(?:s|ed|pedia)\b|(?:of|are|were|can|could|do|did|will|would|may|might|should|must|found|made"
        r"|read|wrote|product|customer|newspaper|blog)\b)[\w-]+\s+){1,3}",
        loose=None,
        mass=None,
        one=None,
    ),
    Opening(
        rf"{PLEASE}(?:list|enumerate|find|show|name|give|get|fetch|recommend|suggest|collect|return|see|read"
        r"|point\s+(?:me|us)\s+to|(?:search|look)\s+for|tell\s+(?:me|us)\s+about)\s+"
    ),
    Opening(r"where\s+(?:can|could|do)\s+(?:i|we|one)\s+(?:find|read|see|get)\s+"),
    Opening(r"(?:i\s*(?:am|['’]m)|we\s*(?:are|['’]re))\s+(?:looking|searching)\s+for\s+"),
    Opening(r"(?:i|we)\s+(?:need|want|would\s+like)\s+"),
    Opening(r"(?:are|is|were|was)\s+there\s+", mass=rf"{ABOUT}|\W*$"),
    Opening(rf"(?:do|does|did)\s+(?:i|we|you|{LIBRARY})\s+(?:have|hold|own|contain|include)\s+", mass=rf"{ABOUT}|\W*$"),
    Opening(r"have\s+(?:i|we|you)\s+(?:got\s+|read\s+|saved\s+|collected\s+)?"),
    # A question about `papers` in general has another verb: Papers on X show what?
    Opening("", sure=rf"(?:{OF}|\s+(?:by|from|with|for|in)\b)(?!.*\b(?:what|why|how)\b)", loose=OF, one=OF),
)

OTHERS = tuple(
    re.compile(rf"{LEAD}(?:{pattern})", re.IGNORECASE)
    for pattern in (
        r"(?:who(?:\s+else)?|which\s+(?:authors|researchers|groups|people))\s+(?:(?:has|have|is|are)\s+)?(?:already\s+)?"
        r"(?:works?|worked|working|written|wrote|publish(?:es|ed)?)\s+(?:on|about)\b",
        rf"(?:(?:has|have)\s+any(?:one|body)|who(?:\s+else)?\s+(?:has|have))\s+(?:ever\s+|already\s+)?(?:{LOOKED_AT}"
        r"|(?:worked|written|published)\s+(?:on|about)\b)",
        r"what\s+(?:has|have)\s+been\s+(?:written|published|done|studied|researched)\s+(?:on|about)\b",
        rf"what(?:['’]s|\s+is)(?:\s+there)?\s+in\s+{LIBRARY}\s+(?:about|on)\b",
        rf"what\s+(?:do\s+(?:i|we)\s+have|have\s+(?:i|we)\s+got)\s+(?:in\s+{LIBRARY}\s+)?(?:about|on)\b",
        # Not: How many papers did the survey review?
        rf"how\s+many\s+(?:{WORDS_BEFORE}\s+)*(?:{SURE}|{LOOSE})\b.*\b(?:(?:do|have)\s+(?:i|we)\b|are\s+there\b|in\s+{LIBRARY})",
    )
)

SENTENCE = re.compile(r"(?<=[.?!])(?<!\bvs\.)(?<!\bal\.)(?<!\be\.g\.)(?<!\bi\.e\.)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """What sort of answer a question wants."""

    kind: Kind = "fact"
    contrast: Contrast | None = None
    """What is compared, where the kind is a comparison."""


def form(question: str) -> Form:
    """Tell the form of a question.

    >>> form("Which papers propose routing between models?").kind
    'list'
    >>> form("How does RouteLLM differ from FrugalGPT?").kind
    'comparison'
    >>> form("Which paper introduced BERT?").kind
    'fact'
    """
    text = quoting.said(question)
    sentences = quoting.sentences(text, SENTENCE)
    if any(_wants_papers(text[one]) for one in sentences):
        return Form("list")
    contrast = next((found for one in sentences if (found := contrasts.read(question[one]))), None)
    return Form("comparison", contrast) if contrast else Form()


def _wants_papers(sentence: str) -> bool:
    return any(opening.fits(sentence) for opening in OPENINGS) or any(one.match(sentence) for one in OTHERS)
