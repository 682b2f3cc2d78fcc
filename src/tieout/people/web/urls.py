"""Addresses of the site's settings, of people and of sign-in."""

from django.urls import include, path

from tieout.people.web import account, tokens, views

CLOSED = ("signup/", "email/", "confirm-email/", "3rdparty/", "3rdparty/signup/")
urlpatterns = [
    path("settings/site/", views.SiteSettings.as_view(), name="site"),
    path("settings/people/", views.People.as_view(), name="people"),
    path("settings/people/add/", views.AddPerson.as_view(), name="person_add"),
    path("settings/people/<int:pk>/", views.Person.as_view(), name="person"),
    path("settings/people/<int:pk>/deactivate/", views.Deactivate.as_view(), name="person_deactivate"),
    path("settings/people/<int:pk>/activate/", views.Activate.as_view(), name="person_activate"),
    path("settings/tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("settings/tokens/add/", tokens.AddToken.as_view(), name="token_add"),
    path("settings/tokens/<int:pk>/revoke/", tokens.RevokeToken.as_view(), name="token_revoke"),
    path("account/", account.Account.as_view(), name="account"),
    *[path(f"account/{address}", account.closed) for address in CLOSED],
    path("account/", include("allauth.urls")),
]
