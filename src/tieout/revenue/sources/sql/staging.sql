-- Canonical records of one source, read as promises: agreements with term and price, and charges shared between what was agreed
-- and what was billed beside it. Everything before the first day is cut off.

create or replace function pg_temp.agreed_months(a date, b date) returns numeric language sql immutable as $$
    select n + (b - s)::numeric / (t - s)
      from (select n, (a + make_interval(months => n))::date as s, (a + make_interval(months => n + 1))::date as t
              from (select (extract(year from age(b, a)) * 12 + extract(month from age(b, a)))::int as n) whole) bounds
$$;

create or replace function pg_temp.plain(said text) returns text language sql immutable as $$
    select left(btrim(regexp_replace(coalesce(said, ''), E'[\\x01-\\x1f\\x7f]+', ' ', 'g')), 500)
$$;

create temporary table src_customer as
select external_id, source_record_id, %(prefix)s || external_id as customer_id,
       coalesce(nullif(pg_temp.plain(name), ''), external_id) as name,
       pg_temp.plain(custom_fields ->> %(region_field)s) as region,
       pg_temp.plain(custom_fields ->> %(class_field)s) as customer_class,
       coalesce(custom_fields ->> %(entity_field)s, '') as word,
       case when %(entity_field)s = '' then '' else %(entities)s::jsonb ->> coalesce(custom_fields ->> %(entity_field)s, '')
       end as entity,
       coalesce((select string_agg(field.value || '=' || replace(pg_temp.plain(custom_fields ->> field.key), ';', ','), ';'
                                   order by field.value)
                   from jsonb_each_text(%(fields)s::jsonb) field
                  where pg_temp.plain(custom_fields ->> field.key) <> ''), '') as fields
  from records_customer where connection_id = %(connection)s;

create temporary table src_product as
select product.external_id, source_record_id, %(prefix)s || product.external_id as product_id,
       coalesce(nullif(pg_temp.plain(product.name), ''), product.external_id) as name, currency, list_minor,
       coalesce((select row.recognised from jsonb_to_recordset(%(products)s::jsonb) as row(product text, recognised text)
                  where row.product = product.external_id or lower(row.product) = lower(btrim(product.name))
                  order by (row.product = product.external_id) desc limit 1), %(otherwise)s) as recognised
  from records_product product where connection_id = %(connection)s;

-- What customers are bound to. Whoever is bound from month to month is billed for what is used, and needs no line.
create temporary table src_line as
select external_id, source_record_id, customer_id_external, product_id_external, service_id_external, order_id_external,
       quantity_micro, currency, rate_minor, months, start_on, greatest(agreed_from, start_on) as agreed_from, agreed_until,
       end_on,
       case when start_on is null then 'has no day on which it begins'
            when quantity_micro <= 0 then 'has no quantity above zero'
            when rate_minor < 0 then 'has a negative price'
            when agreed_until <= greatest(agreed_from, start_on) then 'ends before it begins'
       end as fault
  from records_orderline
 where connection_id = %(connection)s and (agreed_until is not null or months = 0)
   and coalesce(agreed_until, start_on + 1) > %(start)s and coalesce(end_on, 'infinity') > %(start)s;

create temporary table src_term as
with usable as (
    select line.*, customer.customer_id, customer.entity, product.product_id, product.recognised, product.list_minor,
           case line.months when 0 then 1 else pg_temp.agreed_months(line.agreed_from, line.agreed_until) / line.months
           end * line.quantity_micro / 1000000 as units
      from src_line line
      join src_customer customer on customer.external_id = line.customer_id_external and customer.entity is not null
      join src_product product on product.external_id = line.product_id_external
       and product.recognised not in ('', 'leave_out')
     where line.fault is null
),
whole as (
    select *, round(rate_minor * units)::bigint as whole, round(list_minor * units)::bigint as whole_list,
           greatest(agreed_from, %(start)s) as from_on,
           case when end_on < coalesce(agreed_until, 'infinity') then end_on end as ended_on,
           coalesce((greatest(agreed_from, %(start)s) - agreed_from)::numeric / (agreed_until - agreed_from), 0) as passed
      from usable
)
select *, (whole - round(whole * passed))::bigint as price, (whole_list - round(whole_list * passed))::bigint as list_price
  from whole where ended_on is null or ended_on > from_on;

