from assistant.labels import label
from assistant.types import Paper


def _papers(*texts: str) -> list[Paper]:
    return [Paper(id=str(at), title=title, abstract=title + ".") for at, title in enumerate(texts)]


def _labels(*groups: list[Paper]) -> list[tuple[str, ...]]:
    return label(groups, [len(group) for group in groups])


OTHERS = _papers("the weather of today", "the weather was bad", "why the weather is worse", "the weather in town")


def test_a_phrase_is_preferred_to_its_words() -> None:
    papers = _papers("a graph neural network", "graph neural networks", "big graph neural networks", "graph")
    assert _labels(papers, OTHERS)[0] == ("graph neural networks",)


def test_words_that_all_groups_share_name_none() -> None:
    one = _papers("the sun on paper", "a sun of paper", "paper, sun", "sun and paper towers")
    other = _papers("the moon on paper", "a moon of paper", "paper, moon", "moon and paper towers")
    assert [names[0] for names in _labels(one, other)] == ["sun", "moon"]


def test_the_usual_form_of_a_word_is_shown() -> None:
    papers = _papers("bats in caves", "caves of bats", "one bat in a cave", "bats and caves")
    assert set(_labels(papers, OTHERS)[0]) == {"bats", "caves"}


def test_capitals_of_titles_and_beginnings_are_not_shown_those_of_names_are() -> None:
    papers = _papers("Sleep of Parkinson Mice", "the sleep of old Parkinson mice", "Sleep and Parkinson mice")
    assert _labels(papers, OTHERS)[0] == ("Parkinson mice", "sleep")


def test_an_acronym_of_a_term_is_no_other_term() -> None:
    papers = _papers("large language models", "LLM or large language model", "large language models: LLMs", "LLMs")
    assert _labels(papers, OTHERS)[0] in (("large language models",), ("LLMs",), ("language models", "LLMs"))


def test_topics_given_by_a_person_count_like_the_title() -> None:
    papers = [
        Paper(id=str(at), title=f"{word} ones", topics=("sea birds",)) for at, word in enumerate(("gh", "kl", "mn"))
    ]
    assert _labels(papers, OTHERS)[0][0] == "sea birds"


def test_words_of_any_field_addresses_and_headings_are_passed_over() -> None:
    papers = [
        Paper(id=str(at), title="", abstract=f"RESULTS: We show new results of {word} ants. At https://ants.org/x.")
        for at, word in enumerate(("red", "black", "white", "small"))
    ]
    assert _labels(papers, OTHERS)[0] == ("ants",)


def test_chinese_is_cut_into_words_that_occur_together() -> None:
    papers = _papers("神经网络的研究", "基于神经网络的方法", "深度神经网络", "神经网络")
    assert _labels(papers, OTHERS)[0] == ("神经网络",)


def test_groups_without_words_have_no_names() -> None:
    assert _labels(_papers("", "1999"), []) == [(), ()]
