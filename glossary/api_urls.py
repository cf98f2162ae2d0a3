from django.urls import path

from glossary import api

urlpatterns = [
    path("keywords/", api.keywords, name="api_keywords"),
    path("keywords/<str:slug>/", api.keyword, name="api_keyword"),
]
