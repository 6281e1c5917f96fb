/**
 * The conditions of one read over the outbox `o`, as an expression that says by what a row is left out: `channel`, `bucket`, `key`, or NULL
 * when it is not. Parameters 1 to 3 are those of `exclusionParameters`. The look-up of a parked key is a scalar query because the planner
 * would turn any other form into a join, and lose the order of the primary key with it.
 */
export const exclusionOfRow = (schema: string): string => `case
    when o.channel = any (array(select json_array_elements_text($2::text::json))) then 'channel'
    when o.bucket <> all ($1::text::smallint[]) then 'bucket'
    when o.key is null then null
    when (o.channel, o.key) in (select * from json_to_recordset($3::text::json) as b (channel text, key text)) then 'key'
    when (
      select true from ${schema}.parked_keys p
      where p.subscription = 'outbox' and p.channel = o.channel and p.key = o.key limit 1
    ) then 'key'
  end`;
