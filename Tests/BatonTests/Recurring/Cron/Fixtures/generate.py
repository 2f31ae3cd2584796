"""Writes differential.txt: what other implementations of cron find due.

    python3 -m venv venv
    venv/bin/pip install croniter==7.0.0 cron-converter==2.0.2 apscheduler==3.11.3 tzdata==2026.6
    venv/bin/python generate.py > differential.txt

Which local times match is croniter's answer, with day_or=False, as Baton needs both days to match. Where cron-converter
or APScheduler can say the same expression, they must agree with it, or nothing is written; the head of the file says
about how many cases they were asked. Which instants those local times are is zoneinfo's answer, and what shifted clocks
do to an expression is written out in instants() below, by Cronos's rules: the three have ideas of their own about it.

Left out is what the others mean something else by, or have no word for: L-3, LW, 15W, ranges of one value, steps in
ranges that wrap, steps after a single day of the week. So are zones whose past has been corrected of late.
"""

import datetime
import random
import sys
import zoneinfo

from apscheduler.triggers.cron import CronTrigger
from cron_converter import Cron
from croniter import croniter

zoneinfo.reset_tzpath(to=())  # the tzdata package, not the system's

ZONES = """
    UTC Europe/London Europe/Paris Europe/Dublin Europe/Moscow Europe/Lisbon Europe/Istanbul Europe/Athens
    America/New_York America/Chicago America/Denver America/Los_Angeles America/Anchorage America/St_Johns
    America/Halifax America/Phoenix America/Sao_Paulo America/Santiago America/Caracas America/Havana
    Asia/Kolkata Asia/Kathmandu Asia/Tokyo Asia/Shanghai Asia/Singapore Asia/Tehran Asia/Amman Asia/Jerusalem
    Asia/Pyongyang Asia/Dhaka Australia/Sydney Australia/Adelaide Australia/Lord_Howe Australia/Eucla
    Pacific/Auckland Pacific/Chatham Pacific/Apia Pacific/Kwajalein Pacific/Kiritimati Africa/Cairo Africa/Johannesburg
    Africa/Monrovia Antarctica/Troll Atlantic/Azores
""".split()
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = datetime.timedelta(seconds=1)
RESULTS = 4
rng = random.Random(20261126)


