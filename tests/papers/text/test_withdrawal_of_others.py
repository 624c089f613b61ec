"""Comments that speak of a withdrawal, but not of that of this paper."""

from __future__ import annotations

import pytest

from papers.text.withdrawal import withdraws

NO_NOTICES = r"""
A previous version of this paper was withdrawn from ICLR 2026; 12 pages
An earlier version of this paper was withdrawn
An earlier version was withdrawn by the authors; this is a full rewrite
withdrawn from NeurIPS, now at ICML
Submitted to ICLR 2026, withdrawn
Submitted to ICLR 2026; withdrawn after the rebuttal
Submitted to ICLR 2026, withdrawn due to low scores
Submitted to ICLR 2026; withdrawn, now at ICML after fixing a bug
Submitted to ICLR 2026 (withdrawn), a bug in Table 2 is fixed
Submitted to ICLR 2026; withdrawn to fix errors; now accepted at ICML 2026
Previously submitted to ICLR (withdrawn due to a formatting error); accepted at ICML 2026
ICLR 2026 submission (withdrawn because of a reviewer error), 20 pages
Accepted at WWW 2026; withdrawn from KDD due to an error of the organisers
Accepted at IJCAI 2026, an earlier version withdrawn due to an error
Accepted to ICML 2026, NeurIPS 2025 submission withdrawn
This paper was withdrawn in 2024 due to an error and has been corrected in this version
Withdrawn from ICLR 2026
This paper was withdrawn from ICLR 2026
This paper extends the withdrawn arXiv:2401.00001
Supersedes the withdrawn paper [12]
Replaces the withdrawn arXiv:2401.00001
Retracted papers dataset, 10 pages
An erratum lists the withdrawn claim
Withdrawal of consent, 12 pages
A study of drug withdrawal
We removed the appendix
This version removed the appendix
Removed Section 3
Section 3 of this paper has been removed
This paper was removed from the proceedings
This paper is not withdrawn
This paper has not been withdrawn
no longer withdrawn
This paper was withdrawn in error; restored in v4
This paper was withdrawn by mistake and is reinstated here
What happens to citations once an article has been withdrawn?
Has this paper been withdrawn?
We study articles that have been withdrawn by the authors
The dataset has been withdrawn by the authors
The claim in this paper has been withdrawn
We withdraw the claim of Theorem 2
We retract Theorem 3 of v1; 14 pages
ICLR 2026 (withdrawn)
Submitted to ICLR 2026, withdrawn
Submitted to ICLR 2026; withdrawn
Accepted at ACL 2025, but withdrawn by the authors
Withdrawn ICLR 2026 submission
Withdrawn submission to ICLR 2026
We withdrew our submission to ICLR 2026
We withdrew this paper from the conference
Comment on arXiv:2401.00001; the paper was withdrawn by its authors
arXiv admin note: text overlap with arXiv:2401.00001, which has been withdrawn
v1 was withdrawn; v2 corrects the error
Version 2 was withdrawn. Version 3 fixes Lemma 2
v2: withdrawn. v3: new proof, 20 pages
The drug was withdrawn from the market
This paper studies a drug that was withdrawn in 1995
This work analyses 500 papers retracted by the authors
The manuscript has been withdrawn by the authors from consideration at ICLR
This submission was withdrawn at ICLR 2026 after the rebuttal
Figures removed by arXiv administrators
Withdrawn papers and why: a dataset
10 pages, with a list of withdrawn articles
Reply to Smith et al.; the paper has been withdrawn
If this paper is withdrawn, cite the journal version
Our ICLR submission was withdrawn
The conference version was withdrawn
This paper had 12 pages; the appendix was withdrawn
Assistance withdrawal is studied
Typos removed by the authors; 10 pages
This paper has withdrawn the assumption of Gaussian noise
Camera-ready version; funding note removed at the request of the sponsor
12 pages
A companion to this paper was withdrawn
Contains the proof of the withdrawn preprint of 2019
The first version was withdrawn due to an error that is corrected here
Retraction-aware evaluation, 8 pages
Retractions on manifolds; 15 pages
The retraction of a graph is studied
This paper was withdrawn after review at ICLR and resubmitted to ICML
The paper "On X" by Lee has been withdrawn
Withdrawn claims are marked in red
It was withdrawn from ICML 2025
Accidentally withdrawn; this version restores it
Deleted the duplicate figure; 10 pages
v2: removed a figure due to copyright
This version was removed of typos
We thank the reviewers of the withdrawn submission
Rejected or withdrawn papers of OpenReview, 9 pages
This paper was previously withdrawn, and is now complete
Withdrawn from consideration at NeurIPS 2025
The version submitted to ICLR 2026 was withdrawn
Withdrawn from ACL ARR, now under review at TACL
This is a revision of a paper withdrawn from ICML 2025
This paper was desk-rejected at ICLR and then withdrawn from arXiv moderation
Previously withdrawn from ICLR 2025
Previous submission withdrawn
Old version withdrawn; new results added
The earlier preprint arXiv:2401.00001 has been withdrawn by the authors
The paper of Smith was withdrawn
We discuss the paper [7], which has been withdrawn
Paper [7] has been withdrawn
This paper supersedes arXiv:2401.00001, which has been withdrawn by the authors
arXiv:2401.00001 (withdrawn) is contained in this paper
This is the full version of the withdrawn arXiv:2401.00001
This paper corrects the withdrawn article of 2019
We retract our earlier claim
We withdraw our conjecture
A withdrawn version appeared as arXiv:2401.00001
Dataset of retracted articles, 12 pages
A dataset of papers that were withdrawn by their authors
The benchmark has been withdrawn from public use
We remove the appendix
The images were removed by the authors
Links removed by the authors due to anonymity
Removed by request of reviewer 2: Section 5
Anonymous link removed
An author has been removed from the author list
An author was removed due to a conflict
Author list: Turing was removed by the authors
Acknowledgements removed due to policy
withdrawn?
Is it withdrawn?
The withdrawal was a mistake
This paper is no longer withdrawn
This version is no longer withdrawn: Lemma 2 is proved
This paper isn't withdrawn
This paper will not be withdrawn
This paper was never withdrawn
Restored after being withdrawn by mistake
Reinstated: this paper was withdrawn in error
v3 was withdrawn in error, v4 restores it
Version 3 was withdrawn by mistake. Version 4 is the same as version 2.
This paper was withdrawn in v2; v3 fixes the gap
v2 was withdrawn because of an error; this version corrects it
Withdrawn in v2 and restored in v3
Cash withdrawn from ATMs
Water withdrawal and consumption of data centers
We study when a vote is withdrawn
Method and code withdrawn from the release
The license has been revoked
This paper was accepted by TMLR after it was withdrawn from ICML
This paper is a response to the paper by Lee et al., which was withdrawn
Response to a retracted article
On retracted papers
Retraction of a claim in v1
Retraction theorem, 10 pages
Erratum: Theorem 3 has been withdrawn
Theorem 3 has been withdrawn by the authors
The second part has been withdrawn
Part II of this paper has been withdrawn
Some results of this paper have been withdrawn
The supplement of this paper was withdrawn
The code of this paper was removed by the authors
Chapter 3 was removed from this version
This version: typos removed
This paper has been removed from the special issue
This submission was removed from the leaderboard
This submission has been removed from the leaderboard by the organizers
This work has been withdrawn from the competition
This paper replaces arXiv:2401.00001, which was removed by arXiv administrators
The authors withdrew from the challenge
We withdrew the model
The authors withdraw their support
The author has withdrawn from academia
Withdrawn users, 10 pages
Withdrawing from the Paris agreement: a study
Withdrawing liquidity: 12 pages
Withdrawal: a model of bank runs
Retracting contact surfaces, 20 pages
Version 1 had an error (withdrawn), version 2 is correct
(a longer version was withdrawn)
The longer version has been withdrawn
Contains results from a withdrawn paper by the same author
We report that a paper was withdrawn
This paper reports why an article has been withdrawn
This paper explains how the paper was withdrawn
Paper withdrawn from the workshop
This article was withdrawn from Physical Review Letters
An earlier version of this work was retracted from a journal; this is the corrected version
A preliminary version of this article was withdrawn from NeurIPS 2025 after reviews
A previous version of this paper was withdrawn from ICLR 2026
Previous version was withdrawn from ICLR 2026; 12 pages
The previous version of this paper has been withdrawn
Prior version withdrawn from AAAI
12 pages. A previous version of this paper was withdrawn from ICLR 2026.
Earlier submission to ICLR 2026 was withdrawn
This work was previously submitted to ICLR 2026 and withdrawn
Previously submitted to ICLR 2026 (withdrawn)
Rejected from ICLR, withdrawn from NeurIPS, accepted at TMLR
Submitted to ICLR 2026 and then withdrawn
Formerly withdrawn; now with a full proof
The workshop version of this paper was withdrawn
An extended abstract of this paper was withdrawn from COLT
The title of this paper was withdrawn
Withdrawn from ICLR 2026 and resubmitted to ICML
Withdrawn from a conference
We thank the reviewers; the paper was withdrawn from ICLR
Analysis of articles retracted by the authors
A corpus of 4,000 retracted articles
A paper on how articles get withdrawn by arXiv administrators
A study of submissions removed by arXiv administrators
A survey of papers removed by arXiv moderators, 12 pages
Contains a list of preprints that were withdrawn by their authors
"""


@pytest.mark.parametrize("comment", NO_NOTICES.strip().splitlines())
def test_a_comment_says_nothing_like_that_of_this_paper(comment: str) -> None:
    assert not withdraws(comment)
