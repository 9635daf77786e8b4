"""A library on a Chroma server, beside the same one in a home."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from chroma_server import ChromaServer

from assistant import Answer, Filters, Hit, Library, ask
from assistant.errors import EmbedderMismatchError, LibraryError, ServerError, UsageError
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.vectorstore import remote_requests, remote_sample
from assistant.vectorstore.remote import probes
from assistant.vectorstore.remote_address import parse
from assistant.vectorstore.remote_client import Client
from assistant.vectorstore.remote_records import PIECE
from assistant.vectorstore.remote_sample import Sample

BIB = """\
@article{lee24, title={Routing questions to cheap models}, author={Lee, Ann and Søndergård, Bo}, year={2024},
  journal={ICLR}, doi={10.1000/1}, abstract={A router sends easy questions to a small model. It halves the cost.}}
@article{kim19, title={Why cats purr}, author={Kim, Cho}, year={2019}, journal={Journal of Cats},
  abstract={We recorded forty old cats. Cats purr at 25 hertz when content.}}
@article{roe, title={How fish sleep}, author={Roe, Di}, abstract={Fish rest with open eyes. They have no eyelids.}}
@article{zhu21, title={Dogs}, author={Zhu, Ed}, year={2021}, journal={Journal of Dogs}}
"""
SAME = "@misc{copy, title={Routing Questions to Cheap Models}, author={Lee, Ann}, year={2023}, doi={10.1000/1}}"
CHANGED = BIB.replace("25 hertz", "50 hertz").replace("year={2019}, ", "")
QUERIES = ("How often do cats purr?", "cheap router models", "sleep of fish and dogs")


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(dimension=512)


@pytest.fixture
def address(chroma_server: ChromaServer) -> str:
    return chroma_server.address(f"papers-{uuid.uuid4().hex}")


@pytest.fixture
def shared(address: str, embedder: FakeEmbedder) -> Iterator[Library]:
    with Library(address, embedder=embedder) as library:
        yield library


@pytest.fixture
def local(home: Path, embedder: FakeEmbedder) -> Iterator[Library]:
    with Library(home, embedder=embedder) as library:
        yield library


@pytest.fixture(scope="module")
def both(chroma_server: ChromaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Library]]:
    """A local and a shared library with the same papers; only to be read."""
    folder = tmp_path_factory.mktemp("both")
    (folder / "a.bib").write_text(BIB, encoding="utf-8")
    embedder = FakeEmbedder(dimension=512)
    with (
        Library(folder / "home", embedder=embedder) as local,
        Library(chroma_server.address("both"), embedder=embedder) as shared,
    ):
        assert local.add(folder / "a.bib") == shared.add(folder / "a.bib")
        yield local, shared


def _same(one: list[Hit], other: list[Hit]) -> None:
    assert [hit.paper for hit in one] == [hit.paper for hit in other]
    for left, right in zip(one, other, strict=True):
        for name in ("score", "similarity", "lexical", "sentence"):
            assert getattr(left, name) == pytest.approx(getattr(right, name), abs=1e-5)
        assert [passage.text for passage in left.evidence] == [passage.text for passage in right.evidence]


def test_nothing_is_made_until_there_is_a_paper(shared: Library, address: str) -> None:
    assert len(shared) == 0
    assert (shared.search("cats"), shared.papers(), shared.topics(), shared.check()) == ([], [], [], [])
    assert (shared.remove("a"), shared.authors("lee"), shared.count(Filters(venue="x"))) == (0, [], 0)
    with closing(Client(parse(address))) as client:
        assert client.find(parse(address).collection) is None


def test_finds_just_what_a_local_library_finds(both: tuple[Library, Library]) -> None:
    local, shared = both
    for query in QUERIES:
        _same(local.search(query), shared.search(query))
    assert {hit.paper.id for hit in shared.similar("lee24")} == {"kim19", "roe", "zhu21"}
    assert local.papers() == shared.papers()
    assert local.papers(1, 2) == shared.papers(1, 2)
    assert local.topics() == shared.topics()
    assert shared.check() == []


@pytest.mark.parametrize(
    "filters",
    [
        Filters(years=(2020, None)),
        Filters(years=(None, None)),
        Filters(authors=("Lee",)),
        Filters(authors=("Sønd",)),
        Filters(authors=("Søndergard", "Roe")),
        Filters(venue="Journal of"),
        Filters(source="a.bib"),
        Filters(source="b.bib"),
        Filters(ids=("roe", "zhu21", "nobody")),
        Filters(ids=("roe", "zhu21"), years=(2020, None)),
        Filters(with_abstract=True),
    ],
)
@pytest.mark.parametrize("size", [1000, 0])
def test_filters(both: tuple[Library, Library], filters: Filters, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    local, shared = both
    monkeypatch.setattr(remote_sample, "SIZE", size)
    monkeypatch.setattr(remote_sample, "PAGES", 2)
    expected = local.retrieve("cats", 10, filters)
    assert {hit.paper.id for hit in shared.retrieve("cats", 10, filters)} == {hit.paper.id for hit in expected}
    if size:
        _same(expected, shared.retrieve("cats", 10, filters))
    if size or filters.ids:
        assert shared.count(filters) == local.count(filters)


def test_names(both: tuple[Library, Library]) -> None:
    local, shared = both
    for part in ("lee", "SØND", "o", "x"):
        assert sorted(shared.authors(part)) == sorted(local.authors(part))
    assert sorted(shared.venues("journal")) == ["Journal of Cats", "Journal of Dogs"]


def test_records_of_one_paper_are_joined_changed_and_split(local: Library, shared: Library, tmp_path: Path) -> None:
    for text in (BIB, SAME, CHANGED, BIB):
        (tmp_path / "a.bib").write_text(text, encoding="utf-8")
        assert local.add(tmp_path / "a.bib") == shared.add(tmp_path / "a.bib")
        assert local.papers() == shared.papers()
        _same(local.search("hertz of cats"), shared.search("hertz of cats"))
    assert [paper.id for paper in shared.split("lee24")] == [paper.id for paper in local.split("lee24")]
    assert local.papers() == shared.papers()


def test_adding_again_changes_and_embeds_nothing(shared: Library, embedder: FakeEmbedder, tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(BIB, encoding="utf-8")
    shared.add(tmp_path / "a.bib")
    done, revision = len(embedder.embedded), shared._store.ledger.revision
    report = shared.add(tmp_path / "a.bib")
    assert (len(report.unchanged), report.added, report.updated) == (4, (), ())
    assert (len(embedder.embedded), shared._store.ledger.revision) == (done, revision)


def test_what_a_field_no_longer_says_is_gone(shared: Library, tmp_path: Path) -> None:
    file = tmp_path / "papers.jsonl"
    long = " ".join(f"Sentence {number} tells of {hash((number,)):x}." for number in range(2000))
    file.write_text(f'{{"id": "a", "title": "Cats", "abstract": "{long}", "year": 2020}}', encoding="utf-8")
    shared.add(file)
    assert len(long) > PIECE
    assert shared.get("a")[0].abstract == long
    shared.remove("a")
    file.write_text('{"id": "a", "title": "Cats", "abstract": "Short."}', encoding="utf-8")
    shared.add(file)
    assert shared.get("a")[0].abstract == "Short."
    assert shared.search("cats", years=(None, None)) == []


def test_removed_is_gone_for_everyone(shared: Library, address: str, embedder: FakeEmbedder, tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(BIB, encoding="utf-8")
    shared.add(tmp_path / "a.bib")
    with Library(address, embedder=embedder) as other:
        assert other.search("cats purr")[0].paper.id == "kim19"
        assert shared.remove("kim19", "nobody") == 1
        assert len(other) == 3
        assert "kim19" not in [hit.paper.id for hit in other.search("cats purr")]
        assert other.get("kim19") == []


def test_answers_with_the_papers_own_words(both: tuple[Library, Library]) -> None:
    def answered(library: Library) -> Answer:
        return ask("At how many hertz do cats purr?", library=library, model=FakeChat())

    local, shared = both
    assert answered(shared).text == answered(local).text
    assert answered(shared).citations == answered(local).citations
    (citation, *_) = answered(shared).citations
    assert citation.quote == "Cats purr at 25 hertz when content."


def test_a_large_library_is_asked_for_the_nearest_and_for_rare_words(
    both: tuple[Library, Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    local, shared = both
    monkeypatch.setattr(remote_sample, "SIZE", 2)
    monkeypatch.setattr(remote_sample, "PAGES", 2)
    monkeypatch.setattr("assistant.vectorstore.remote.CANDIDATES", 1)
    hits = shared.search("cats router")
    assert {"kim19", "lee24"} <= {hit.paper.id for hit in hits}
    assert {hit.paper.id: hit.similarity for hit in local.search("cats router")}["lee24"] == pytest.approx(
        next(hit.similarity for hit in hits if hit.paper.id == "lee24"), abs=1e-5
    )
    assert shared.authors("Kim") == ["Cho Kim"]
    assert shared.count(Filters(years=(2019, 2021))) == 2


def test_half_a_character_is_no_fault(both: tuple[Library, Library]) -> None:
    _, shared = both
    assert shared.get("\ud800") == []
    assert shared.search("cats \ud800")[0].paper.id == "kim19"


def test_rare_words_are_looked_for_as_they_may_be_written() -> None:
    assert list(probes("Studies of RouteLLM and 图神", Sample([], 0)))[:2] == [
        ("Studi", "studi"),
        ("RouteLLM", "routellm", "Routellm"),
    ]


@pytest.mark.usefixtures("both")
def test_vectors_of_another_embedder_are_refused(chroma_server: ChromaServer, tmp_path: Path) -> None:
    with Library(chroma_server.address("both"), embedder=FakeEmbedder(name="other")) as stranger:
        with pytest.raises(EmbedderMismatchError, match=r"was embedded by fake .* not other") as caught:
            stranger.search("cats")
        assert "collection" in caught.value.remedy
        (tmp_path / "b.bib").write_text("@misc{new, title={New}}", encoding="utf-8")
        with pytest.raises(EmbedderMismatchError):
            stranger.add(tmp_path / "b.bib")
        assert len(stranger) == 4


def test_a_collection_of_another_program_is_left_alone(chroma_server: ChromaServer, embedder: FakeEmbedder) -> None:
    address = chroma_server.address("theirs")
    with closing(Client(parse(address))) as client:
        client.collection("theirs", {"made_by": "someone"})
    with pytest.raises(LibraryError, match="is no library of Carrel"):
        Library(address, embedder=embedder)


def test_a_newer_schema_is_left_alone(chroma_server: ChromaServer, embedder: FakeEmbedder) -> None:
    with closing(Client(parse(chroma_server.address("newer")))) as client:
        client.collection("newer", {"carrel_schema": 99})
    with pytest.raises(LibraryError, match="has schema 99"):
        Library(chroma_server.address("newer"), embedder=embedder)


def test_a_library_that_others_have_made_anew(shared: Library, address: str, tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(BIB, encoding="utf-8")
    shared.add(tmp_path / "a.bib")
    with closing(Client(parse(address))) as client:
        for name in ("", ".carrel"):
            client.request("DELETE", f"{client._base}/collections/{parse(address).collection}{name}")
    assert len(shared) == 0
    assert len(shared.add(tmp_path / "a.bib").added) == 4
    assert shared.search("cats purr")[0].paper.id == "kim19"


def test_a_database_that_is_missing_is_named(chroma_server: ChromaServer, embedder: FakeEmbedder) -> None:
    with pytest.raises(ServerError, match="nowhere"):
        Library(chroma_server.address("papers") + "?database=nowhere", embedder=embedder)


def test_what_a_server_does_in_its_own_way(shared: Library, tmp_path: Path) -> None:
    for call in (shared.reindex, lambda: shared.backup(tmp_path / "b"), lambda: shared.restore(tmp_path / "b")):
        with pytest.raises(UsageError, match="Chroma server"):
            call()


def test_a_server_that_goes_away(tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_requests, "PAUSES", (0.01,))
    with ChromaServer(tmp_path / "server") as server, Library(server.address("papers"), embedder=embedder) as library:
        library.add_sample()
        server.kill()
        with pytest.raises(ServerError, match="There is no Chroma server at"):
            library.search("cats")
        server.start()
        assert library.search("RouteLLM")[0].paper.title.startswith("RouteLLM")
        server.kill()
        with pytest.raises(ServerError):
            Library(server.address("papers"), embedder=embedder)


@pytest.mark.model
def test_the_real_embedder_finds_the_same(address: str, home: Path) -> None:
    with Library(home) as local, Library(address) as shared:
        local.add_sample()
        assert len(shared.add_sample().added) == 119
        for query in ("How much can RouteLLM reduce cost?", "graph transformers without attention"):
            _same(local.search(query), shared.search(query))
        assert ask("How much can RouteLLM reduce cost?", library=shared, model=FakeChat()).answered
