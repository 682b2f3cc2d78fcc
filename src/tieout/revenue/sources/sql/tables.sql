-- The engine's rows of one source, complete, in the engine's own columns and units.

analyze src_share;

create temporary table out_line as
select contract_id, line_id, product_id, quantity_micro as quantity, price, list_price, from_on as starts_on,
       agreed_until as ends_on, null::bigint as allocated, '' as override_reason
  from src_agreed where not changes
union all
select %(prefix)s || 'B' || customer_id_external, %(prefix)s || 'C' || external_id, product_id, 1000000, amount - agreed,
       null, beside_from, e, amount - agreed, 'Billed at its own price, beside any agreement'
  from src_share where amount > agreed;

create temporary table out_change as
select line_id as change_id, contract_id, line_id, from_on as effective_on, %(changes)s as treatment,
       quantity_micro as quantity, price, from_on as starts_on, agreed_until as ends_on, product_id, list_price,
       btrim('Order ' || coalesce(number, '')) as reason
  from src_agreed where changes
union all
select line_id || ' ended', contract_id, line_id, ended_on, 'cancel', 0, 0, null, null, '', null, 'Given up before its time'
  from src_agreed where ended_on is not null;

create temporary table out_contract as
select contract_id, customer.customer_id, customer.entity, currency, signed_on, customer.region, customer.customer_class
  from (select contract_id, min(customer_id_external) as customer, min(currency) as currency, min(signed_on) as signed_on
          from src_agreed group by contract_id
        union all
        select %(prefix)s || 'B' || customer_id_external, customer_id_external, min(currency), min(least(s, entered_on))
          from src_share where amount > agreed group by customer_id_external) made
  join src_customer customer on customer.external_id = made.customer;

create temporary table src_billed as
select invoice_id_external as bill, product_id, line_id_external, billed_on, contract_id, line_id, agreed as amount
  from src_share where agreed > 0 and billed_on is not null
union all
select invoice_id_external, product_id, line_id_external, billed_on, %(prefix)s || 'B' || customer_id_external,
       %(prefix)s || 'C' || external_id, amount - agreed
  from src_share where amount > agreed and billed_on is not null;

analyze src_billed;

-- A credit lowers the charge that it names, else its product on its bill, else its whole bill: in proportion, to the cent.
create temporary table src_credit as
with credit as (
    select credit.external_id, credit.source_record_id, credit.invoice_id_external as bill, credit.line_id_external as line,
           %(prefix)s || credit.product_id_external as product_id, abs(credit.amount_minor) as amount, credit.entered_on,
           credit.description,
           case when credit.bad_debt then 'bad_debt' else
               coalesce((select row.treatment from jsonb_to_recordset(%(credits)s::jsonb) as row(reason text, treatment text)
                          where lower(row.reason) = lower(btrim(credit.description)) limit 1), %(other_credits)s)
           end as treatment
      from records_creditmemo credit
     where credit.connection_id = %(connection)s and credit.entered_on >= %(start)s and credit.amount_minor <> 0
),
fitting as (
    select credit.*, billed.contract_id, billed.line_id, billed.amount as part,
           case when credit.line <> '' and billed.line_id_external = credit.line then 1
                when billed.product_id = credit.product_id then 2 else 3 end as fit
      from credit left join src_billed billed on billed.bill = credit.bill and credit.bill <> ''
),
enough as (
    select external_id, coalesce(min(fit) filter (where reaches), 3) as fit
      from (select external_id, fit, sum(part) over (partition by external_id order by fit) >= amount as reaches
              from fitting) reached
     group by external_id
)
select fitting.*,
       round(amount * sum(part) over upto / sum(part) over whole)
       - round(amount * (sum(part) over upto - part) / sum(part) over whole) as lowered
  from fitting join enough on enough.external_id = fitting.external_id and fitting.fit <= enough.fit
window whole as (partition by fitting.external_id),
       upto as (partition by fitting.external_id order by contract_id, line_id, part rows unbounded preceding);

create temporary table out_invoice as
select %(prefix)s || bill as invoice_id, contract_id, line_id, 'invoice' as kind, min(billed_on) as issued_on,
       sum(amount)::bigint as amount, 'billing_correction' as treatment, '' as reason
  from src_billed group by bill, contract_id, line_id
union all
select %(prefix)s || 'M' || external_id, contract_id, line_id, 'credit_memo', min(entered_on), sum(lowered)::bigint,
       min(treatment), min(pg_temp.plain(description))
  from src_credit where line_id is not null group by external_id, contract_id, line_id having sum(lowered) > 0;

create temporary table out_customer as
select distinct customer.customer_id, customer.name, customer.region, customer.customer_class, customer.fields
  from src_customer customer join out_contract contract on contract.customer_id = customer.customer_id;

create temporary table src_sold as
select product_id from out_line union select product_id from out_change where product_id <> '';

create temporary table out_product as
select product.product_id, product.name, %(prefix)s || product.recognised as rule_id
  from src_product product join src_sold using (product_id);

create temporary table out_rule as
select rule_id, way.method, way.trigger, way.convention
  from (select distinct rule_id from out_product) used
  join jsonb_to_recordset(%(ways)s::jsonb) as way(name text, method text, trigger text, convention text)
    on %(prefix)s || way.name = used.rule_id;

create temporary table out_ssp as
select product.product_id, product.currency, date '2000-01-01' as starts_on, 'percent_of_list' as basis, 1000000 as share
  from src_product product join src_sold using (product_id)
 where %(ssp)s = 'list' and product.list_minor is not null and product.currency <> '';
