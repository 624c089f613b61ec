"""A reader's own links, short because they are many: each token stands for one delivery."""

from django.urls import path

from newsletter import views

app_name = "newsletter"
urlpatterns = [
    path("u/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", views.preferences, name="preferences"),
    path("d/<str:token>", views.browser, name="browser"),
    path("r/<str:token>/<int:number>", views.follow, name="follow"),
]
