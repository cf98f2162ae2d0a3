"""The links of a file among the keywords: found, stored once, and never round in a circle."""

import networkx
from django.utils.translation import gettext as _

from glossary.models import KeywordLink
from glossary.relations import broader_by_keyword, cycle_through


class LinkPlan:
    """Gives each Change of a plan the links it makes, and refuses circles.

    `matching` says who is meant; `refuse(concept, sentence)` and `note(sentence)` are told
    what cannot be. A keyword is its id, and a new one its key in the file.
    """

    def __init__(self, changes, matching, refuse, note):
        self.changes = {change.identity: change for change in changes}
        self.matching, self.refuse, self.note = matching, refuse, note
        self.absent = 0
        #: {(from, to)}: one row for each pair and direction
        self.taken = set(KeywordLink.objects.values_list("keyword_id", "target_id"))
        self.said = set(KeywordLink.objects.values_list("keyword_id", "target_id", "kind"))
        for kind in (KeywordLink.BROADER, KeywordLink.RELATED):
            for change in self.changes.values():
                for ref in getattr(change.concept, kind):
                    self._link(change, kind, ref)
        if self.absent:
            note(
                _("Liens laissés de côté, vers des concepts absents du fichier : %(number)d.")
                % {"number": self.absent}
            )
        self._refuse_circles()

    def _link(self, change, kind, ref):
        concept = self.matching.concept_meant(ref)
        if concept is None:
            keyword = self.matching.keyword_meant(ref)
        elif concept.key in self.changes:
            keyword = None
        else:
            keyword = self.matching.unmerged(self.matching.matched.get(concept.key))
        other = keyword.pk if keyword else concept and concept.key
        if keyword is None and other not in self.changes:
            if concept is None and self.matching.vocabulary.links_by_word:
                sentence = _("« %(word)s » n’est ni dans le fichier ni dans le glossaire.")
                self.refuse(change.concept, sentence % {"word": ref})
            else:  # one that was left out, or that others know of
                self.absent += 1
        elif other == change.identity and kind == KeywordLink.RELATED:
            self.refuse(change.concept, _("Ce mot-clé est son propre voisin."))
        elif other == change.identity:
            change.links.append((kind, other))  # the shortest circle
        else:
            self._say(change, kind, other)

    def _say(self, change, kind, other):
        me = change.identity
        if (me, other, kind) in self.said:
            return
        if kind == KeywordLink.RELATED:
            if (other, me, kind) in self.said:
                return
            if (me, other) in self.taken:
                # Also broader: "related" is read both ways, and can stand on the other side.
                change, me, other = self.changes.get(other), other, me
        if change is None or (me, other) in self.taken:
            return
        self.said.add((me, other, kind))
        self.taken.add((me, other))
        change.links.append((kind, other))

    def _refuse_circles(self):
        broader = broader_by_keyword()
        for me, change in self.changes.items():
            new = [other for kind, other in change.links if kind == KeywordLink.BROADER]
            if new:
                broader[me] = [*broader.get(me, ()), *new]
        graph = networkx.DiGraph((here, there) for here, ways in broader.items() for there in ways)
        for circle in networkx.strongly_connected_components(graph):
            if len(circle) == 1 and not graph.has_edge(*circle, *circle):
                continue
            start = next(me for me in self.changes if me in circle)
            way = cycle_through(start, broader[start], broader)
            self.refuse(
                self.changes[start].concept,
                _("Un terme serait plus large que lui-même : %(path)s.")
                % {"path": " → ".join(map(self._name, way))},
            )

    def _name(self, identity) -> str:
        if identity in self.changes:
            return self.changes[identity].concept.word
        return self.matching.keywords[identity].name
