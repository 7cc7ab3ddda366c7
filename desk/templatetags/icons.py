"""In every template, without {% load %}: {% icon "name" %}, and {% state "running" "its word" %}.

Icons are the symbols of templates/_sprite.html, states those of desk/markup.py.
"""

from django import template
from django.template.base import FilterExpression, Node, Parser, TextNode, Token
from django.template.context import Context
from django.utils.html import escape

from desk import markup

register = template.Library()
register.simple_tag(markup.state)


@register.tag
def icon(parser: Parser, token: Token) -> Node:
    """Most names are constants: those are written when the template is compiled, as plain text."""
    _tag, argument = token.split_contents()
    name = parser.compile_filter(argument)
    return Icon(name) if name.is_var else TextNode(markup.icon(str(name.var)))


class Icon(Node):
    """An icon whose name the page knows only when it is shown; without a name there is none."""

    def __init__(self, name: FilterExpression) -> None:
        self.name = name

    def render(self, context: Context) -> str:
        return markup.icon(escape(self.name.resolve(context)))
