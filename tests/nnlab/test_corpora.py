import hashlib
import importlib
from pathlib import Path

import numpy as np
import pytest

from nnlab import corpora, grammar
from nnlab.datasets import DataError

SMALL = """# a comment
1-2\tcannot\t_\t_\t_\t_\t_\t_\t_\t_
1\tcan\tcan\tAUX\tMD\t_\t_\t_\t_\t_
2\tnot\tnot\tPART\tRB\t_\t_\t_\t_\t_
2.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t_\t_

# another sentence
1\tGo\tgo\tVERB\tVB\t_\t_\t_\t_\t_
"""


@pytest.fixture
def ewt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two small files that pass for UD English EWT."""
    folder = tmp_path / "ud-english-ewt"
    folder.mkdir()
    for name in corpora.EWT_SHA256:
        (folder / name).write_text(SMALL, encoding="utf-8")
    digest = hashlib.sha256(SMALL.encode()).hexdigest()
    monkeypatch.setattr(corpora, "EWT_SHA256", dict.fromkeys(corpora.EWT_SHA256, digest))
    return tmp_path


# --- the source of known entropy ---


def test_the_source_of_the_lab_has_the_entropies_of_its_specification():
    source = corpora.known_source()
    levels = source.levels
    assert source.symbols == 8
    assert levels["entropy"] == pytest.approx(0.9385, abs=5e-4)
    assert levels["bigram"] == pytest.approx(1.688, abs=5e-4)
    assert levels["unigram"] == pytest.approx(2.027, abs=5e-4)
    assert levels["uniform"] == pytest.approx(np.log(8))


def test_what_is_sampled_has_the_entropy_that_is_claimed():
    source = corpora.known_source(symbols=4, seed=3)
    drawn = source.sample(60_000, np.random.default_rng(1))
    p = source.transitions[drawn[:-2], drawn[1:-1], drawn[2:]]
    assert -np.log(p).mean() == pytest.approx(source.entropy, abs=0.02)
    share = np.bincount(drawn, minlength=4) / len(drawn)
    assert -(share * np.log(share)).sum() == pytest.approx(source.unigram_entropy, abs=0.02)


def test_a_source_without_memory_has_one_entropy():
    source = corpora.known_source(symbols=3, concentration=1e7)
    assert list(source.levels.values()) == pytest.approx([np.log(3)] * 4, abs=1e-4)


def test_the_generator_decides_what_is_sampled():
    source = corpora.known_source()
    first, again, other = (source.sample(50, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# --- CoNLL-U ---


def test_contracted_words_and_empty_nodes_are_left_out():
    assert corpora.read_conllu(SMALL) == [[("can", "AUX"), ("not", "PART")], [("Go", "VERB")]]


def test_a_text_without_sentences_is_an_empty_corpus():
    assert corpora.read_conllu("# nothing\n\n\n") == []


def test_a_line_without_ten_columns_is_an_error():
    with pytest.raises(DataError, match="ten columns"):
        corpora.read_conllu("1\tword\tNOUN\n")


# --- the grammar ---


def test_the_grammar_corpus_has_two_thousand_sentences_in_two_parts():
    corpus = corpora.grammar()
    assert (len(corpus.train), len(corpus.dev)) == (1600, 400)
    assert len(corpus.tags) == 14
    assert corpus == corpora.grammar()


def test_words_of_the_grammar_are_ambiguous_and_some_of_the_dev_words_are_new():
    corpus = corpora.grammar()
    tags_of: dict[str, set[str]] = {}
    for word, tag in (pair for sentence in corpus.train for pair in sentence):
        tags_of.setdefault(word, set()).add(tag)
    assert tags_of["can"] == {"AUX", "NOUN"}
    assert tags_of["Will"] == {"AUX", "PROPN"}
    assert tags_of["that"] == {"DET", "PRON", "SCONJ"}
    assert tags_of["light"] >= {"ADJ", "NOUN", "VERB"}
    words = [word for sentence in corpus.dev for word, _ in sentence]
    assert 0.02 < np.mean([word not in tags_of for word in words]) < 0.10


def test_the_grammar_is_written_as_conllu_with_contracted_words():
    text = grammar.conllu(300, np.random.default_rng(0))
    assert text.count("# sent_id = grammar-") == 300
    assert "\tcannot\t" in text
    assert len(corpora.read_conllu(text)) == 300
    assert all(sentence[0][0][0].isupper() for sentence in corpora.read_conllu(text))


# --- UD English EWT ---


def test_the_treebank_is_read_from_files(ewt):
    corpus = corpora.ewt(ewt)
    assert corpus.name == "UD English EWT"
    assert corpus.train == corpus.dev == corpora.read_conllu(SMALL)
    assert corpus.tags == ["AUX", "PART", "VERB"]


def test_a_missing_treebank_says_where_its_files_belong(tmp_path):
    with pytest.raises(DataError, match="ud-english-ewt"):
        corpora.ewt(tmp_path)
    with pytest.raises(DataError, match="not found"):
        corpora.ewt(None)


def test_another_release_of_the_treebank_is_refused(ewt):
    (ewt / "ud-english-ewt" / "en_ewt-ud-dev.conllu").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="SHA-256"):
        corpora.ewt(ewt)


def test_in_test_mode_nothing_is_read_from_files(ewt):
    assert corpora.tagged("test", ewt).name == "grammar corpus"


def test_the_other_modes_read_the_treebank(ewt):
    assert corpora.tagged("small", ewt).name == "UD English EWT"


def test_without_its_files_the_treebank_is_replaced_with_a_loud_notice(tmp_path, capsys):
    assert corpora.tagged("full", tmp_path).name == "grammar corpus"
    assert "!! UD English EWT not found" in capsys.readouterr().out


# --- running text ---


def test_running_text_has_the_length_that_is_asked_for():
    assert len(corpora.running_text(5000)) == 5000


def test_without_pythons_help_pages_a_text_is_made_up(monkeypatch):
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    text = corpora.running_text(3000)
    assert text == corpora.running_text(3000)
    assert len(text) == 3000
    assert " the " in text
