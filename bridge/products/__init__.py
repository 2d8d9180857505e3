"""The applications that people connect: their kinds, products by name, and ready configuration for each.

Owns: what a wizard offers (`kinds`), the facts of each product (`catalogue`, a module each), its templates
(`templates/`, in the product's own format), how a value is written in each format (`formats`), what fills a
template (`values`), and the pages of the documents (`guide`).
Leaves to others: registering an application and its checks (manage), who asks, and where the text is shown
(the console, `bridge client snippet`, docs/guides). Nothing here reads a store or knows a secret that it was
not handed.

A new product is a module in `catalogue/` with its line in the table there, and its templates.
"""

from bridge.products.catalogue import PRODUCTS, product
from bridge.products.defaults import defaults_of
from bridge.products.kinds import KINDS, Kind
from bridge.products.product import Place, Product
from bridge.products.rendering import Snippet, snippets
from bridge.products.values import SnippetFault, Values

__all__ = [
    "KINDS",
    "PRODUCTS",
    "Kind",
    "Place",
    "Product",
    "Snippet",
    "SnippetFault",
    "Values",
    "defaults_of",
    "product",
    "snippets",
]
