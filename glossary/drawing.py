"""The map of keywords as a drawing: where each node, word and line stands. No database.

A spring layout brings together what is linked; then the boxes of the words are pushed apart
until none lies over another, in a frame of one of two widths that grows downwards as it must. The
same nodes and links always give the same drawing.
"""

import hashlib
import re
import textwrap
from dataclasses import dataclass

import numpy as np
from django.core.cache import cache

#: Units of the drawing; about one CSS pixel where it is shown in full width.
WIDTH, NARROW = 1000, 640
FEW = 12  # nodes that the narrow one has room for
EDGE = 14  # between the outermost words and the frame
GAP_ACROSS, GAP_DOWN = 14, 10  # between the boxes of two words
RADII = (7, 11, 15, 20, 26)  # of a node, by its step
SIZES = (15, 16, 18, 21, 25)  # of its word, by its step; map.css says the same
LINE = 1.12  # distance of two lines of a word, in sizes
LETTERS_A_LINE, MOST_LINES = 18, 3
#: The beginning of a word that no line is wide enough for.
_LONGEST = re.compile(r"\S{25}(?=\S{3})")
STEPS = len(RADII)

#: A reader's own fonts may be wider than ours.
_ROOM = 1.08
_WIDTHS = {"ijl.,;:'’·|!I": 0.29, "frt()[]-‐ ": 0.37, "mwMWŒœÆæ%@": 0.86}

#: Part of the key of stored layouts: to be changed when the way of laying out is.
_WAY = "4"
_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Node:
    """What is to be drawn: a keyword by id, its word, and how large (1 to STEPS)."""

    key: int
    word: str
    step: int

    @property
    def lines(self) -> list[str]:
        """The word on at most three lines; an ellipsis ends what is longer.

        A line is longer rather than a word cut, up to the longest, which get a hyphen.
        """
        cut = _LONGEST.sub(r"\g<0>- ", self.word)
        lines = textwrap.wrap(
            cut, LETTERS_A_LINE, max_lines=MOST_LINES, placeholder="…", break_long_words=False
        )
        return lines or [self.word]

    @property
    def radius(self) -> int:
        return RADII[self.step - 1]

    @property
    def size(self) -> int:
        return SIZES[self.step - 1]

    @property
    def box(self) -> tuple[float, float]:
        """Width and height of the node with its word below it."""
        widest = max(width_of(line) for line in self.lines) * self.size
        lines = len(self.lines) * self.size * LINE
        return max(2 * self.radius, widest) + 4, 2 * self.radius + lines + 6


@dataclass(frozen=True)
class Placed:
    """A node in the drawing: the middle and top of its box, and the base line of each line."""

    node: Node
    x: float
    top: float
    lines: list[tuple[str, float]]

    @property
    def width(self) -> float:
        return round(self.node.box[0], 1)

    @property
    def height(self) -> float:
        return round(self.node.box[1], 1)

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 1)

    @property
    def y(self) -> float:
        """The middle of its mark, which is as far from the left as the middle of its box."""
        return round(self.top + 2 + self.node.radius, 1)

    @property
    def mark_x(self) -> float:
        return round(self.x - self.node.radius, 1)

    @property
    def mark_y(self) -> float:
        return round(self.y - self.node.radius, 1)

    @property
    def mark_size(self) -> int:
        return 2 * self.node.radius


@dataclass(frozen=True)
class Line:
    """A link in the drawing: its path, how strong (1 to 4), and which nodes it joins."""

    path: str
    step: int
    one: int
    other: int


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    nodes: list[Placed]
    lines: list[Line]

    @property
    def narrow(self) -> bool:
        return self.width == NARROW


def draw(nodes: list[Node], links: list[tuple[int, int, int]]) -> Drawing:
    """The nodes, in their order, and the links (key, key, weight above 0) between them."""
    if not nodes:
        return Drawing(NARROW, 0, [], [])
    width = NARROW if len(nodes) <= FEW else WIDTH
    centres, height = _laid_out(nodes, links, width)
    placed = []
    for node, (x, y) in zip(nodes, centres, strict=True):
        top = round(y - node.box[1] / 2, 1)
        first = top + 2 + 2 * node.radius + node.size
        lines = [
            (line, round(first + number * node.size * LINE, 1))
            for number, line in enumerate(node.lines)
        ]
        placed.append(Placed(node, x, top, lines))
    at = {one.node.key: one for one in placed}
    heaviest = max((weight for _one, _other, weight in links), default=1)
    lines = []
    for one, other, weight in sorted(links, key=lambda link: (link[2], link)):
        strength = 1 + round(3 * (weight - 1) / max(1, heaviest - 1))
        lines.append(Line(_stem(at[one], at[other]), strength, one, other))
    return Drawing(width, round(height), placed, lines)


def width_of(text: str) -> float:
    """How wide a text is set in the book face, in sizes, rather too wide than too narrow."""
    return _ROOM * sum(_width_of_letter(letter) for letter in text)


