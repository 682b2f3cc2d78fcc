"""The objects that the company has, described as data; `CATALOGUE` holds them all."""

from tieout.sandbox.intacct.catalogue import cash, dimensions, ledger
from tieout.sandbox.intacct.catalogue.definition import Catalogue

CATALOGUE = Catalogue()
CATALOGUE.add(*dimensions.DEFINITIONS, *ledger.DEFINITIONS, *cash.DEFINITIONS)
