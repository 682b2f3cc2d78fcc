-- One page of records becomes new versions of source records. Reads the temporary table sync_landing
-- (ordinal, external_id, digest, payload) and answers the rows that are new or changed.
with known as (
    select landed.ordinal, current.id as old_id, current.digest as old_digest
      from sync_landing landed
      left join sync_sourcerecord current
             on current.connection_id = %(connection)s and current.stream = %(stream)s
            and current.external_id = landed.external_id and current.current
),
retired as (
    update sync_sourcerecord old set current = false
      from known join sync_landing landed using (ordinal)
     where old.id = known.old_id and known.old_digest <> landed.digest
    returning old.id
),
added as (
    insert into sync_sourcerecord (connection_id, stream, external_id, digest, payload, page_id, ordinal, current)
    select %(connection)s, %(stream)s, landed.external_id, landed.digest, landed.payload, %(page)s, landed.ordinal,
           (select count(*) from retired) >= 0
      from known join sync_landing landed using (ordinal)
     where known.old_id is null or known.old_digest <> landed.digest
    returning id, ordinal
)
select added.id, added.ordinal, known.old_id is not null as changed
  from added join known using (ordinal)
 order by added.ordinal
