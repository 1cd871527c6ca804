"""Accounts whose person is hidden: noisy names, addresses and dates with the answer known.

Owns the play of workers and of accounts that no exact rule links, as the records that
``gapwatch.identity.candidates`` compares. Nobody in it exists. Used by ``gapwatch.bench.identities`` and the tests.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pyarrow as pa

from gapwatch.simulate.names import FIRST, LAST

KINDS: Final = (
    "typo",
    "swapped",
    "married",
    "initial",
    "diacritics",
    "other_domain",
    "namesake",
    "second_account",
    "lost_zeros",
    "nobody",
)
"""What is wrong with an account; ``nobody`` is nobody's."""

_SHARES: Final = (14, 10, 8, 8, 8, 12, 4, 6, 5, 25)
_ACCENTED: Final = ("Renée", "Søren", "Zoë", "José", "Jürgen", "Łukasz", "Chloé", "Inés", "Björn", "Nuño")
_ACCENTED_LAST: Final = ("Müllerfeld", "Ångmere", "Núñezwell", "Çelikford", "Højberg", "Šimekwood", "Lefèvreson")
_SITES: Final = ("BAY1", "BAY2", "LAK1", "LAK2", "MIL1", "MIL2", "RIV1", "RIV2")
_FIRST_DAY: Final = 18262  # 1 January 2020, in days since 1970
_LAST_DAY: Final = 20454

