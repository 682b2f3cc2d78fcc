-- Pages of records become new versions of source records. Reads the temporary table sync_landing (external_id, digest,
-- payload, page_id, ordinal) and answers the rows that are new or changed, each with the number of those that changed.
-- `offset 0` and `any (array …)` keep the look-ups by index: the planner knows nothing of a table just filled.
with known as materialized (
    select landed.*, current.id as old_id
      from sync_landing landed
      left join lateral (
          select id, digest from sync_sourcerecord
           where connection_id = %(connection)s and stream = %(stream)s
             and external_id = landed.external_id and current
          offset 0
      ) current on true
     where current.digest is distinct from landed.digest
),
retired as (
    update sync_sourcerecord set current = false
     where id = any (array (select old_id from known where old_id is not null))
    returning id
),
changed as (
    select count(*) as count from retired
),
added as (
    insert into sync_sourcerecord (connection_id, stream, external_id, digest, payload, page_id, ordinal, current)
    select %(connection)s, %(stream)s, external_id, digest, payload, page_id, ordinal, changed.count >= 0
      from changed, known
    returning id, page_id, ordinal
)
select added.id, added.page_id, added.ordinal, changed.count from added, changed
