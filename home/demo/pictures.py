"""The demo's pictures, drawn when it is filled: no picture file is kept in the repository."""

from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw

PAPER, INK, RULE = "#fbf9f5", "#1d1a1c", "#cfc6ba"
GRAPE, LEAF, AMBER, TINT = "#6a1f4f", "#2c6a45", "#c98a1b", "#e9d3e0"
WIDTH, HEIGHT = 1600, 1000
#: Drawn larger and scaled down, which is what makes the edges smooth.
SCALE = 2


def png(draw_on) -> bytes:
    """What a drawing function makes, as a file."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    draw_on(Pencil(image))
    file = BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


class Pencil:
    """Draws in the picture's own units, whatever size it is drawn at."""

    def __init__(self, image):
        self.draw = ImageDraw.Draw(image)

    def disc(self, x, y, radius, fill=None, outline=None, width=4):
        box = [SCALE * value for value in (x - radius, y - radius, x + radius, y + radius)]
        self.draw.ellipse(box, fill=fill, outline=outline, width=width * SCALE)

    def line(self, *points, fill=INK, width=4):
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=fill, width=width * SCALE, joint="curve")

    def shape(self, *points, fill):
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)


def table(pencil):
    """A round table seen from above: nineteen chairs, papers, and the soup in the middle."""
    x, y = WIDTH / 2, HEIGHT / 2
    for chair in range(19):
        turn = 2 * pi * chair / 19
        colour = (GRAPE, GRAPE, LEAF, GRAPE, AMBER, GRAPE, LEAF, GRAPE)[chair % 8]
        pencil.disc(x + 430 * cos(turn), y + 430 * sin(turn), 46, fill=colour)
    pencil.disc(x, y, 350, fill="#ffffff", outline=INK, width=6)
    for paper in range(19):
        turn = 2 * pi * paper / 19
        corners = []
        for side, depth in ((-26, 250), (26, 250), (26, 318), (-26, 318)):
            corners.append(
                (x + depth * cos(turn) - side * sin(turn), y + depth * sin(turn) + side * cos(turn))
            )
        pencil.shape(*corners, fill=TINT if paper % 3 else RULE)
    pencil.disc(x, y, 120, fill=AMBER, outline=INK, width=6)
    pencil.disc(x, y, 88, fill="#e6b04f")
    pencil.line((x + 30, y - 20), (x + 190, y - 150), width=12)


def stairs(pencil):
    """Sixty-one steps in five flights, a key on the last."""
    x, y, way = 200, 940, 1
    for step in range(61):
        if step and step % 13 == 0:
            way = -way
        colour = LEAF if step == 60 else GRAPE if step % 13 == 0 else INK
        pencil.line((x, y), (x, y - 14), fill=colour, width=5)
        pencil.line((x, y - 14), (x + way * 88, y - 14), fill=colour, width=5)
        x, y = x + way * 88, y - 14
    pencil.disc(x - 62, y - 36, 22, outline=AMBER, width=10)
    pencil.line((x - 40, y - 36), (x + 44, y - 36), fill=AMBER, width=10)
    pencil.line((x + 26, y - 36), (x + 26, y - 12), fill=AMBER, width=10)


def bobbins(pencil):
    """Seven bobbins of different colours, whose threads run together without mixing."""
    colours = (GRAPE, LEAF, AMBER, INK, "#8d4a74", "#5b8f70", "#a66f10")
    for number, colour in enumerate(colours):
        x = 200 + number * 200
        pencil.shape((x - 70, 160), (x + 70, 160), (x + 52, 200), (x - 52, 200), fill=RULE)
        pencil.shape((x - 52, 460), (x + 52, 460), (x + 70, 500), (x - 70, 500), fill=RULE)
        pencil.shape((x - 46, 200), (x + 46, 200), (x + 46, 460), (x - 46, 460), fill=colour)
        for turn in range(12):
            pencil.line((x - 46, 214 + turn * 21), (x + 46, 206 + turn * 21), fill=PAPER, width=2)
        end = 860 - number * 14
        path = []
        for at in range(41):
            t = at / 40
            path.append((x + (1560 - x) * t**1.6, 500 + (end - 500) * (1 - (1 - t) ** 2.4)))
        pencil.line(*path, (1600, end), fill=colour, width=5)


#: name: (how it is drawn, its title, what it shows in each language)
PICTURES = {
    "table": (
        table,
        "Plan de table",
        {
            "fr": "Plan dessiné d’une table ronde vue de haut : dix-neuf chaises de trois "
            "couleurs, une feuille devant chacune et, au centre, une grande soupière et sa louche.",
        },
    ),
    "escalier": (
        stairs,
        "Soixante et une marches",
        {
            "nl": "Getekende zigzaglijn van eenenzestig treden in vijf trapdelen; op de laatste, "
            "groene trede ligt een sleutel.",
        },
    ),
    "bobines": (
        bobbins,
        "Bobines",
        {
            "fr": "Dessin de sept bobines de couleurs différentes, dont les fils descendent et "
            "courent côte à côte vers la droite sans se mêler.",
            "nl": "Tekening van zeven spoelen in verschillende kleuren; hun draden lopen naar "
            "beneden en naar rechts, naast elkaar, zonder zich te vermengen.",
            "en": "Drawing of seven bobbins of different colours whose threads run down and to the "
            "right, side by side, without mixing.",
        },
    ),
}
