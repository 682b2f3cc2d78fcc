// Drives @intacct/intacct-sdk through one story and prints what it saw as JSON. The client insists on a host below
// intacct.com, so that name is resolved to the loopback address; nothing else about the client is changed.
"use strict";

const dns = require("dns");
const lookup = dns.lookup;
dns.lookup = (host, options, callback) => {
  const done = typeof options === "function" ? options : callback;
  if (!host.endsWith(".intacct.com")) {
    return lookup(host, options, callback);
  }
  return options && options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
};

const IA = require("@intacct/intacct-sdk");
const { url, credentials } = JSON.parse(process.argv[2]);

function configuration(changes = {}) {
  const config = new IA.ClientConfig();
  Object.assign(config, { endpointUrl: url, ...credentials, ...changes });
  return config;
}

function request(controlId, unique = false) {
  const config = new IA.RequestConfig();
  Object.assign(config, { controlId, uniqueId: unique, maxRetries: 0 });
  return config;
}

function line(account, amount) {
  const entry = new IA.Functions.GeneralLedger.JournalEntryLineCreate();
  Object.assign(entry, {
    glAccountNumber: account, transactionAmount: amount, transactionCurrencyCode: "USD", locationId: "US", memo: "Zoë & 漢字",
  });
  return entry;
}

function journalEntry(controlId, ...lines) {
  const entry = new IA.Functions.GeneralLedger.JournalEntryCreate(controlId);
  Object.assign(entry, {
    journalSymbol: "GJ", postingDate: new Date("2026-10-02T12:00:00Z"), description: "From JavaScript", referenceNumber: "JS-1", lines,
  });
  return entry;
}

function receipt(controlId) {
  const entry = new IA.Functions.CashManagement.OtherReceiptCreate(controlId);
  const day = new Date("2026-10-02T12:00:00Z");
  const item = new IA.Functions.CashManagement.OtherReceiptLineCreate();
  Object.assign(item, { accountLabel: "Billing cash", transactionAmount: 12.5, memo: "Zoë", locationId: "US" });
  Object.assign(entry, {
    transactionDate: day, payer: "Ampersand & Sons", receiptDate: day, paymentMethod: "EFT", bankAccountId: "BOA-OPER",
    depositDate: day, transactionNo: "JS-R1", lines: [item],
  });
  return entry;
}

function query(object, fields, filter) {
  const { SelectBuilder } = IA.Functions.Common.NewQuery.QuerySelect;
  const { OrderBuilder } = IA.Functions.Common.NewQuery.QueryOrderBy;
  const function_ = new IA.Functions.Common.NewQuery.Query("q");
  Object.assign(function_, {
    fromObject: object, selectFields: new SelectBuilder().addFields(fields).selects, filter, pageSize: 100,
    orderBy: new OrderBuilder().addAscending("RECORDNO").orders,
  });
  return function_;
}

async function refusal(promise) {
  try {
    await promise;
    return "";
  } catch (error) {
    return `${error.message} ${(error.errors || []).join(" ")}`;
  }
}

async function story() {
  const { Filter } = IA.Functions.Common.NewQuery.QueryFilter;
  const session = await IA.SessionProvider.factory(configuration());
  const client = new IA.OnlineClient(session);
  const seen = { company: session.companyId, endpoint: session.endpointUrl, entity: session.entityId };

  const made = await client.execute(journalEntry("je 1", line("12000", 99.5), line("40100", -99.5)), request("one"));
  const number = made.getResult().data[0].RECORDNO;
  const found = await client.execute(query("GLENTRY", ["BATCHNO", "TR_TYPE", "TRX_AMOUNT", "DESCRIPTION"],
    new Filter("BATCHNO").equalTo(number)), request("two"));
  seen.lines = found.getResult().data.map((row) => ({ ...row }));
  seen.counts = [found.getResult().totalCount, found.getResult().count, found.getResult().numRemaining];

  const cash = await client.execute(receipt("or 1"), request("three", true));
  seen.receipt = cash.getResult().key;
  seen.again = await refusal(client.execute(receipt("or 1"), request("four", true)));

  const batch = request("five");
  batch.transaction = true;
  const pair = [journalEntry("a", line("12000", 1), line("40100", -1)), journalEntry("b", line("12000", 1))];
  seen.rolled = await refusal(client.executeBatch(pair, batch));
  const kept = await client.execute(query("GLBATCH", ["RECORDNO"], new Filter("REFERENCENO").equalTo("JS-1")), request("kept"));
  seen.kept = kept.getResult().totalCount;

  const read = new IA.Functions.Common.Read();
  Object.assign(read, { objectName: "GLBATCH", keys: [number] });
  seen.entries = (await client.execute(read, request("six"))).getResult().data[0].ENTRIES.GLENTRY.length;
  const byQuery = new IA.Functions.Common.ReadByQuery();
  Object.assign(byQuery, { objectName: "GLACCOUNT", fields: ["ACCOUNTNO"], pageSize: 20 });
  const first = (await client.execute(byQuery, request("seven"))).getResult();
  const more = new IA.Functions.Common.ReadMore();
  more.resultId = first.resultId;
  const second = (await client.execute(more, request("eight"))).getResult();
  seen.pages = [first.count, second.count, first.totalCount - first.count - second.count - second.numRemaining];
  const lookup = new IA.Functions.Common.Lookup();
  lookup.objectName = "OTHERRECEIPTS";
  seen.fields = (await client.execute(lookup, request("nine"))).getResult().data[0].Fields.Field.length;
  const list = new IA.Functions.Common.GetList.GetList("list");
  list.object = "glaccount";
  seen.listed = (await client.execute(list, request("ten"))).getResult().data.length;

  const entity = await IA.SessionProvider.factory(Object.assign(session, { entityId: "UK" }));
  seen.inside = entity.entityId;
  seen.sender = await refusal(IA.SessionProvider.factory(configuration({ senderPassword: "wrong" })));
  seen.user = await refusal(IA.SessionProvider.factory(configuration({ userPassword: "wrong" })));
  return seen;
}

story().then((seen) => process.stdout.write(JSON.stringify(seen)), (error) => { console.error(error); process.exitCode = 1; });
