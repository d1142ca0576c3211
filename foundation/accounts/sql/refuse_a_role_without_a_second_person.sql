-- A role that reads content or may confirm roles begins with a proposal that a second person has confirmed, and in the
-- name of that person; or that was given while nobody else could confirm (the trigger of accounts_roleproposal checks
-- both). Setting up makes administrators, and people of demonstrations.
create or replace function ntk.refuse_a_role_without_a_second_person() returns trigger language plpgsql as $body$
begin
    if ntk.service() = 'setup' then
        if new.role = 'administrator'
            or exists (select from accounts_organisation o where o.id = new.organisation_id and o.is_demo)
        then
            return new;
        end if;
    elsif exists (
        select from accounts_roleproposal p
        where p.id = new.proposal_id and p.user_id = new.user_id and p.organisation_id = new.organisation_id
            and p.role = new.role and p.state in ({IN_FORCE}) and p.decided_by_id = ntk.actor()
    ) then
        return new;
    end if;
    raise exception 'the role % needs a second person', new.role using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger role_needs_second_person before insert on accounts_membership for each row
    when ({BY_APPLICATION} and new.role in ({NEEDS_SECOND_PERSON}))
    execute function ntk.refuse_a_role_without_a_second_person();
-- reverse
drop trigger role_needs_second_person on accounts_membership;
drop function ntk.refuse_a_role_without_a_second_person;
