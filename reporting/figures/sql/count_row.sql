-- One contact, case or referral as one measure counts it.
create type ntk.count_row as (subject uuid, centre bigint, measure text, month date, key text);
-- reverse
drop type ntk.count_row;
