import numpy as np

from newsletter.editions.personal.floors import floors


def rows(
    weights: list[list[float]],
    worth: list[float],
    size: int = 10,
    ordinary: list[bool] | None = None,
) -> list[int]:
    usable = np.array([True] * len(worth) if ordinary is None else ordinary)
    shaped = np.array(weights, dtype=float).reshape(len(worth), -1)
    return floors(shaped, np.array(worth), usable, size)


def test_each_topic_has_its_best_paper() -> None:
    assert rows([[0.9, 0], [0.5, 0], [0, 0.2], [0, 0.9]], [1.0, 2.0, 3.0, 0.0]) == [2, 1]


def test_one_paper_of_two_topics_serves_both() -> None:
    assert rows([[0.5, 0.5], [0.9, 0], [0, 0.9]], [3.0, 2.0, 1.0]) == [0]


def test_a_topic_without_an_ordinary_paper_has_no_floor() -> None:
    assert rows([[0.9, 0], [0, 0.9]], [1.0, 2.0], ordinary=[True, False]) == [0]


def test_floors_take_at_most_half_of_the_digest_and_the_worthiest_half() -> None:
    worth = [1.0, 5.0, 3.0, 4.0, 2.0]
    assert rows(np.eye(5).tolist(), worth, size=5) == [1, 3]
    assert rows(np.eye(5).tolist(), worth, size=1) == []


def test_without_topics_or_papers_there_is_no_floor() -> None:
    assert rows([[], []], [1.0, 2.0]) == []
    assert rows([[0.0, 0.0]], [1.0]) == []


def test_of_equal_papers_the_first_is_the_floor() -> None:
    assert rows([[0.5], [0.9], [0.7]], [1.0, 1.0, 1.0]) == [0]
