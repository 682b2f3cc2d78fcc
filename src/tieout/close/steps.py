"""The steps of a close, and when each is done. Pure: facts and signatures in, states out.

A signature counts as long as the facts that it was given on are the same. What figures prove cannot be signed away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """The steps, in order."""

    DATA = "data"
    FINDINGS = "findings"
    SSP = "ssp"
    TIE_OUT = "tie_out"
    PREVIEW = "preview"
    POSTED = "posted"
    LOCKED = "locked"


class Proof(StrEnum):
    """What makes a step done."""

    SIGNATURE = "signature"
    """A person looked and signed; if the facts are not clear, with a note."""
    FACTS = "facts"
    """Clear facts, or a signature with a note."""
    FIGURES = "figures"
    """Clear facts and nothing else."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a step asks for. `frozen`: it can be done only when the period is frozen."""

    step: Step
    label: str
    asks: str
    proof: Proof
    frozen: bool = False


RULES = (
    Rule(Step.DATA, "Data in", "Every source was read after the period's end, and no batch waits.", Proof.SIGNATURE),
    Rule(Step.FINDINGS, "Findings resolved", "No open finding of a source, no gap in the data.", Proof.FACTS),
    Rule(
        Step.SSP, "SSP complete", "Every obligation that shares a price has a stand-alone selling price.", Proof.FACTS
    ),
    Rule(Step.TIE_OUT, "Tied out", "Source, subledger and journals agree to the cent.", Proof.FIGURES, frozen=True),
    Rule(Step.PREVIEW, "Journals previewed", "Somebody looked at what will be posted.", Proof.SIGNATURE, frozen=True),
    Rule(Step.POSTED, "Posted", "The ledger verifiably holds every entry of the period.", Proof.FIGURES, frozen=True),
    Rule(
        Step.LOCKED, "Locked", "The period is closed; its figures cannot change any more.", Proof.FIGURES, frozen=True
    ),
)
RULE = {rule.step: rule for rule in RULES}
SIGNABLE = tuple(rule.step for rule in RULES if rule.step is not Step.LOCKED)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what a step shows: a label, what it says, whether it is as it should be, and where to look or mend."""

    label: str
    said: str
    clear: bool = True
    page: str = ""
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a step now. `subject` is what a signature speaks of: when it changes, signatures before lapse."""

    clear: bool
    said: str
    lines: tuple[Fact, ...] = ()
    subject: Any = None
    optional: bool = False
    """This site does not do the step here, so a signature with a note replaces its proof."""

    @property
    def digest(self) -> str:
        """SHA-256 of the subject."""
        text = json.dumps(self.subject, sort_keys=True, default=str, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature in force, or one that lapsed because the facts changed afterwards."""

    by: str
    who: int | str
    """The user's number, or the name of who has none."""
    at: datetime
    note: str
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class StepState:
    """A step as it stands: its rule, facts, signatures and owner."""

    rule: Rule
    facts: Facts
    signatures: Sequence[Signed] = ()
    owner: str = ""
    reachable: bool = True
    """False for steps that wait for the freeze."""
    done: bool = field(default=False)

    @property
    def step(self) -> Step:
        return self.rule.step

    @property
    def in_force(self) -> list[Signed]:
        """The signatures that count."""
        return [each for each in self.signatures if not each.lapsed]

    @property
    def signable(self) -> bool:
        """Whether a signature would be taken now."""
        if self.step is Step.LOCKED or not self.reachable:
            return False
        return self.rule.proof is not Proof.FIGURES or self.facts.optional or self.facts.clear

    @property
    def state(self) -> str:
        """`done`, `attention` when something is not clear, `ready` when only a person is missing, else `later`."""
        if self.done:
            return "done"
        if not self.reachable:
            return "later"
        if self.step is Step.LOCKED:
            return "ready"
        return "ready" if self.facts.clear and self.signable else "attention"


def judge(rule: Rule, facts: Facts, signatures: Sequence[Signed], *, frozen: bool, owner: str = "") -> StepState:
    """The state of a step from its facts and signatures."""
    reachable = frozen or not rule.frozen
    signed = any(not each.lapsed for each in signatures)
    if rule.proof is Proof.SIGNATURE:
        done = signed
    elif rule.proof is Proof.FACTS or facts.optional:
        done = facts.clear or signed
    else:
        done = facts.clear
    return StepState(rule, facts, tuple(signatures), owner, reachable, reachable and done)


def missing(states: Sequence[StepState]) -> list[StepState]:
    """The steps that stand between the period and its close."""
    return [each for each in states if each.step is not Step.LOCKED and not each.done]


def lockable(lock: StepState, above: Sequence[StepState]) -> StepState:
    """The last step, which is within reach once every step above it is done."""
    if not lock.reachable or missing(above):
        return replace(lock, reachable=False)
    return replace(lock, facts=replace(lock.facts, said="Everything above is done"))


def approved_by_another(states: Sequence[StepState], preparer: int | str, closer: int | str) -> bool:
    """Whether anybody besides the one who froze the period signed a step or closes it."""
    approvers = {signed.who for each in states for signed in each.in_force} | {closer}
    return bool(approvers - {preparer})
