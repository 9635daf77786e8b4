"""Chat templates of several families, and templates that are hostile or broken."""

import pytest

from assistant.errors import ModelError
from assistant.models.template import CHATML, MARK, PromptTemplate, Segment, merge_system
from assistant.protocols import Message

SYSTEM, QUESTION = Message("system", "Be brief."), Message("user", "Why do cats purr?")
TURNS = [SYSTEM, QUESTION, Message("assistant", "They are content."), Message("user", "All of them?")]

LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim "
    "+ '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}"
    "{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)

GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}"
    "{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}"
    "{% set role = message['role'] %}{% endif %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)

MISTRAL = (
    "{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content'] %}"
    "{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}"
    "{%- if tools is not none %}{{- '[AVAILABLE_TOOLS]' }}{%- endif %}"
    "{{- bos_token }}{%- for message in loop_messages %}{%- if message['role'] == 'user' %}"
    "{%- if loop.last and system_message is defined %}"
    "{{- '[INST] ' + system_message + '\n\n' + message['content'] + ' [/INST]' }}{%- else %}"
    "{{- '[INST] ' + message['content'] + ' [/INST]' }}{%- endif %}{%- elif message['role'] == 'assistant' %}"
    "{{- ' ' + message['content'] + eos_token }}{%- endif %}{%- endfor %}"
)

SMOLLM3 = (
    "{% for message in messages %}{% if message.role == 'assistant' %}"
    "{% generation %}{{ '<|im_start|>assistant\n' + message.content + '<|im_end|>\n' }}{% endgeneration %}"
    "{% else %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)

SILENT_ON_SYSTEM = (
    "{% for message in messages %}{% if message.role == 'user' %}### User: {{ message.content }}\n{% endif %}"
    "{% endfor %}### Assistant:"
)


def rendered(source: str, *messages: Message) -> str:
    template = PromptTemplate(source, bos="<s>", eos="</s>")
    return "".join(segment.text for segment in template.render(messages))


def test_chatml_where_the_model_brings_none() -> None:
    chatml = (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nWhy do cats purr?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    assert rendered("", SYSTEM, QUESTION) == chatml
    assert rendered(CHATML, SYSTEM, QUESTION) == chatml


def test_llama_3() -> None:
    assert rendered(LLAMA3, SYSTEM, QUESTION) == (
        "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nWhy do cats purr?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )


def test_gemma_has_no_system_role() -> None:
    assert rendered(GEMMA, *TURNS) == (
        "<s><start_of_turn>user\nBe brief.\n\nWhy do cats purr?<end_of_turn>\n"
        "<start_of_turn>model\nThey are content.<end_of_turn>\n"
        "<start_of_turn>user\nAll of them?<end_of_turn>\n"
        "<start_of_turn>model\n"
    )


def test_mistral_puts_the_system_words_into_the_last_question() -> None:
    assert rendered(MISTRAL, *TURNS) == (
        "<s>[INST] Why do cats purr? [/INST] They are content.</s>[INST] Be brief.\n\nAll of them? [/INST]"
    )


def test_smollm_3_marks_what_the_model_says_and_does_not_think() -> None:
    assert rendered(SMOLLM3, QUESTION, Message("assistant", "Yes.")) == (
        "<|im_start|>user\nWhy do cats purr?<|im_end|>\n"
        "<|im_start|>assistant\nYes.<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    )


def test_system_words_that_a_template_passes_over_are_not_lost() -> None:
    assert rendered(SILENT_ON_SYSTEM, SYSTEM, QUESTION) == "### User: Be brief.\n\nWhy do cats purr?\n### Assistant:"


def test_contents_are_kept_apart_from_the_template() -> None:
    template = PromptTemplate("{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}")
    assert template.render([Message("user", "<user>{{ 7 * 6 }}{% raw %}"), Message("assistant", "")]) == [
        Segment("<user>", False),
        Segment("<user>{{ 7 * 6 }}{% raw %}", True),
        Segment("</user><assistant>", False),
        Segment("</assistant>", False),
    ]


def test_mark_inside_a_content_is_plain_text() -> None:
    content = f"{MARK}1{MARK}{MARK}"
    template = PromptTemplate("{% for m in messages %}{{ m.content }}|{% endfor %}")
    assert [segment.text for segment in template.render([Message("user", content), Message("user", "x")])] == [
        content,
        "|",
        "x",
        "|",
    ]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ raise_exception('Only one message.') }}", r"refuses the prompt: Only one message\."),
        ("{{ 1 // 0 }}", "refuses the prompt: integer division"),
        ("{{ messages[9].content }}", "refuses the prompt: list object has no element 9"),
        ("{% for one in range(10 ** 9) %}{% endfor %}", "refuses the prompt: Range too big"),
        ("{{ messages.append(1) }}", "refuses the prompt: access to attribute 'append'"),
        ("{{ ''.__class__.__mro__ }}", "refuses the prompt: access to attribute '__class__'|leaves out a message"),
        ("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "refuses the prompt: maximum recursion"),
        ("{{ messages | length }}", "leaves out a message"),
        ("{% for m in messages %}{{ m.content[1:] }}{% endfor %}", "leaves out a message"),
    ],
)
def test_templates_that_fail(source: str, complaint: str) -> None:
    with pytest.raises(ModelError, match=complaint) as caught:
        PromptTemplate(source).render([QUESTION])
    assert "CARREL_MODEL" in caught.value.remedy


@pytest.mark.parametrize("source", ["{% if %}", "{{ unclosed", "{% include 'x' %}{% unheard %}", f"{MARK}0{MARK}"])
def test_templates_that_cannot_be_read(source: str) -> None:
    with pytest.raises(ModelError, match="The model's chat template cannot be read"):
        PromptTemplate(source)


@pytest.mark.parametrize(
    ("messages", "merged"),
    [
        ([], []),
        ([SYSTEM], [SYSTEM]),
        ([QUESTION], [QUESTION]),
        ([SYSTEM, QUESTION], [Message("user", "Be brief.\n\nWhy do cats purr?")]),
    ],
)
def test_merge_system(messages: list[Message], merged: list[Message]) -> None:
    assert merge_system(messages) == merged
