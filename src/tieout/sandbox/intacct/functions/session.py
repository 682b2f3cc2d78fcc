"""`getAPISession`: a session for the signed-in user, at the level asked for."""

from __future__ import annotations

from lxml import etree
from lxml.etree import SubElement

from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call


def get_api_session(context: Context, call: Call) -> Reply:
    """No `locationid` keeps the level, an empty one is the top level, anything else names an entity."""
    level = call.body.find("locationid")
    session = context.gatekeeper.open(context.session, None if level is None else level.text or "", context.now)
    data = etree.Element("data")
    api = SubElement(data, "api")
    for name, text in (("sessionid", session.identity), ("endpoint", context.endpoint), ("locationid", session.entity)):
        SubElement(api, name).text = text
    return Reply([data])
