"""Which words say that this paper is withdrawn, and which say it of something else."""

from __future__ import annotations

import pytest

from papers.text.withdrawal import is_only_notice, withdraws

NOTICES = r"""
I am withdrawing this paper because Lemma 2 is wrong
Paper withdrawn due to a sign error
This submission has been removed by arXiv administrators
This article has been retracted by the authors
v3: withdrawn due to an error
This paper has been withdrawn by the author due to an error
Withdrawn: see v1
This version withdrawn by author
This version withdrawn by arXiv administrators because its author could not agree to our license
arXiv admin note: This version has been removed by arXiv administrators as no license was given
arXiv admin note: submission has been withdrawn by arXiv administrators due to disputed authorship
Submission withdrawn by arXiv admins due to inappropriate text reuse
This paper has been withdrawn by the author(s)
The authors have withdrawn this paper
We withdraw this manuscript
We have decided to withdraw this article until the gap is closed
WITHDRAWN
*** Withdrawn ***
[Withdrawn]
12 pages, 3 figures, withdrawn
10 pages, 3 figures. Withdrawn due to an error in Theorem 3
12 pages; this paper has been withdrawn
Accepted at NeurIPS 2026; withdrawn due to an error in Lemma 2
Accepted at ICML 2026, withdrawn due to data leakage
8 pages, accepted to ACL 2025 (withdrawn due to an error in the evaluation)
Submitted to ICML; paper withdrawn by the authors
Code: https://github.com/ada/engine; withdrawn due to a bug in the evaluation
Accepted to CVPR - withdrawn because of incorrect results
12 pages; withdrawn
12 pages. Withdrawn by the authors.
12 pages (this paper has been withdrawn by the authors)
temporarily withdrawn
Temporarily withdrawn for corrections
This paper is temporarily withdrawn
\textbf{This paper has been withdrawn}
{\bf Withdrawn} due to a crucial error in Eq. (3)
Retraction notice
Retraction notice: the data of Section 4 are wrong.
Notice of withdrawal
The paper is withdrawn; an error in the proof was found by a reader
Due to an error in Lemma 2, this paper has been withdrawn.
This paper contains an error in the proof and has been withdrawn.
An error was found in Lemma 3, so it has been withdrawn by the authors
This paper (arXiv:2401.00001) has been withdrawn
This paper has been withdrawn from arXiv
This manuscript was withdrawn in favor of arXiv:2402.00002
Superseded by arXiv:2402.00002; the paper is withdrawn
The present paper is being withdrawn，as the bound is false。
THIS PAPER HAS BEEN WITHDRAWN!!!
This article is withdrawn - see arXiv:2501.00001
Please note that this paper has been withdrawn
The authors request that this paper be withdrawn
Withdrawal of this paper was requested by its authors
This work has been withdrawn by the authors pending further review of the data
Manuscript withdrawn by the first author
This preprint has been retracted
Retracted: Theorem 1 is false
Retracted by the authors
The author has retracted this article because the experiment could not be repeated
This is a withdrawn submission
I withdraw this paper
I would like to withdraw this paper due to missing citations
Our paper has been withdrawn because of a bug in the evaluation
This version has been withdrawn by the author. A new version will be uploaded
Withdrawn by arXiv moderators
This submission has been withdrawn at the request of the authors
This paper, which was uploaded by mistake, has been withdrawn
This paper was uploaded by mistake and is withdrawn
Withdrawn because it was submitted by mistake
with-drawn by the authors
v2 withdrawn
Version 2 has been withdrawn by the authors
Withdrawn due to copyright; 9 pages
This article has been withdrawn by the authors owing to a flaw that was found during review
This paper has been removed from arXiv
The manuscript has been removed by the authors
All versions of this paper have been withdrawn
The current version of this article is withdrawn
«This paper has been withdrawn»
Withdrawn, as Lemma 4 fails
paper is withdrawn
Comment on arXiv:2401.00001; this comment is moot and this note has been withdrawn
It is withdrawn because the result was known
We are withdrawing the paper to correct Table 3
Authors withdrew this paper
Article retracted.
This paper has been withdrawn as it was accepted without the consent of all authors
This paper will not be published and is withdrawn
Submitted to PRL. This paper has been withdrawn by the author due to a crucial sign error
This paper has been withdrawn: results from Section 3 are wrong
This letter has been withdrawn due to a missing permission from the coauthors
This paper is withdrawn, the new version is arXiv:2501.00002
I withdrew this paper since the main theorem was known
NOTE: this paper is withdrawn
Update: withdrawn
The paper has been withdrawn by the author, due to the publisher's policy.
This paper has been withdrawn. The error in Lemma 2 cannot be fixed.
This submission is withdrawn due to a conflict with the co-authors
This thesis has been withdrawn
This draft is withdrawn until the experiments are repeated
The authors have decided to retract this manuscript
The arXiv version has been withdrawn
This arXiv submission has been withdrawn
This paper is hereby withdrawn
Paper temporarily withdrawn
This paper has been withdrawn by the authors. A revised version will be submitted later
Withdrawn by author
Withdrawn by authors.
withdrawn by the corresponding author
This paper has been withdrawn by Ada Lovelace
The article has been withdrawn by its author, A. Turing, due to an error in eq. 4
This paper is now withdrawn
Paper withdrawn
paper withdrawn by authors
Paper withdrawn: the estimate in Sec. 3 is false
Paper withdrawn, see comments
Article withdrawn by arXiv admin
This paper has been withdrawn due a crucial error
This paper has been withdrawn, since the results overlap with [3]
This paper has been withdrawn by the author, because the results were known (see arXiv:math/0301001)
This paper has been withdrawn and replaced by arXiv:2501.00001
This paper has been withdrawn and merged into arXiv:2501.00001
Withdrawn and superseded by arXiv:2501.00001
This manuscript has been withdrawn by bioRxiv
This paper is withdrawn for further modification
This paper was withdrawn by the authors for personal reasons
Withdrawn for major revision
The submission has been withdrawn by the submitter
Withdrawn by the submitter due to an authorship dispute
arXiv admin note: withdrawn by arXiv admin because of plagiarism
arXiv admin note: paper withdrawn due to falsified authorship
This submission has been withdrawn by arXiv administrators due to overlap with other texts
This article has been removed by arXiv admin due to a violation of copyright
Removed by arXiv administrators
removed by arXiv admins due to a license violation
This paper has been retracted.
Retraction: the main theorem is wrong
RETRACTED
This Paper Has Been Withdrawn By The Authors
We, the authors, withdraw this paper
We hereby withdraw this paper.
We wish to withdraw this article because its main result is false
We have to withdraw this submission
I have withdrawn this paper due to a gap
I'm withdrawing this paper
We're withdrawing this paper
We regret to withdraw this paper
The authors wish to withdraw this paper
The authors would like to withdraw the manuscript
The corresponding author has withdrawn this article
Withdrawing this paper because of an error
The authors are withdrawing this work pending additional experiments
Unfortunately, there is a mistake in Theorem 1. The paper is therefore withdrawn.
There is an error in section 2 and the paper is withdrawn
There is a gap in the proof of Theorem 3; therefore this paper is withdrawn
v2: This paper is withdrawn.
v2 (withdrawn): gap in Lemma 5
V3 - WITHDRAWN due to an error in the data
Version 3: withdrawn
In v2 this paper is withdrawn
5 pages, 2 figures; paper withdrawn due to an error
5 pages, no figures, this paper has been withdrawn
8 pages, LaTeX, withdrawn due to an error in Eq. 12
Old title: On X. This paper is withdrawn.
This paper has been withdrawn by the author since it is no longer valid
This paper has been withdrawn because the authors no longer agree on the conclusions
The paper was withdrawn because its main claim is not supported
This paper is withdrawn, pending permission from the institute
The paper has been withdrawn from the arXiv by the authors
This paper is being withdrawn while we check the data
This paper has been voluntarily withdrawn by the authors
This paper must be withdrawn because of a mistake
We request the withdrawal of this paper due to errors
The authors have requested the withdrawal of this paper
This article should be considered withdrawn
This paper should be regarded as retracted
This paper has been taken down at the request of the company
(withdrawn)
Withdrawn!
Withdrawn…
withdrawn -- see the note
“This paper has been withdrawn”
This e-print has been withdrawn
This paper ~has been~ withdrawn
This paper has been \emph{withdrawn}
<b>This paper has been withdrawn</b>
This paper has been withdrawn。
This paper has been with drawn by the author
This document has been withdrawn by the author
These papers have been withdrawn
This paper has been withdrawn!
Sorry, this paper has been withdrawn.
This paper (and its supplement) has been withdrawn
The paper has been withdrawn, and the corrected result is in arXiv:2501.00001
This paper and its companion have been withdrawn
Withdrawn on 3 May 2025
Withdrawn in v2
Withdrawn. Lemma 2 is wrong.
This paper has been withdrawn by the authors due to an error in the correspondence between A and B
Work withdrawn due to errors
The paper has been withdrawn because it was accepted at ICLR without consent
Withdrawn by the authors for resubmission to NeurIPS
This paper has been retracted from arXiv
This version of the paper has been withdrawn
The article is withdrawn from publication due to an error
This manuscript has been withdrawn as it was submitted to the wrong archive
withdrawn by author's request
Withdrawn upon the author's request
Withdrawn - plagiarism
WITHDRAWN: see comments
This paper has been withdraw by the author
This paper has been withrawn by the author
Withrawn
Retracted paper.
Removed by the author
Paper removed at the request of the authors
This paper has been deleted by the author
Article withdrawn from arXiv by authors
Preliminary version. Withdrawn.
Draft withdrawn
This paper has been withdrawn by the authors in order to be merged with arXiv:2501.00001
The authors have decided to withdraw the paper from arXiv
Due to a critical bug we are withdrawing this submission
Note: this work is withdrawn since March 2025
This submission is a duplicate of arXiv:2401.00001 and has been withdrawn
This paper has been withdrawn. It will be replaced by a corrected version.
This paper is withdrawn and will be replaced by the current version of the journal
I am retracting this paper because Lemma 2 is wrong
We are retracting this article
We have retracted this paper
The authors hereby retract this article due to an error in Table 2
This submission has been removed by arXiv admins
This submission has been removed by arXiv moderators due to policy
This submission was removed by arXiv
This paper was removed by arXiv administrators; contact the author
This article was retracted at the authors' request
v2: retracted due to an error
v4 - withdrawn due to an error in the data
Version 2: withdrawn because of a bug
v3: This paper is withdrawn due to an error
v3: withdrawn due to an error; v2: typos fixed
Paper withdrawn because of a sign error
Paper withdrawn owing to a wrong proof
Preprint withdrawn due to a conflict of interest
Submission withdrawn due to a sign error
paper temporarily withdrawn due to a missing reference
I withdraw this paper because Lemma 2 is wrong
We are withdrawing our paper because Theorem 1 is false
The author is withdrawing this paper because Lemma 2 is wrong
Both authors withdraw this paper
This article has been retracted by its authors
This article has been retracted by the first author
This article has been retracted
Article retracted by the authors
This paper is retracted
12 pages; this paper has been withdrawn
Accepted at ICML 2025. This paper has been withdrawn by the authors due to an error in the proof.
10 pages, accepted to CVPR; this paper has been withdrawn by arXiv administrators
"""


