"""The API functions by name."""

from collections.abc import Callable, Mapping

from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call
from tieout.sandbox.intacct.functions import company, lists, metadata, reading, receipts, session, writing

FUNCTIONS: Mapping[str, Callable[[Context, Call], Reply]] = {
    "getAPISession": session.get_api_session,
    "query": reading.query,
    "readByQuery": reading.read_by_query,
    "readMore": reading.read_more,
    "read": reading.read,
    "readByName": reading.read_by_name,
    "create": writing.create,
    "update": writing.update,
    "delete": writing.delete,
    "record_otherreceipt": receipts.record,
    "update_otherreceipt": receipts.update,
    "delete_otherreceipt": receipts.delete,
    "delete_department": writing.delete_department,
    "get_list": lists.get_list,
    "get": lists.get,
    "lookup": metadata.lookup,
    "inspect": metadata.inspect,
    "getDimensions": metadata.get_dimensions,
    "getUserPermissions": company.get_user_permissions,
    "getFinancialSetup": company.get_financial_setup,
    "get_companyprefs": company.get_companyprefs,
    "get_applications": company.get_applications,
    "readUserFormatting": company.read_user_formatting,
    "readEntityDetails": company.read_entity_details,
}
