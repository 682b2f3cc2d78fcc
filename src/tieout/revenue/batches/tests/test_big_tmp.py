import threading
import time
import zipfile
from pathlib import Path

from tieout.revenue.batches import reading
from tieout.revenue.batches.tests.conftest import *
from tieout.revenue.batches.tests.test_import import *

D = Path("/tmp/datain")


def rss():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6


def make():
    p = D / "big.zip"
    if p.exists():
        return p
    with zipfile.ZipFile(p, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        z.writestr("products.csv", "Product,Name,Rule\n" + "".join(f"P{i},Product {i},R\n" for i in range(50)))
        z.writestr("rules.csv", "Rule,Method\nR,ratable\n")
        z.writestr("customers.csv", "Customer,Name\n" + "".join(f"CUST-{i},Customer {i}\n" for i in range(5000)))
        with z.open("orders.csv", "w") as f:
            f.write(b"Order #,Customer,Currency,Signed,Line,Product,Quantity,Price,Start,Term (months)\n")
            buf = []
            for i in range(1_000_000):
                c = i // 5
                d = f"2026-01-{1 + c % 28:02}"
                buf.append(
                    f"SO-{c},CUST-{c % 5000},USD,{d},{i % 5 + 1},P{i % 50},1,{1200.5 + i % 100:.2f},{d},{1 + i % 36}\n"
                )
            f.write("".join(buf).encode())
    return p


peak = [0]


def watch(stop):
    while not stop.wait(0.05):
        peak[0] = max(peak[0], rss())


def timed(what, f):
    base = rss()
    peak[0] = 0
    stop = threading.Event()
    t = threading.Thread(target=watch, args=(stop,))
    t.start()
    a = time.time()
    r = f()
    a = time.time() - a
    stop.set()
    t.join()
    print(f"{what}: {a:.1f} s, peak {peak[0]:.0f} MB (before {base:.0f})", flush=True)
    return r


def test_big(accountant):
    reading.weigh = None
    from tieout.revenue.batches import weighing

    weighing.weigh = lambda b: b
    for path in (make(), D / "big.xlsx"):
        if not path.exists():
            continue
        b = timed(f"receive {path.name}", lambda: batches.receive(accountant, name=path.name, source=path, now=NOW))
        print(b.state, b.counts, b.problems[:1])
        timed("apply", lambda: batches.apply(accountant, batch_id=b.pk, now=NOW))
    b2 = timed("receive again zip", lambda: batches.receive(accountant, name="z.zip", source=make(), now=NOW))
    print(b2.counts)
    timed("export zip", lambda: exporting.write_export(accountant.environment_id, "zip", D / "out.zip"))
    from tieout.revenue.models import Batch

    first = Batch.objects.order_by("pk").first()
    timed("undo", lambda: batches.undo(accountant, batch_id=first.pk, reason="x", now=NOW))
