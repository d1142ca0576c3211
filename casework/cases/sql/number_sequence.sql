-- The numbers of cases that people say to each other. A sequence leaves gaps, and never gives a number twice.
create sequence cases_case_number;
grant usage on sequence cases_case_number to lotse_web, lotse_worker;
-- reverse
drop sequence cases_case_number;
