-- The numbers of referrals that people say to each other. A sequence leaves gaps, and never gives a number twice.
create sequence handoff_referral_number;
grant usage on sequence handoff_referral_number to lotse_web, lotse_worker;
-- reverse
drop sequence handoff_referral_number;
