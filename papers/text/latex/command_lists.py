"""The commands of TeX by what becomes of them on a line of Unicode."""

from __future__ import annotations

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ── in prose ─────────────────────────────────────────────────────────────────

KEPT_ARGUMENT: Final = _names("""
    emph textbf textit texttt textsc textsf textrm textsl textmd textup textnormal text underline
    uline hl mbox hbox fbox ensuremath mathrm mathbf mathit mathsf mathtt boldsymbol bm title
    lowercase uppercase MakeUppercase MakeLowercase sout st caption section subsection paragraph
    textlf oldstylenums centerline operatorname
    gls Gls glspl Glspl ac Ac acp acf acl acs acrshort acrlong acrfull
""")
DROPPED: Final = _names("""
    em bf it sc rm tt sf sl noindent centering small footnotesize scriptsize tiny large Large LARGE
    normalsize bfseries itshape ttfamily sffamily rmfamily scshape upshape mdseries protect relax
    left right displaystyle textstyle medskip smallskip bigskip maketitle allowbreak nobreak
    leavevmode unskip romannumeral expandafter selectfont normalfont raggedright limits big Big
    bigl bigr Bigl Bigr
""")
DROPPED_WITH_ARGUMENT: Final = _names("""
    label vspace hspace pagecolor includegraphics begin end phantom hphantom vphantom bibliography
    bibliographystyle markboth thispagestyle pagestyle index input usepackage documentclass
    setlength cellcolor rowcolor
""")
BLANKS: Final = _names(
    r", : ; nobreakspace quad qquad newline linebreak par hfill thinspace enspace space break hline"
    r" \ "
) | {" ", "\n"}
NOTHING: Final = frozenset("-/!@*")
ESCAPED: Final = frozenset("%$&#_{}")

# ── in mathematics ───────────────────────────────────────────────────────────

FRACTIONS: Final = _names("frac dfrac tfrac cfrac nicefrac sfrac flatfrac")
BINOMIALS: Final = _names("binom dbinom tbinom")
STRUCTURES: Final = FRACTIONS | BINOMIALS | {"sqrt"}
PROSE_INSIDE: Final = _names("""
    text textrm textbf textit texttt textsc textsf textup textnormal textmd textsl emph mbox hbox
    fbox url path uline textsuperscript textsubscript footnote ref eqref cite ding
""")
PLAIN: Final = _names("""
    mathrm mathbf mathit mathsf mathtt mathnormal boldsymbol bm bs pmb mathbin mathrel mathord
    mathop mathopen mathclose mathpunct mathinner ensuremath underline underbrace overbrace
    overrightarrow boxed smash vcenter substack
""")
MATH_DROPPED: Final = _names("""
    left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr Biggl Biggr limits
    nolimits displaystyle textstyle scriptstyle scriptscriptstyle rm bf it sf tt em sc sl small
    footnotesize scriptsize tiny large Large normalsize nonumber notag xspace allowbreak relax
    protect strut mathstrut romannumeral noindent centering bfseries itshape
""")
MATH_DROPPED_WITH_ARGUMENT: Final = _names("""
    phantom hphantom vphantom vspace color label tag citep citet
""")
FUNCTIONS: Final = _names("""
    arccos arccot arcsin arctan arg argmax argmin cos cosh cot coth cov csc det diag dim erf exp gcd
    hom inf injlim ker lcm lg lim liminf limsup ln log max min mod poly polylog projlim rank sec sgn
    sign sin sinh softmax span sup supp tan tanh tr var Pr
""")
MATRICES: Final = {
    "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"), "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"), "cases": ("{", "}"), "dcases": ("{", "}"),
}  # fmt: skip
MATH_SPACES: Final = _names(", : ; > quad qquad thinspace enspace hspace") | {" ", "\n"}
FENCES: Final = {
    "norm": ("‖", "‖"), "abs": ("|", "|"), "card": ("|", "|"), "ceil": ("⌈", "⌉"),
    "floor": ("⌊", "⌋"), "set": ("{", "}"), "ket": ("|", "⟩"), "bra": ("⟨", "|"),
    "paren": ("(", ")"), "pmod": (" (mod ", ")"), "inner": ("⟨", "⟩"), "braket": ("⟨", "⟩"),
}  # fmt: skip
# Sets that authors abbreviate, and letters that mean a paragraph sign in prose only.
MATH_LETTERS: Final = {
    "R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "E": "𝔼", "P": "P", "S": "S",
}  # fmt: skip
