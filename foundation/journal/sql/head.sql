-- The position and hash of the last link; one row. Only the functions of the chain read and write it.
create table journal_head (
    id smallint primary key default 1 check (id = 1),
    position bigint not null,
    hash bytea not null
);
insert into journal_head (position, hash) values (0, sha256('lotse'));
-- reverse
drop table journal_head;
