-- Records a refusal of the acting person for the centre of what was asked for, so that its data protection officer sees
-- it: the centre of the first event about it, else the person's own; else none, for every officer. A function, so that
-- the person learns neither the centre nor whether there is such a record. After 30 in a minute at a centre, one entry
-- stands for all further ones there: guesses elsewhere do not hide those that are meant.
create or replace function ntk.record_refusal(refused text, about uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    me bigint := ntk.actor();
    earlier integer;
    told boolean;
    place bigint;
begin
    select e.centre_id into place from journal_event e where e.subject = about and e.centre_id is not null
        order by e.id limit 1;
    if place is null then
        select m.organisation_id into place
            from accounts_membership m join accounts_organisation o on o.id = m.organisation_id
            where m.user_id = me and m.ended_at is null and o.kind = 'centre' order by m.id limit 1;
    end if;
    -- Several requests at once may count the same number, so that none of them is the thirty-first.
    select count(*), coalesce(bool_or(what = 'more.denied'), false) into earlier, told from journal_look
        where actor_id = me and what like '%.denied' and at > now() - interval '1 minute'
            and centre_id is not distinct from place;
    if earlier >= 30 and told then
        return;
    end if;
    insert into journal_look (what, actor_id, centre_id, subject) values (
        case when earlier >= 30 then 'more' else refused end || '.denied', me, place, about);
end
$body$;
alter function ntk.record_refusal owner to lotse_policy;
-- reverse
drop function ntk.record_refusal;
