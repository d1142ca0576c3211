-- Contacts are found by words of their title and town.
create index contact_words on hotline_contact using gin (ntk.searchable(label || ' ' || municipality) gin_trgm_ops)
    where label <> '' or municipality <> '';
-- reverse
drop index contact_words;
