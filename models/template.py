"""A model's own chat template, rendered so that papers can never end a turn or open a role."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from assistant.errors import ModelError
from assistant.protocols import Document, Message

if TYPE_CHECKING:
    from jinja2.ext import Extension

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Used where a model brings no template."""

MARK = "\ue000"
"""Private-use character that stands around the number of a content while the template is rendered."""
WRITTEN_AS_JSON = "j"
"""Stands before the number where the content is to be written into a string of JSON."""

FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
"""What a template, being a program, can do wrong beside what Jinja notices."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a prompt: the template's own words, or a message's content."""

    text: str
    is_content: bool


class PromptTemplate:
    """A Jinja chat template.

    Args:
        source: The template; ChatML where it is empty.
        bos: Text of the token that begins a prompt.
        eos: Text of the token that ends one.
        thinking: Let the model think before it answers, where the template can switch that.
    """

    def __init__(self, source: str, *, bos: str = "", eos: str = "", thinking: bool = False) -> None:
        from jinja2 import TemplateSyntaxError, meta
        from jinja2.ext import loopcontrols
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        # Sandboxed: a template comes with a file from anywhere and could otherwise run code.
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _generation_tag()]
        )
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = lambda _format: ""
        environment.filters["tojson"] = _as_json
        if MARK in source:
            raise ModelError("The model's chat template cannot be read: it uses a character kept for Carrel.")
        try:
            self._template = environment.from_string(source or CHATML)
            asked = meta.find_undeclared_variables(environment.parse(source or CHATML))
        except TemplateSyntaxError as error:
            raise ModelError(f"The model's chat template cannot be read: {error.message}.") from error
        self._takes_documents = "documents" in asked
        # Templates have agreed on no name for the switch; those that know neither pass over both.
        self._given = {"bos_token": bos, "eos_token": eos, "enable_thinking": thinking, "thinking": thinking}

    def render(self, messages: Sequence[Message]) -> list[Segment]:
        """Render messages into a prompt that ends where the model is to write.

        Contents are kept apart from the template's words, so that a control token spelled inside
        a paper can be tokenized as the plain text it is.

        Raises:
            ModelError: The template refuses the messages.
        """
        *others, last = self._forms(messages)
        for form in others:
            try:
                return self._fill(*form)
            except ModelError:  # then the next form
                continue
        return self._fill(*last)

    def _forms(self, messages: Sequence[Message]) -> Iterator[tuple[Sequence[Message], Sequence[Document]]]:
        """Give the forms that a prompt may take, the best first."""
        last = messages[-1] if messages else None
        if self._takes_documents and last and last.documents:
            yield [*messages[:-1], replace(last, content=last.rest)], last.documents
        yield messages, ()
        # Some templates know no system role; its words then open the first question.
        yield merge_system(messages), ()

    def _fill(self, messages: Sequence[Message], documents: Sequence[Document]) -> list[Segment]:
        from jinja2 import TemplateError

        contents = [message.content for message in messages]
        marked: list[dict[str, Any]] = [
            {"role": message.role, "content": _mark(number)} for number, message in enumerate(messages)
        ]
        papers: list[dict[str, str]] = []
        for place, document in enumerate(documents, start=1):
            title, text = _mark(len(contents)), _mark(len(contents) + 1)
            papers.append({"doc_id": str(place), "title": title, "text": text})
            contents += [document.title, document.text]
        try:
            # Templates are written for Transformers, which gives None where there are no tools or documents.
            prompt = self._template.render(
                messages=marked, add_generation_prompt=True, tools=None, documents=papers or None, **self._given
            )
        except (TemplateError, *FAULTS) as error:
            _refuse(str(error) or type(error).__name__, error)
        segments, used = _segments(prompt, contents)
        if len(used) < len(contents):
            raise ModelError("The model's chat template leaves out a message.")
        return segments


def merge_system(messages: Sequence[Message]) -> list[Message]:
    """Put the system message's words before the first question."""
    if not messages or messages[0].role != "system" or len(messages) < 2:
        return list(messages)
    system, first, *rest = messages
    return [Message(first.role, f"{system.content}\n\n{first.content}"), *rest]


def _mark(number: int) -> str:
    return f"{MARK}{number}{MARK}"


def _as_json(value: Any, indent: int | None = None) -> str:
    """Write a value as Transformers does for templates; contents in it are escaped when they are put in."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return re.sub(rf"{MARK}(\d+){MARK}", rf"{MARK}{WRITTEN_AS_JSON}\1{MARK}", text)


def _segments(prompt: str, contents: Sequence[str]) -> tuple[list[Segment], set[int]]:
    """Put the contents in the places of their marks; return the segments, and the numbers of the contents used."""
    # Every third part is the number of a content, and the one before it says how it is to be written.
    parts = re.split(rf"{MARK}({WRITTEN_AS_JSON}?)(\d+){MARK}", prompt)
    segments, used = [Segment(parts[0], False)], set()
    for form, number, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        content = contents[int(number)]
        segments += [Segment(json.dumps(content, ensure_ascii=False)[1:-1] if form else content, True)]
        segments += [Segment(after, False)]
        used.add(int(number))
    return [segment for segment in segments if segment.text], used


def _refuse(message: str, cause: BaseException | None = None) -> NoReturn:
    raise ModelError(f"The model's chat template refuses the prompt: {message.rstrip('.')}.") from cause


def _generation_tag() -> "type[Extension]":
    from jinja2.ext import Extension
    from jinja2.nodes import Scope
    from jinja2.parser import Parser

    class GenerationTag(Extension):
        """Transformers' `{% generation %}`, which marks for training what the model says; here it only holds it."""

        tags = {"generation"}  # noqa: RUF012  # as Jinja declares it

        def parse(self, parser: Parser) -> Scope:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return Scope(body, lineno=line)

    return GenerationTag
