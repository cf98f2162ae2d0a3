"""What the body of minutes, articles and texts is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

INLINE = ["bold", "italic", "link", "document-link", "superscript", "strikethrough"]
LISTS = ["ol", "ul"]
FOOTNOTE_HELP = _("Une note de bas de page s’écrit entre doubles crochets : [[la note]].")


class HeadingBlock(blocks.StructBlock):
    """A section's title; headings make the contents list and the places a search hit opens at."""

    text = blocks.CharBlock(label=_("intertitre"), max_length=255)
    level = blocks.ChoiceBlock(
        label=_("niveau"),
        choices=[("2", _("section")), ("3", _("sous-section"))],
        default="2",
    )

    class Meta:
        icon = "title"
        label = _("Intertitre")
        template = "pages/blocks/heading.html"


class TextBlock(blocks.RichTextBlock):
    """Paragraphs and lists. Headings are blocks of their own, so each can be pointed at."""

    class Meta:
        icon = "pilcrow"
        label = _("Texte")
        template = "pages/blocks/text.html"


class QuotationBlock(blocks.StructBlock):
    """Words said or written by somebody."""

    text = blocks.TextBlock(label=_("citation"), rows=3)
    speaker = blocks.CharBlock(label=_("qui parle"), required=False, max_length=120)
    source = blocks.CharBlock(label=_("source"), required=False, max_length=255)

    class Meta:
        icon = "openquote"
        label = _("Citation")
        template = "pages/blocks/quotation.html"


class DecisionBlock(blocks.StructBlock):
    """What the meeting decided, in the words it was decided in."""

    text = blocks.RichTextBlock(label=_("décision"), features=INLINE + LISTS)

    class Meta:
        icon = "check"
        label = _("Décision")
        template = "pages/blocks/decision.html"


class ActionBlock(blocks.StructBlock):
    """Who will do what, by when, as agreed at the meeting."""

    text = blocks.RichTextBlock(label=_("action"), features=INLINE + LISTS)
    owner = SnippetChooserBlock("accounts.Person", label=_("responsable"), required=False)
    due = blocks.DateBlock(label=_("échéance"), required=False)

    class Meta:
        icon = "tasks"
        label = _("Action")
        template = "pages/blocks/action.html"


class PictureBlock(blocks.StructBlock):
    """A picture with its description (or marked as decorative), caption and credit."""

    image = ImageBlock(label=_("image"))
    caption = blocks.CharBlock(label=_("légende"), required=False, max_length=255)
    credit = blocks.CharBlock(label=_("crédit"), required=False, max_length=120)

    class Meta:
        icon = "image"
        label = _("Image")
        template = "pages/blocks/image.html"


class CalloutBlock(blocks.StructBlock):
    """A remark set apart from the running text."""

    title = blocks.CharBlock(label=_("titre"), required=False, max_length=120)
    text = blocks.RichTextBlock(label=_("texte"), features=INLINE + LISTS)

    class Meta:
        icon = "warning"
        label = _("Encadré")
        template = "pages/blocks/callout.html"


class DocumentBlock(DocumentChooserBlock):
    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "pages/blocks/document.html"


class PageCardBlock(blocks.PageChooserBlock):
    class Meta:
        icon = "link"
        label = _("Page en lien")
        template = "pages/blocks/page.html"


class TableBlock(TypedTableBlock):
    class Meta:
        icon = "table"
        label = _("Tableau")
        template = "pages/blocks/table.html"


class BodyBlocks(blocks.StreamBlock):
    """The body. Block names are stored with the text: do not rename one without a migration."""

    heading = HeadingBlock()
    text = TextBlock(features=INLINE + LISTS, help_text=FOOTNOTE_HELP)
    quotation = QuotationBlock()
    decision = DecisionBlock()
    action = ActionBlock()
    image = PictureBlock()
    document = DocumentBlock()
    table = TableBlock(
        [
            ("text", blocks.CharBlock(label=_("texte"), required=False)),
            ("number", blocks.DecimalBlock(label=_("nombre"), required=False)),
            (
                "rich",
                blocks.RichTextBlock(
                    label=_("texte mis en forme"), required=False, features=INLINE
                ),
            ),
        ]
    )
    callout = CalloutBlock()
    page = PageCardBlock()
