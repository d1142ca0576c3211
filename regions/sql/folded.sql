-- Text as it is compared: without case and combining marks (Latin, Greek, Cyrillic; Arabic and Hebrew vowel signs),
-- without invisible signs, ligatures taken apart. In PL/pgSQL: an expression that stands twice in a function of SQL
-- is computed twice.
create or replace function ntk.folded(written text) returns text
language plpgsql immutable parallel safe strict as $body$
declare
    marks constant text := '[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff'
        '\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\u00ad'
        '\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]';
begin
    if octet_length(written) = length(written) then
        return lower(written);
    end if;
    return replace(replace(replace(replace(
        translate(lower(regexp_replace(normalize(written, NFKD), marks, '', 'g')), 'øłđðıςŋ', 'olddiσn'),
        'ß', 'ss'), 'œ', 'oe'), 'æ', 'ae'), 'þ', 'th');
end
$body$;
-- reverse
drop function ntk.folded;
