-- The position and hash of the last link; one row. Only the functions of the chain read and write it.
create table journal_head (
    id smallint primary key default 1 check (id = 1),
    position bigint not null,
    hash bytea not null
);
insert into journal_head (position, hash) values (0, sha256('lotse'));
alter table journal_head enable row level security;
alter table journal_head force row level security;
revoke all on journal_head from lotse_web, lotse_worker;
grant select, update on journal_head to lotse_policy;
-- reverse
drop table journal_head;
