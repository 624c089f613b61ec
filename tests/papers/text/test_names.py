"""Lists of authors, single names and their short forms."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.names import clean_name, initials, is_group, names_of, split_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Roe, Jo Doe", ["Ada Roe", "Jo Doe"]),
        ("Ada Roe and Jo Doe", ["Ada Roe", "Jo Doe"]),
        ("Ada Roe, Jo Doe, and Li Wu", ["Ada Roe", "Jo Doe", "Li Wu"]),
        ("Ada Roe & Jo Doe", ["Ada Roe", "Jo Doe"]),
        ("Ada Roe,Jo Doe;Li Wu", ["Ada Roe", "Jo Doe", "Li Wu"]),
        (
            "Jane Roe (MIT, Cambridge, USA), John Doe (Institute for Science and Technology)",
            ["Jane Roe", "John Doe"],
        ),
        ("Jane Roe (MIT (CSAIL), USA), John Doe [ETH, Zurich]", ["Jane Roe", "John Doe"]),
        ("Jane Roe (1), John Doe (1 and 2) ((1) MIT, (2) ETH)", ["Jane Roe", "John Doe"]),
        ("Jane Roe$^{1,2}$, John Doe$^*$, Li Wu$^\\dagger$", ["Jane Roe", "John Doe", "Li Wu"]),
        ("Jane Roe1,2, John Doe3", ["Jane Roe", "John Doe"]),
        ("Jane Roe¹², John Doe*†, Li Wu #", ["Jane Roe", "John Doe", "Li Wu"]),
        ("Jane Roe (MIT, John Doe", ["Jane Roe", "John Doe"]),
        ("DeepSeek-AI, :, Daya Guo", ["DeepSeek-AI", "Daya Guo"]),
        ("Qwen Team: An Yang, Bo Li", ["Qwen Team", "An Yang", "Bo Li"]),
        ("Gemini Team, Google: An Yang", ["Gemini Team", "Google", "An Yang"]),
        ("Ada Roe, , -, Jo Doe, et al.", ["Ada Roe", "Jo Doe"]),
        ("Ada Roe et al.", ["Ada Roe"]),
        ("John Doe, Jr., Ada Roe, III", ["John Doe Jr.", "Ada Roe III"]),
        ("John Doe, PhD, Ada Roe, M.D.", ["John Doe", "Ada Roe"]),
        ("Doe, J., Roe, A. B.", ["J. Doe", "A. B. Roe"]),
        ("Garcia Lopez, J., van der Roe, A.", ["J. Garcia Lopez", "A. van der Roe"]),
        ("Lei Zhang, X. W., Li Wu", ["Lei Zhang", "X. W.", "Li Wu"]),
        ("S\\o ren Roe, Andr\\'e Doe", ["Søren Roe", "André Doe"]),
        ("Andr&eacute; Doe, Jo Roe", ["André Doe", "Jo Roe"]),
        ("Ada Roe, jo@example.org", ["Ada Roe"]),
        ("Institute for Art and Music, Ada Roe", ["Institute for Art and Music", "Ada Roe"]),
        ("ATLAS and CMS Collaborations", ["ATLAS and CMS Collaborations"]),
        ("Ada Roe on behalf of the ATLAS Collaboration", ["Ada Roe", "ATLAS Collaboration"]),
        ("Roe, Jane; Doe, John", ["Jane Roe", "John Doe"]),
        ("van der Roe, Jane and Doe, John", ["Jane van der Roe", "John Doe"]),
        ("By Jane Roe und John Doe", ["Jane Roe", "John Doe"]),
        ("Authors: Jane Roe · John Doe | Li Wu", ["Jane Roe", "John Doe", "Li Wu"]),
        ("Jane Roe, John Doe, and others", ["Jane Roe", "John Doe"]),
        ("Jane Roe <jane@a.org>, John Doe jo@a.org", ["Jane Roe", "John Doe"]),
        ("Jane Roe 0000-0002-1825-0097, John Doe 2", ["Jane Roe", "John Doe"]),
        ("Jane Roe https://orcid.org/0000-0002-1825-0097, Li Wu", ["Jane Roe", "Li Wu"]),
        ("Jane Roe\\thanks{Equal}, John Doe\\inst{1}", ["Jane Roe", "John Doe"]),
        ("{OpenAI}, Jane {Roe}", ["OpenAI", "Jane Roe"]),
        ("刘洋、王伟，李娜", ["刘洋", "王伟", "李娜"]),
        ("محمد علي، أحمد حسن", ["محمد علي", "أحمد حسن"]),
        ("Иван Петров и Анна Иванова", ["Иван Петров", "Анна Иванова"]),
        ("Yang Liu（清华大学，北京）, Wei Wang（王伟）", ["Yang Liu", "Wei Wang (王伟)"]),
        ("Jane Roe, on behalf of the STAR team", ["Jane Roe", "STAR team"]),
        ("Jane Roe, for the ATLAS Collaboration", ["Jane Roe", "ATLAS Collaboration"]),
        ("Institut für Physik und Astronomie", ["Institut für Physik und Astronomie"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_list_of_authors_is_split_into_names(text: str, names: list[str]) -> None:
    assert split_names(text) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Ada \n Roe ", "Ada Roe"),
        ("Ada Roe (MIT)", "Ada Roe"),
        ("Yang Liu (刘洋)", "Yang Liu (刘洋)"),
        ("Robert (Bob) Doe", "Robert (Bob) Doe"),
        ('Hai "Helen" Li', 'Hai "Helen" Li'),
        ("/Ada Roe", "Ada Roe"),
        ("and Ada Roe", "Ada Roe"),
        ("Edited by Ada Roe", "Ada Roe"),
        ("Dr. Ada Roe", "Ada Roe"),
        ("Ada Roe§", "Ada Roe"),
        ("Ada Roe.", "Ada Roe"),
        ("John Doe Jr.", "John Doe Jr."),
        ("Ada R.", "Ada R."),
        ("GLM-4.5 Team", "GLM-4.5 Team"),
        ("Team Hunyuan3D", "Team Hunyuan3D"),
        ("Project 7", "Project 7"),
        ("Qwen3", "Qwen3"),
        (r"Andr\'e D\"oe", "André Döe"),
        (r"Jan Ole\'s", "Jan Oleś"),
        (r"Jo O\'Neil", "Jo O'Neil"),
        ("刘洋", "刘洋"),
        (":", ""),
        ("-", ""),
        ("12", ""),
        ("x" * 201, "x" * 201),  # what is too long is left out, and counted, by FetchedPaper
        ("Tom &amp; Jo", "Tom & Jo"),
        ("Jo R&D", "Jo R&D"),
    ],
)
def test_a_name_is_cleaned(text: str, name: str) -> None:
    assert clean_name(text) == name


def test_an_entry_of_a_source_may_hold_two_names_or_none() -> None:
    assert names_of(["John Doe Jr. and Ada Roe", ":", "Wu, Li", "Meta AI, Google"]) == (
        "John Doe Jr.",
        "Ada Roe",
        "Li Wu",
        "Meta AI",
        "Google",
    )


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Abhishek Das", "A. Das"),
        ("Jean-Baptiste Alayrac", "J.-B. Alayrac"),
        ("Maarten de Rijke", "M. de Rijke"),
        ("Ludwig van der Maaten", "L. van der Maaten"),
        ("van der Maaten", "van der Maaten"),
        ("D'Arcy Thompson", "D. Thompson"),
        ("O\u0308rjan Ås", "Ö. Ås"),
        ("li yuan", "L. yuan"),
        ("Prathosh A. P.", "Prathosh A. P."),
        ("J. Doe", "J. Doe"),
        ("Anand B", "Anand B"),
        ("OpenAI", "OpenAI"),
        ("Yang Liu (刘洋)", "Y. Liu (刘洋)"),
        ("Иван Петров", "И. Петров"),
        ("Νίκος Παππάς", "Ν. Παππάς"),
        ("刘 洋", "刘 洋"),
        ("김 철수", "김 철수"),
        ("محمد علي", "محمد علي"),
        ("Qwen Team", "Qwen Team"),
        ("The ATLAS Collaboration", "The ATLAS Collaboration"),
        ("Meta AI", "Meta AI"),
        ("Bo Ai", "B. Ai"),
        ("The Viet Bui", "T. Viet Bui"),
        ("Xim Cerda-Company", "X. Cerda-Company"),
        ("Huawei Sun", "H. Sun"),
        ("Co Tran", "C. Tran"),
        ("JK Roe", "JK Roe"),
        ("al-Roe Musa", "al-Roe Musa"),
        ("Hugging Face", "Hugging Face"),
        ("BigScience Workshop", "BigScience Workshop"),
        ("", ""),
    ],
)
def test_a_given_name_is_abbreviated_and_a_group_is_not(name: str, short: str) -> None:
    assert initials(name) == short


GROUPS: Final = """
    ARC Prize Foundation; Aether Team; Baichuan-M3 Team; Bernini Team; Black Forest Labs;
    Bytedance Seed; Claude AI; CocoaBench Team; CompSurg Colorectal Experts Group; DataFlow Team;
    DreamX Team; EAES Working Group; Euclid Collaboration; GLM-4. 5 Team; Gemini Robotics Team;
    Gemma Team; GigaBrain Team; GigaWorld Team; Guide Labs Team; HY Vision Team;
    HunyuanWorld Team; InSpatio Team; Inclusion AI; Kairos Team; Kanana LLM Team; Kimi Team;
    Kling Team; Kwai Keye Team; Ling Team; Meituan LongCat Team; Mind Lab; MiniCPM Team;
    MiroMind Team; Nex-AGI Team; NextStep Team; NovelSeek Team; Qwen Team; Ring Team;
    Robbyant Team; SAM 3D Team; SII-OpenMOSS Team; SIMA team; Simple AI; SingGuard Team; Team GLM;
    Team Hunyuan3D; Team Olmo; Team Seawead; Team Seedream; Tencent Robotics X; The IntFold Team;
    The Soofi-Team; Venus Team; Vidi Team; Xiaohongshu Inc; Xiaomi LLM-Core Team; Z-Image Team;
    o3 contributors; the TCV team; the WPTE team
"""


def _names(shared: Path) -> Iterator[list[str]]:
    for data in ("arxiv_sample", "daily_papers"):
        with gzip.open(shared / "data" / f"{data}.jsonl.gz", "rt", encoding="utf-8") as lines:
            yield from (json.loads(line).get("authors") or [] for line in lines)


@pytest.mark.shared
def test_the_groups_among_54_270_real_authors_are_known(shared: Path) -> None:
    names = {name for authors in _names(shared) for name in authors}
    assert {name for name in names if " " in name and is_group(name)} == {
        " ".join(name.split()) for name in GROUPS.split(";")
    }


@pytest.mark.shared
def test_the_lists_of_13_051_real_papers_are_split_into_their_names(shared: Path) -> None:
    lists = [list(names_of(authors)) for authors in _names(shared)]
    wrong = [names for names in lists if split_names(", ".join(names)) != names]
    assert (len(lists), wrong) == (13_051, [])


@given(st.text(alphabet="ab AB,;:()[]{}.*†¹-and&\\'$", max_size=60))
def test_no_list_of_names_raises_an_error(text: str) -> None:
    assert all(split_names(text))
    assert isinstance(initials(text), str)
