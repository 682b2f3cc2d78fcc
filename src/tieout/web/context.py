"""What the base page needs on every page: the site, the environment and the sidebar. Works on error pages too."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tieout.web import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names for the base template; nothing but the site's name when nobody is signed in."""
    actor = getattr(request, "actor", None)
    return {
        "site_name": getattr(getattr(request, "site", None), "name", "Tieout"),
        "actor": actor,
        "environment": getattr(request, "environment", None),
        "environments": getattr(request, "environments", []),
        "sidebar": navigation.sidebar(actor, request.path) if actor else [],
    }
