"""The pages of a subscription. A signed link that was changed on its way finds its page too."""

from django.urls import path, re_path

from subscribers.pages import confirm_views, sign_up_views, views
from subscribers.pages.account import (
    address,
    browser,
    feedback,
    learned,
    leaving,
    liked_papers,
    one_paper,
    overview,
    own_data,
    saved,
)
from web.mangled import route

app_name = "subscribers"
_ACCOUNT = "preferences/<str:token>/"
urlpatterns = [
    path("subscribe/", sign_up_views.sign_up_page, name="sign_up"),
    path("confirm/<str:token>/", confirm_views.confirm_page, name="confirm"),
    path(_ACCOUNT, overview.overview_page, name="preferences"),
    path(f"{_ACCOUNT}words/", overview.words_page, name="words"),
    path(f"{_ACCOUNT}pause/", overview.pause_page, name="pause"),
    path(f"{_ACCOUNT}resume/", overview.resume_page, name="resume"),
    path(f"{_ACCOUNT}how-often/", overview.cadence_page, name="cadence"),
    path(f"{_ACCOUNT}feed/", overview.feed_page, name="renew_feed"),
    path(f"{_ACCOUNT}papers/", liked_papers.papers_page, name="papers"),
    path(f"{_ACCOUNT}saved/", saved.saved_page, name="saved"),
    path(f"{_ACCOUNT}paper/", one_paper.paper_page, name="paper"),
    path(f"{_ACCOUNT}browser/", browser.browser_page, name="browser"),
    path(f"{_ACCOUNT}saved.bib", saved.saved_bib, name="saved_bib"),
    path(f"{_ACCOUNT}saved.ris", saved.saved_ris, name="saved_ris"),
    path(f"{_ACCOUNT}learned/", learned.learned_page, name="learned"),
    path(f"{_ACCOUNT}learned/forget/", learned.forget_page, name="forget"),
    path(f"{_ACCOUNT}address/", address.address_page, name="address"),
    path(f"{_ACCOUNT}data/", own_data.data_page, name="data"),
    path(f"{_ACCOUNT}data/download/", own_data.download, name="download"),
    path(f"{_ACCOUNT}data/delete/", own_data.delete_page, name="delete"),
    path(f"{_ACCOUNT}unsubscribe/", leaving.unsubscribe_page, name="unsubscribe"),
    path(f"{_ACCOUNT}come-back/", leaving.come_back_page, name="come_back"),
    path("undo/<str:token>/", leaving.undo_page, name="undo"),
    path("new-address/<str:token>/", address.move_page, name="move"),
    path("old-address/<str:token>/", address.move_back_page, name="move_back"),
    path("deleted/", own_data.deleted_page, name="deleted"),
    path("new-link/", views.new_link_page, name="new_link"),
    path("papers/<path:name>/feedback", feedback.feedback_page, name="feedback"),
    path("forget-browser/", feedback.forget_browser, name="forget_browser"),
    re_path(route("confirm"), confirm_views.confirm_page),
    re_path(route("new-address"), address.move_page),
    re_path(route("old-address"), address.move_back_page),
    re_path(route("undo"), leaving.undo_page),
    re_path(route("preferences", "unsubscribe"), leaving.unsubscribe_page),
    re_path(route("preferences", "come-back"), leaving.come_back_page),
    re_path(route("preferences"), overview.overview_page),
]
