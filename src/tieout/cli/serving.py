"""`tieout web` and `tieout worker`: the two processes of which a larger site runs as many as it likes."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication

Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
Host = Annotated[
    str, typer.Option(help="Address to listen on. Others than loopback need TIEOUT_HOSTS and TLS before it.")
]


class Site(BaseApplication):
    """The WSGI application under gunicorn, configured here instead of by a file."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()


def web(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 2,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads of each process.")] = 8,
) -> None:
    """Serve the pages and the API until interrupted."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        call_command("collectstatic", verbosity=0, interactive=False)
    Site(
        bind=f"{host}:{port}",
        workers=processes,
        threads=threads,
        worker_class="gthread",
        loglevel="warning",
        timeout=120,
        graceful_timeout=15,
        limit_request_line=8190,
    ).run()


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=32, help="Jobs at once.")] = 2,
    once: Annotated[bool, typer.Option("--once", help="Work off what is queued, then end.")] = False,
) -> None:
    """Run queued jobs, queue what is due, and pick up what dead workers left behind."""
    import_module("tieout.config.worker").run_worker(concurrency, once=once)