analyze src_customer, src_product, src_term;

-- A line that begins on its service on the day on which another one is given up before its time takes that one's place.
create temporary table src_root as
with recursive before as (
    select term.external_id, min(given_up.external_id) as earlier
      from src_term term
      left join src_term given_up on given_up.service_id_external = term.service_id_external
       and given_up.service_id_external <> '' and given_up.customer_id_external = term.customer_id_external
       and given_up.ended_on = term.from_on and given_up.from_on < term.from_on
     group by term.external_id
),
chain as (
    select external_id, external_id as root from before where earlier is null
    union all
    select before.external_id, chain.root from before join chain on chain.external_id = before.earlier
),
ordered as (
    select chain.external_id, chain.root, orders.external_id as order_id, orders.number, orders.signed_on,
           row_number() over (partition by chain.external_id
                              order by orders.signed_on, length(orders.external_id), orders.external_id) as place
      from chain
      join src_term term on term.external_id = chain.external_id
      left join records_orderitem item on item.connection_id = %(connection)s and item.line_id_external = term.external_id
      left join records_order orders on orders.connection_id = %(connection)s
       and orders.external_id = coalesce(nullif(term.order_id_external, ''), item.order_id_external)
)
select external_id, root, order_id, number, signed_on from ordered where place = 1;

create temporary table src_agreed as
select term.*, root.root <> term.external_id as changes, root.number,
       %(prefix)s || case when %(contracts)s = 'order' and first.order_id is not null then 'O' || first.order_id
                          else 'L' || root.root end as contract_id,
       %(prefix)s || 'L' || term.external_id as line_id, least(first.signed_on, first_term.from_on) as signed_on,
       case when term.ended_on is null then term.price
            else round(term.price::numeric * (term.ended_on - term.from_on)
                       / coalesce(term.agreed_until - term.from_on, 1))::bigint end as payable
  from src_term term
  join src_root root on root.external_id = term.external_id
  join src_root first on first.external_id = root.root
  join src_term first_term on first_term.external_id = root.root;

create temporary table src_charge as
with timed as (
    select charge.*, coalesce(charge.start_on, charge.entered_on) as s,
           greatest(coalesce(charge.end_on, charge.start_on, charge.entered_on),
                    coalesce(charge.start_on, charge.entered_on)) + 1 as e
      from records_invoiceline charge where charge.connection_id = %(connection)s
)
select charge.external_id, charge.source_record_id, charge.customer_id_external, charge.product_id_external,
       charge.invoice_id_external, charge.line_id_external, charge.currency, charge.entered_on,
       greatest(charge.s, %(start)s) as s, charge.e,
       (charge.amount_minor - round(charge.amount_minor::numeric * (greatest(charge.s, %(start)s) - charge.s)
                                    / (charge.e - charge.s)))::bigint as amount,
       case when bill.issued_on is not null then greatest(bill.issued_on, %(start)s) end as billed_on
  from timed charge
  left join records_invoice bill
    on bill.connection_id = %(connection)s and bill.external_id = charge.invoice_id_external
 where charge.e > %(start)s and charge.amount_minor <> 0;

analyze src_agreed, src_charge;

-- A charge pays for the agreement until that is paid in full; the rest was billed beside it.
create temporary table src_share as
with usable as (
    select charge.*, customer.customer_id, customer.entity, product.product_id, product.recognised
      from src_charge charge
      join src_customer customer on customer.external_id = charge.customer_id_external and customer.entity is not null
      join src_product product on product.external_id = charge.product_id_external
       and product.recognised not in ('', 'leave_out')
     where charge.amount > 0
),
running as (
    select usable.*, agreed.contract_id, agreed.line_id, coalesce(agreed.ended_on, agreed.agreed_until) as until,
           agreed.payable - (sum(usable.amount) over (partition by agreed.line_id order by usable.s, usable.e,
                             length(usable.external_id), usable.external_id) - usable.amount) as open
      from usable
      left join src_agreed agreed on agreed.external_id = usable.line_id_external and usable.s >= agreed.from_on
)
select *, case when line_id is null then 0 else greatest(0, least(amount, open))::bigint end as agreed,
       case when until is null then s else least(greatest(s, until), e - 1) end as beside_from
  from running;
