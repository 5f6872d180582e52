"""Where the stages of a process stand in its picture, and along which lines the ways between them run."""

from __future__ import annotations

from dataclasses import dataclass, field

from tingsu.packs.procedure import Action, Stage
from tingsu.packs.schema import Pack

BOX, GAP, HIGH = 108, 32, 60
MOST = 9  # boxes in a row: what 1,366 pixels take at full size
LEFT, TOP, ABOVE, LANE, BELOW = 44, 84, 44, 24, 14
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Route:
    """One line from stage to stage: the actions that go along it, the moves it stands for, its corners."""

    actions: tuple[Action, ...]
    moves: tuple[tuple[str, str], ...]
    points: tuple[Point, ...]
    label: Point | None = None
    straight: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The picture's size, the upper left corner of every stage, and the routes between them."""

    width: int
    height: int
    places: dict[str, Point]
    routes: list[Route]
    left: int = LEFT


@dataclass(slots=True)
class _Link:
    """Everything that leads from one stage to another."""

    start: int
    end: int
    actions: list[Action] = field(default_factory=list)
    lane: int = 0


def lay_out(pack: Pack) -> Layout:
    """The stages of the road in rows of at most nine, ways that skip or go back in lanes under their row, and the ends
    off the road in a row at the bottom."""
    stages = pack.process.stages
    road = [stage for stage in stages if not stage.side]
    per_row = _per_row(len(road))
    links = _links(pack, road)
    bows = [link for link in links if not _is_next(link, per_row)]
    lanes = _give_lanes(bows, per_row, rows := -(-len(road) // per_row))
    tops = _tops(lanes, rows)
    places: dict[str, Point] = {
        stage.id: (LEFT + n % per_row * (BOX + GAP), tops[n // per_row]) for n, stage in enumerate(road)
    }
    low = tops[-1] + HIGH + BELOW + LANE * lanes[-1]
    ids = [stage.id for stage in road]
    routes = [_route(link, ids, places, per_row, tops) for link in links]
    low, aside = _lay_sides(pack, [stage for stage in stages if stage.side], places, low)
    width = LEFT * 2 + max(min(per_row, len(road)), 3) * (BOX + GAP) - GAP
    return Layout(int(max(width, _rightmost(places) + LEFT)), int(low) + 24, places, routes + aside)


def _per_row(count: int) -> int:
    """Rows as even as can be."""
    rows = max(1, -(-count // MOST))
    return max(1, -(-count // rows))


def _links(pack: Pack, road: list[Stage]) -> list[_Link]:
    places = {stage.id: n for n, stage in enumerate(road)}
    found: dict[tuple[int, int], _Link] = {}
    for action in pack.process.actions:
        for start in action.from_:
            for way in action.ways:
                if start in places and way.to in places and start != way.to:
                    key = (places[start], places[way.to])
                    link = found.setdefault(key, _Link(*key))
                    if action not in link.actions:
                        link.actions.append(action)
    return list(found.values())


def _is_next(link: _Link, per_row: int) -> bool:
    return link.end == link.start + 1


def _give_lanes(bows: list[_Link], per_row: int, rows: int) -> list[int]:
    """A lane for every bow, short ones nearest to the boxes, none over another; returns how many each row has."""
    taken: list[list[list[tuple[float, float]]]] = [[] for _ in range(rows)]
    for link in sorted(bows, key=lambda bow: (abs(bow.end - bow.start), bow.start)):
        row = link.start // per_row
        span = _span(link, per_row)
        lanes = taken[row]
        link.lane = next((n for n, lane in enumerate(lanes) if all(_apart(span, other) for other in lane)), len(lanes))
        if link.lane == len(lanes):
            lanes.append([])
        lanes[link.lane].append(span)
    return [len(lanes) for lanes in taken]


def _span(link: _Link, per_row: int) -> tuple[float, float]:
    """From where to where a bow lies in its row; one to another row runs to the left edge."""
    other = link.end % per_row if link.start // per_row == link.end // per_row else -1
    return min(link.start % per_row, other), max(link.start % per_row, other)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _tops(lanes: list[int], rows: int) -> list[float]:
    tops = [float(TOP)]
    for row in range(rows - 1):
        tops.append(tops[-1] + HIGH + BELOW + LANE * lanes[row] + ABOVE + 20)
    return tops


def _route(link: _Link, ids: list[str], places: dict[str, Point], per_row: int, tops: list[float]) -> Route:
    (x1, y1), (x2, y2) = places[ids[link.start]], places[ids[link.end]]
    moves = ((ids[link.start], ids[link.end]),)
    actions = tuple(link.actions)
    if _is_next(link, per_row):
        if y1 == y2:
            middle = y1 + HIGH / 2
            return Route(actions, moves, ((x1 + BOX, middle), (x2 - 2, middle)), straight=True)
        turn, edge = y2 - ABOVE + 4, x1 + BOX + GAP / 2
        corners = ((x1 + BOX, y1 + HIGH / 2), (edge, y1 + HIGH / 2), (edge, turn), (x2 - GAP / 2, turn))
        return Route(actions, moves, (*corners, (x2 - GAP / 2, y2 + HIGH / 2), (x2 - 2, y2 + HIGH / 2)), straight=True)
    shift = 16 if link.end < link.start else -16
    out, into = x1 + BOX / 2 - shift, x2 + BOX / 2 + shift
    lane = y1 + HIGH + BELOW + LANE * link.lane + 12
    if y1 == y2:
        points: tuple[Point, ...] = ((out, y1 + HIGH), (out, lane), (into, lane), (into, y2 + HIGH + 2))
        return Route(actions, moves, points, label=((out + into) / 2, lane - 5))
    edge = LEFT - 12 - 6 * (link.lane % 4)
    points = ((out, y1 + HIGH), (out, lane), (edge, lane), (edge, y2 + HIGH / 2), (x2 - 2, y2 + HIGH / 2))
    if x2 > LEFT:
        above = y2 - 30
        points = (*points[:3], (edge, above), (x2 + BOX - 14, above), (x2 + BOX - 14, y2 - 2))
    return Route(actions, moves, points, label=((out + edge) / 2, lane - 5))


def _lay_sides(pack: Pack, sides: list[Stage], places: dict[str, Point], low: float) -> tuple[float, list[Route]]:
    """The ends off the road, each behind a short arrow that says how a case comes there."""
    routes = []
    x, y = LEFT + BOX + GAP, low + 26
    for stage in sides:
        if x + BOX > LEFT + MOST * (BOX + GAP):
            x, y = LEFT + BOX + GAP, y + HIGH + 34
        places[stage.id] = (x, y)
        leading = [a for a in pack.process.actions if any(way.to == stage.id for way in a.ways)]
        if leading:
            moves = tuple(
                (s.id, stage.id) for s in pack.process.stages for a in leading if pack.process.leads_from(a, s.id)
            )
            points = ((x - BOX + 8, y + HIGH / 2), (x - 2, y + HIGH / 2))
            routes.append(Route(tuple(leading), moves, points, label=(x - BOX / 2 + 4, y + HIGH / 2 - 8)))
        x += 2 * (BOX + GAP)
    return (y + HIGH if sides else low), routes


def _rightmost(places: dict[str, Point]) -> float:
    return max(x + BOX for x, _ in places.values())
