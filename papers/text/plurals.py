"""The singular and the plural of an English noun, for words that readers follow or mute.

Rules for the regular endings and a list for the irregular nouns of scientific English. No
stemming: "university" and "universe", or "dynamics" and "dynamic", stay different words.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_IRREGULAR: Final[dict[str, tuple[str, ...]]] = {
    "addendum": ("addenda",), "alga": ("algae",), "alumnus": ("alumni",),
    "amoeba": ("amoebae", "amoebas"), "analogy": ("analogies",), "annulus": ("annuli",),
    "ansatz": ("ansatze",), "antenna": ("antennae", "antennas"), "apex": ("apices", "apexes"),
    "appendix": ("appendices", "appendixes"), "aquarium": ("aquaria", "aquariums"),
    "automaton": ("automata", "automatons"), "axis": ("axes",), "bacillus": ("bacilli",),
    "bacterium": ("bacteria",), "basis": ("bases",), "bureau": ("bureaus", "bureaux"),
    "cactus": ("cacti", "cactuses"), "calculus": ("calculi",), "calf": ("calves",),
    "cerebellum": ("cerebella", "cerebellums"), "child": ("children",), "codex": ("codices",),
    "colloquium": ("colloquia", "colloquiums"), "compendium": ("compendia", "compendiums"),
    "consortium": ("consortia", "consortiums"), "corpus": ("corpora", "corpuses"),
    "cortex": ("cortices", "cortexes"), "criterion": ("criteria",),
    "curriculum": ("curricula", "curriculums"), "datum": ("data",), "desideratum": ("desiderata",),
    "die": ("dice",), "elf": ("elves",), "ellipsis": ("ellipses",), "emporium": ("emporia",),
    "equilibrium": ("equilibria", "equilibriums"), "erratum": ("errata",), "extremum": ("extrema",),
    "focus": ("foci", "focuses"), "foot": ("feet",), "formula": ("formulae", "formulas"),
    "forum": ("forums", "fora"), "fovea": ("foveae", "foveas"), "fungus": ("fungi",),
    "ganglion": ("ganglia",), "genus": ("genera",), "goose": ("geese",),
    "gymnasium": ("gymnasia", "gymnasiums"), "gyrus": ("gyri",), "half": ("halves",),
    "helix": ("helices", "helixes"), "hippocampus": ("hippocampi",), "hoof": ("hooves", "hoofs"),
    "icosahedron": ("icosahedra",), "index": ("indices", "indexes"), "knife": ("knives",),
    "lacuna": ("lacunae",), "larva": ("larvae",), "leaf": ("leaves",),
    "lemma": ("lemmata", "lemmas"), "life": ("lives",), "loaf": ("loaves",), "locus": ("loci",),
    "man": ("men",), "matrix": ("matrices", "matrixes"), "maximum": ("maxima", "maximums"),
    "medium": ("media", "mediums"), "memorandum": ("memoranda", "memorandums"),
    "millennium": ("millennia", "millenniums"), "minimum": ("minima", "minimums"),
    "mitochondrion": ("mitochondria",), "modulus": ("moduli",), "momentum": ("momenta",),
    "moratorium": ("moratoria", "moratoriums"), "mouse": ("mice",),
    "nebula": ("nebulae", "nebulas"), "nucleus": ("nuclei",), "octahedron": ("octahedra",),
    "octopus": ("octopuses", "octopi"), "optimum": ("optima", "optimums"), "ovum": ("ova",),
    "ox": ("oxen",), "person": ("people", "persons"), "phenomenon": ("phenomena",),
    "phylum": ("phyla",), "plateau": ("plateaus", "plateaux"), "polyhedron": ("polyhedra",),
    "pupa": ("pupae",), "quantum": ("quanta",), "quiz": ("quizzes",), "radius": ("radii",),
    "radix": ("radices",), "referendum": ("referenda", "referendums"),
    "retina": ("retinas", "retinae"), "rhombus": ("rhombi",), "scarf": ("scarves",),
    "schema": ("schemata", "schemas"), "self": ("selves",), "septum": ("septa",),
    "shelf": ("shelves",), "simplex": ("simplices", "simplexes"),
    "spectrum": ("spectra", "spectrums"), "stigma": ("stigmata", "stigmas"),
    "stimulus": ("stimuli",), "stratum": ("strata",), "submatrix": ("submatrices",),
    "sulcus": ("sulci",), "supernova": ("supernovae", "supernovas"), "syllabus": ("syllabi",),
    "symposium": ("symposia",), "tableau": ("tableaux", "tableaus"), "taxon": ("taxa",),
    "terminus": ("termini",), "tetrahedron": ("tetrahedra",), "thalamus": ("thalami",),
    "thesaurus": ("thesauri",), "thief": ("thieves",), "thrombus": ("thrombi",),
    "tooth": ("teeth",), "torus": ("tori",), "trauma": ("traumata", "traumas"),
    "uterus": ("uteri",), "vertebra": ("vertebrae",), "vertex": ("vertices", "vertexes"),
    "vortex": ("vortices", "vortexes"), "wife": ("wives",), "wolf": ("wolves",),
    "woman": ("women",),
}  # fmt: skip
_SINGULAR: Final = {plural: word for word, plurals in _IRREGULAR.items() for plural in plurals}

# Words in s that are no plurals; those in "ss", "us" and "is" need no list.
_NO_PLURAL: Final = frozenset(
    {
        "alias", "always", "atlas", "bayes", "bias", "canvas", "chaos", "cosmos", "does",
        "ethos", "gas", "has", "his", "its", "kansas", "kudos", "ios", "lens", "macos",
        "news", "pancreas", "pathos", "perhaps", "pus", "series", "species", "texas", "was",
        "descartes", "gauss", "hermes", "jones", "kubernetes", "navier", "stokes", "keynes",
    }
)  # fmt: skip
# Plurals whose ending looks like a singular's: "GPUs", "APIs".
_PLURAL_US: Final = frozenset(
    {
        "cpus", "dpus", "gpus", "ious", "menus", "npus", "relus", "tpus",
    }
)  # fmt: skip
_PLURAL_IS: Final = frozenset(
    {
        "apis", "guis", "kpis", "pois", "rois", "skis", "taxis",
    }
)  # fmt: skip
# In "ics" only these have a singular of the same meaning: not "physics", "dynamics", "semantics".
_PLURAL_ICS: Final = frozenset(
    {
        "characteristics", "clinics", "comics", "critics", "epics", "fabrics", "heuristics",
        "logics", "lyrics", "medics", "metrics", "mosaics", "panics", "picnics", "relics",
        "skeptics", "statistics", "topics",
    }
)  # fmt: skip
# Plurals in "es" of words that end in a hiss, and of most words in "o".
_SIBILANT: Final = ("s", "x", "z", "ch", "sh")
_PLURAL_ES: Final = ("sses", "ches", "shes", "xes", "zzes", "tzes", "oes")
_PLURAL_OF_IS: Final = (
    "bioses", "broses", "choses", "crises", "egeses", "eneses", "epses", "eroses",
    "gnoses", "itoses", "lyses", "mboses", "mphases", "nemeses", "oases", "opses", "phoses",
    "ptoses", "stases", "theses", "uroses",
)  # fmt: skip
_SINGULAR_US: Final = frozenset(
    {
        "apparatus", "bonus", "bus", "campus", "census", "chorus", "consensus", "corpus",
        "focus", "genus", "hiatus", "lotus", "minus", "nexus", "octopus", "opus", "plus",
        "sinus", "status", "surplus", "thesaurus", "torus", "versus", "virus", "walrus",
    }
)  # fmt: skip
_SINGULAR_E: Final = frozenset(
    {
        "ache", "avalanche", "cache", "calorie", "canoe", "cliche", "cookie", "foe", "genie",
        "headache", "lie", "moe", "movie", "niche", "oboe", "pie", "psyche", "quiche", "rookie",
        "selfie",
        "shoe", "tie", "toe", "zombie",
    }
)  # fmt: skip
_OF_TWO_WORDS: Final = frozenset({"axes", "bases", "ellipses"})
_RARE_PLURALS: Final = {
    "ss": frozenset[str](),
    "us": _PLURAL_US,
    "is": _PLURAL_IS,
    "ics": _PLURAL_ICS,
}
_SHORTEST: Final = 4  # "gas", "bus", "ios": three letters and an s at the end are no plural
_VOWELS: Final = "aeiou"


@lru_cache(maxsize=1024)
def number_forms(word: str) -> tuple[str, ...]:
    """The word, its singular and its plural, in lower case, each once; the word itself first."""
    singulars = _singulars(word)
    plurals = [plural for one in singulars or (word,) for plural in _plurals(one)]
    return tuple(dict.fromkeys([word, *singulars, *plurals]))


def singular(word: str) -> str:
    """The singular of a plural; any other word unchanged."""
    return next(iter(_singulars(word)), word)


def _singulars(word: str) -> tuple[str, ...]:
    if not _is_plural(word):
        return ()
    if word not in _SINGULAR:
        return (_regular(word),)
    # "axes" and "bases" belong to "axis" and "basis", and to "axe" and "base" as well.
    return (_SINGULAR[word], *([word[:-1]] if word in _OF_TWO_WORDS else []))


def _regular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORTEST and word[:-1] not in _SINGULAR_E:
        return f"{word[:-3]}y"
    if word.endswith(_PLURAL_OF_IS):
        return f"{word[:-2]}is"
    if word.endswith(_PLURAL_ES) and word[:-1] not in _SINGULAR_E:
        return word[:-2]
    is_singular_in_s = word.endswith("es") and word[:-2] in _NO_PLURAL | _SINGULAR_US
    return word[:-2] if is_singular_in_s else word[:-1]


def _is_plural(word: str) -> bool:
    if word in _SINGULAR:
        return True
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha() and word.endswith("s")):
        return False
    for ending, plurals in _RARE_PLURALS.items():
        if word.endswith(ending):
            return word in plurals
    return word not in _NO_PLURAL


def _plurals(word: str) -> Iterable[str]:
    """The plurals of a word that is a singular itself; none for one that has no plural."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not word.isascii() or not word.isalpha() or len(word) < 2:
        return ()
    candidates = [f"{word}s", f"{word}es"] if word.endswith("o") else [_regular_plural(word)]
    return [plural for plural in candidates if word in _singulars(plural)]


def _regular_plural(word: str) -> str:
    if word.endswith("sis"):
        return f"{word[:-2]}es"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(_SIBILANT) else f"{word}s"
