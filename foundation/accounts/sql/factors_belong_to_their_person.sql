-- A sealed secret names its person, who is also part of what was sealed: it is of no use in somebody else's row.
alter table mfa_authenticator add constraint factors_belong_to_their_person check (
    coalesce(split_part(data ->> 'secret', ':', -2) = user_id::text, true)
    and coalesce(split_part(data ->> 'seed', ':', -2) = user_id::text, true)
);
-- reverse
alter table mfa_authenticator drop constraint factors_belong_to_their_person;
