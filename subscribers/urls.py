from django.urls import path

from subscribers.pages import views

app_name = "subscribers"
urlpatterns = [
    path("subscribe/", views.sign_up_page, name="sign_up"),
    path("confirm/<str:token>/", views.confirm_page, name="confirm"),
    path("preferences/<str:token>/", views.preferences_page, name="preferences"),
    path("preferences/<str:token>/unsubscribe/", views.unsubscribe_page, name="unsubscribe"),
    path("preferences/<str:token>/come-back/", views.come_back_page, name="come_back"),
]
