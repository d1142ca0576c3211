-- The numbers of contacts that people say to each other. A sequence leaves gaps, and never gives a number twice.
create sequence hotline_contact_number;
grant usage on sequence hotline_contact_number to lotse_web, lotse_worker;
-- reverse
drop sequence hotline_contact_number;
