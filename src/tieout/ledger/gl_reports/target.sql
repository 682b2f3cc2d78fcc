-- What a month's journal should come to, less what is booked of it, record by record: the rows of gl_delta.
-- Amounts are minor units, debit positive. A record's rows sum to zero within one currency and entity, so every entry balances.
create temporary table gl_delta on commit drop as
with mapping as (
    select component, code, account, dimensions
      from jsonb_to_recordset(%(mapping)s::jsonb) as row(component text, code text, account text, dimensions jsonb)
),
billed as (
    select line.external_id, line.source_record_id, line.customer_id_external, line.currency, line.amount_minor,
           line.tax_minor, coalesce(product.ledger_code, '') as code
      from records_invoice bill
      join records_invoiceline line
        on line.connection_id = bill.connection_id and line.invoice_id_external = bill.external_id
      left join records_product product
        on product.connection_id = line.connection_id and product.external_id = line.product_id_external
     where bill.connection_id = %(connection)s and bill.issued_on >= %(start)s and bill.issued_on < %(end)s
),
credited as (
    select credit.external_id, credit.source_record_id, credit.customer_id_external, credit.currency,
           credit.amount_minor, credit.tax_minor,
           case when credit.bad_debt and %(bad_debt)s then 'bad_debt' else 'credit' end as component,
           case when credit.bad_debt and %(bad_debt)s then '' else coalesce(product.ledger_code, '') end as code
      from records_creditmemo credit
      left join records_product product
        on product.connection_id = credit.connection_id and product.external_id = credit.product_id_external
     where credit.connection_id = %(connection)s and credit.entered_on >= %(start)s and credit.entered_on < %(end)s
),
paid as (
    select payment.external_id, payment.source_record_id, payment.customer_id_external, payment.currency,
           payment.amount_minor, payment.method
      from records_payment payment
     where payment.connection_id = %(connection)s
       and payment.received_on >= %(start)s and payment.received_on < %(end)s
       and case %(cash)s
               when 'include' then not payment.refunded and not payment.bounced
                                   and not payment.method = any(%(no_money)s)
               when 'clearing' then exists (
                   select 1 from ledger_source booked
                     join ledger_posting receipt on receipt.id = booked.posting_id
                     join sync_process process on process.id = booked.process_id
                    where process.source_id = payment.connection_id and booked.record_kind = 'payment'
                      and booked.record_id = payment.external_id and booked.live and booked.exclusive
                      and receipt.state in ('sent', 'verified'))
               else false
           end
),
wanted as (
    select 'charge' as component, code, 'invoice_line' as record_kind, external_id as record_id, source_record_id,
           customer_id_external, currency, -amount_minor as amount from billed
    union all
    select 'tax', '', 'invoice_line', external_id, source_record_id, customer_id_external, currency, -tax_minor from billed
    union all
    select 'receivable:charge', '', 'invoice_line', external_id, source_record_id, customer_id_external, currency,
           amount_minor + tax_minor from billed
    union all
    select component, code, 'credit_memo', external_id, source_record_id, customer_id_external, currency, amount_minor
      from credited
    union all
    select 'tax', '', 'credit_memo', external_id, source_record_id, customer_id_external, currency, tax_minor from credited
    union all
    select 'receivable:credit', '', 'credit_memo', external_id, source_record_id, customer_id_external, currency,
           -(amount_minor + tax_minor) from credited
    union all
    select case %(cash)s when 'clearing' then 'clearing' else 'payment' end,
           case %(cash)s when 'clearing' then '' else method end,
           'payment', external_id, source_record_id, customer_id_external, currency, amount_minor from paid
    union all
    select 'receivable:payment', '', 'payment', external_id, source_record_id, customer_id_external, currency,
           -amount_minor from paid
),
placed as (
    select wanted.component, wanted.code, wanted.record_kind, wanted.record_id, wanted.source_record_id, wanted.currency,
           case when %(entity_field)s = '' then ''
                else %(entities)s::jsonb ->> coalesce(customer.custom_fields ->> %(entity_field)s, '') end as entity,
           coalesce(customer.custom_fields ->> %(entity_field)s, '') as entity_word,
           mapping.account, mapping.dimensions, wanted.amount
      from wanted
      left join mapping on mapping.component = wanted.component and mapping.code = wanted.code
      left join records_customer customer
        on customer.connection_id = %(connection)s and customer.external_id = wanted.customer_id_external
     where wanted.amount <> 0
),
booked as (
    select line.component as key, source.record_kind, source.record_id, max(source.source_record_id) as source_record_id,
           posting.currency, posting.entity, line.account, line.dimensions, sum(source.amount_minor) as amount
      from ledger_posting posting
      join ledger_source source on source.posting_id = posting.id and source.live
      join ledger_line line on line.id = source.line_id
     where posting.process_id = %(process)s and posting.header ->> 'month' = %(month)s
       and posting.state not in ('planned', 'failed', 'withdrawn', 'reversed')
     group by line.component, source.record_kind, source.record_id, posting.currency, posting.entity, line.account,
              line.dimensions
)
select coalesce(placed.component, split_part(booked.key, '=', 1)) as component,
       coalesce(placed.code, substr(booked.key, strpos(booked.key || '=', '=') + 1)) as code,
       coalesce(placed.component || case when placed.code <> '' then '=' || placed.code else '' end, booked.key) as key,
       coalesce(placed.record_kind, booked.record_kind) as record_kind,
       coalesce(placed.record_id, booked.record_id) as record_id,
       coalesce(placed.source_record_id, booked.source_record_id) as source_record_id,
       coalesce(placed.currency, booked.currency) as currency,
       coalesce(placed.entity, booked.entity) as entity,
       placed.entity_word,
       coalesce(placed.account, booked.account) as account,
       coalesce(placed.dimensions, booked.dimensions, '{}'::jsonb) as dimensions,
       coalesce(placed.amount, 0) - coalesce(booked.amount, 0) as amount
  from placed
  full join booked
    on booked.key = placed.component || case when placed.code <> '' then '=' || placed.code else '' end
   and booked.record_kind = placed.record_kind and booked.record_id = placed.record_id
   and booked.currency = placed.currency and booked.entity = placed.entity
   and booked.account = placed.account and booked.dimensions = placed.dimensions
 where coalesce(placed.amount, 0) <> coalesce(booked.amount, 0)