def _width_of_letter(letter: str) -> float:
    for letters, width in _WIDTHS.items():
        if letter in letters:
            return width
    return 0.68 if letter.isupper() else 0.53 if ord(letter) < 0x2000 else 1.0


def _stem(one: Placed, other: Placed) -> str:
    """A line that bends a little, as a stem does."""
    across, down = other.x - one.x, other.y - one.y
    middle_x, middle_y = (one.x + other.x) / 2 - down * 0.08, (one.y + other.y) / 2 + across * 0.08
    return f"M{one.x:g} {one.y:g}Q{middle_x:.1f} {middle_y:.1f} {other.x:g} {other.y:g}"


# --- Where things stand -----------------------------------------------------------------------


def _laid_out(nodes, links, width) -> tuple[list[tuple[float, float]], float]:
    """The centres of the nodes' boxes and the height of the frame, from the cache if it can be.

    The key holds all that the layout is made of, so what one reader sees can be laid out for
    another only where that one sees the very same.
    """
    places = {node.key: number for number, node in enumerate(nodes)}
    boxes = [node.box for node in nodes]
    ties = [(places[one], places[other], weight) for one, other, weight in links]
    content = repr((_WAY, width, boxes, ties)).encode()
    key = f"keyword-map-{hashlib.sha256(content).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = lay_out(boxes, ties, width)
        cache.set(key, found, _DAY)
    return found


def lay_out(boxes, ties, width) -> tuple[list[tuple[float, float]], float]:
    """Centres for boxes (width, height), those of tied ones (place, place, weight) close by.

    No two boxes overlap, none leaves the frame; also the height of the frame.
    """
    sizes = np.array(boxes, dtype=float)
    padded = sizes + np.array([GAP_ACROSS, GAP_DOWN])
    crowded = (padded[:, 0] * padded[:, 1]).sum() / 0.42 / width
    height = max(padded[:, 1].max(), crowded, min(45 * len(boxes), 420))
    frame = np.array([width - 2 * EDGE, height])
    centres = _sprung(len(boxes), ties) * (frame - padded.min(axis=0)).clip(0)
    while not _apart(centres, padded, frame):
        # Whatever differs in height comes apart when the frame is drawn out.
        centres[:, 1] = centres[:, 1] * 1.1 + np.arange(len(boxes))
        frame[1] *= 1.1
    tops, ends = centres - sizes / 2, centres + sizes / 2
    centres[:, 0] += width / 2 - (tops[:, 0].min() + ends[:, 0].max()) / 2
    centres[:, 1] += EDGE - tops[:, 1].min()
    shown = [(round(x, 1), round(y, 1)) for x, y in centres.tolist()]
    return shown, float(ends[:, 1].max() - tops[:, 1].min() + 2 * EDGE)


def _sprung(number: int, ties) -> np.ndarray:
    """Places between 0 and 1 by a spring layout, each coordinate spread over the whole."""
    # Slow to load, and only the map needs it.
    import networkx

    if number == 1:
        return np.array([[0.5, 0.5]])
    graph = networkx.Graph()
    graph.add_nodes_from(range(number))
    heaviest = max((weight for _one, _other, weight in ties), default=1)
    for one, other, weight in ties:
        graph.add_edge(one, other, weight=0.3 + 0.7 * weight / heaviest)
    # What hangs together with nothing is kept in the picture by a thread to its middle.
    graph.add_edges_from(((place, "middle") for place in range(number)), weight=0.08)
    found = networkx.spring_layout(
        graph, k=1.6 / number**0.5, iterations=150, seed=12, method="force"
    )
    places = np.array([found[place] for place in range(number)])
    # By rank as much as by distance: a far cluster does not press the others together.
    ranks = places.argsort(axis=0).argsort(axis=0) / (number - 1)
    spread = (places - places.min(axis=0)) / np.maximum(np.ptp(places, axis=0), 1e-9)
    return (spread + ranks) / 2


def _apart(centres: np.ndarray, sizes: np.ndarray, frame: np.ndarray) -> bool:
    """Push boxes off each other inside the frame, in place; whether that was achieved."""
    low, high = sizes / 2, np.maximum(frame - sizes / 2, sizes / 2)
    wanted = (sizes[:, None] + sizes[None]) / 2
    # Of two in the very same place, the later one is pushed down and to the right.
    order = np.sign(np.subtract.outer(np.arange(len(sizes)), np.arange(len(sizes))))[..., None]
    for _round in range(150):
        np.clip(centres, low, high, out=centres)
        away = centres[:, None] - centres[None]
        over = wanted - np.abs(away)
        touching = (over > 0.01).all(axis=2)
        np.fill_diagonal(touching, False)
        if not touching.any():
            return True
        way = np.where(away == 0, order, np.sign(away))
        # Along the shorter way out only.
        shorter = over == over.min(axis=2, keepdims=True)
        push = np.where(shorter & touching[..., None], over * way, 0)
        centres += push.sum(axis=1) * 0.4
    return False
