-- The expression raises for a time zone that PostgreSQL does not know.
alter table accounts_organisation add constraint organisation_zone_known
    check ((timestamptz '2000-01-01 00:00+00' at time zone time_zone) is not null);
-- reverse
alter table accounts_organisation drop constraint organisation_zone_known;
