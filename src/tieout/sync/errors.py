"""What can go wrong with processes and their runs."""

from __future__ import annotations

from tieout.kernel.errors import Conflict, InvalidInput, NotFound, Retriable, TieoutError


class ProcessNameTaken(Conflict):
    """Another process of this environment has this name."""

    code = "sync.process_name_taken"
    remedy = "Choose another name."


class AlreadyActive(Conflict):
    """The process is queued or running already; two runs of one process never overlap."""

    code = "sync.already_active"
    remedy = "Wait until the run ends, or stop it."


class NotActive(Conflict):
    """The job has ended already."""

    code = "sync.not_active"
    remedy = "Use Run now to start a new run."


class ProcessInUse(Conflict):
    """The process has postings, and its history is kept."""

    code = "sync.process_in_use"
    remedy = "Switch the process off instead of deleting it."


class UnknownKind(NotFound):
    """There is no process of that kind."""

    code = "sync.unknown_kind"
    remedy = "Choose one of the kinds listed by `tieout process kinds`."


class WrongConnection(InvalidInput):
    """The connection cannot play this part in the process."""

    code = "sync.wrong_connection"
    remedy = "Choose a connection of this environment whose system can do what the process needs."


class UnknownRule(InvalidInput):
    """The choice is not one that this rule offers."""

    code = "sync.unknown_choice"
    remedy = "Choose one of the actions that the finding lists."


class StopRequested(TieoutError):
    """Somebody stopped the run; what it had done is kept."""

    code = "sync.stop_requested"
    remedy = "Run the process again to go on where it stopped."


class LeaseLost(TieoutError):
    """Another worker has taken over this job; this one writes nothing more."""

    code = "sync.lease_lost"
    remedy = "Nothing: the other worker goes on."


class WorkerDraining(Retriable):
    """The worker shuts down; another one goes on with the job."""

    code = "sync.worker_draining"
    remedy = "Nothing: the job goes on as soon as a worker is free."


class WorkersLost(TieoutError):
    """Every worker that ran this job died before it got any further."""

    code = "sync.workers_lost"
    remedy = "Look into the logs of the workers named in the timeline (often: too little memory); then run the process again."