def field(low, high, names=None):
    """A field's text, and whether it has a *, a range or a step."""

    def text(number):
        return names[number - low] if names and rng.random() < 0.5 else str(number)

    def value():
        return text(rng.randint(low, high))

    def span(wraps=True):
        first, last = rng.sample(range(low, high + 1), 2)
        if not wraps:
            first, last = sorted([first, last])
        return text(first) + "-" + text(last)

    def step():
        return "/" + str(rng.randint(2, max(2, high // 2)))

    kind = rng.random()
    if kind < 0.25:
        return "*", True
    if kind < 0.4:
        return "*" + step(), True
    if kind < 0.6:
        return value(), False
    if kind < 0.7:
        return span(), True
    if kind < 0.75:
        return span(wraps=False) + step(), True
    if kind < 0.8 and not (names and low == 0):
        return str(rng.randint(low, high)) + step(), True
    if kind < 0.9:
        return ",".join([value(), value(), value()]), False
    return value() + "," + span(), True


def expression():
    """Fields, and whether second, minute or hour has a *, a range or a step."""
    second = field(0, 59) if rng.random() < 0.2 else ("0", False)
    minute = field(0, 59) if rng.random() < 0.7 else ("30", False)
    hour = field(0, 23) if rng.random() < 0.8 else ("*", True)
    day = month = weekday = "*"
    if rng.random() < 0.35:
        day = rng.choice([field(1, 31)[0], field(1, 31)[0], "L"])
    if rng.random() < 0.2:
        month = field(1, 12, MONTHS)[0]
    if rng.random() < 0.4:
        some = rng.randint(0, 6)
        nth = "%s#%d" % (rng.choice([DAYS[some], str(some)]), rng.randint(1, 5))
        last = "L%d" % some
        weekday = rng.choice([field(0, 6, DAYS)[0], "MON-FRI", nth if day == "*" else "*", last if day == "*" else "*"])
    return [second[0], minute[0], hour[0], day, month, weekday], second[1] or minute[1] or hour[1]


def matches(fields, start):
    """Local times after a start that match, by croniter."""
    clock = croniter(" ".join(fields), start, ret_type=datetime.datetime, day_or=False, second_at_beginning=True)
    while True:
        yield clock.get_next()


def agree(fields, start, locals_):
    """Whether the others find the same, as far as they have a word for it. Returns how many could say."""
    count = 0
    simple = not any("#" in f or f[:1] == "L" or ("/" in f and f[0].isdigit() and "-" not in f) for f in fields)
    if simple and fields[0] == "0" and "*" in (fields[3], fields[5]):
        try:
            schedule = Cron(" ".join(fields[1:])).schedule(start + SECOND)
        except ValueError:  # ranges that wrap
            schedule = None
        if schedule:
            found = [schedule.next() for _ in locals_]
            if found != locals_:
                sys.exit("cron-converter differs: %s from %s: %s, not %s" % (fields, start, found, locals_))
            count += 1
    second, minute, hour, day, month, weekday = fields
    if start.year < 1971:  # where APScheduler begins
        return count
    if "#" in weekday or weekday[:1] == "L":
        if "#" in weekday:
            name, ordinal = weekday.split("#")
            which = ["1st", "2nd", "3rd", "4th", "5th"][int(ordinal) - 1]
        else:
            name, which = weekday[1:], "last"
        day, weekday = "%s %s" % (which, (DAYS[int(name)] if name.isdigit() else name).lower()), "*"
    elif weekday != "*":  # its week begins on Monday
        return count
    for number, name in enumerate(MONTHS, 1):  # it reads no steps after names, and no ranges from names to numbers
        month = month.replace(name, str(number))
    try:
        trigger = CronTrigger(
            second=second, minute=minute, hour=hour, day="last" if day == "L" else day, month=month, timezone=UTC
        )
    except ValueError:  # ranges that wrap
        return count
    now, found = (start + SECOND).replace(tzinfo=UTC), []
    for _ in locals_:
        now = trigger.get_next_fire_time(None, now)
        found.append(now.replace(tzinfo=None))
        now += SECOND
    if found != locals_:
        sys.exit("APScheduler differs: %s from %s: %s, not %s" % (fields, start, found, locals_))
    return count + 1


def seconds(moment):
    return int((moment - EPOCH).total_seconds())


def offset(zone, instant):
    utc = (EPOCH + datetime.timedelta(seconds=instant)).replace(tzinfo=UTC)
    return int(utc.astimezone(zone).utcoffset().total_seconds())


def instants(zone, local, is_interval):
    """The instants at which what is due at a local time is due."""
    early = int(local.replace(tzinfo=zone, fold=0).utcoffset().total_seconds())
    late = int(local.replace(tzinfo=zone, fold=1).utcoffset().total_seconds())
    wall = seconds(local)
    if early == late:
        return [wall - early]
    if early > late:  # shown twice: the first of the two, or both
        return [wall - early, wall - late] if is_interval else [wall - early]
    low, high = wall - late - 1, wall - early  # left out: when the clock is put forward
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(zone, middle) == early else (low, middle)
    return [high]


def shifts(zone):
    """The instants of a zone's shifts from 1950 to 2037."""
    found, now = [], seconds(datetime.datetime(1950, 1, 1))
    end = seconds(datetime.datetime(2037, 12, 1))
    while now < end:
        later = now + 5 * 86400
        if offset(zone, now) != offset(zone, later):
            low, high = now, later
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(zone, middle) == offset(zone, now) else (low, middle)
            found.append(high)
        now = later
    return found


def case(zone, moments):
    """A line, or None when the expression is rare or the others cannot be asked."""
    fields, is_interval = expression()
    far = datetime.timedelta(hours=27)
    if moments and rng.random() < 0.5:
        is_frequent = is_interval and fields[3:] == ["*", "*", "*"]
        start = rng.choice(moments) - rng.randint(0, 5400 if is_frequent else 30 * 3600)
    else:
        start = rng.randint(seconds(datetime.datetime(1950, 1, 2)), seconds(datetime.datetime(2037, 6, 1)))
    local = EPOCH + datetime.timedelta(seconds=start + offset(zone, start))
    crossing = any(abs(moment - start) < 5 * 86400 for moment in moments)
    margin = far if crossing else datetime.timedelta(0)
    due, walked = set(), []
    try:
        for match in matches(fields, local - margin):
            walked.append(match)
            due.update(i for i in instants(zone, match, is_interval) if i > start)
            if len(walked) > 4000 or match.year > 2060:
                return None
            if len(due) >= RESULTS:
                last = sorted(due)[RESULTS - 1]
                if seconds(match) > last + offset(zone, last) + (far.total_seconds() if crossing else 0):
                    break
    except (ValueError, KeyError):  # croniter refuses it or finds it too rare
        return None
    due = sorted(due)[:RESULTS]
    told = agree(fields, local - margin, walked[:12])
    text = " ".join(fields if fields[0] != "0" or rng.random() < 0.1 else fields[1:])
    # croniter's L5 is Cronos's 5L.
    words = [w[1:] + "L" if len(w) == 2 and w[0] == "L" else w for w in text.split(" ")]
    steps = [due[0] - start] + [b - a for a, b in zip(due, due[1:])]
    return told, "%s | %d | %s" % (" ".join(words), start, " ".join(map(str, steps)))


def main():
    counts, lines = [0, 0, 0], []
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        moments = shifts(zone)
        lines.append("= " + name)
        done = 0
        while done < 36:
            result = case(zone, moments)
            if result:
                counts[result[0]] += 1
                lines.append(result[1])
                done += 1
    # Only now: whatever differs has ended the program before.
    print("# Made by generate.py, which says how. Expression | start in seconds since 1970 | how many seconds after the start")
    print('# it is due, and how many after each time it is due again. "= ZONE" begins the cases of a zone.')
    told = (sum(counts), *counts)
    print("# Of %d cases the local times of %d are croniter's alone, of %d another's too, of %d all three's;" % told)
    print("# the instants of these local times are zoneinfo's, by Cronos's rules for shifted clocks.")
    print("\n".join(lines))


main()
