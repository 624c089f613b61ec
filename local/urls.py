from django.urls import path

from local import views

app_name = "local"
urlpatterns = [
    path("", views.mail_list, name="mailbox"),
    path("<str:key>/", views.mail, name="mail"),
    path("<str:key>/html/", views.mail_html, name="mail_html"),
    path("<str:key>/raw/", views.mail_raw, name="mail_raw"),
]
