"""Parts of a page that refresh themselves: the page includes the part once, then asks for it every two seconds.

A fragment answers 286 when there is nothing more to wait for, and the browser stops asking.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.generic.base import TemplateResponseMixin

from tieout.web.pages import Guarded

STOP_POLLING = 286


class Fragment(TemplateResponseMixin, Guarded):
    """One self-refreshing part. `template_name` is the same template that the page includes at first."""

    renews_page: ClassVar[bool] = False
    """Whether the page around it is loaded anew once there is nothing more to wait for."""

    @abstractmethod
    def load(self) -> dict[str, Any]:
        """What the template shows, by one domain call."""

    @abstractmethod
    def finished(self, shown: dict[str, Any]) -> bool:
        """Whether what is shown will not change any more by itself."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = self.load()
        finished = self.finished(shown)
        headers = {"HX-Refresh": "true"} if finished and self.renews_page else None
        return self.render_to_response(shown, status=STOP_POLLING if finished else 200, headers=headers)
