-- What people have to look at: rule, kind and number of the record, its version, a label, and what is wrong with it.

select 'unmapped_product', 'product', product.external_id, product.source_record_id, product.name, ''
  from src_product product
 where product.recognised = '' and product.external_id in (
       select product_id_external from src_charge union select product_id_external from src_line)
union all
select 'unmapped_entity', 'entity', word, min(source_record_id), case word when '' then '(empty)' else word end,
       count(*)::text
  from src_customer customer
 where entity is null and external_id in (
       select customer_id_external from src_charge union select customer_id_external from src_line)
 group by word
union all
select 'unknown_customer', 'customer', customer_id_external, min(source_record_id), customer_id_external, count(*)::text
  from (select customer_id_external, source_record_id from src_charge
        union all select customer_id_external, source_record_id from src_line) used
 where not exists (select 1 from src_customer customer where customer.external_id = used.customer_id_external)
 group by customer_id_external
union all
select 'unknown_product', 'product', product_id_external, min(source_record_id),
       case product_id_external when '' then '(none)' else product_id_external end, count(*)::text
  from (select product_id_external, source_record_id from src_charge
        union all select product_id_external, source_record_id from src_line) used
 where not exists (select 1 from src_product product where product.external_id = used.product_id_external)
 group by product_id_external
union all
select 'incomplete_line', 'order_line', external_id, source_record_id, external_id, fault from src_line where fault is not null
union all
select 'negative_charge', 'invoice_line', external_id, source_record_id, external_id, '' from src_charge where amount < 0
union all
select distinct 'unplaced_credit', 'credit_memo', credit.external_id, credit.source_record_id, credit.external_id, credit.bill
  from src_credit credit
  left join records_invoice bill on bill.connection_id = %(connection)s and bill.external_id = credit.bill
 where credit.line_id is null and coalesce(bill.issued_on, %(start)s) >= %(start)s
union all
select 'withdrawn', "table", key, null, key, '' from src_withdrawn
 order by 1, 3 limit 2000
