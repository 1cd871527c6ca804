"""What goes wrong with identities and what compliance officers decide for single people.

Owns orphan and ambiguous accounts, identity overrides, and exceptions. Every oddity is made on purpose and
noted for the answer key.
"""

from __future__ import annotations

from gapwatch.simulate.clock import DAY, END, HOUR, NEVER, days, local_day, midnight
from gapwatch.simulate.names import APPROVERS, FIRST, LAST
from gapwatch.simulate.policy import Dispensation, Override
from gapwatch.simulate.world import Account, Person, Worker, World

_ADDABLE = ("FIRE-EXT", "LOTO-AFF", "BLS", "ELEC", "HAZCOM", "RESP")
_REASONS = (
    "equivalent licence held",
    "trained by a former employer",
    "medical deferral",
    "course under revision",
)


def decide_exceptions(world: World, total: int) -> None:
    """Waivers with and without effect, added requirements. Call when HR is known, before the LMS plays."""
    workers = [(person, worker) for person in world.people for worker in person.workers if worker.spans]
    wanted = (
        *(["waive"] * max(4, total // 50)),
        *(["self"] * max(3, total // 300)),
        *(["add"] * max(3, total // 100)),
    )
    for kind in wanted:
        for _ in range(50):
            person, worker = world.rng.choice(workers)
            if _decide(world, person, worker, kind):
                break


def _decide(world: World, person: Person, worker: Worker, kind: str) -> bool:
    rng, policy = world.rng, world.policy
    span = rng.choice(worker.spans)
    low, high = max(span.start, world.began), min(span.end, END)
    if high - low < 10 * DAY:
        return False
    at = rng.randint(low, high - 5 * DAY)
    needed = [code for code, _ in policy.needed(span.role.key, at)]
    codes = [code for code in _ADDABLE if code not in needed] if kind == "add" else needed
    if not codes:
        return False
    code = rng.choice(codes)
    starts = local_day(at, span.role.zone)
    ends = days(starts, rng.randint(20, 150))
    approved = at + rng.randint(-6 * DAY, 8 * DAY) // HOUR * HOUR + 137
    if kind == "add":
        approved = max(approved, midnight(starts, span.role.zone) + 9 * HOUR + 41)
    over = {midnight(days(ends, 1), zone) for zone in ("America/Los_Angeles", "America/Chicago", "America/New_York")}
    if approved >= END or any(event.at in over for event in worker.events):
        return False
    officer, other = rng.sample(APPROVERS, 2)
    approver = officer
    if kind == "self":
        approver = rng.choice((other.upper(), person.email.upper(), worker.code, person.username))
    number = world.serial("exception")
    policy.exceptions.append(
        Dispensation(
            code=f"X{number:05}",
            worker=worker.code,
            requirement=code,
            kind="add" if kind == "add" else "waive",
            starts=starts,
            ends=ends,
            reason="duty outside the usual role" if kind == "add" else rng.choice(_REASONS),
            requested_by=other,
            approved_by=approver,
            approved=approved,
            has_effect=kind != "self",
        )
    )
    return True


def spoil_identities(world: World, total: int) -> None:
    """Orphans, ambiguous accounts and overrides. Call when the LMS has played."""
    number = max(2, total // 400)
    judged = {row.worker for row in world.policy.exceptions}
    plain = [
        person
        for person in world.people
        if len(person.accounts) == 1
        and person.accounts[0].worker_ref == person.workers[0].code
        and not any(worker.code in judged for worker in person.workers)
    ]
    world.rng.shuffle(plain)
    pool = iter(plain)
    for _ in range(number):
        one, other = next(pool, None), next(pool, None)
        if one is not None and other is not None:
            _share_mailbox(world, one, other)
    for _ in range(number):
        if (person := next(pool, None)) is not None:
            _orphan(world, person)
    for _ in range(number):
        if (person := next(pool, None)) is not None:
            _override(world, person)
    if (person := next(pool, None)) is not None:
        _disown(world, person)
    for _ in range(number):
        _leftover(world)


def _share_mailbox(world: World, one: Person, other: Person) -> None:
    """Two people share a mailbox, and the account of one has no worker number: whose is it?"""
    mailbox = f"station{world.serial('mailbox')}@meridian.example"
    one.email = other.email = mailbox
    one.accounts[0].email = mailbox
    account = other.accounts[0]
    account.email, account.worker_ref = mailbox.title(), ""
    world.note("ambiguous_accounts", account_id=account.code, mailbox=mailbox)
    _cast_off(world, other)


def _orphan(world: World, person: Person) -> None:
    account = person.accounts[0]
    serial = world.serial("orphan")
    account.worker_ref, account.email = f"TMP-{serial:04}", f"guest{serial}@oldmail.example"
    account.username = f"guest{serial}"
    world.note("orphan_accounts", account_id=account.code, was=person.code)
    _cast_off(world, person)


def _override(world: World, person: Person) -> None:
    """An account nobody could place, until somebody decided whose it is (the second time for good)."""
    account = person.accounts[0]
    serial = world.serial("orphan")
    account.worker_ref, account.email = f"NEW-{serial:04}", ""
    account.username = f"kiosk{serial}"
    decided = END - world.rng.randint(5, 200) * DAY
    worker = person.workers[-1].code
    policy = world.policy
    if world.rng.random() < 0.4:
        stranger = world.people[0].workers[0].code
        policy.overrides.append(Override(account.code, stranger, "n.quispe", decided - 3 * DAY, "first guess"))
    policy.overrides.append(Override(account.code, worker, "r.ashgate", decided, "badge number checked"))


def _disown(world: World, person: Person) -> None:
    """An account that names a worker but was decided to be nobody's."""
    account = person.accounts[0]
    world.policy.overrides.append(Override(account.code, "", "t.osei", END - 40 * DAY, "shared training kiosk"))
    world.note("orphan_accounts", account_id=account.code, was=person.code)
    _cast_off(world, person)


def _leftover(world: World) -> None:
    """An account of somebody who left before the records begin, or of a vendor's trainer."""
    rng, serial = world.rng, world.serial("orphan")
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    created = world.began - rng.randint(200, 1500) * DAY
    account = Account(
        code=f"U{world.serial('account'):06}",
        worker_ref=f"OLD{serial:04}",
        username=f"old{serial}",
        email=f"old{serial}@vendor.example",
        full_name=name,
        created=created,
    )
    if rng.random() < 0.25:
        account.closed, account.status = created + 90 * DAY, "inactive"
    else:
        account.logins.append(END - rng.randint(1, 300) * DAY)
        world.note("orphan_accounts", account_id=account.code, was="")
    world.strays.append(Person("", name, account.email, account.username, accounts=[account]))


def _cast_off(world: World, person: Person) -> None:
    """What the LMS holds of a person no longer serves that person."""
    world.strays.append(
        Person(
            "",
            person.full_name,
            person.email,
            person.username,
            accounts=person.accounts,
            assignments=person.assignments,
            attempts=person.attempts,
        )
    )
    person.accounts, person.assignments, person.attempts = [], [], []


def linger(world: World) -> None:
    """Some who left go on signing in for as long as their account lets them."""
    rng = world.rng
    for person in world.people:
        ends = [span.end for worker in person.workers for span in worker.spans]
        if not ends or max(ends) >= END:
            continue
        for account in person.accounts:
            if account.closed > max(ends) + DAY and account.has_closing_date and rng.random() < 0.4:
                first, last = max(*ends, account.created), min(account.closed, END) - 1
                if first < last:
                    account.logins.extend(rng.randint(first, last) for _ in range(rng.randint(1, 4)))
    for person in (*world.people, *world.strays):
        for account in person.accounts:
            account.logins = sorted(at for at in account.logins if at < min(account.closed + 1, END, NEVER))
