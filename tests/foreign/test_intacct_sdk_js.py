"""The Intacct sandbox must satisfy `@intacct/intacct-sdk`, the vendor's own client, run by Node.js from node_modules."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tieout.sandbox.kit.server import RunningSandbox

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "node_modules" / "@intacct" / "intacct-sdk"
NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.skipif(not PACKAGE.exists(), reason="node_modules lacks @intacct/intacct-sdk; run npm ci")
def test_the_vendors_own_client_posts_reads_and_is_refused_as_at_the_vendor(sandbox: RunningSandbox) -> None:
    given = sandbox.credentials()["intacct"]
    url = given["url"].replace("127.0.0.1", "local.intacct.com")
    names = {"companyId": "company_id", "senderId": "sender_id", "senderPassword": "sender_password", "userId": "user_id",
             "userPassword": "user_password"}  # fmt: skip
    argument = json.dumps({"url": url, "credentials": {name: given[key] for name, key in names.items()}})
    run = subprocess.run(
        [str(NODE), str(HERE / "intacct_sdk_driver.js"), argument], capture_output=True, text=True, timeout=60, check=False,
        env={"NODE_PATH": str(ROOT / "node_modules")},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout)
    assert (seen["company"], seen["endpoint"], seen["entity"]) == (given["company_id"], url, "")
    assert [(row["TR_TYPE"], row["TRX_AMOUNT"], row["DESCRIPTION"]) for row in seen["lines"]] == [
        ("1", "99.5", "Zoë & 漢字"),
        ("-1", "99.5", "Zoë & 漢字"),
    ]
    assert seen["counts"] == [2, 2, 0]
    assert seen["receipt"] == "1"
    assert "already been executed" in seen["again"]
    assert seen["rolled"].startswith("Result status: failure for Control ID: b")
    assert "at least one debit and one credit" in seen["rolled"]
    assert "has been rolled back" in seen["rolled"]
    assert seen["kept"] == 1
    assert (seen["entries"], seen["pages"]) == (2, [20, 20, 0])
    assert seen["fields"] > 30
    assert seen["listed"] > 40
    assert seen["inside"] == "UK"
    assert "Incorrect Intacct XML Partner ID or password." in seen["sender"]
    assert "Sign-in information is incorrect" in seen["user"]
