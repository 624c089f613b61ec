import pytest

from papers.text.plurals import number_forms, singular


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        ("model", "models"), ("policy", "policies"), ("survey", "surveys"), ("box", "boxes"),
        ("analysis", "analyses"), ("hypothesis", "hypotheses"), ("crisis", "crises"),
        ("matrix", "matrices"), ("index", "indices"), ("index", "indexes"), ("axis", "axes"),
        ("vertex", "vertices"), ("bus", "buses"), ("virus", "viruses"), ("corpus", "corpora"),
        ("loss", "losses"), ("process", "processes"), ("bias", "biases"), ("gas", "gases"),
        ("batch", "batches"), ("cache", "caches"), ("hash", "hashes"), ("size", "sizes"),
        ("quiz", "quizzes"), ("case", "cases"), ("cause", "causes"), ("database", "databases"),
        ("movie", "movies"), ("hero", "heroes"), ("video", "videos"), ("datum", "data"),
        ("criterion", "criteria"), ("phenomenon", "phenomena"), ("child", "children"),
        ("person", "people"), ("mouse", "mice"), ("leaf", "leaves"), ("lens", "lenses"),
        ("schema", "schemas"), ("area", "areas"), ("metric", "metrics"), ("topic", "topics"),
        ("llm", "llms"), ("gpu", "gpus"), ("api", "apis"), ("base", "bases"), ("tie", "ties"),
        ("moe", "moes"), ("iou", "ious"), ("synopsis", "synopses"), ("psychosis", "psychoses"),
        ("metastasis", "metastases"), ("genesis", "geneses"), ("neurosis", "neuroses"),
        ("curriculum", "curricula"), ("hippocampus", "hippocampi"), ("momentum", "momenta"),
        ("ganglion", "ganglia"), ("torus", "tori"), ("plateau", "plateaus"), ("alga", "algae"),
        ("purpose", "purposes"), ("dose", "doses"), ("rose", "roses"), ("prose", "proses"),
        ("collapse", "collapses"), ("phase", "phases"), ("sense", "senses"), ("nose", "noses"),
        ("license", "licenses"), ("ellipse", "ellipses"), ("close", "closes"),
    ],
)  # fmt: skip
def test_a_singular_and_its_plural_are_forms_of_each_other(word: str, plural: str) -> None:
    assert plural in number_forms(word)
    assert word in number_forms(plural)


@pytest.mark.parametrize(
    "word",
    [
        "physics", "dynamics", "semantics", "robotics", "graphics", "3d", "gpt4", "as", "bus",
        "gas", "bias", "loss", "news", "analysis", "status", "always", "series", "bayes", "ios",
        "gps",
    ],
)  # fmt: skip
def test_a_word_that_is_no_plural_is_its_own_singular(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("ga", "gas"), ("bia", "bias"), ("los", "loss"), ("bu", "bus"), ("new", "news"),
        ("physic", "physics"), ("dynamic", "dynamics"), ("universe", "university"), ("gp", "gps"),
        ("plu", "plus"), ("seman", "semen"), ("ca", "cases"), ("text", "texas"),
    ],
)  # fmt: skip
def test_words_that_only_look_alike_are_no_forms_of_each_other(word: str, other: str) -> None:
    assert other not in number_forms(word)
    assert word not in number_forms(other)


def test_the_word_itself_is_its_first_form() -> None:
    assert number_forms("models") == ("models", "model")
    assert number_forms("matrix") == ("matrix", "matrices", "matrixes")
    assert number_forms("w7") == ("w7",)
