"""Password hashes move into a table of their own. Everybody signs in once again."""

from django.db import migrations

MOVE = """
insert into accounts_passwordhash (user_id, encoded, changed_at)
select id, password, now() from accounts_user where password !~ '^!' and password <> '' and service = '';
update accounts_user set stamp = case when id in (select user_id from accounts_passwordhash) then '' else '!' end
    || replace(gen_random_uuid()::text, '-', '');
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_stored_passwords")]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
