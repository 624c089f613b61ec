"""The pages of a subscription. A signed link that was changed on its way finds its page too."""

from django.urls import path, re_path

from subscribers.pages import confirm_views, sign_up_views, views
from web.mangled import route

app_name = "subscribers"
urlpatterns = [
    path("subscribe/", sign_up_views.sign_up_page, name="sign_up"),
    path("confirm/<str:token>/", confirm_views.confirm_page, name="confirm"),
    path("preferences/<str:token>/", views.preferences_page, name="preferences"),
    path("preferences/<str:token>/unsubscribe/", views.unsubscribe_page, name="unsubscribe"),
    path("preferences/<str:token>/come-back/", views.come_back_page, name="come_back"),
    path("new-link/", views.new_link_page, name="new_link"),
    re_path(route("confirm"), confirm_views.confirm_page),
    re_path(route("preferences", "unsubscribe"), views.unsubscribe_page),
    re_path(route("preferences", "come-back"), views.come_back_page),
    re_path(route("preferences"), views.preferences_page),
]
