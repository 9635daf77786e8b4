"""A model's own chat template, rendered so that papers can never end a turn or open a role."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from assistant.errors import ModelError
from assistant.protocols import Message

if TYPE_CHECKING:
    from jinja2.ext import Extension

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Used where a model brings no template."""

MARK = "\ue000"
"""Private-use character that stands around the place of a content while the template is rendered."""

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
    """

    def __init__(self, source: str, *, bos: str = "", eos: str = "") -> None:
        from jinja2 import TemplateSyntaxError
        from jinja2.ext import loopcontrols
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        # Sandboxed: a template comes with a file from anywhere and could otherwise run code.
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _generation_tag()]
        )
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = lambda _format: ""
        if MARK in source:
            raise ModelError("The model's chat template cannot be read: it uses a character kept for Carrel.")
        try:
            self._template = environment.from_string(source or CHATML)
        except TemplateSyntaxError as error:
            raise ModelError(f"The model's chat template cannot be read: {error.message}.") from error
        self._special = {"bos_token": bos, "eos_token": eos}

    def render(self, messages: Sequence[Message]) -> list[Segment]:
        """Render messages into a prompt that ends where the model is to write.

        Contents are kept apart from the template's words, so that a control token spelled inside
        a paper can be tokenized as the plain text it is.

        Raises:
            ModelError: The template refuses the messages.
        """
        try:
            prompt = self._fill(messages)
        except ModelError:
            # Some templates know no system role; its words then open the first question.
            prompt = self._fill(merge_system(messages))
            messages = merge_system(messages)
        return list(_segments(prompt, [message.content for message in messages]))

    def _fill(self, messages: Sequence[Message]) -> str:
        from jinja2 import TemplateError

        marked: list[dict[str, Any]] = [
            {"role": message.role, "content": f"{MARK}{number}{MARK}"} for number, message in enumerate(messages)
        ]
        try:
            # Templates are written for Transformers, which gives None where there are no tools or documents.
            prompt = self._template.render(
                messages=marked,
                add_generation_prompt=True,
                enable_thinking=False,
                tools=None,
                documents=None,
                **self._special,
            )
        except (TemplateError, *FAULTS) as error:
            _refuse(str(error) or type(error).__name__, error)
        if any(f"{MARK}{number}{MARK}" not in prompt for number in range(len(messages))):
            raise ModelError("The model's chat template leaves out a message.")
        return prompt


def merge_system(messages: Sequence[Message]) -> list[Message]:
    """Put the system message's words before the first question."""
    if not messages or messages[0].role != "system" or len(messages) < 2:
        return list(messages)
    system, first, *rest = messages
    return [Message(first.role, f"{system.content}\n\n{first.content}"), *rest]


def _segments(prompt: str, contents: Sequence[str]) -> list[Segment]:
    # Every second part is the number of a content.
    parts = re.split(rf"{MARK}(\d+){MARK}", prompt)
    pieces = (
        Segment(contents[int(part)], True) if is_content else Segment(part, False)
        for part, is_content in zip(parts, itertools.cycle((False, True)), strict=False)
    )
    return [piece for piece in pieces if piece.text]


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
