from assistant.readers import prose


def test_tildes_before_numbers_mean_about() -> None:
    assert prose.line(r"~5 cats in Fig.~2 of \textit{Felis}") == "~5 cats in Fig. 2 of Felis"


def test_paragraphs_stay() -> None:
    assert prose.paragraphs("one\ntwo\n \n\nthree\n") == "one two\n\nthree"


def test_a_field_too_long_for_an_abstract_is_not_converted() -> None:
    assert prose.line("\\textit{a}" * 3000) == "\\textit{a}" * 3000