@pytest.mark.parametrize("comment", NOTICES.strip().splitlines())
def test_a_comment_says_that_this_paper_is_withdrawn(comment: str) -> None:
    assert withdraws(comment)


@pytest.mark.parametrize("break_", ["\n", "  ", "\u00a0", "\t\n"])
def test_a_notice_may_be_broken_into_lines(break_: str) -> None:
    assert withdraws(break_.join(["This paper", "has been", "withdrawn", "by the author"]))


@pytest.mark.parametrize(
    ("comment", "version", "is_withdrawn"),
    [
        ("v3: withdrawn due to an error", 3, True),
        ("v2 withdrawn because of a gap", 3, True),  # the comment of the withdrawal itself
        ("v2 withdrawn because of a gap", 4, False),
        ("v2 withdrawn; v3 closes the gap", 3, False),
        ("v3: withdrawn. v2: typos. v1: 12 pages", 3, True),
        ("Version 1 was withdrawn; version 2 has a new proof", None, False),
        ("This paper has been withdrawn", 7, True),
    ],
)
def test_a_change_log_counts_for_its_own_version(
    comment: str, version: int | None, is_withdrawn: bool
) -> None:
    assert withdraws(comment, version) is is_withdrawn


def test_a_very_long_comment_is_read_up_to_a_limit() -> None:
    assert withdraws("Withdrawn. " + "v1: " * 10_000)
    assert not withdraws("x " * 10_000 + "Withdrawn.")


@pytest.mark.parametrize(
    "abstract",
    [
        "Withdrawn",
        "This submission was withdrawn by arXiv administrators.",
        "The preprint is being withdrawn, as Lemma 2 is false.",
        "This paper has been withdrawn by the author due to a crucial sign error in equation 1.",
        "This paper has been withdrawn. Lemma 2 has a gap. Please contact the authors.",
        "A mistake was found in Section 2. We withdraw this paper.",
    ],
)
def test_an_abstract_that_is_nothing_but_a_notice_counts(abstract: str) -> None:
    assert is_only_notice(abstract)


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        "We count walruses.",
        "What happens to citations once an article has been withdrawn?",
        "What happens to citations once an article has been withdrawn? We count them.",
        "This paper has been withdrawn by the author. We study walruses and show that they fly.",
        "We study walruses in the north. This paper has been withdrawn by the authors.",
        "This paper has been withdrawn. Walruses fly in winter. They swim in summer.",
        "This paper has been withdrawn by the author. " + "Errors of walruses abound. " * 40,
        "The drug was withdrawn from the market; we study why.",
        "Opioid withdrawal is studied.",
    ],
)
def test_an_abstract_about_something_does_not(abstract: str) -> None:
    assert not is_only_notice(abstract)
