-- A site of some size: %(payments)s payments over two years, booked by day and method, with everything behind them.

-- Twenty-five processes with a run a day; the first of them is the one that booked everything.
insert into sync_process (environment_id, kind, name, description, source_id, target_id, schedule, catch_up, enabled, settings,
                          next_run_at, last_sync_at, created_at)
select p.environment_id, p.kind, 'Process ' || n, 'Each day''s payments by method', p.source_id, p.target_id,
       '{"every": "daily", "at": "06:30"}', 'once', true, p.settings, now() + interval '1 day', now(), now()
  from sync_process p, generate_series(2, 25) n
 where p.id = %(process)s;

insert into sync_job (process_id, trigger, requested_by, parameters, state, phase, attempt, retries, worker, queued_at, started_at,
                      finished_at, done, total, counts)
select p.id, 'schedule', 'Schedule', '{}', case when n %% 9 = 0 then 'attention' else 'succeeded' end, 'verify', 1, 0, '',
       day, day, day + interval '1 minute', 0, 0, '{"read": 1370, "new": 1370, "posted": 8}'
  from sync_process p, generate_series(1, 730) n, lateral (select timestamptz %(last_day)s - (730 - n) * interval '1 day' as day) d
 where p.environment_id = %(environment)s;

insert into sync_finding (process_id, rule, record_kind, record_id, label, owner, cause, remedy, facts, state, decision, reason,
                          decided_by, first_seen_at, last_seen_at)
select p.id, 'bounced', 'payment', n, 'Payment ' || n, 'source', 'The payment bounced.', 'Leave it out, or book it.', '{}',
       case when n %% 10 = 0 then 'open' else 'settled' end, '', '', '', now(), now()
  from sync_process p, generate_series(1, 400) n
 where p.environment_id = %(environment)s;

create temporary table size as
select (select max(id) from sync_job where process_id = %(process)s) as job, greatest(1, %(payments)s / 730) as a_day,
       array['ACH', 'Wire', 'Check', 'Lockbox', 'Credit Card - Visa', 'Credit Card - MasterCard', 'Credit Card - Amex', 'Cash'] as methods;

insert into sync_inputpage (job_id, connection_id, stream, number, request, body, size, sha256, received_at)
select size.job, %(source)s, 'payments', n, 'GET /Payments?search.page=' || n, %(body)s, 2, sha256(n::text::bytea), now()
  from size, generate_series(1, 1 + %(payments)s / 500) n;

insert into sync_sourcerecord (connection_id, stream, external_id, digest, payload, page_id, ordinal, current)
select %(source)s, 'payments', 500000 + n, decode(md5(n::text), 'hex'),
       jsonb_build_object('payment_id', 500000 + n, 'customer_id', 1000 + n %% 5000, 'amount', ((n::bigint * 7919) %% 90000 + 100) / 100.0,
                          'method', methods[1 + n %% 8], 'reference_number', 'R' || n, 'source', 'Auto Debit',
                          'received_date', date %(last_day)s - n / a_day, 'refund_flag', false, 'bounced', false),
       page.first + n / 500, n %% 500, true
  from size, (select min(id) as first from sync_inputpage where request like 'GET /Payments?search.page=%%') page,
       generate_series(0, %(payments)s - 1) n;

insert into records_payment (connection_id, external_id, source_record_id, customer_id_external, currency, amount_minor,
                             unapplied_minor, method, received_on, entered_on, refunded, bounced, invoice_id_external, reference)
select connection_id, external_id, id, payload ->> 'customer_id', 'USD', (payload ->> 'amount')::numeric * 100, 0,
       payload ->> 'method', (payload ->> 'received_date')::date, (payload ->> 'received_date')::date, false, false, '',
       payload ->> 'reference_number'
  from sync_sourcerecord where stream = 'payments' and payload ->> 'source' = 'Auto Debit';

insert into ledger_posting (environment_id, process_id, job_id, target_id, kind, key, "group", revision, state, day, currency, entity,
                            total_minor, header, record_no, record_url, planned_at, sent_at, verified_at, reversal_reason)
select %(environment)s, %(process)s, max(size.job), %(target)s, 'receipt', 'TO' || upper(substr(md5(received_on || method), 1, 14)),
       received_on || ' · ' || method || ' · USD', 1, 'verified', received_on, 'USD', '', sum(amount_minor),
       jsonb_build_object('payer', method || ': ' || count(*) || ' payments', 'method', 'EFT', 'bank_account', 'BOA-OPER',
                          'undeposited_account', '', 'deposit_day', received_on, 'description', received_on || ' · ' || method),
       (count(*) + 10000)::text, '', now(), now(), now(), ''
  from records_payment, size
 group by received_on, method;

create temporary table booked as
select posting.id as posting_id, row_number() over (partition by posting.id order by payment.id) as number, payment.external_id,
       payment.source_record_id, payment.amount_minor, payment.reference
  from ledger_posting posting
  join records_payment payment on payment.received_on = posting.day and posting."group" = payment.received_on || ' · ' || payment.method || ' · USD';

-- The triggers look at one row at a time and would take hours; what they guard is checked in one query at the end.
alter table ledger_line disable trigger user;
insert into ledger_line (posting_id, number, component, side, account, account_label, amount_minor, memo, dimensions)
select posting_id, number, '', 'credit', '10920', '', amount_minor, 'Nordström & Söhne · payment ' || external_id || ' · ' || reference,
       '{"location": "US-NYC", "department": "410", "class_id": "BUS"}'
  from booked;
alter table ledger_line enable trigger user;

insert into ledger_source (posting_id, line_id, process_id, record_kind, record_id, source_record_id, amount_minor, exclusive, live)
select posting_id, line.id, %(process)s, 'payment', external_id, source_record_id, booked.amount_minor, true, true
  from booked join ledger_line line using (posting_id, number);

insert into ledger_attempt (posting_id, purpose, control_id, started_at, finished_at, outcome, request, answer, http_status)
select posting.id, 'post', posting.key || '-1', now(), now(), 'sent',
       '<request><operation>' || string_agg('<lineitem><glaccountno>10920</glaccountno><amount>' || line.amount_minor / 100.0
           || '</amount><memo>' || line.memo || '</memo><locationid>US-NYC</locationid></lineitem>', '') || '</operation></request>',
       '<response><control><status>success</status></control></response>', 200
  from ledger_posting posting join ledger_line line on line.posting_id = posting.id
 group by posting.id;

analyze;
