"""Makes minutes from text or Markdown files: python manage.py import_minutes FILE… --group SLUG"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from minutes.importing import UnreadableFile, parse, read_file, store
from minutes.models import WorkgroupPage
from pages.serving import absolute


class Command(BaseCommand):
    help = "Makes draft (or published) minutes from plain text or Markdown files; never twice."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--group", required=True, help="the slug of the workgroup's page")
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="the language of the texts, unless they say it themselves",
        )
        parser.add_argument("--publish", action="store_true", help="publish instead of drafting")

    def handle(self, *, files, group, language, publish, **options):
        group = self.group_called(group)
        pages, people, already, failed = [], set(), 0, 0
        for file in files:
            try:
                text, unsure = read_file(file)
                parsed = parse(text, filename=file, language=language)
                parsed.unsure[:0] = unsure
                page, created, unsure = store(parsed, group, publish=publish)
            except UnreadableFile as error:
                failed += 1
                self.stderr.write(self.style.ERROR(str(error)))
                continue
            except ValidationError as error:
                failed += 1
                reasons = " ".join(error.messages)
                self.stderr.write(self.style.ERROR(f"« {file} » : {reasons}"))
                continue
            already += not created
            pages.append(page)
            people.update(page.attendance.values_list("person_id", flat=True))
            self.show(page, unsure)
        self.summarise(len(files), pages, len(people), already)
        if failed:
            raise CommandError(
                ngettext(
                    "Un fichier n’a pas été importé.",
                    "%(count)d fichiers n’ont pas été importés.",
                    failed,
                )
                % {"count": failed}
            )

    def group_called(self, slug):
        groups = WorkgroupPage.objects.filter(slug=slug)
        if len(groups) == 1:
            return groups[0]
        slugs = ", ".join(WorkgroupPage.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(
            _("Aucun groupe de travail « %(slug)s ». Il y a : %(slugs)s.")
            % {"slug": slug, "slugs": slugs or "—"}
        )

    def show(self, page, unsure):
        self.stdout.write(absolute(page.url_in(page.home_language)))
        if not page.live:
            edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
            self.stdout.write("    " + _("Brouillon, à relire : %(url)s") % {"url": absolute(edit)})
        for sentence in unsure:
            self.stdout.write(f"    {sentence}")

    def summarise(self, files, pages, people, already):
        dated = sum(page.meeting_date is not None for page in pages)
        self.stdout.write(
            _(
                "Fichiers : %(files)d · comptes rendus : %(pages)d (déjà là : %(already)d) · "
                "personnes : %(people)d · avec date : %(dated)d · sans date : %(undated)d"
            )
            % {
                "files": files,
                "pages": len(pages),
                "already": already,
                "people": people,
                "dated": dated,
                "undated": len(pages) - dated,
            }
        )