SCHEMA: Final = pa.schema(
    [
        ("unique_id", pa.string()),
        ("person", pa.string()),
        ("ref", pa.string()),
        ("username", pa.string()),
        ("email", pa.string()),
        ("full_name", pa.string()),
        ("start_day", pa.int64()),
        ("end_day", pa.int64()),
        ("sites", pa.list_(pa.string())),
        ("department", pa.string()),
        ("has_account", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Strangers:
    """The records, and of each account its kind and worker (None: nobody's)."""

    accounts: pa.Table
    workers: pa.Table
    answers: dict[str, tuple[str, str | None]]


@dataclass(frozen=True)
class _Worker:
    number: int
    given: str
    family: str
    email: str
    start_day: int
    end_day: int | None
    site: str
    has_account: bool

    @property
    def worker_id(self) -> str:
        return f"{self.number:07d}"


@dataclass
class _Company:
    chance: random.Random
    workers: list[_Worker] = field(default_factory=list)
    addresses: dict[str, int] = field(default_factory=dict)

    def hire(self, number: int) -> _Worker:
        """A worker; some names are far more common than others, and one in twenty-five is another's too."""
        chance = self.chance
        given, family = _common(chance, FIRST), _common(chance, LAST)
        if chance.random() < 0.08:
            given = chance.choice(_ACCENTED)
        if chance.random() < 0.06:
            family = chance.choice(_ACCENTED_LAST)
        if self.workers and chance.random() < 0.04:
            twin = chance.choice(self.workers)
            given, family = twin.given, twin.family
        start = chance.randrange(_FIRST_DAY, _LAST_DAY)
        left = chance.random() < 0.2
        worker = _Worker(
            number=number,
            given=given,
            family=family,
            email=self.address(f"{plain(given)}.{plain(family)}"),
            start_day=start,
            end_day=min(start + chance.randrange(60, 1200), _LAST_DAY) if left else None,
            site=chance.choice(_SITES),
            has_account=True,
        )
        self.workers.append(worker)
        return worker

    def address(self, local: str) -> str:
        """The next free address of that name: a second one is numbered."""
        self.addresses[local] = self.addresses.get(local, 0) + 1
        number = self.addresses[local]
        return f"{local}{number if number > 1 else ''}@meridian.example"


def strangers(*, workers: int, accounts: int, seed: int) -> Strangers:
    """That many workers and accounts of unknown person. The same arguments give the same records."""
    chance = random.Random(seed)  # noqa: S311 (a seeded play; nothing here is a secret)
    company = _Company(chance)
    for number in range(1, workers + 1):
        company.hire(number)
    answers: dict[str, tuple[str, str | None]] = {}
    rows: list[dict[str, Any]] = []
    twins = _twins(company.workers)
    hidden: set[int] = set()
    for number in range(1, accounts + 1):
        account_id = f"L{number:06d}"
        kind = chance.choices(KINDS, _SHARES)[0]
        if kind == "nobody":
            rows.append(_nobody(account_id, company))
            answers[account_id] = (kind, None)
            continue
        worker = chance.choice(twins if kind == "namesake" and twins else company.workers)
        if kind == "diacritics" and plain(worker.given + worker.family) == (worker.given + worker.family).lower():
            worker = chance.choice([one for one in company.workers if not one.given.isascii()] or company.workers)
        if kind != "second_account":
            hidden.add(worker.number)
        rows.append(_account(account_id, kind, worker, chance))
        answers[account_id] = (kind, worker.worker_id)
    known = [
        replace(worker, has_account=worker.number not in hidden and chance.random() < 0.95)
        for worker in company.workers
    ]
    return Strangers(
        pa.Table.from_pylist(rows, schema=SCHEMA),
        pa.Table.from_pylist([_worker_record(worker) for worker in known], schema=SCHEMA),
        answers,
    )


def plain(text: str) -> str:
    """The text as addresses have it: small, without accents."""
    letters = text.lower().replace("ø", "o").replace("ł", "l").replace("ß", "ss")
    return "".join(one for one in unicodedata.normalize("NFD", letters) if one.isalnum() and one.isascii())


def _common(chance: random.Random, names: tuple[str, ...]) -> str:
    return names[min(int(len(names) * chance.random() ** 1.7), len(names) - 1)]


def _twins(workers: list[_Worker]) -> list[_Worker]:
    count: dict[tuple[str, str], int] = {}
    for worker in workers:
        count[worker.given, worker.family] = count.get((worker.given, worker.family), 0) + 1
    return [worker for worker in workers if count[worker.given, worker.family] > 1]


def _worker_record(worker: _Worker) -> dict[str, Any]:
    return {
        "unique_id": f"{worker.worker_id}#1",
        "person": worker.worker_id,
        "ref": worker.worker_id,
        "username": worker.email.partition("@")[0] if worker.number % 3 else None,
        "email": worker.email,
        "full_name": f"{worker.given} {worker.family}",
        "start_day": worker.start_day,
        "end_day": worker.end_day,
        "sites": [worker.site],
        "department": None,
        "has_account": worker.has_account,
    }


def _account(account_id: str, kind: str, worker: _Worker, chance: random.Random) -> dict[str, Any]:
    given, family = worker.given, worker.family
    name = f"{given} {family}"
    local: str | None = worker.email.partition("@")[0]
    if kind == "typo":
        name = _mistyped(name, chance)
        local = chance.choice([local, f"{plain(given)[0]}{plain(family)}", None])
    elif kind == "swapped":
        name = f"{family}{chance.choice([', ', ' '])}{given}"
    elif kind == "married":  # the LMS knows another name than the HR system; the address is sometimes the old one
        name = f"{given} {_common(chance, LAST)}"
        local = local if chance.random() < 0.8 else f"{plain(given)}{chance.randrange(100)}"
    elif kind == "initial":
        name = f"{given[0]}. {family}"
        local = f"{plain(given)[0]}.{plain(family)}" if chance.random() < 0.5 else local
    elif kind == "diacritics":
        given, family = (text.replace("ü", "ue").replace("ø", "oe") for text in (given, family))
        name = " ".join(plain(text).capitalize() for text in (given, family))
    if local is not None and kind != "other_domain" and chance.random() < 0.25:
        local = None
    near = chance.random()
    late = (
        chance.randrange(0, 8) if near < 0.75 else chance.randrange(8, 31) if near < 0.9 else chance.randrange(31, 400)
    )
    ref = None
    if kind == "lost_zeros":
        ref = str(worker.number)
    elif chance.random() < 0.05:
        ref = f"X{chance.randrange(10**6):06d}"
    return {
        "unique_id": account_id,
        "person": account_id,
        "ref": ref,
        "username": local if chance.random() < 0.5 else f"u{chance.randrange(10**5):05d}",
        "email": f"{local}@{chance.choice(['mail.example', 'meridian-group.example'])}" if local else None,
        "full_name": name if chance.random() > 0.03 else None,
        "start_day": worker.start_day + late - (3 if chance.random() < 0.3 else 0),
        "end_day": None,
        "sites": [worker.site] if chance.random() < 0.6 else [],
        "department": None,
        "has_account": False,
    }


def _nobody(account_id: str, company: _Company) -> dict[str, Any]:
    """A trainer from outside, an auditor, a kiosk; half of them bear names as common as those of workers."""
    chance = company.chance
    given, family = _common(chance, FIRST), _common(chance, LAST)
    if chance.random() < 0.1:  # somebody else's namesake
        namesake = chance.choice(company.workers)
        given, family = namesake.given, namesake.family
    name: str | None = f"{given} {family}"
    local = chance.choice([f"{plain(given)}.{plain(family)}", f"{plain(given)[0]}{plain(family)}"])
    if chance.random() < 0.3:
        name, local = chance.choice([("Training Kiosk", "kiosk"), ("LMS Test", "test"), ("Support Desk", "support")])
        local += str(chance.randrange(100))
    return {
        "unique_id": account_id,
        "person": account_id,
        "ref": None,
        "username": local,
        "email": f"{local}@vendor.example",
        "full_name": name,
        "start_day": chance.randrange(_FIRST_DAY, _LAST_DAY),
        "end_day": None,
        "sites": [chance.choice(_SITES)] if chance.random() < 0.3 else [],
        "department": None,
        "has_account": False,
    }


def _mistyped(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    while name[at] == " ":
        at = chance.randrange(1, len(name) - 1)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    ways = (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
        if name[at - 1] != " "
        else name[:at] + name[at + 1 :],
    )
    return chance.choice(ways)
