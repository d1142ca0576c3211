-- Towns are found by any beginning of a word.
create index postal_code_words on regions_postalcode using gin (ntk.searchable_towns(places) gin_trgm_ops);
-- reverse
drop index postal_code_words;
